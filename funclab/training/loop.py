"""The training loop: epochs of steps, with validation, callbacks, progress and a way to stop."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from funclab import config
from funclab.callbacks.base import History, Watcher
from funclab.callbacks.progress import Progress, write
from funclab.callbacks.several import CallbackList, shows_progress
from funclab.engine.kernels.threads import one_blas_thread
from funclab.errors import BusyError
from funclab.training.alarm import Alarm
from funclab.training.arguments import FitOptions, is_validated
from funclab.training.compiled import check_idle
from funclab.training.control import Control, Interrupts, begins_or_ends
from funclab.training.data.remembered import remember
from funclab.training.data.sources import Source, training_as_test
from funclab.training.evaluating import evaluate_batches
from funclab.training.runner import Runner

Batchwise = Generator[None, None, Any]
"""A generator that yields after every batch, and returns a value at its end."""


class TrainingLoop:
    """A training run: the epochs of one call of `fit`."""

    def __init__(
        self,
        runner: Runner,
        training: Source,
        validation: Source | None,
        options: FitOptions,
        watchers: list[Watcher],
    ) -> None:
        self.model, self.compiled, self.options = runner.model, runner.compiled, options
        self.training, self.validation, self.watchers = training, validation, watchers
        self.training_again: Source | None = None
        """The training data, evaluated after every epoch with the weights at that time."""
        if options.evaluate_each_epoch:
            self.training_again = training_as_test(runner, training)
        most = config.max_epochs()
        last = options.epochs if most is None else min(options.epochs, most)
        self.epochs = range(options.initial_epoch, last)
        self.history = History()
        self.history.run, self.history.snapshots = options.run, options.snapshots
        checked = getattr(validation, "data", None)
        self.history.validated_on = 0 if checked is None else len(checked)
        self.history.cluster, self.close = runner.record, runner.close
        self.interrupts = Interrupts()
        self.control = Control(self.interrupts.ask)
        self.mode = "blocking"
        self.thread: int | None = None
        """The thread that runs the loop; None while the loop has yielded to others."""
        self.callbacks: CallbackList | None = None
        self.logs: dict[str, Any] = {}
        own = any(map(shows_progress, options.callbacks))
        self.progress = Progress(0 if own else options.verbose, training.steps, options.epochs)
        self.alarm = Alarm(self)
        for watcher in watchers:
            watcher.prepare(self)

    def begin(self) -> None:
        """Mark the model as being trained.

        Raises: BusyError if it is already being trained.
        """
        with self.compiled.lock:
            check_idle(self.model, "fit")
            if self.model.compiled_state is not self.compiled:
                raise BusyError(
                    f"{self.model.name} was compiled again while fit() prepared the data.",
                    why="the settings that fit() began with are no longer those of the model.",
                    fix="call fit() again, and compile() in one thread only.",
                )
            self.compiled.loop = self
            self.model.history, self.model.stop_training = self.history, False
            self.model._initial_epoch = None
        remember(self.model, self.training)

    def end(self, error: BaseException | None = None) -> None:
        """Release the model, whatever happened."""
        if self.compiled.loop is self:
            self.compiled.loop = None
        self.control.end(error)
        self.close()

    @begins_or_ends
    @contextmanager
    def running(self) -> Iterator[None]:
        """The model is being trained, by this thread, while the block runs."""
        error = None
        with self.interrupts:
            try:
                if self.compiled.loop is not self:  # a background thread finds it begun
                    self.begin()
                self.thread = threading.get_ident()
                yield
            except BaseException as raised:
                error = raised
                raise
            finally:
                self.end(error)

    def run(self) -> Batchwise:
        """Train, and yield after every batch."""
        options, steps = self.options, self.training.steps
        params = {"epochs": options.epochs, "steps": steps, "verbose": options.verbose}
        everyone = [*options.callbacks, self.history, *self.watchers]
        self.callbacks = CallbackList(everyone, model=self.model, **params)
        self.callbacks.callbacks.sort(key=lambda callback: getattr(callback, "comes_last", False))
        self.callbacks.around = self.control.letting_in
        with one_blas_thread():
            self.callbacks.on_train_begin({})
            # A callback may change where training begins, as BackupAndRestore does.
            first = self.model._initial_epoch or options.initial_epoch
            self.epochs = range(first, self.epochs.stop)
            for epoch in self.epochs:
                try:
                    if not (yield from self.run_epoch(epoch)) or self.model.stop_training:
                        break
                except KeyboardInterrupt:  # from a callback, or a second Ctrl-C
                    self.report_stop(epoch)
                    break
            for watcher in self.watchers:
                watcher.watch_end()
            optimizer = self.compiled.optimizer
            optimizer.finalize_variable_values(self.compiled.trainable or ())
            self.callbacks.on_train_end(self.logs)

    def run_epoch(self, epoch: int) -> Batchwise:
        """One epoch; False if training ends in the middle of it."""
        callbacks, freq = self.callbacks, self.options.validation_freq
        assert callbacks is not None
        self.compiled.reset()
        callbacks.on_epoch_begin(epoch, {})
        self.progress.begin(epoch)
        if not (yield from self.run_batches(callbacks)):
            return self.asked() and self.report_stop(epoch)
        logs = self.compiled.logs()
        self.progress.pause()
        if self.validation is not None and is_validated(epoch + 1, freq):
            count = yield from self.evaluate(self.validation, callbacks)
            if self.asked():
                return self.report_stop(epoch)
            if count:
                logs |= {f"val_{name}": value for name, value in self.compiled.logs().items()}
        if self.training_again is not None:
            yield from self.evaluate(self.training_again, CallbackList())
            if self.asked():
                return self.report_stop(epoch)
            self.history.now.take(self.compiled.logs())
        self.progress.end(logs)
        self.alarm.check(epoch, logs)
        self.logs = logs
        callbacks.on_epoch_end(epoch, logs)
        return not self.asked() or self.report_stop(epoch + 1)

    def run_batches(self, callbacks: CallbackList) -> Batchwise:
        """The training steps of one epoch; False if an interrupt or the end of data cuts it off."""
        begin = callbacks.listeners("on_train_batch_begin", "on_batch_begin")
        end = callbacks.listeners("on_train_batch_end", "on_batch_end")
        watch = [watcher.watch for watcher in self.watchers]
        compiled, tick = self.compiled, self.progress.tick
        number = getattr(self.training, "begun", 0)
        for step, fill in self.training.epoch():
            for tell in begin:
                tell(number, {})
            fill()
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

    def evaluate(self, source: Source, callbacks: CallbackList) -> Batchwise:
        """Loss and metrics of all batches of a source; returns how many there were."""
        self.control.evaluating = True
        try:
            return (yield from evaluate_batches(self.compiled, source, callbacks, stop=self.asked))
        finally:
            self.control.evaluating = False

    def asked(self) -> bool:
        """Whether an interrupt has come."""
        return self.interrupts.asked

    def report_stop(self, epoch: int) -> bool:
        """Record and print that an interrupt ended the training; returns False."""
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
