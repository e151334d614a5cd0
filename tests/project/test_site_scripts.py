"""What the site's pages load is made from the scripts beside it; without node."""

from __future__ import annotations

import hashlib
import re

from tests.project.source import ROOT

TOOLS = ROOT / "tools" / "scripts"


def test_the_script_of_the_page_for_model_files_is_made_from_its_sources():
    found = hashlib.sha256(
        (TOOLS / "pages.js").read_bytes() + (TOOLS / "package.json").read_bytes()
    )
    for script in sorted((ROOT / "docs" / "drop").iterdir()):
        found.update(script.name.encode() + script.read_bytes())

    head = (ROOT / "docs/pages/_static/drop.js").read_text(encoding="utf-8").partition("\n")[0]

    assert re.findall(r"[0-9a-f]{64}", head) == [found.hexdigest()], "run 'make bundle'"


def test_no_line_of_a_script_of_the_site_is_longer_than_120():
    scripts = [*(ROOT / "docs/drop").glob("*.js"), ROOT / "docs/pages/_static/live.js"]

    assert [s.name for s in scripts for line in s.read_text().splitlines() if len(line) > 120] == []
