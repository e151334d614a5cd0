"""What a live view knows about a run: its numbers, limited in size and ready to send to a browser;
how fast it is, and how long it will take."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from typing import Any
from weakref import WeakKeyDictionary

from funclab.models.model import Model
from funclab.training.diagnosis.evidence import uses_batch_statistics

MOST_DOTS, MOST_EPOCHS = 200, 400
MOST_CELLS = 2000
"""The most epochs times layers whose measures are kept."""
MOST_RUNS = 8
DIGITS = 5
SETTLED = 5
"""How many batches after the first look the pace counts as known."""
PAUSE = 0.08
"""The least seconds between two messages to the page."""
SPACING = 250
"""After looking at a batch, how many times as long the view rests before it looks again."""

Numbers = dict[str, Any]
_runs: WeakKeyDictionary[Any, list[Numbers]] = WeakKeyDictionary()


def runs_of(model: Model) -> list[Numbers]:
    """The runs of a model that live views have followed, the most recent last."""
    return list(_runs.get(model, ()))


def outputs_of(model: Model) -> list[str]:
    """The names of a model's outputs; none for a model without a graph."""
    return list(getattr(model, "output_names", None) or [])


def keep_runs(model: Model, runs: list[Numbers]) -> None:
    """Keep the latest runs of a model for later views."""
    _runs[model] = runs[-MOST_RUNS:]


class Record:
    """One run: dots for single batches, and the results of each epoch.

    However long the training, at most `MOST_DOTS` batches are kept, evenly spread over it, and at
    most `MOST_EPOCHS` epochs are sent.
    """

    def __init__(self, label: str, history: Any, steps: int | None = None) -> None:
        self.label, self.history, self.steps = label, history, steps
        self.dots: list[tuple[int, int, Numbers]] = []
        """The epoch, the batch (from 1) and the losses and metrics of every kept batch."""
        self.fresh: list[tuple[int, int, Numbers]] = []
        """The dots that `new_dots` has not yet returned."""
        self.batches, self.stride = 0, 1
        self.lengths: dict[int, int] = {}
        self.heat: dict[int, dict[str, Any]] = {}
        self.nan: Numbers = {}
        """Where nan first appeared: its `nan_layer`, and the sentence `nan` that says so."""

    def count_batch(self) -> int:
        """Count a batch; returns how many batches until the next one to keep, 0 for this one."""
        self.batches += 1
        return -self.batches % self.stride

    def add_dot(self, epoch: int, batch: int, values: Numbers) -> None:
        """Keep the losses and metrics of one batch; if there are too many, only every other one."""
        self.fresh.append((epoch, batch, values))
        self.dots.append((epoch, batch, values))
        if len(self.dots) > MOST_DOTS:
            self.dots = self.dots[1::2]
            self.stride *= 2

    def new_dots(self) -> list[Numbers]:
        """The dots added since the last call, as points."""
        dots, self.fresh = self.fresh, []
        return self._points(dots)

    def _points(self, dots: list[tuple[int, int, Numbers]]) -> list[Numbers]:
        """Dots as points on the axis, without those whose epoch has an unknown length."""
        points = []
        for epoch, batch, values in dots:
            length = self.lengths.get(epoch, self.steps)
            if length is not None:
                x = round(epoch + min(batch / length, 1), 4)
                points.append({"x": x, "values": {k: number(v) for k, v in values.items()}})
        return points

    def end_epoch(self, epoch: int, batches: int, heat: dict[str, Any]) -> None:
        """An epoch has ended after this many batches; `heat` has the measures of its layers."""
        self.lengths[epoch] = batches
        self.steps = self.steps or batches  # the next epochs will have as many
        self.keep_heat(epoch, heat)

    def keep_heat(self, epoch: int, heat: dict[str, Any]) -> None:
        """Keep the measures of an epoch, if any; if there are too many, only every other one, but
        always the first and the last."""
        if not heat:
            return
        self.heat[epoch] = heat
        if len(self.heat) > max(20, min(MOST_EPOCHS, MOST_CELLS // len(heat))):
            measured = list(self.heat.items())
            self.heat = dict(measured[i] for i in thinned(len(measured), (len(measured) + 1) // 2))

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
            for name in [*history.history]  # a copy: training may add some meanwhile
        },
        "now": {
            name: [number(values[i]) for i in chosen if i < len(values)]
            for name, values in [*history.now.items()]
        },
        "stopped": history.stopped,
        "validated_on": getattr(history, "validated_on", 0),
        "batch_statistics": uses_batch_statistics(getattr(history, "model", None)),
        "nan": {},
        "dots": [],
        "heat": [],
    }


def kept(history: Any, most: int) -> list[int]:
    """Which epochs are sent: evenly spread, including those with a less frequent measurement."""
    count = len(history.epoch)
    chosen = set(thinned(count, most))
    for epochs in [*history.epochs_of.values()]:
        if len(epochs) < count:
            rarer = [epochs[i] for i in thinned(len(epochs), most)]
            chosen |= {bisect_left(history.epoch, epoch) for epoch in rarer}
    return sorted(chosen)


def thinned(count: int, most: int) -> list[int]:
    """At most `most` of `count` indices, evenly spread, always including the last.

    >>> thinned(7, 3)
    [0, 3, 6]
    """
    step = max(1, math.ceil(count / most))
    return sorted({*range(0, count, step), *range(count - 1, count)} - {-1})


def number(value: Any) -> float | None:
    """A number rounded for sending; None for what is not a number, or not finite.

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
        """Note that `batches` batches are done, of `size` samples each."""
        self._go_on()
        if not self.first:
            self.first, self.begun = batches, self._now()
        self.phase, self.size = "running", size

    def rest(self) -> None:
        """Note that the training run has been paused, has resumed, or is over."""
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
        """The progress: `batches` are done in total, and an epoch has `length` of them; also the
        samples per second, and the seconds left, once these are known."""
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
"""This thread's CPU time in seconds; the process's on a platform that has none for threads."""


def now() -> tuple[float, float]:
    """The time, and this thread's CPU time, in seconds."""
    return time.perf_counter(), cpu_time()


class Pace:
    """Work that is repeated, at most so often that it costs this thread one `share`-th of its CPU
    time: on a busy machine the training itself gets little of the time that passes.

    It is never put off for longer than `longest` seconds.
    """

    def __init__(self, share: float, longest: float) -> None:
        self.share, self.longest = share, longest
        self.earned = self.latest = -math.inf

    def begin(self) -> None:
        self.spent = cpu_time()

    def end(self) -> None:
        spent = cpu_time()
        self.earned = spent + self.share * (spent - self.spent)
        self.latest = time.perf_counter() + self.longest

    @property
    def is_due(self) -> bool:
        return cpu_time() >= self.earned or time.perf_counter() >= self.latest


def rest_after(spent: float) -> float:
    """How long to rest after work that began when this thread's CPU time was `spent`.

    CPU time counts, not wall-clock time: other programs may keep the machine busy.
    """
    return max(PAUSE, SPACING * (cpu_time() - spent))
