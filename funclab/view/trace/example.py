"""One place of a sum in numbers: a place that the pictures show, and mark."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from funclab.view.live.said import say, short, signed
from funclab.view.trace.frames import Frame, block_of, seen_places

Array = np.ndarray[Any, Any]

SEARCHED = 50
"""As many places are tried, to find one whose rounded sum is right."""
TELLING = 0.05
"""Parts that are smaller than this share of the largest number say nothing in three digits."""
DIGITS = (3, 4, 5)


class Example(NamedTuple):
    """Two numbers and their sum, rounded, and where in the arrays they stand."""

    at: int
    numbers: list[float]
    digits: int
    largest: bool
    """Whether the sum there is at least half of the largest that is shown."""

    @property
    def sum(self) -> str:
        """The sum as it is written."""
        return signed(self.numbers[2], self.digits)

    @property
    def text(self) -> str:
        a, b, c = (signed(one, self.digits) for one in self.numbers)
        if self.numbers[1] < 0:
            return f"{a} − {short(abs(self.numbers[1]), self.digits)} = {c}"
        return f"{a} + {b} = {c}"


def sum_example(there: Array, came: Array, total: Array) -> str:
    """One place of a sum in numbers: a large one, whose rounded numbers add up, too.

    >>> sum_example(np.array([0.0, 1.0]), np.array([0.5, 2.0]), np.array([0.5, 3.0]))
    '1.0 + 2.0 = 3.0'
    """
    return example_of([there, came, total], np.arange(total.size)).text


def example_of(arrays: list[Array], seen: Array, at: int | None = None) -> Example:
    """An example among the places that are `seen`, or at a given one.

    Large sums of two parts that both say something come first.
    """
    columns = np.stack([np.asarray(one, "float64").reshape(-1) for one in arrays])
    sizes = np.abs(np.nan_to_num(columns, posinf=0.0, neginf=0.0))
    order = seen[np.argsort(-sizes[2, seen], kind="stable")]
    half = sizes[2, order[0]] / 2
    if at is not None:
        order = np.array([at])
    pool = _pool(sizes, order, half)[:SEARCHED]
    for digits in DIGITS:
        for place in pool:
            numbers = _rounded([float(one) for one in columns[:, place]], digits)
            if math.isclose(numbers[0] + numbers[1], numbers[2], abs_tol=1e-12):
                return Example(int(place), numbers, digits, bool(sizes[2, place] >= half))
    numbers = _rounded([float(one) for one in columns[:, pool[0]]], DIGITS[0])
    return Example(int(pool[0]), numbers, DIGITS[0], bool(sizes[2, pool[0]] >= half))


def _pool(sizes: Array, order: Array, half: float) -> Array:
    """The best places there are: large and with two parts, with two parts, or large."""
    large = sizes[2, order] >= half
    least, most = sizes[:2, order].min(0), sizes[:, order].max(0)
    telling = (least >= TELLING * most) & (least > 0)
    for good in (large & telling, telling, large):
        if good.any():
            return order[good]
    return order


def _rounded(numbers: list[float], shown: int) -> list[float]:
    """Numbers with as many digits after the point that the largest shows `shown`."""
    greatest = max((abs(one) for one in numbers if math.isfinite(one)), default=0.0)
    digits = shown - 1 - math.floor(math.log10(greatest)) if greatest else 0
    return [round(one, digits) if math.isfinite(one) else one for one in numbers]


def places_of(array: Array, batched: bool = False) -> Array:
    """The places of an array that its picture shows, as one row."""
    return seen_places(array.shape, batched).reshape(-1)


def marked(frame: Frame, array: Array, at: int, batched: bool = False) -> Frame:
    """A frame with the field or bar of one place of its array marked; a lone number needs none."""
    if frame.kind in ("number", "ids"):
        return frame
    return replace(frame, mark=block_of(frame, seen_places(array.shape, batched), at))


def where(frame: Frame, seen: Array, largest: bool = False) -> str:
    """How a sentence points at the mark of a frame, which shows the places that are `seen`."""
    if frame.mark is None:
        return ""
    if frame.numbers.size < seen.size:
        return say("trace_at_block")
    return say("trace_at_large" if largest else "trace_at")
