"""README and the written pages of the site: their code runs, their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.project.source import ROOT

WRITTEN = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# These pages are made.
ON_THE_SITE = ("lessons/", "gallery/", "reference/", "errors/", "keras/", "teaching.md")


def test_the_code_of_the_readme_runs_from_top_to_bottom():
    code = BLOCK.findall(WRITTEN[0].read_text(encoding="utf-8"))
    cells = [nbformat.v4.new_code_cell(one) for one in code]

    NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=120).execute()

    assert len(cells) >= 3
    shown = [output.data for cell in cells for output in cell.outputs if "data" in output]
    assert sum("image/svg+xml" in one or "text/html" in one for one in shown) >= 3


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file(page: Path):
    links = [one.partition("#")[0] for one in LINK.findall(page.read_text(encoding="utf-8"))]
    local = [one for one in links if one and "://" not in one and not one.startswith(ON_THE_SITE)]

    assert [one for one in local if not (page.parent / one).exists()] == []


def test_the_readme_is_short():
    assert len(WRITTEN[0].read_text(encoding="utf-8").split()) <= 1700
