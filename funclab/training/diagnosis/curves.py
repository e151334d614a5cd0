"""What a loss curve shows beyond its noise: falls, rises and plateaus."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, median

Points = Sequence[tuple[int, float]]
"""Pairs of an epoch, counted from 1, and a value."""
RISEN, REGAINED = 1.05, 0.05
"""A validation loss has risen if it is more than this many times its lowest value, and has also
regained this part of its fall: after one from 60 to 0.00001, less is noise."""
SHORT, RISEN_SOON = 8, 1.3
"""Fewer epochs do not show their noise: a rise must be larger than most noise is."""
HARD = 6.0
"""The lowest of many noisy values lies far below the others: a rise from there must be larger."""
NOISE = 3.0
"""A change counts if it is this many times what the curve moves up and down anyway."""


def smoothed(points: Points) -> list[float]:
    """Running means over a tenth of the epochs."""
    values = [value for _, value in points]
    width = 1 + len(values) // 10
    return [fmean(values[max(0, i - width + 1) : i + 1]) for i in range(len(values))]


def wiggle(values: Sequence[float], but: int = -9) -> float:
    """How far values typically are from the mean of their neighbours, except around index `but`."""
    inner = [i for i in range(1, len(values) - 1) if abs(i - but) > 1]
    return median([abs(values[i] - (values[i - 1] + values[i + 1]) / 2) for i in inner] or [0.0])


def risen_since(points: Points, training: Points, samples: int = 0) -> tuple[int, float] | None:
    """The epoch and value of the lowest validation loss, if it has risen since, beyond noise, while
    training fell. The loss of few samples may differ from that of others by its standard error,
    about 1 / sqrt(samples) of it; 0 samples: their number is not known."""
    if len(points) < 3:
        return None
    values, rows = [value for _, value in points], smoothed(points)
    at = min(range(len(rows)), key=rows.__getitem__)
    brief = len(values) < SHORT
    end = rows[-1] if brief else min(rows[-2:])  # one bad epoch is no rise
    rise, path = end - rows[at], sum(abs(b - a) for a, b in zip(rows[at:], rows[at + 1 :]))
    least = max(RISEN_SOON if brief else RISEN, 1 + 2 / samples**0.5 if samples else 0)
    enough = end > rows[at] * least and rise > REGAINED * (values[0] - rows[at])
    noise = 0 if brief else HARD * wiggle(values, at) / (1 + len(values) // 10) ** 0.5
    steady = len(rows) - at > 2 and rise > path / 2 and rise > noise
    lowest = min(range(len(values)), key=values.__getitem__)
    trained = dict(zip((epoch for epoch, _ in training), smoothed(training)))
    epoch, last = points[lowest][0], points[-1][0]
    fell = epoch in trained and last in trained and trained[last] < trained[epoch]
    return (epoch, values[lowest]) if enough and steady and fell else None


def last_fall(points: Points) -> float:
    """By which part of itself the loss fell in the last fifth of at least five epochs; 0 for less
    than noise."""
    values = [value for _, value in points]
    if len(values) < 5:
        return 0.0
    few = max(1, len(values) // 5)
    before, end = fmean(values[-2 * few : -few]), fmean(values[-few:])
    fall = (before - end) / abs(before) if before else 0.0
    noisy = abs(before - end) < NOISE * wiggle(values) / few**0.5
    return 0.0 if noisy and wiggle(values) else fall


def climbed(points: Points) -> bool:
    """Whether a loss has ended far above its first value, and was there for more than one epoch."""
    values = [value for _, value in points]
    return len(values) > 2 and min(values[-2:]) > 1.5 * max(values[: len(values) // 2])
