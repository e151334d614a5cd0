"""The models that must be readable on one screen, as a page of pictures."""

from __future__ import annotations

import inspect
from html import escape

from docs.lessons import named_once
from tests.view.gallery import MODELS, drawn

INTRODUCTION = """\
# Gallery

Every picture here is what `model` shows as the last line of a cell, drawn for the width of a
notebook. Type is never scaled down: what does not fit says less in each place, runs in columns, or
draws repeated blocks once.
"""


def pages() -> dict[str, str]:
    """The page of all models; the names of a fresh session in each."""
    return {"index.md": "\n".join([INTRODUCTION, *map(section, MODELS)])}


def section(name: str) -> str:
    made = MODELS[name]
    said = (inspect.getdoc(made) or "").partition("\n")[0]
    picture = drawn(name, look="auto")
    svg = named_once(picture.svg)
    return f"## {name}\n\n{said}\n\n{raw(svg)}\n\n{words(picture.text)}\n"


def raw(svg: str) -> str:
    return f'```{{raw}} html\n<div class="picture">{svg}</div>\n```'


def words(text: str) -> str:
    """A picture in words, folded."""
    return (
        "```{raw} html\n<details><summary>The same in words</summary>"
        f'<pre tabindex="0">{escape(text)}</pre></details>\n```'
    )
