"""Steering a training loop from elsewhere: an interrupt, another thread, a button, a cell."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

POLL_SECONDS = 0.05
"""Time between two checks for an interrupt, while a loop is held."""


class Interrupts:
    """While in force, the first Ctrl-C or Stop click only sets `asked`; a second one interrupts.

    Outside the main thread, where Python delivers no interrupts, it does nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None
        self._installed = False

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if self._before is not None and self._before is not signal.SIG_IGN:
                signal.signal(signal.SIGINT, self._note)
                self._installed = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, self._before)

    def ask(self) -> None:
        """Ask for an end, as an interrupt does."""
        self.asked = True

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked and callable(self._before):
            self._before(number, frame)  # as it would be without us: an async cell is cancelled
        elif self.asked:
            raise KeyboardInterrupt
        self.asked = True


class Control:
    """Holds a training loop between two batches, lets single batches through, and ends it.

    Any thread may call these methods. The loop checks `held` after every batch and, while it is
    not zero, stays parked.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self.stop = stop
        """Ask the loop to end after the running batch."""
        self.held = 0
        self.paused = self.parked = self.ended = False
        self.singles = 0
        self.stepping = self.evaluating = False
        """Whether a single batch is under way, and whether the loop evaluates: a single batch is
        one that is trained on, after the validation that comes before it."""
        self.error: BaseException | None = None
        """The error that ended the loop, if it failed."""
        self.observers: list[Callable[[], None]] = []
        """Called when the loop parks, goes on, or is over."""
        self._change = threading.Condition()

    def pause(self) -> None:
        """Stay between two batches until `resume`."""
        with self._change:
            self.held += not self.paused
            self.paused = True

    def resume(self) -> None:
        with self._change:
            self.held -= self.paused
            self.paused, self.singles, self.stepping = False, 0, False
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
        """Mark the loop as over."""
        with self._change:
            self.ended, self.parked, self.error = True, False, error
            self._change.notify_all()
        self._tell()

    def wait_parked(self, timeout: float | None = None) -> None:
        """Return when the loop is parked between two batches, or is over."""
        with self._change:
            self._change.wait_for(lambda: self.parked or self.ended, timeout)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold the loop between two batches while the block runs."""
        with self._change:
            self.held += 1
        try:
            self.wait_parked()
            yield
        finally:
            with self._change:
                self.held -= 1
                self._change.notify_all()

    # For the loop, between two batches.
    def parks(self) -> bool:
        """Whether the loop has to stay parked."""
        with self._change:
            self.stepping = self.stepping and self.evaluating
            if self.held == 1 and (self.stepping or self.singles):
                self.singles -= not self.stepping
                self.stepping = True
                return False
            return self.held > 0

    def wait(self) -> None:
        """Wait for a moment, or until something changes."""
        with self._change:
            if self.held and not (self.held == 1 and self.singles):
                self._change.wait(POLL_SECONDS)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """The loop is parked between two batches while the block runs."""
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
        for tell in self.observers:
            tell()


@contextmanager
def between_batches(compiled: Any) -> Iterator[None]:
    """Hold a model that may be in training elsewhere, and put its running means back afterwards.

    A callback of the training run itself is between two batches already.
    """
    loop = getattr(compiled, "loop", None)
    if loop is None or loop.thread == threading.get_ident():
        yield
        return
    with loop.control.holding():
        states = [state for metric in compiled.trackers.values() for state in metric.variables]
        kept = [state.numpy() for state in states]
        try:
            yield
        finally:
            for state, value in zip(states, kept):
                state.assign(value)
