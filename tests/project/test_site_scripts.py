"""The scripts of the site."""

from __future__ import annotations

from tests.project.source import ROOT


def test_no_line_of_a_script_of_the_site_is_longer_than_120():
    scripts = [*(ROOT / "docs/drop").glob("*.js"), ROOT / "docs/pages/_static/live.js"]

    assert [s.name for s in scripts for line in s.read_text().splitlines() if len(line) > 120] == []
