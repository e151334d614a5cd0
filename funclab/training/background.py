"""Three ways to run a training loop: to the end, in a background thread, or in an async cell."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress

from funclab.callbacks.base import History
from funclab.errors import NotSupportedError, plain
from funclab.training.control import begins_or_ends, uninterrupted
from funclab.training.loop import TrainingLoop

SLEEP_SECONDS, WORK_SECONDS = 0.001, 0.02
"""How long an async loop sleeps, and how long it works between two pauses, in seconds."""


def to_the_end(loop: TrainingLoop) -> History:
    """Train to the end, and return the History."""
    batches, control = loop.run(), loop.control
    with loop.running():
        try:
            for _ in batches:
                if control.held:
                    park(loop)
        except KeyboardInterrupt as interrupt:  # it came between two batches
            with suppress(StopIteration):
                batches.throw(interrupt)
    return loop.history


def park(loop: TrainingLoop) -> None:
    """Wait between two batches until the loop is no longer held, or has to end."""
    control = loop.control
    with control.at_rest():
        while control.parks() and not loop.asked():
            control.wait()


async def in_turns(loop: TrainingLoop) -> History:
    """Train, and yield to the event loop some fifty times a second."""
    import asyncio  # only here, because it is slow to import

    batches, control, thread = loop.run(), loop.control, threading.get_ident()
    loop.mode = "async"
    due = time.perf_counter() + WORK_SECONDS
    with loop.running():
        try:
            for _ in batches:
                if control.held or time.perf_counter() >= due:
                    loop.thread = None
                    with control.at_rest():
                        await asyncio.sleep(SLEEP_SECONDS)
                        while control.parks() and not loop.asked():
                            await asyncio.sleep(WORK_SECONDS / 2)
                    loop.thread = thread
                    due = time.perf_counter() + WORK_SECONDS
        except (KeyboardInterrupt, asyncio.CancelledError) as interrupt:
            loop.thread = thread
            with suppress(StopIteration):
                batches.throw(KeyboardInterrupt())
            if isinstance(interrupt, asyncio.CancelledError):
                raise
    return loop.history


@begins_or_ends
def in_background(loop: TrainingLoop) -> Training:
    """Train in a background thread that does not keep Python alive; return at once."""
    loop.mode = "background"
    loop.history = training = Training(loop)
    with uninterrupted():
        loop.begin()
        try:
            training.start()
        except BaseException as error:
            loop.end(error)
            raise
    return training


class Training(History):
    """A History that is still being written: what `fit(background=True)` returns.

    At any time, it contains the losses and metrics of the finished epochs. An error in the thread
    is stored in `error`, and raised by `wait`.
    """

    def __init__(self, loop: TrainingLoop) -> None:
        super().__init__()
        self.model = loop.model
        self.run, self.snapshots = loop.options.run, loop.options.snapshots
        self.cluster = loop.history.cluster
        self.error: BaseException | None = None
        self._control = loop.control
        self._thread = threading.Thread(
            target=self._run, args=(loop,), name="funclab training", daemon=True
        )

    def start(self) -> None:
        try:
            self._thread.start()
        except RuntimeError as error:
            raise NotSupportedError(
                "fit(background=True) needs a thread, and this Python cannot start one.",
                why="in a browser, Python has one thread.",
                fix="use `await model.fit_async(...)`, or leave background=True out.",
            ) from error

    def _run(self, loop: TrainingLoop) -> None:
        try:
            to_the_end(loop)
        except BaseException as error:
            self.error = error
            name, what = type(error).__name__, getattr(error, "what", error)
            sys.stderr.write(f"Training of {self.model.name} failed. {name}: {what}\n")

    @property
    def running(self) -> bool:
        """Whether the training has not ended yet; it may be paused."""
        return self._thread.is_alive()

    @property
    def paused(self) -> bool:
        return self.running and self._control.paused

    def wait(self, timeout: float | None = None) -> Training:
        """Wait for the end, at most `timeout` seconds (None: as long as it takes).

        Returns this object. An interrupt ends the waiting, not the training.
        Raises: what the training raised, if it failed.
        """
        self._thread.join(timeout)
        if self.error is not None and not self.running:
            raise self.error
        return self

    def stop(self) -> Training:
        """End training after the current batch, and keep the weights."""
        if self.running:
            self._control.stop()
        return self

    def pause(self) -> Training:
        """Pause training between two batches; returns once it is paused."""
        self._control.pause()
        if threading.current_thread() is not self._thread:
            self._control.wait_parked()
        return self

    def resume(self) -> Training:
        """Continue after `pause`."""
        self._control.resume()
        return self

    def step(self) -> Training:
        """While paused, train on one more batch."""
        self._control.step()
        return self

    def __repr__(self) -> str:
        if self.running:
            state = "paused" if self.paused else "running"
            return plain(f"<Training of {self.model.name}, {state}>")
        return super().__repr__()
