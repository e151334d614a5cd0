"""The sentences of views, and the numbers, names, lists and shapes in them.

Each room has a table of what its views show, `texts.json`, and may use the tables of rooms before
it. In a text, `{name}` stands for a value; a list of names is written as "a, b and c".
`{n|# step|# steps}` is its first form for 1 or True, else its second; `#` stands for the number.
`live/sentences.js` fills texts in the same way.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from funclab.errors import words
from funclab.view.draw.text import clean, shorten

ROOMS = Path(__file__).parents[1]
SLOT = re.compile(r"\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}")
LONGEST_NAME = 60


def told_shape(shape: Sequence[int], batched: bool) -> str:
    """A shape, in which the first axis is called the batch if it is one.

    >>> told_shape((8, 4), True), told_shape((8, 4), False)
    ('(batch 8, 4)', '(8, 4)')
    """
    from funclab.graph.shape_math import show  # it needs NumPy, which a build of funclab lacks

    if not batched or not shape:
        return show(shape)
    return f"({', '.join([say('batch_of', n=shape[0]), *map(str, shape[1:])])})"


def short(number: Any, digits: int = 3) -> str:
    """A number as readers see it: a few digits, and always a decimal point.

    >>> short(3), short(0.12345), short(-1234567)
    ('3.0', '0.123', '-1.23e+06')
    """
    if not isinstance(number, (int, float)) or not math.isfinite(number):
        return str(number)
    text = f"{number + 0.0:.{digits}g}"
    return text if set(text) & set(".e") else f"{text}.0"


def signed(number: Any, digits: int = 3) -> str:
    """A number as `short` writes it, with a real minus sign."""
    text = short(number, digits)
    return f"−{text[1:]}" if text.startswith("-") else text


def named(name: str) -> str:
    """A name that fits into a sentence."""
    return shorten(clean(name), LONGEST_NAME)


def listed(names: Sequence[str]) -> str:
    """Words joined as in a sentence: a, b and c."""
    return words.listed(names, texts()["and"])


def few(names: Sequence[str], most: int, more: str = "more") -> list[str]:
    """At most so many names; if there are others, the last says how many."""
    left = len(names) - most + 1
    return [*names] if left < 2 else [*names[: most - 1], say(more, n=left)]


def times(count: int) -> str:
    """
    >>> times(1), times(2), times(3)
    ('once', 'twice', '3 times')
    """
    return say({1: "once", 2: "twice"}.get(count, "times"), n=count)


@functools.cache
def texts(*rooms: str) -> dict[str, str]:
    """The texts of some rooms by key, or of all: what there is to translate."""
    paths = [ROOMS / room / "texts.json" for room in rooms] or ROOMS.glob("*/texts.json")
    tables = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return {key: text for table in tables for key, text in table.items()}


def say(text: str, /, **values: Any) -> str:
    """A sentence from a room's table, by its key there, with the values filled in."""
    return filled(texts()[text], values)


def titles(key: str) -> tuple[str, ...]:
    """The headings of a table's columns, which are one text: "call | takes | makes"."""
    return tuple(texts()[key].split(" | "))


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A text with values in place of its slots.

    >>> filled("{n|# step is|# steps are} left out: {names}", {"n": 1200, "names": ["a", "b"]})
    '1,200 steps are left out: a and b'
    """
    return SLOT.sub(lambda slot: _written(values[slot[1]], *slot.groups()[1:]), text)


def _written(value: Any, *forms: str | None) -> str:
    form = forms[value != 1]
    if form is not None:
        return form.replace("#", f"{value:,}")
    return listed(value) if isinstance(value, list) else str(value)


def question(
    name: str, prompt: str, options: list[str], answer: str | None, explain: str = "", **drawn: Any
) -> dict[str, Any]:
    """What ask mode asks before it shows something; the answer is None until it is known.

    `drawn`: `pictures`, what the picture of each option shows, and `shown`, what that under the
    prompt shows; the view draws them (`pictureOf`), and the options are their names.
    """
    known = {"id": name, "prompt": prompt, "options": options}
    return {**known, "answer": answer, "explain": explain, **drawn}
