"""The table of texts and the scripts that read it."""

from __future__ import annotations

import re

import pytest

from funclab.view.live.base import HERE, texts

TABLE = texts()
ROOMS = "|".join(sorted({key.partition("_")[0] for key in TABLE if "_" in key}))
WRITTEN = re.compile(rf"""["'`]((?:{ROOMS})_[a-z0-9_]+)["'`]""")
ASKED = re.compile(r"""\bt\(["']([a-z0-9_]+)["']""")


@pytest.mark.parametrize("path", sorted(HERE.glob("*.js")), ids=lambda path: path.stem)
def test_every_text_that_a_script_asks_for_is_in_the_table(path):
    script = path.read_text(encoding="utf-8")
    names = {path.stem for path in HERE.glob("*.js")}

    asked = {*WRITTEN.findall(script), *ASKED.findall(script)} - names

    assert asked - set(TABLE) == set()
