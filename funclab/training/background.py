"""Three ways to take a course of training: at once, in a thread beside, or in an async cell."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from funclab.callbacks.base import History
from funclab.training.course import Course

BREATH, SHARE = 0.001, 0.02
"""Seconds that an async course sleeps, and how long it works between two sleeps."""

Callbacks = list[Any]
Take = Callable[[Course, Callbacks], Any]


def at_once(course: Course, callbacks: Callbacks) -> History:
    """Train to the end, and return the History."""
    turns, control = course.turns(callbacks), course.control
    course.begin()
    try:
        for _ in turns:
            if control.held:
                rest(course)
    except KeyboardInterrupt as interrupt:  # it came between two batches
        with suppress(StopIteration):
            turns.throw(interrupt)
    return course.history


def rest(course: Course) -> None:
    """Stay between two batches until nobody holds the course, or it is to end."""
    control = course.control
    with control.at_rest():
        while control.parks() and not course.asked():
            control.wait()


async def in_turns(course: Course, callbacks: Callbacks) -> History:
    """Train, and let the event loop breathe some fifty times a second."""
    turns, control, me = course.turns(callbacks), course.control, threading.get_ident()
    course.mode = "async"
    course.begin()
    due = time.perf_counter() + SHARE
    try:
        for _ in turns:
            if control.held or time.perf_counter() >= due:
                course.thread = None
                with control.at_rest():
                    await asyncio.sleep(BREATH)
                    while control.parks() and not course.asked():
                        await asyncio.sleep(SHARE / 2)
                course.thread = me
                due = time.perf_counter() + SHARE
    except (KeyboardInterrupt, asyncio.CancelledError) as interrupt:
        course.thread = me
        with suppress(StopIteration):
            turns.throw(KeyboardInterrupt())
        if isinstance(interrupt, asyncio.CancelledError):
            raise
    return course.history


def in_background(course: Course, callbacks: Callbacks) -> Training:
    """Train in a thread that does not keep Python alive; return at once."""
    course.mode = "background"
    before, training = course.history, Training(course, callbacks)
    training.run, training.snapshots = before.run, before.snapshots
    course.history = training
    course.begin()
    training.start()
    return training


class Training(History):
    """A History that is still being written: what `fit(background=True)` returns.

    The losses and metrics of the epochs that are over are there at any time. An error in the
    thread is kept in `error`, and raised by `wait`.
    """

    def __init__(self, course: Course, callbacks: Callbacks) -> None:
        super().__init__()
        self.model = course.model
        self.error: BaseException | None = None
        self._control = course.control
        self._thread = threading.Thread(
            target=self._run, args=(course, callbacks), name="funclab training", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def _run(self, course: Course, callbacks: Callbacks) -> None:
        try:
            at_once(course, callbacks)
        except BaseException as error:
            self.error = error
            name, what = type(error).__name__, getattr(error, "what", error)
            sys.stderr.write(f"Training of {self.model.name} failed. {name}: {what}\n")

    @property
    def running(self) -> bool:
        """Whether the training goes on, or is paused."""
        return self._thread.is_alive()

    @property
    def paused(self) -> bool:
        return self.running and self._control.paused

    def wait(self, timeout: float | None = None) -> Training:
        """Wait for the end, at most `timeout` seconds; returns this object.

        An interrupt ends the waiting, not the training.
        Raises: what the training raised, if it failed.
        """
        self._thread.join(timeout)
        if self.error is not None and not self.running:
            raise self.error
        return self

    def stop(self) -> Training:
        """End after the running batch; what was learned stays."""
        if self.running:
            self._control.stop()
        return self

    def pause(self) -> Training:
        """Stay between two batches. Returns when it does."""
        self._control.pause()
        if threading.current_thread() is not self._thread:
            self._control.wait_parked()
        return self

    def resume(self) -> Training:
        """Go on after `pause`."""
        self._control.resume()
        return self

    def step(self) -> Training:
        """While paused, train on one batch more."""
        self._control.step()
        return self

    def __repr__(self) -> str:
        if self.running:
            return f"<Training of {self.model.name}, {'paused' if self.paused else 'running'}>"
        return super().__repr__()
