"""Fit: arguments and data, checked before anything is trained."""

from __future__ import annotations

from typing import Any

from funclab.callbacks.base import History, checked
from funclab.training import arguments
from funclab.training.compiled import require
from funclab.training.course import Course
from funclab.training.runner import Runner
from funclab.training.sources import training_source, validation_source


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
    course.plan(range(initial_epoch, epochs), epochs, verbose)
    return course.run(given)
