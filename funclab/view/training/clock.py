"""Where a training run is, how fast it goes, and how long it will take."""

from __future__ import annotations

import statistics
import time
from typing import Any

LATEST = 5
"""Epochs from which the time left is estimated."""
SETTLED = 5
"""Batches after which the pace of the first epoch is known."""
PAUSE = 0.08
"""Seconds between two messages to the page, at least."""
SPACING = 250
"""After looking at a batch, at least so many times as long passes without looking."""


class Clock:
    """Times of a training run, without those it was paused."""

    def __init__(self, loop: Any) -> None:
        self.loop = loop
        self.phase = "waiting"
        self.durations: list[float] = []
        self.now = self.begun = self.counted_from = time.perf_counter()
        self.counted = 0
        """The batch from which the pace is taken: the very first ones may compile for seconds."""
        self.rest_from: float | None = None
        self.samples_a_second = 0.0

    def begin_epoch(self) -> None:
        self._tick()
        self.begun = self.counted_from = self.now
        self.counted, self.phase = 0, "running"

    def end_epoch(self) -> None:
        self._tick()
        self.durations = [*self.durations[-LATEST + 1 :], self.now - self.begun]
        self.begun = self.now

    def look(self, batch: int, size: int) -> None:
        """So many batches of this epoch are done."""
        self._tick()
        self.phase = "running"
        if not self.durations and not self.counted:
            self.counted, self.counted_from = batch, self.now
        elif batch > self.counted:
            spent = max(self.now - self.counted_from, 1e-9)
            self.samples_a_second = (batch - self.counted) * size / spent

    def rest(self) -> None:
        """The training run is paused, or over, from now on."""
        if self.rest_from is None:
            self.rest_from = time.perf_counter()
        control, history = self.loop.control, self.loop.history
        self.phase = "paused"
        if control.ended:
            self.phase = "failed" if control.error else "stopped" if history.stopped else "over"

    def _tick(self) -> None:
        self.now = time.perf_counter()
        if self.rest_from is not None:
            self.begun += self.now - self.rest_from
            self.counted_from += self.now - self.rest_from
            self.rest_from = None

    def left(self, batch: int) -> float | None:
        """Seconds until the end; None as long as nothing is known."""
        loop = self.loop
        ahead = len(loop.epochs) - len(loop.history.epoch)
        if self.durations:
            each = statistics.median(self.durations)
            return max(0.0, ahead * each - min(self.now - self.begun, each))
        steps, counted = loop.training.steps, batch - self.counted
        if not steps or not self.counted or counted < SETTLED:
            return None
        return (self.now - self.counted_from) / counted * (steps * ahead - batch)

    def status(self, epoch: int, batch: int) -> dict[str, Any]:
        left = self.left(batch)
        return {
            "phase": self.phase,
            "epoch": epoch + 1,
            "last": self.loop.epochs.stop,
            "batch": batch,
            "steps": self.loop.training.steps,
            "speed": round(self.samples_a_second),
            "left": None if left is None else round(left, 1),
        }


def rest_after(spent: float) -> float:
    """How long to rest after work that began at `spent` of this thread's CPU time.

    CPU time counts, not the clock's: what other programs do to a busy machine is no cost of ours.
    """
    return max(PAUSE, SPACING * (time.thread_time() - spent))
