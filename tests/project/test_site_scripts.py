"""The scripts of the site."""

from __future__ import annotations

from tests.project.source import ROOT


def test_no_line_of_a_script_of_the_site_is_longer_than_120():
    folders = ("drop", "kernel", "pages")
    scripts = [path for folder in folders for path in (ROOT / "docs" / folder).glob("*.js")]
    scripts.append(ROOT / "docs/pages/_static/live.js")

    assert [s.name for s in scripts for line in s.read_text().splitlines() if len(line) > 120] == []
