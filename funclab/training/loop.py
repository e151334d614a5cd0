"""Fit: epochs of training steps, with validation, callbacks, progress and a way to stop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funclab.callbacks.base import CallbackList, History, checked
from funclab.kernels.threads import one_blas_thread
from funclab.training import arguments
from funclab.training.compiled import require
from funclab.training.evaluating import test_batches
from funclab.training.interrupt import Interrupts
from funclab.training.progress import Progress, write
from funclab.training.runner import Runner
from funclab.training.sources import Source, training_source, validation_source


def fit(
    model: Any,
    x: Any = None,
    y: Any = None,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: Any = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: Any = True,
    class_weight: Any = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: Any = 1,
    **legacy: Any,
) -> History:
    """Train, and return the History of losses and metrics.

    `x` and `y` are arrays, lists, or dicts by name; or `x` alone gives batches (x, y) or
    (x, y, sample_weight): a generator, a Sequence, any iterable. All that can be checked is
    checked before the first step. An interrupt (Ctrl-C, the Stop button) ends training after the
    running batch; what was learned stays, and `history.stopped` is True.

    Raises: DataError, ShapeError, ArgumentError, NotCompiledError; then nothing was trained.
    """
    arguments.check_legacy("fit", legacy)
    arguments.check_counts(
        batch_size=batch_size, epochs=epochs, steps_per_epoch=steps_per_epoch,
        validation_steps=validation_steps, validation_batch_size=validation_batch_size,
    )  # fmt: skip
    arguments.check_share(validation_split)
    arguments.check_initial_epoch(initial_epoch, epochs)
    arguments.check_freq(validation_freq)
    verbose, given = arguments.wanted_verbose(verbose), checked(callbacks)
    runner = Runner(model, require(model))
    runner.warn_of_changes()
    options = {"batch_size": batch_size, "shuffle": shuffle, "steps": steps_per_epoch}
    training, held_out = training_source(
        runner, x, y, (sample_weight, class_weight), options | {"share": validation_split}
    )
    validation = validation_source(
        runner, validation_data, held_out, validation_batch_size or batch_size, validation_steps
    )
    names = runner.compiled.metrics_names
    for one in given:
        arguments.check_monitor(one, names, validation is not None)
    course = Course(runner, training, validation, validation_freq)
    return course.run(range(initial_epoch, epochs), given, epochs, verbose)


class Course:
    """A course of training: the epochs of one call of `fit`."""

    def __init__(
        self, runner: Runner, training: Source, validation: Source | None, freq: Any
    ) -> None:
        self.model, self.compiled = runner.model, runner.compiled
        self.training, self.validation, self.freq = training, validation, freq
        self.history = History()
        self.interrupts = Interrupts()
        self.logs: dict[str, Any] = {}

    def run(self, epochs: Iterable[int], given: list[Any], last: int, verbose: int) -> History:
        """Train, and return the History."""
        steps = self.training.steps
        params = {"epochs": last, "steps": steps, "verbose": verbose}
        self.told = CallbackList([*given, self.history], self.model, params)
        self.progress = Progress(verbose, steps, last)
        self.model.history, self.model.stop_training = self.history, False
        with one_blas_thread(), self.interrupts:
            self.told.on_train_begin()
            for epoch in epochs:
                try:
                    if not self.epoch(epoch) or self.model.stop_training:
                        break
                except KeyboardInterrupt:  # from a callback, or a second Ctrl-C
                    self.stopped(epoch)
                    break
            self.told.on_train_end(self.logs)
        return self.history

    def epoch(self, epoch: int) -> bool:
        """One epoch; False when training ends in the midst of it."""
        self.compiled.reset()
        self.told.on_epoch_begin(epoch, {})
        self.progress.begin(epoch)
        if not self.batches():
            return self.asked() and self.stopped(epoch)
        logs = self.compiled.logs()
        self.progress.pause()
        if self.validation is not None and arguments.is_validated(epoch + 1, self.freq):
            number = test_batches(self.compiled, self.validation, self.told, stop=self.asked)
            if self.asked():
                return self.stopped(epoch)
            if number:
                logs |= {f"val_{name}": value for name, value in self.compiled.logs().items()}
        self.progress.end(logs)
        self.logs = logs
        self.told.on_epoch_end(epoch, logs)
        return not self.asked() or self.stopped(epoch + 1)

    def asked(self) -> bool:
        """Whether an interrupt has come."""
        return self.interrupts.asked

    def batches(self) -> bool:
        """The training steps of one epoch; False when an interrupt or the end of data cut it."""
        begin = self.told.listeners("on_train_batch_begin", "on_batch_begin")
        end = self.told.listeners("on_train_batch_end", "on_batch_end")
        compiled, tick, number = self.compiled, self.progress.tick, 0
        for step in self.training.epoch():
            for tell in begin:
                tell(number, {})
            step.plan.run()
            tick(compiled.logs)
            for tell in end:
                tell(number, compiled.logs())
            number += 1
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
