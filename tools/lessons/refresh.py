"""Bring lessons up to date: `python -m tools.lessons.refresh notebooks/01_*.ipynb`.

The text above each `ask` and the first lines of each exercise come from the course's data; each
cell says whether it begins a slide; all cells are run, and traces of the machine are removed.
Lessons are committed in this form.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat

from funclab.teach import course
from funclab.teach.asking import question_text
from funclab.teach.slides import divide
from tools.lessons.render import run

WIDGET = "application/vnd.jupyter.widget-view+json"


def refresh(path: Path) -> None:
    """Rewrite one lesson in place."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        write_from_data(cell)
    nbformat.write(notebook, path)
    notebook = run(path)
    strip(notebook)
    divide(notebook.cells)
    nbformat.write(notebook, path)


def write_from_data(cell: Any) -> None:
    """The text of a question, or the shipped lines of an exercise, as the course has them."""
    name = cell.metadata.get("funclab", {}).get("question")
    if name and cell.cell_type == "markdown":
        cell.source = question_text(name)
    check = re.match(r"%%check ([\w.]+)", cell.source)
    if check and cell.cell_type == "code":
        cell.source = f"%%check {check[1]}\n{course.exercise(check[1]).start}"


def strip(notebook: Any) -> None:
    """Take away what says who ran it, and the links to widgets that are gone."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)


if __name__ == "__main__":
    os.environ["FUNCLAB_PROGRESS"] = "off"
    for name in sys.argv[1:]:
        refresh(Path(name))
        print(f"{name} is up to date")
