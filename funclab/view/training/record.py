"""What a live view remembers of a run: bounded, and plain enough to travel to a browser."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Any
from weakref import WeakKeyDictionary

MOST_DOTS = 400
MOST_EPOCHS = 400
MOST_POINTS = 2000
"""Epochs of all runs of a view together, so that twenty runs weigh no more than a few."""
FEWEST_EPOCHS = 60
MOST_CELLS = 2000
"""Epochs times layers whose measures are kept."""
MOST_RUNS = 8
DIGITS = 5

Numbers = dict[str, Any]
_runs: WeakKeyDictionary[Any, list[Numbers]] = WeakKeyDictionary()


def runs_of(model: Any) -> list[Numbers]:
    """The runs of a model that live views have followed, the latest last."""
    return list(_runs.get(model, ()))


def keep_runs(model: Any, runs: list[Numbers]) -> None:
    """Keep the latest runs of a model for later views."""
    _runs[model] = runs[-MOST_RUNS:]


class Record:
    """One run: dots of single batches, and what each epoch brought.

    However long the training, at most `MOST_DOTS` batches are kept, evenly spread, and at most
    `MOST_EPOCHS` epochs travel.
    """

    def __init__(self, label: str, history: Any, steps: int | None = None) -> None:
        self.label, self.history, self.steps = label, history, steps
        self.dots: list[tuple[int, int, Numbers]] = []
        self.stride, self.seen = 1, 0
        self.lengths: dict[int, int] = {}
        self.heat: dict[int, dict[str, Any]] = {}
        self.nan: Numbers = {}
        """Where nan first appeared: its `nan_layer`, and the sentence `nan` that says so."""

    def dot(self, epoch: int, batch: int, values: Numbers) -> Numbers | None:
        """Keep the numbers of one batch (from 1), and return them as a point; None if left out."""
        self.seen += 1
        if (self.seen - 1) % self.stride:
            return None
        self.dots.append((epoch, batch, rounded(values)))
        if len(self.dots) > MOST_DOTS:
            self.dots = self.dots[::2]
            self.stride *= 2
        return self.placed(epoch, batch, rounded(values))

    def placed(self, epoch: int, batch: int, values: Numbers) -> Numbers | None:
        """A batch as a point of the axis; None as long as the length of its epoch is unknown."""
        length = self.lengths.get(epoch) or self.steps or self.lengths.get(epoch - 1)
        if length is None:
            return None
        return {"x": round(epoch + min(batch / length, 1), 4), "values": values}

    def epoch(self, epoch: int, batches: int, heat: dict[str, Any] | None) -> None:
        """An epoch has ended after so many batches; `heat` holds the measures of its layers."""
        self.lengths[epoch] = batches
        if heat:
            self.heat[epoch] = heat
            if len(self.heat) > max(20, min(MOST_EPOCHS, MOST_CELLS // len(heat))):
                self.heat = dict(list(self.heat.items())[::2])

    def data(self) -> Numbers:
        """The run as plain data."""
        placed = (self.placed(*dot) for dot in self.dots)
        dots = [dot for dot in placed if dot is not None]
        heat = [{"epoch": epoch + 1, "layers": layers} for epoch, layers in self.heat.items()]
        return {**summary(self.history, self.label), "dots": dots, "heat": heat, "nan": self.nan}


def summary(history: Any, label: str, group: str = "", most: int = MOST_EPOCHS) -> Numbers:
    """A History as plain data: epochs from 1, and a list for every loss and metric."""
    chosen = kept(history, most)
    epochs = [history.epoch[i] for i in chosen]
    return {
        "label": label,
        "group": group,
        "epochs": [epoch + 1 for epoch in epochs],
        "values": {
            name: [number(history.value(name, epoch)) for epoch in epochs]
            for name in history.history
        },
        "now": {name: picked(values, chosen) for name, values in history.now.items()},
        "stopped": history.stopped,
        "nan": {},
        "dots": [],
        "heat": [],
    }


def kept(history: Any, most: int) -> list[int]:
    """Which epochs travel: evenly spread, with those in which something rarer was measured."""
    count = len(history.epoch)
    chosen = set(thinned(count, most))
    for epochs in history.epochs_of.values():
        if len(epochs) < count:
            rarer = [epochs[i] for i in thinned(len(epochs), most)]
            chosen |= {bisect_left(history.epoch, epoch) for epoch in rarer}
    return sorted(chosen)


def thinned(count: int, most: int) -> list[int]:
    """At most so many places out of `count`, evenly, always with the last.

    >>> thinned(7, 3)
    [0, 3, 6]
    """
    step = max(1, math.ceil(count / most))
    return sorted({*range(0, count, step), *range(count - 1, count)} - {-1})


def picked(values: list[Any], chosen: list[int]) -> list[Any]:
    return [number(values[i]) if i < len(values) else None for i in chosen]


def rounded(values: Numbers) -> Numbers:
    return {name: number(value) for name, value in values.items()}


def number(value: Any) -> float | None:
    """A number short enough to travel; None for what is not a number, or not finite.

    >>> number(0.123456789), number(float("nan"))
    (0.12346, None)
    """
    try:
        single = float(value)
    except (TypeError, ValueError):
        return None
    return float(f"{single:.{DIGITS}g}") if math.isfinite(single) else None
