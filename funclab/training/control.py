"""Steering a training loop from elsewhere: an interrupt, another thread, a button, a cell."""

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
"""Time between two checks for an interrupt, while a loop is held."""


class Interrupts:
    """While in force, the first Ctrl-C or Stop click only sets `asked`; a second one interrupts.

    It interrupts neither a training step nor the begin and end of a training run; a third one
    interrupts the step, too. Outside the main thread, where Python delivers no interrupts, this
    does nothing.
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
            # Async runs may end in any order: the handlers of those that are over are left out.
            before = self._before
            while (other := interrupts_of(before)) and not other.active:
                before = other._before
            signal.signal(signal.SIGINT, before)

    def ask(self) -> None:
        """Ask for an end, as an interrupt does."""
        self.asked = True

    def _note(self, number: int, frame: FrameType | None) -> None:
        again, self.asked = self.asked, True
        if self._spares(frame, again):
            return
        if again or not self.active or interrupts_of(self._before):
            if not callable(self._before):
                raise KeyboardInterrupt
            self._before(number, frame)  # as it would be without us: an async cell is cancelled

    def _spares(self, frame: FrameType | None, again: bool) -> bool:
        """Whether the code that would be cut off has to come to its end."""
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
"""The code that begins and ends a training run, and must not be cut off."""


def begins_or_ends(function: Function) -> Function:
    """Let no interrupt cut off this function, whose code begins or ends a training run."""
    BEGIN_AND_END.add(inspect.unwrap(function).__code__)
    return function


def interrupts_of(handler: Any) -> Interrupts | None:
    """The Interrupts that a signal handler belongs to."""
    owner = getattr(handler, "__self__", None)
    return owner if isinstance(owner, Interrupts) else None


@begins_or_ends
@contextmanager
def uninterrupted() -> Iterator[None]:
    """The first interrupt that comes inside is raised at the end."""
    with Interrupts() as interrupts:
        yield
    if interrupts.asked:
        raise KeyboardInterrupt


class Control:
    """Holds a training loop between two batches, lets single batches through, and ends it.

    Any thread may call these methods. The loop checks `held` after every batch and, while it is
    true, stays parked.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self.stop = stop
        """Ask the loop to end after the running batch."""
        self.paused = self.parked = self.ended = False
        self.open = False
        """Whether others may use the model: the loop is parked, or in a callback."""
        self.visits: dict[object, bool] = {}
        """Who wants to, and whether they do so now: the loop does not go on before they have left.
        One entry each, which comes and goes in one step that no interrupt can cut in two."""
        self.singles = 0
        self.stepping = self.evaluating = False
        """Whether a single batch is under way, and whether the loop evaluates: a single batch is
        one that is trained on, after the validation that comes before it."""
        self.error: BaseException | None = None
        """The error that ended the loop, if it failed."""
        self.observers: list[Callable[[], None]] = []
        """Called when the loop parks, goes on, or is over."""
        self._lock = threading.RLock()  # not that of a Condition, whose `with` can be cut off
        self._change = threading.Condition(self._lock)

    @property
    def held(self) -> bool:
        """Whether the loop has to park after its batch."""
        return self.paused or bool(self.visits)

    def pause(self) -> None:
        """Stay between two batches until `resume`."""
        with self._lock:
            self.paused, parked = True, self.parked
        if parked:  # in an async cell, between two turns: `at_rest` has told nobody
            self._tell()

    def resume(self) -> None:
        """Go on after `pause`."""
        with self._lock:
            goes_on = self.paused and not self.ended
            self.paused, self.singles, self.stepping = False, 0, False
            self._change.notify_all()
        if goes_on:
            self._tell()

    def step(self) -> None:
        """While paused, let one batch through; else pause."""
        with self._lock:
            if self.paused:
                self.singles += 1
                self._change.notify_all()
                return
        self.pause()

    def end(self, error: BaseException | None = None) -> None:
        """Mark the loop as over."""
        with self._lock:
            self.ended, self.parked, self.error = True, False, error
            self._change.notify_all()
        self._tell()

    def wait_parked(self, timeout: float | None = None) -> None:
        """Return when the loop is parked between two batches, or is over."""
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

    # For the loop, between two batches.
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
        """Wait for a moment, or until something changes."""
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
        """Others may use the model while the block runs, which trains on nothing."""
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
    """Use the metrics of a model alone; training that is under way elsewhere is held meanwhile.

    Its running means are put back afterwards. A callback of the training run itself is between two
    batches already. `compiled` is None for a model that was not compiled.
    """
    if compiled is None:
        yield
        return
    while True:
        loop: Any = compiled.loop
        elsewhere = None if loop is None or loop.thread == threading.get_ident() else loop
        with elsewhere.control.holding() if elsewhere else nullcontext(), compiled.lock:
            if compiled.loop not in (loop, None):
                continue  # a training run began before the lock was ours
            with metrics_kept(compiled) if elsewhere else nullcontext():
                yield
            return


@contextmanager
def metrics_kept(compiled: Any) -> Iterator[None]:
    """Put the running means back, at the end, as they are now."""
    states = [state for metric in compiled.metrics for state in metric.variables]
    values = [state.numpy() for state in states]
    try:
        yield
    finally:
        for state, value in zip(states, values):
            state.assign(value)
