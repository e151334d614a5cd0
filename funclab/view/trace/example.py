"""One number of a sum or step, written out: one that the pictures show, and outline."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from funclab.shape_math import Array
from funclab.view.live.said import say, short, signed
from funclab.view.trace.frames import Frame, block_of, seen_places

DIGITS, STEP_DIGITS = 4, 5
"""As many digits are written in sums, and in the steps of an optimizer."""


def telling(there: Array, came: Array, shown: Array) -> int:
    """The position, of those that are `shown`, where both parts of a sum and the sum say most; or,
    where one of the parts is zero everywhere, where the other is largest."""
    parts = [part.reshape(-1)[shown] for part in (there, came, there + came)]
    sizes = np.abs(np.nan_to_num(parts, posinf=0, neginf=0))
    all_three, either = sizes.min(0), sizes.max(0)
    return int(shown[(all_three if all_three.any() else either).argmax()])


def rounded(numbers: list[float], digits: int = DIGITS) -> list[float]:
    """Numbers with as many digits after the point as the largest needs to show `digits`."""
    greatest = max((abs(one) for one in numbers if math.isfinite(one)), default=0.0)
    point = digits - 1 - math.floor(math.log10(greatest)) if greatest else 0
    return [round(one, point) if math.isfinite(one) else one for one in numbers]


def sum_text(there: float, came: float, total: float) -> str:
    """A sum of rounded numbers; "≈" where rounding shows.

    >>> sum_text(1.0, -3.0, -2.0), sum_text(0.124, 0.124, 0.249)
    ('1.0 − 3.0 = −2.0', '0.124 + 0.124 ≈ 0.249')
    """
    sign = "−" if came < 0 else "+"
    equal = _equal(there + came, total, 1e-12)
    first, last = signed(there, DIGITS), signed(total, DIGITS)
    return f"{first} {sign} {short(abs(came), DIGITS)} {equal} {last}"


def step_text(before: float, step: float, after: float, rate: float) -> str:
    """An optimizer's step in rounded numbers: before − rate × step = after.

    >>> step_text(0.11384, 0.1431, 0.112409, 0.01), step_text(1.0, -2.0, 1.2, 0.1)
    ('0.11384 − 0.01 × 0.1431 = 0.11241', '1.0 − 0.1 × (−2.0) = 1.2')
    """
    for digits in (STEP_DIGITS, 7, 9):
        first, last = rounded([before, after], digits)
        if first != last:
            break
    written = signed(step, STEP_DIGITS - 1)
    greatest = max(abs(before), abs(after))
    known = 0 < greatest < math.inf
    unit = 10.0 ** (1 - digits + math.floor(math.log10(greatest))) if known else 0.0
    equal = _equal(before - rate * float(written.replace("−", "-")), last, 0.51 * unit)
    bracketed = f"({written})" if step < 0 else written
    return f"{signed(first, digits)} − {rate:g} × {bracketed} {equal} {signed(last, digits)}"


def _equal(made: float, told: float, most: float) -> str:
    return "=" if math.isclose(made, told, rel_tol=1e-9, abs_tol=most) else "≈"


def shown_positions(array: Array, batched: bool = False) -> Array:
    """The positions in an array that its picture shows, as one row."""
    return seen_places(array.shape, batched).reshape(-1)


def marked(frame: Frame, array: Array, at: int, batched: bool = False) -> Frame:
    """A frame with the field or bar of one position of its array marked; a lone number needs no
    mark."""
    if frame.kind in ("number", "ids"):
        return frame
    return replace(frame, mark=block_of(frame, seen_places(array.shape, batched), at))


def where(frame: Frame, shown: Array) -> str:
    """How a sentence points at the mark of a frame, which shows the positions that are `shown`."""
    if frame.mark is None:
        return ""
    return say("trace_at_block" if frame.numbers.size < shown.size else "trace_at")
