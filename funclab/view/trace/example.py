"""One number of a sum or step, written out: one that the pictures show, and outline."""

from __future__ import annotations

import math

import numpy as np

from funclab.shape_math import Array
from funclab.view.live.said import say, short, signed
from funclab.view.trace.frames import Frame

DIGITS, STEP_DIGITS = 4, 5
"""How many digits are written in sums, and in the steps of an optimizer."""


def telling(before: Array, added: Array, shown: Array) -> int:
    """The position, of those that are `shown`, where both parts of a sum and the sum are large; or,
    where one of the parts is zero everywhere, where the other is largest."""
    parts = [part.reshape(-1)[shown] for part in (before, added, before + added)]
    sizes = np.abs(np.nan_to_num(parts, posinf=0, neginf=0))
    smallest = sizes.min(0)
    return int(shown[(smallest if smallest.any() else sizes.max(0)).argmax()])


def aligned(numbers: list[float]) -> list[float]:
    """Numbers with as many digits after the point as the largest needs to show `DIGITS`."""
    greatest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0)
    point = DIGITS - 1 - math.floor(math.log10(greatest)) if greatest else 0
    return [round(number, point) if math.isfinite(number) else number for number in numbers]


def sum_text(before: float, added: float, total: float) -> str:
    """A sum of rounded numbers; "≈" where rounding shows.

    >>> sum_text(1.0, -3.0, -2.0), sum_text(0.124, 0.124, 0.249)
    ('1.0 − 3.0 = −2.0', '0.124 + 0.124 ≈ 0.249')
    """
    sign, last = "−" if added < 0 else "+", signed(total, DIGITS)
    equal = "=" if signed(before + added, DIGITS) == last else "≈"
    return f"{signed(before, DIGITS)} {sign} {short(abs(added), DIGITS)} {equal} {last}"


def step_text(before: float, step: float, after: float, rate: float) -> str:
    """An optimizer's step in rounded numbers: before − rate × step = after. Where the weight hardly
    moves, it is written with more digits.

    >>> step_text(0.11384, 0.1431, 0.112409, 0.01), step_text(1.0, -2.0, 1.2, 0.1)
    ('0.11384 − 0.01 × 0.1431 = 0.11241', '1.0 − 0.1 × (−2.0) = 1.2')
    """
    for digits in (STEP_DIGITS, 7, 9):
        first, last = signed(before, digits), signed(after, digits)
        if first != last:
            break
    factor = short(step, STEP_DIGITS - 1)
    equal = "=" if signed(before - rate * float(factor), digits) == last else "≈"
    written = f"({signed(step, STEP_DIGITS - 1)})" if step < 0 else factor
    return f"{first} − {rate:g} × {written} {equal} {last}"


def where(frame: Frame, shown: Array) -> str:
    """How a sentence points at the mark of a frame, which shows the positions that are `shown`."""
    if frame.mark is None:
        return ""
    return say("trace_at_block" if frame.numbers.size < shown.size else "trace_at")
