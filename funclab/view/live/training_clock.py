"""Where a training is, how fast it goes, and how long it will take."""

from __future__ import annotations

import time
from typing import Any

LATEST = 5
"""Epochs from which the time left is guessed."""


class Clock:
    """Times of a training, without those it was paused."""

    def __init__(self, course: Any) -> None:
        self.course = course
        self.phase = "waiting"
        self.durations: list[float] = []
        self.now = self.whole_at = self.begun = time.perf_counter()
        self.rest_from: float | None = None
        self.samples_a_second = 0.0

    def start(self) -> None:
        self.phase = "running"

    def begin_epoch(self) -> None:
        self._tick()
        self.begun = self.now
        self.phase = "running"

    def end_epoch(self) -> None:
        self._tick()
        self.durations = [*self.durations[-LATEST + 1 :], self.now - self.begun]
        self.begun = self.now

    def look(self, batch: int, size: int) -> None:
        """So many batches of this epoch are done."""
        self._tick()
        self.phase = "running"
        self.samples_a_second = batch * size / max(self.now - self.begun, 1e-9)

    def rest(self) -> None:
        """The training stays where it is, from now on."""
        if self.rest_from is None:
            self.rest_from = time.perf_counter()
        control, history = self.course.control, self.course.history
        self.phase = "paused"
        if control.ended:
            self.phase = "failed" if control.error else "stopped" if history.stopped else "over"

    def _tick(self) -> None:
        self.now = time.perf_counter()
        if self.rest_from is not None:
            self.begun += self.now - self.rest_from
            self.rest_from = None

    def left(self, batch: int) -> float | None:
        """Seconds until the end, as far as can be known."""
        course, done = self.course, len(self.course.history.epoch)
        ahead = len(course.epochs) - done
        spent = self.now - self.begun
        if self.durations:
            each = sum(self.durations) / len(self.durations)
            return max(0.0, ahead * each - min(spent, each))
        steps = course.training.steps
        if not steps or not batch:
            return None
        return spent / batch * (steps * ahead - batch)

    def status(self, epoch: int, batch: int) -> dict[str, Any]:
        left = self.left(batch)
        return {
            "phase": self.phase,
            "epoch": epoch + 1,
            "last": self.course.epochs.stop,
            "batch": batch,
            "steps": self.course.training.steps,
            "speed": round(self.samples_a_second),
            "left": None if left is None else round(left, 1),
        }
