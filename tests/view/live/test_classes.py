"""The classes that scripts give to what they make are those that stylesheets and tests know."""

from __future__ import annotations

import re

import pytest

from funclab.view.draw import theme
from funclab.view.live.assets import ROOMS
from tests.project.source import ROOT

SCRIPTS = sorted(ROOMS.glob("*/*.js"))
GIVEN = re.compile(
    r"(?<!id: `)\b(\w*fl-[\w-]*(?:\$\{)?)|(?<=[\"` ])(?!graphics)(\w*[sf]-[a-z][\w-]*)"
)
"""A name in a script; one that goes on with a value ends with `${`."""
PLAIN = {"fl-doc", "fl-hits", "fl-marks"}
"""Names without a style."""


def known():
    """The classes that have a style, that are inks, or that somebody looks for."""
    styled = {
        name
        for file in ROOMS.glob("*/*.css")
        for name in re.findall(r"[.-](fl-[\w-]+)", file.read_text(encoding="utf-8"))
    }
    inks = {f"{kind}-{ink}" for kind in "sf" for ink in theme.palette("light")}
    tests = [*(ROOT / "tests" / "browser").glob("*.py"), *(ROOT / "tests" / "view").rglob("*.py")]
    sought = {
        name
        for file in [*SCRIPTS, *tests]
        for name in re.findall(r"\.(fl-[\w-]+)", file.read_text(encoding="utf-8"))
    }
    return styled | inks | sought | PLAIN


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_each_class_is_one_that_is_styled_or_looked_for(script):
    found, names = GIVEN.finditer(script.read_text(encoding="utf-8")), known()
    given = {one[1] or one[2] for one in found}

    begun = {name for name in given if name.endswith("${")}
    assert given - begun <= names
    assert not {name for name in begun if not any(one.startswith(name[:-2]) for one in names)}
