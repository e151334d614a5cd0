"""Axes of charts: spans, round numbers, and numbers short enough for the end of a line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = 0.06


@dataclass
class Axis:
    """A span of values. `low` and `high` are logarithms if `log`."""

    low: float
    high: float
    log: bool = False

    def fraction(self, value: float) -> float:
        """How far up the axis a value is: 0 at the bottom, 1 at the top."""
        return ((math.log(value) if self.log else value) - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Round values within the span, each with its text."""
        if self.log:
            chosen = log_ticks(math.exp(self.low), math.exp(self.high))
        else:
            chosen = ticks(self.low, self.high)
        return [(value, tick_text(value)) for value in chosen]


def axis_of(values: Sequence[float], log: bool = False, limit: float = math.inf) -> Axis:
    """An axis for finite values, with a margin.

    Of values that are all positive none is below zero; `limit` is the largest possible value.

    >>> axis_of([0.25], limit=1)
    Axis(low=0.11, high=0.39, log=False)
    """
    low, high = min(values, default=0.1 if log else 0), max(values, default=1)
    if log:
        low, high = math.log(low), math.log(high)
    if high - low < 1e-9 * max(1, abs(high)):
        reach = 0.4 if log else abs(low) / 2 or 0.5
        low, high = low - reach, high + reach
    margin = (high - low) * MARGIN
    bottom = 0 if low >= 0 and not log else -math.inf
    top = limit + (limit - low) * MARGIN / 3
    return Axis(max(low - margin, bottom), min(high + margin, top), log)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers within a span, at most `most`.

    >>> ticks(0.13, 0.72)
    [0.2, 0.4, 0.6]
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * i for i in (1, 2, 2.5, 5, 10) if power * i >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Numbers for a logarithmic axis: powers of ten, with others between where there is room.

    >>> log_ticks(0.02, 3)
    [0.03, 0.1, 0.3, 1.0, 3.0]
    """
    decades = math.log10(high / low)
    heads = (1,) if decades > 4 else (1, 3) if decades > 1.2 else (1, 1.5, 2, 3, 5, 7)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    within = [
        value
        for power in powers
        for head in heads
        if low <= (value := float(f"{head}e{power}")) <= high
    ]
    return within if len(within) > 1 else ticks(low, high, 3)


def tick_text(value: float) -> str:
    """A round number in all its figures.

    >>> tick_text(1.275), tick_text(0.00025), tick_text(2e6)
    ('1.275', '2.5e-4', '2e6')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:g}"
    head, _, power = f"{value:.6e}".partition("e")
    return f"{float(head):g}e{int(power)}"


def brief(value: float) -> str:
    """A number in three figures.

    >>> brief(0.03214), brief(12.54), brief(0.0000214), brief(float("nan"))
    ('0.0321', '12.5', '2.1e-5', 'nan')
    """
    if not math.isfinite(value):
        return str(value)
    if 1e-3 <= abs(value) < 1e5 or value == 0:
        return f"{value:.3g}"
    head, _, power = f"{value:.1e}".partition("e")
    return f"{head}e{int(power)}"
