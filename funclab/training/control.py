"""Controlling a training loop from outside: an interrupt, another thread, a button, a cell."""

from __future__ import annotations

import inspect
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType
from typing import Any, TypeVar

from funclab.engine.plan import Plan

Function = TypeVar("Function", bound=Callable[..., Any])

POLL_SECONDS = 0.05
"""Seconds between two checks for an interrupt, while a loop is held."""


class Interrupts:
    """While active, the first Ctrl-C or click on Stop only sets `asked`; a second one interrupts.

    The second one does not interrupt a training step, or the beginning and end of a training run; a
    third one interrupts a step, too. Outside the main thread, where Python delivers no interrupts,
    this does nothing.
    """

    def __init__(self) -> None:
        self.asked = self.active = self._spared_step = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if self._before not in (None, signal.SIG_IGN):
                self.active = True
                signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        active, self.active = self.active, False
        if active and signal.getsignal(signal.SIGINT) == self._note:
            # Async runs may end in any order: handlers of runs that have ended are skipped.
            before = self._before
            while (other := interrupts_of(before)) and not other.active:
                before = other._before
            signal.signal(signal.SIGINT, before)

    def ask(self) -> None:
        """Ask the training to end, as an interrupt does."""
        self.asked = True

    def _note(self, number: int, frame: FrameType | None) -> None:
        again, self.asked = self.asked, True
        if self._spares(frame, again):
            return
        if again or not self.active or interrupts_of(self._before):
            if not callable(self._before):
                raise KeyboardInterrupt
            self._before(number, frame)  # the previous handler, which cancels an async cell

    def _spares(self, frame: FrameType | None, again: bool) -> bool:
        """Whether the code that would be interrupted must be allowed to finish."""
        running = set()
        while frame is not None:
            running.add(frame.f_code)
            frame = frame.f_back
        if running & BEGIN_AND_END:
            return True
        spared, self._spared_step = self._spared_step, again and bool(running & STEP)
        return self._spared_step and not spared


STEP = {inspect.unwrap(Plan.run).__code__}
BEGIN_AND_END = {Interrupts.__enter__.__code__, Interrupts.__exit__.__code__}
"""The code that begins and ends a training run, and must not be interrupted."""


def begins_or_ends(function: Function) -> Function:
    """Protect a function that begins or ends a training run from interrupts."""
    BEGIN_AND_END.add(inspect.unwrap(function).__code__)
    return function


def interrupts_of(handler: Any) -> Interrupts | None:
    """The Interrupts that a signal handler belongs to."""
    owner = getattr(handler, "__self__", None)
    return owner if isinstance(owner, Interrupts) else None


@begins_or_ends
@contextmanager
def uninterrupted() -> Iterator[None]:
    """A context that delays the first interrupt inside it to its end."""
    with Interrupts() as interrupts:
        yield
    if interrupts.asked:
        raise KeyboardInterrupt


