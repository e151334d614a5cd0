"""Numbers, names and shapes as they are written in sentences, and the sentences themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from funclab.graph.shape_math import show
from funclab.view.draw.text import clean, shorten
from funclab.view.live.assets import texts

LONGEST_NAME = 60


def told_shape(shape: Sequence[int], batched: bool) -> str:
    """A shape, in which the first axis is called the batch if it is one.

    >>> told_shape((8, 4), True), told_shape((8, 4), False)
    ('(batch 8, 4)', '(8, 4)')
    """
    if not batched or not shape:
        return show(shape)
    return f"({', '.join([say('trace_batch', n=shape[0]), *map(str, shape[1:])])})"


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


def say(text: str, /, **values: Any) -> str:
    """A sentence from the table of texts, by its key there, with {values} filled in."""
    return texts()[text].format(**values)


def question(
    name: str, prompt: str, options: list[str], answer: str | None, explain: str = ""
) -> dict[str, Any]:
    """What ask mode asks before it shows something; the answer is None until it is known."""
    known = {"id": name, "prompt": prompt, "options": options}
    return {**known, "answer": answer, "explain": explain}
