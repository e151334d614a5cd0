"""How fast a training run goes, and how long it will take."""

from __future__ import annotations

import time
from typing import Any

SETTLED = 5
"""Batches after the first look from which on the pace is known."""
PAUSE = 0.08
"""Seconds between two messages to the page, at least."""
SPACING = 250
"""After looking at a batch, at least so many times as long passes without looking."""


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


def rest_after(spent: float) -> float:
    """How long to rest after work that began at `spent` of this thread's CPU time.

    CPU time counts, not the clock's: what other programs do to a busy machine is no cost of ours.
    """
    return max(PAUSE, SPACING * (cpu_time() - spent))
