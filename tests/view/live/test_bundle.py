"""The bundles that pages load are those of the scripts beside the views; without node."""

from __future__ import annotations

import hashlib
import json
import re

import pytest

from funclab.view.live.assets import ROOMS as VIEW
from funclab.view.live.assets import bundle, rooms
from tests.project.source import ROOT

TOOLS = ROOT / "tools" / "scripts"
FOLDERS = {"live": "live", "extension": "notebook", **{room: room for room in rooms()}}
"""The folder that each bundle is made from."""


def digest(folder: str) -> str:
    """As `bundle.js` computes it: of itself, of esbuild's version, of each script and its path."""
    version = json.loads((TOOLS / "package.json").read_text())["devDependencies"]["esbuild"]
    found = hashlib.sha256((TOOLS / "bundle.js").read_bytes() + version.encode())
    scripts = sorted((VIEW / folder).glob("*.js"))
    if any(b"../learned/" in script.read_bytes() for script in scripts):
        scripts += sorted((VIEW / "learned").glob("*.js"))
    for script in scripts:
        found.update(f"{script.parent.name}/{script.name}".encode() + script.read_bytes())
    return found.hexdigest()


@pytest.mark.parametrize("name", FOLDERS)
def test_a_bundle_is_that_of_its_scripts(name):
    made_from = re.findall(r"[0-9a-f]{64}", bundle(name).partition("\n")[0])

    assert made_from == [digest(FOLDERS[name])], "a script has changed: run 'make bundle'"


def test_there_are_no_other_bundles():
    assert {path.stem for path in (VIEW / "live" / "bundle").iterdir()} == {*FOLDERS}


@pytest.mark.parametrize("script", sorted(VIEW.glob("*/*.js")), ids=lambda path: path.parent.name)
def test_no_line_of_a_script_is_longer_than_120(script):
    lines = script.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if len(line) > 120] == []
