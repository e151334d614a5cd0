"""What a live view remembers of a run: bounded, and plain enough to travel to a browser."""

from __future__ import annotations

import math
from typing import Any

MOST_DOTS = 400
MOST_EPOCHS = 400
DIGITS = 5

Numbers = dict[str, Any]


class Record:
    """One run: dots of single batches, and what each epoch brought.

    However long the training, at most `MOST_DOTS` batches are kept, evenly spread, and at most
    `MOST_EPOCHS` epochs travel.
    """

    def __init__(self, label: str, history: Any) -> None:
        self.label, self.history = label, history
        self.dots: list[tuple[int, int, Numbers]] = []
        self.stride, self.seen = 1, 0
        self.lengths: dict[int, int] = {}
        self.heat: dict[int, dict[str, Numbers]] = {}

    def dot(self, epoch: int, batch: int, values: Numbers, steps: int | None) -> Numbers | None:
        """Keep the numbers of one batch (from 1), and return them as a point; None if left out."""
        self.seen += 1
        if (self.seen - 1) % self.stride:
            return None
        self.dots.append((epoch, batch, rounded(values)))
        if len(self.dots) > MOST_DOTS:
            self.dots = self.dots[::2]
            self.stride *= 2
        length = steps or self.lengths.get(epoch - 1)
        if length is None:
            return None
        return {"x": round(epoch + batch / length, 4), "values": self.dots[-1][2]}

    def epoch(self, epoch: int, batches: int, heat: dict[str, Numbers] | None) -> None:
        """An epoch has ended after so many batches."""
        self.lengths[epoch] = batches
        if heat:
            self.heat[epoch] = heat
            if len(self.heat) > MOST_EPOCHS:
                self.heat = dict(list(self.heat.items())[::2])

    def point(self, i: int) -> Numbers:
        """All that the epoch at a place in the history brought."""
        epoch = self.history.epoch[i]
        return {
            "epoch": epoch + 1,
            "values": at(self.history.history, i),
            "now": at(self.history.now, i),
            "heat": self.heat.get(epoch),
        }

    def data(self) -> Numbers:
        """The run as plain data."""
        longest = max(self.lengths.values(), default=0)
        points = []
        for epoch, batch, values in self.dots:
            length = self.lengths.get(epoch) or max(longest, batch)
            points.append({"x": round(epoch + batch / length, 4), "values": values})
        return {**summary(self.history, self.label), "dots": points, **self._heat()}

    def _heat(self) -> Numbers:
        return {"heat": [{"epoch": epoch + 1, "layers": one} for epoch, one in self.heat.items()]}


def summary(history: Any, label: str) -> Numbers:
    """A History as plain data: epochs from 1, and a list for every loss and metric."""
    count = len(history.epoch)
    chosen = thinned(count)
    return {
        "label": label,
        "epochs": [history.epoch[i] + 1 for i in chosen],
        "values": {name: picked(values, chosen) for name, values in history.history.items()},
        "now": {name: picked(values, chosen) for name, values in history.now.items()},
        "stopped": history.stopped,
        "dots": [],
        "heat": [],
    }


def thinned(count: int, most: int = MOST_EPOCHS) -> list[int]:
    """At most so many places out of `count`, evenly, always with the last.

    >>> thinned(7, 3)
    [0, 3, 6]
    """
    step = max(1, math.ceil(count / most))
    return sorted({*range(0, count, step), *range(count - 1, count)} - {-1})


def picked(values: list[Any], chosen: list[int]) -> list[Any]:
    return [number(values[i]) if i < len(values) else None for i in chosen]


def at(series: Any, i: int) -> Numbers:
    return {name: number(values[i]) for name, values in series.items() if i < len(values)}


def rounded(values: Numbers) -> Numbers:
    return {name: number(value) for name, value in values.items()}


def number(value: Any) -> float | None:
    """A number short enough to travel; None for what is none, or not finite.

    >>> number(0.123456789), number(float("nan"))
    (0.12346, None)
    """
    try:
        single = float(value)
    except (TypeError, ValueError):
        return None
    return float(f"{single:.{DIGITS}g}") if math.isfinite(single) else None
