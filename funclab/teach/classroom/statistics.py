"""The formulas of a class: shares and correlations with intervals, gains, reliability."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

Z = 1.96
"""Half the width of an interval of 95 %, in standard errors."""
ROUNDS = 2000
LEAST_FOR_GAIN, HIGHEST_BEFORE = 10, 0.9
LEAST_FOR_CORRELATION, LEAST_FOR_RELIABILITY = 15, 20


class Estimate(NamedTuple):
    """A number, and the interval of 95 % around it."""

    value: float
    low: float
    high: float


def share(right: int, n: int) -> Estimate | None:
    """A share with Wilson's score interval (1927); None if n is 0.

    >>> [round(x, 3) for x in share(7, 30)]
    [0.233, 0.118, 0.409]
    """
    if not n:
        return None
    p, square = right / n, Z * Z / n
    middle = (p + square / 2) / (1 + square)
    half = Z * math.sqrt(p * (1 - p) / n + square / (4 * n)) / (1 + square)
    return Estimate(p, max(0.0, middle - half), min(1.0, middle + half))


def gain(before: Sequence[float], after: Sequence[float]) -> Estimate | None:
    """Hake's gain of a class (1998): of what was missing before, the part that was there after.

    It is (b - a) / (1 - a), where a and b are the mean shares right of the same students before and
    after; the interval is the middle 95 % of 2,000 bootstrap draws of students, always the same.
    None for fewer than 10 students, or where more than 90 % was right before.

    >>> gain([0.5] * 10, [0.75] * 10)
    Estimate(value=0.5, low=0.5, high=0.5)
    """
    a, b = np.asarray(before, float), np.asarray(after, float)
    if len(a) < LEAST_FOR_GAIN or a.mean() > HIGHEST_BEFORE:
        return None
    drawn = np.random.default_rng(0).integers(0, len(a), (ROUNDS, len(a)))
    start, end = a[drawn].mean(axis=1), b[drawn].mean(axis=1)
    known = start < 1
    gains = (end[known] - start[known]) / (1 - start[known])
    low, high = np.percentile(gains, [2.5, 97.5])
    return Estimate(float((b.mean() - a.mean()) / (1 - a.mean())), float(low), float(high))


def correlation(x: Sequence[float], y: Sequence[float]) -> Estimate | None:
    """The correlation of two rows, with Fisher's interval (1921); None for fewer than 15 pairs, or
    where one of them does not vary.

    >>> correlation([0, 1] * 10, [0, 1] * 10).value
    1.0
    """
    a, b = np.asarray(x, float), np.asarray(y, float)
    if len(a) < LEAST_FOR_CORRELATION or not np.ptp(a) or not np.ptp(b):
        return None
    r = float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1).round(12))
    if abs(r) == 1:
        return Estimate(r, r, r)
    half = Z / math.sqrt(len(a) - 3)
    return Estimate(r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def reliability(right: Sequence[Sequence[int]]) -> float | None:
    """Formula 20 of Kuder and Richardson (1937) for students x items, 1 for a right answer; None
    for fewer than 20 students, or where all have the same sum.

    >>> round(reliability([[1] * 4, [0] * 4] * 10), 3)
    1.0
    """
    table = np.asarray(right, float)
    if len(table) < LEAST_FOR_RELIABILITY or table.shape[1] < 2:
        return None
    spread, p = table.sum(axis=1).var(), table.mean(axis=0)
    k = table.shape[1]
    return float((1 - (p * (1 - p)).sum() / spread) * k / (k - 1)) if spread else None


def thirds(scores: Sequence[float]) -> list[int]:
    """For each score, its third: 0 is the upper one, 1 the middle, 2 the lower. Upper and lower
    are of the same size; equal scores go in the order in which they are given.

    >>> thirds([0.1, 0.9, 0.5, 0.4])
    [2, 0, 1, 1]
    """
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    size = max(1, len(scores) // 3)
    found = [1] * len(scores)
    for rank, i in enumerate(order):
        if rank >= len(scores) - size:
            found[i] = 2
        if rank < size:
            found[i] = 0
    return found