class Control:
    """Pauses a training loop between two batches, lets it run single batches, and ends it.

    Any thread may call these methods. The loop checks `held` after every batch and, while it is
    true, stays parked.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self.stop = stop
        """Ask the loop to end after the current batch."""
        self.paused = self.parked = self.ended = False
        self.open = False
        """Whether others may use the model: the loop is parked, or in a callback."""
        self.visits: dict[object, bool] = {}
        """Those who wait to use the model, and whether they use it now; the loop waits until they
        have finished. Adding and removing an entry are single steps, safe from interrupts."""
        self.singles = 0
        self.stepping = self.evaluating = False
        """Whether a single step was requested, and whether the loop is evaluating: the single step
        is a training batch, and any validation before it runs first."""
        self.error: BaseException | None = None
        """The error that ended the loop, if it failed."""
        self.observers: list[Callable[[], None]] = []
        """Called when the loop parks, continues or ends."""
        self._lock = threading.RLock()  # not a Condition's lock: its `with` can be interrupted
        self._change = threading.Condition(self._lock)

    @property
    def held(self) -> bool:
        """Whether the loop has to park after the current batch."""
        return self.paused or bool(self.visits)

    def pause(self) -> None:
        """Stay between two batches until `resume`."""
        with self._lock:
            self.paused, parked = True, self.parked
        if parked:  # in an async cell, between two turns, where `at_rest` notifies nobody
            self._tell()

    def resume(self) -> None:
        """Continue after `pause`."""
        with self._lock:
            goes_on = self.paused and not self.ended
            self.paused, self.singles, self.stepping = False, 0, False
            self._change.notify_all()
        if goes_on:
            self._tell()

    def step(self) -> None:
        """While paused, let the loop run one batch; otherwise pause it."""
        with self._lock:
            if self.paused:
                self.singles += 1
                self._change.notify_all()
                return
        self.pause()

    def end(self, error: BaseException | None = None) -> None:
        """Mark the loop as ended."""
        with self._lock:
            self.ended, self.parked, self.error = True, False, error
            self._change.notify_all()
        self._tell()

    def wait_parked(self, timeout: float | None = None) -> None:
        """Return when the loop is parked between two batches, or has ended."""
        with self._lock:
            self._change.wait_for(lambda: self.parked or self.ended, timeout)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold the loop between two batches, or in a callback, while the block runs."""
        visitor = object()
        try:
            self.visits[visitor] = False
            with self._lock:
                while not (self.open or self.ended):
                    self._change.wait(POLL_SECONDS)
                self.visits[visitor] = True
            yield
        finally:
            self.visits.pop(visitor, None)
            with self._lock:
                self._change.notify_all()

    # Called by the loop, between two batches.
    def parks(self) -> bool:
        """Whether the loop has to stay parked."""
        with self._lock:
            self.stepping = self.stepping and self.evaluating
            if self.paused and not self.visits and (self.stepping or self.singles):
                self.singles -= not self.stepping
                self.stepping = True
                return False
            return self.held

    def wait(self) -> None:
        """Wait a moment, or until something changes."""
        with self._lock:
            if self.held and not (self.singles and not self.visits):
                self._change.wait(POLL_SECONDS)

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """The loop is parked between two batches while the block runs."""
        with self.letting_in():
            with self._lock:
                self.parked = True
                self._change.notify_all()
            if self.paused:
                self._tell()
            try:
                yield
            finally:
                self.parked = False

    @contextmanager
    def letting_in(self) -> Iterator[None]:
        """Others may use the model while the block runs, because it does not train."""
        with self._lock:
            before, self.open = self.open, True
            self._change.notify_all()
        try:
            yield
        finally:
            with self._lock:
                self.open = before
                while not before and any(self.visits.values()):
                    self._change.wait(POLL_SECONDS)

    def _tell(self) -> None:
        for tell in self.observers:
            tell()


@contextmanager
def between_batches(compiled: Any) -> Iterator[None]:
    """Exclusive use of a model's metrics; training that runs elsewhere is held meanwhile.

    Its running means are restored afterwards. A callback of the training run itself is already
    between two batches. `compiled` is None for a model that was not compiled.
    """
    if compiled is None:
        yield
        return
    while True:
        loop: Any = compiled.loop
        elsewhere = None if loop is None or loop.thread == threading.get_ident() else loop
        with elsewhere.control.holding() if elsewhere else nullcontext(), compiled.lock:
            if compiled.loop not in (loop, None):
                continue  # a training run began before we had the lock
            with metrics_kept(compiled) if elsewhere else nullcontext():
                yield
            return


@contextmanager
def metrics_kept(compiled: Any) -> Iterator[None]:
    """A context that restores the running means at its end."""
    states = [state for metric in compiled.metrics for state in metric.variables]
    values = [state.numpy() for state in states]
    try:
        yield
    finally:
        for state, value in zip(states, values):
            state.assign(value)
