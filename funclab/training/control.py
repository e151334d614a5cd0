"""Steering a course of training from elsewhere: another thread, a button, another cell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LOOK = 0.05
"""Seconds between two looks for an interrupt, while a course is held."""


class Control:
    """Holds a course between two batches, lets it take single batches, and ends it.

    Any thread may call these methods. The course looks at `held` after every batch and, when it is
    not zero, parks until it is let go.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self.stop = stop
        """Ask for an end after the running batch."""
        self.held = 0
        self.paused = self.parked = self.ended = False
        self.singles = 0
        self.error: BaseException | None = None
        """What the course ended with, if it failed."""
        self.told: list[Callable[[], None]] = []
        """What the course calls when it parks, goes on, or is over."""
        self._change = threading.Condition()

    def pause(self) -> None:
        """Stay between two batches until `resume`."""
        with self._change:
            self.held += not self.paused
            self.paused = True

    def resume(self) -> None:
        with self._change:
            self.held -= self.paused
            self.paused, self.singles = False, 0
            self._change.notify_all()

    def step(self) -> None:
        """While paused, let one batch through; else pause."""
        with self._change:
            if self.paused:
                self.singles += 1
                self._change.notify_all()
                return
        self.pause()

    def end(self, error: BaseException | None = None) -> None:
        """The course is over."""
        with self._change:
            self.ended, self.parked, self.error = True, False, error
            self._change.notify_all()
        self._tell()

    def wait_parked(self, timeout: float | None = None) -> None:
        """Come back when the course stays between two batches, or is over."""
        with self._change:
            self._change.wait_for(lambda: self.parked or self.ended, timeout)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep the course between two batches as long as the block lasts."""
        with self._change:
            self.held += 1
        try:
            self.wait_parked()
            yield
        finally:
            with self._change:
                self.held -= 1
                self._change.notify_all()

    # What the course does between two batches.
    def parks(self) -> bool:
        """Whether the course has to stay where it is."""
        with self._change:
            if self.held == 1 and self.singles:
                self.singles -= 1
                return False
            return self.held > 0

    def wait(self) -> None:
        """Stay for a moment, or until something changes."""
        with self._change:
            if self.held and not (self.held == 1 and self.singles):
                self._change.wait(LOOK)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """The course is between two batches as long as the block lasts."""
        with self._change:
            self.parked = True
            self._change.notify_all()
        if self.paused:
            self._tell()
        try:
            yield
        finally:
            with self._change:
                self.parked = False

    def _tell(self) -> None:
        for tell in self.told:
            tell()


@contextmanager
def between_batches(compiled: Any) -> Iterator[None]:
    """Judge or rehearse a model that may be in training elsewhere: hold it, and put its running
    means aside.

    A callback of the training itself is between two batches already.
    """
    course = getattr(compiled, "course", None)
    if course is None or course.thread == threading.get_ident():
        yield
        return
    with course.control.holding():
        states = [state for one in compiled.trackers.values() for state in one.variables]
        kept = [state.numpy() for state in states]
        try:
            yield
        finally:
            for state, value in zip(states, kept):
                state.assign(value)
