"""The table of texts, and the scripts and modules that read it."""

from __future__ import annotations

import re

import pytest

from funclab.view.live.assets import ROOMS as VIEW
from funclab.view.live.assets import texts

TABLE = texts()
ROOMS = "|".join(sorted({key.partition("_")[0] for key in TABLE if "_" in key}))
WRITTEN = re.compile(rf"""["'`]((?:{ROOMS})_[a-z0-9_]+)["'`]""")
ASKED = re.compile(r"""\bt\(["']([a-z0-9_]+)["']""")


SAID = re.compile(r"""\bsay\(\s*["']([a-z0-9_]+)["']""")


@pytest.mark.parametrize(
    "path", sorted(VIEW.rglob("*.js")), ids=lambda path: str(path.relative_to(VIEW))
)
def test_every_text_that_a_script_asks_for_is_in_the_table(path):
    script = path.read_text(encoding="utf-8")
    asked = {*WRITTEN.findall(script), *ASKED.findall(script)}

    assert asked - set(TABLE) == set()


@pytest.mark.parametrize(
    "path", sorted(VIEW.rglob("*.py")), ids=lambda path: str(path.relative_to(VIEW))
)
def test_every_text_that_a_module_says_is_in_the_table(path):
    said = set(SAID.findall(path.read_text(encoding="utf-8")))

    assert said - set(TABLE) == set()
