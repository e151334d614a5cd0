"""What a live view knows of a run: its numbers, bounded, and plain enough to travel to a browser;
how fast it goes, and how long it will take."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from typing import Any
from weakref import WeakKeyDictionary

MOST_DOTS, MOST_EPOCHS = 200, 400
MOST_CELLS = 2000
"""Epochs times layers whose measures are kept."""
MOST_RUNS = 8
DIGITS = 5
SETTLED = 5
"""Batches after the first look from which on the pace is known."""
PAUSE = 0.08
"""Seconds between two messages to the page, at least."""
SPACING = 250
"""After looking at a batch, at least so many times as long passes without looking."""

Numbers = dict[str, Any]
_runs: WeakKeyDictionary[Any, list[Numbers]] = WeakKeyDictionary()


def runs_of(model: Any) -> list[Numbers]:
    """The runs of a model that live views have followed, the latest last."""
    return list(_runs.get(model, ()))


def outputs_of(model: Any) -> list[str]:
    """The names of a model's outputs; none for a model without a graph."""
    return list(getattr(model, "output_names", None) or [])


def keep_runs(model: Any, runs: list[Numbers]) -> None:
    """Keep the latest runs of a model for later views."""
    _runs[model] = runs[-MOST_RUNS:]


class Record:
    """One run: dots of single batches, and what each epoch brought.

    However long the training, at most `MOST_DOTS` batches are kept, evenly spread over it, and at
    most `MOST_EPOCHS` epochs travel.
    """

    def __init__(self, label: str, history: Any, steps: int | None = None) -> None:
        self.label, self.history, self.steps = label, history, steps
        self.dots: list[tuple[int, int, Numbers]] = []
        """The epoch, the batch (from 1) and the losses and metrics of every kept batch."""
        self.fresh: list[tuple[int, int, Numbers]] = []
        """The dots that `new_dots` has not returned yet."""
        self.batches, self.stride = 0, 1
        self.lengths: dict[int, int] = {}
        self.heat: dict[int, dict[str, Any]] = {}
        self.nan: Numbers = {}
        """Where nan first appeared: its `nan_layer`, and the sentence `nan` that says so."""

    def count_batch(self) -> int:
        """Count a batch; returns how many come before the next one to be kept, 0 for this one."""
        self.batches += 1
        return -self.batches % self.stride

    def add_dot(self, epoch: int, batch: int, values: Numbers) -> None:
        """Keep the losses and metrics of one batch; of too many, every other."""
        self.fresh.append((epoch, batch, values))
        self.dots.append((epoch, batch, values))
        if len(self.dots) > MOST_DOTS:
            self.dots = self.dots[1::2]
            self.stride *= 2

    def new_dots(self) -> list[Numbers]:
        """The dots that have come since the last call, as points."""
        dots, self.fresh = self.fresh, []
        return self._points(dots)

    def _points(self, dots: list[tuple[int, int, Numbers]]) -> list[Numbers]:
        """Dots as points of the axis; without those whose epoch has an unknown length."""
        points = []
        for epoch, batch, values in dots:
            length = self.lengths.get(epoch, self.steps)
            if length is not None:
                x = round(epoch + min(batch / length, 1), 4)
                points.append({"x": x, "values": {k: number(v) for k, v in values.items()}})
        return points

    def end_epoch(self, epoch: int, batches: int, heat: dict[str, Any]) -> None:
        """An epoch has ended after so many batches; `heat` holds the measures of its layers."""
        self.lengths[epoch] = batches
        self.steps = self.steps or batches  # as many will come again
        if heat:
            self.heat[epoch] = heat
            if len(self.heat) > max(20, min(MOST_EPOCHS, MOST_CELLS // len(heat))):
                self.heat = dict(list(self.heat.items())[::2])

    def data(self) -> Numbers:
        """The run as plain data."""
        heat = [{"epoch": epoch + 1, "layers": layers} for epoch, layers in self.heat.items()]
        whole = summary(self.history, self.label)
        return {**whole, "dots": self._points(self.dots), "heat": heat, "nan": self.nan}


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
            for name in [*history.history]  # the training may add some meanwhile
        },
        "now": {
            name: [number(values[i]) for i in chosen if i < len(values)]
            for name, values in [*history.now.items()]
        },
        "stopped": history.stopped,
        "nan": {},
        "dots": [],
        "heat": [],
    }


def kept(history: Any, most: int) -> list[int]:
    """Which epochs travel: evenly spread, with those in which something rarer was measured."""
    count = len(history.epoch)
    chosen = set(thinned(count, most))
    for epochs in [*history.epochs_of.values()]:
        if len(epochs) < count:
            rarer = [epochs[i] for i in thinned(len(epochs), most)]
            chosen |= {bisect_left(history.epoch, epoch) for epoch in rarer}
    return sorted(chosen)


def thinned(count: int, most: int) -> list[int]:
    """At most so many indices out of `count`, evenly, always with the last.

    >>> thinned(7, 3)
    [0, 3, 6]
    """
    step = max(1, math.ceil(count / most))
    return sorted({*range(0, count, step), *range(count - 1, count)} - {-1})


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


class Clock:
    """The pace of a training run; the time in which it is paused does not count."""

    def __init__(self, loop: Any) -> None:
        self.loop, self.phase = loop, "waiting"
        self.first = self.size = 0
        """The batches done at the first look: the very first ones may compile for seconds."""
        self.begun = self.rested = 0.0
        self.rest_from: float | None = None

    def look(self, batches: int, size: int) -> None:
        """So many batches are done, of so many samples each."""
        self._go_on()
        if not self.first:
            self.first, self.begun = batches, self._now()
        self.phase, self.size = "running", size

    def rest(self) -> None:
        """The training run is paused, goes on, or is over, from now on."""
        control, history = self.loop.control, self.loop.history
        if not (control.paused or control.ended):
            self._go_on()
            self.phase = "validating" if control.evaluating else "running"
            return
        self.rest_from = self.rest_from or time.perf_counter()
        self.phase = "paused"
        if control.ended:
            self.phase = "failed" if control.error else "stopped" if history.stopped else "over"

    def _go_on(self) -> None:
        if self.rest_from is not None:
            self.rested += time.perf_counter() - self.rest_from
            self.rest_from = None

    def _now(self) -> float:
        return (self.rest_from or time.perf_counter()) - self.rested

    def status(self, epoch: int, batch: int, batches: int, length: int | None) -> dict[str, Any]:
        """Where the training is: `batches` are done in all, and an epoch has `length` of them; and
        how many samples it takes in a second, and the seconds left, once these are known."""
        done = batches - self.first
        pace = (self._now() - self.begun) / done if self.first and done >= SETTLED else None
        ahead = None if length is None else max(0, length * len(self.loop.epochs) - batches)
        left = None if ahead is None or pace is None else round(ahead * pace, 1)
        return {
            "phase": self.phase,
            "epoch": epoch + 1,
            "last": self.loop.epochs.stop,
            "batch": batch,
            "steps": self.loop.training.steps,
            "speed": round(self.size / pace) if pace else 0,
            "left": 0 if ahead == 0 else left,
        }


cpu_time = getattr(time, "thread_time", time.process_time)
"""This thread's CPU time in seconds; the whole process's where there is one thread only."""


def now() -> tuple[float, float]:
    """The time, and this thread's CPU time, in seconds."""
    return time.perf_counter(), cpu_time()


def rest_after(spent: float) -> float:
    """How long to rest after work that began at `spent` of this thread's CPU time.

    CPU time counts, not the clock's: other programs may keep a machine busy.
    """
    return max(PAUSE, SPACING * (cpu_time() - spent))
