"""Axes of small charts: round numbers, and numbers short enough for the end of a line."""

from __future__ import annotations

import math


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
    first = math.floor(math.log10(low))
    last = math.ceil(math.log10(high))
    found = [
        float(f"{head}e{power}")
        for power in range(first, last + 1)
        for head in heads(math.log10(high / low))
    ]
    within = [one for one in found if low <= one <= high]
    if len(within) < 2:
        return ticks(low, high, 3)
    return within


def heads(decades: float) -> tuple[float, ...]:
    """Which numbers of each decade an axis of so many decades has room for."""
    if decades > 4:
        return (1,)
    if decades > 1.2:
        return (1, 3)
    return (1, 1.5, 2, 3, 5, 7)


def brief(value: float) -> str:
    """A number in three figures.

    >>> brief(0.03214), brief(12.54), brief(0.0000214), brief(float("nan"))
    ('0.0321', '12.5', '2.1e-5', 'nan')
    """
    if not math.isfinite(value):
        return str(value)
    usual = 1e-3 <= abs(value) < 1e5
    if usual or value == 0:
        return f"{value:.3g}"
    head, _, power = f"{value:.1e}".partition("e")
    return f"{head}e{int(power)}"
