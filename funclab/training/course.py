"""A course of training: epochs of steps, with validation, callbacks, progress and a way to stop."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

from funclab.callbacks.base import CallbackList, History, Watcher
from funclab.kernels.threads import one_blas_thread
from funclab.training import arguments
from funclab.training.alarm import Alarm
from funclab.training.control import Control
from funclab.training.evaluating import judging
from funclab.training.interrupt import Interrupts
from funclab.training.progress import Progress, write
from funclab.training.runner import Runner
from funclab.training.sources import Source

Turns = Generator[None, None, Any]
"""Work that gives way after every batch, and returns something at its end."""


class Course:
    """A course of training: the epochs of one call of `fit`."""

    def __init__(
        self, runner: Runner, training: Source, validation: Source | None, freq: Any
    ) -> None:
        self.model, self.compiled = runner.model, runner.compiled
        self.training, self.validation, self.freq = training, validation, freq
        self.now: Source | None = None
        """Training data to be judged after every epoch, with the weights as they are then."""
        self.history = History()
        self.interrupts = Interrupts()
        self.control = Control(self.interrupts.ask)
        self.mode = "blocking"
        self.thread: int | None = None
        """The thread that is at work on it; None while it gives way to others."""
        self.watchers: list[Watcher] = []
        self.logs: dict[str, Any] = {}
        self.alarm = Alarm(self)

    def plan(self, epochs: range, last: int, verbose: int) -> None:
        """Settle which epochs there are, and what is printed."""
        self.epochs = epochs
        self.params = {"epochs": last, "steps": self.training.steps, "verbose": verbose}
        self.progress = Progress(verbose, self.training.steps, last)

    def begin(self) -> None:
        """From now on the model is being trained: by this thread, unless it gives way."""
        self.compiled.course = self
        self.model.history, self.model.stop_training = self.history, False
        self.thread = threading.get_ident()

    def turns(self, given: list[Any]) -> Turns:
        """Train, batch after batch."""
        with ExitStack() as stack:
            stack.push(self.end)
            told = [*given, self.history, *self.watchers]
            self.told = CallbackList(told, self.model, self.params)
            stack.enter_context(one_blas_thread())
            stack.enter_context(self.interrupts)
            self.told.on_train_begin({})
            for epoch in self.epochs:
                try:
                    if not (yield from self.epoch(epoch)) or self.model.stop_training:
                        break
                except KeyboardInterrupt:  # from a callback, or a second Ctrl-C
                    self.stopped(epoch)
                    break
            self.told.on_train_end(self.logs)

    def epoch(self, epoch: int) -> Turns:
        """One epoch; False when training ends in the midst of it."""
        self.compiled.reset()
        self.told.on_epoch_begin(epoch, {})
        self.progress.begin(epoch)
        if not (yield from self.batches()):
            return self.asked() and self.stopped(epoch)
        logs = self.compiled.logs()
        self.progress.pause()
        if self.validation is not None and arguments.is_validated(epoch + 1, self.freq):
            number = yield from judging(self.compiled, self.validation, self.told, stop=self.asked)
            if self.asked():
                return self.stopped(epoch)
            if number:
                logs |= {f"val_{name}": value for name, value in self.compiled.logs().items()}
        if self.now is not None:
            nobody = CallbackList([], self.model, self.params)
            yield from judging(self.compiled, self.now, nobody, stop=self.asked)
            if self.asked():
                return self.stopped(epoch)
            self.history.now.take(self.compiled.logs())
        self.progress.end(logs)
        self.alarm.check(epoch, logs)
        self.logs = logs
        self.told.on_epoch_end(epoch, logs)
        return not self.asked() or self.stopped(epoch + 1)

    def end(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        """The model is free again, whatever happened."""
        self.compiled.course = None
        self.control.end(error)

    def asked(self) -> bool:
        """Whether an interrupt has come."""
        return self.interrupts.asked

    def batches(self) -> Turns:
        """The training steps of one epoch; False when an interrupt or the end of data cut it."""
        begin = self.told.listeners("on_train_batch_begin", "on_batch_begin")
        end = self.told.listeners("on_train_batch_end", "on_batch_end")
        watch = [one.watch for one in self.watchers]
        compiled, tick, number = self.compiled, self.progress.tick, 0
        for step in self.training.epoch():
            for tell in begin:
                tell(number, {})
            step.plan.run()
            tick(compiled.logs)
            for look in watch:
                look(step)
            for tell in end:
                tell(number, compiled.logs())
            number += 1
            yield
            if self.interrupts.asked:
                return number == self.training.steps and self.validation is None
            if self.model.stop_training:
                break
        return number > 0

    def stopped(self, epoch: int) -> bool:
        """Note that an interrupt ended the training."""
        self.history.stopped = True
        if self.progress.verbose:
            if self.progress.shown:
                write("\n")
            done, steps = self.progress.done, self.training.steps
            where = f"after {done} of {steps or 'its'} batches of epoch {epoch + 1}"
            if done == steps or not done:
                where = f"after epoch {len(self.history.epoch)}"
            write(f"Stopped {where}. The model keeps what it has learned.\n")
        return False
