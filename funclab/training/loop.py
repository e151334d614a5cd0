"""Fit: arguments and data, checked before anything is trained."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from funclab.callbacks.base import History, checked
from funclab.training import arguments
from funclab.training.background import Take, at_once, in_background, in_turns
from funclab.training.compiled import check_idle, require
from funclab.training.course import Course
from funclab.training.runner import Runner
from funclab.training.snapshots import wanted
from funclab.training.sources import training_as_test, training_source, validation_source
from funclab.training.watching import watchers


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
    background: Any = False,
    live: Any = None,
    run: str = "",
    evaluate_each_epoch: bool = False,
    snapshots: Any = False,
    **legacy: Any,
) -> History:
    """Train, and return the History of losses and metrics.

    `x` and `y` are arrays, lists, or dicts by name; or `x` alone gives batches (x, y) or
    (x, y, sample_weight): a generator, a Sequence, any iterable. All that can be checked is
    checked before the first step. An interrupt (Ctrl-C, the Stop button) ends training after the
    running batch; what was learned stays, and `history.stopped` is True.

    With `background=True` the training goes on in a thread of its own, and the History comes at
    once: a `Training`, with `wait`, `stop`, `pause` and `resume`. With `live=True` a notebook shows
    the curves while they grow (`live={"look": "projector"}` says how), beside those of earlier
    runs; `run` names this one. `evaluate_each_epoch` judges the training data once more after every
    epoch, with the weights as they are then, and keeps the numbers in `history.now`. With
    `snapshots=True`, `history.restore(epoch)` brings back the weights of an epoch; up to 20 are
    kept, in at most 64 MB.

    Raises: DataError, ShapeError, ArgumentError, NotCompiledError, and BusyError when the model is
    being trained already; then nothing was trained.
    """
    given = SimpleNamespace(**locals())
    check_arguments(given)
    take: Take = in_background if background else at_once
    if callable(background):
        take = background
    return take(*course_of(given))


def check_arguments(given: Any) -> None:
    """What can be wrong with the arguments of fit whatever the model and the data."""
    arguments.check_legacy("fit", given.legacy)
    arguments.check_counts(
        batch_size=given.batch_size,
        epochs=given.epochs,
        steps_per_epoch=given.steps_per_epoch,
        validation_steps=given.validation_steps,
        validation_batch_size=given.validation_batch_size,
    )
    arguments.check_share(given.validation_split)
    arguments.check_initial_epoch(given.initial_epoch, given.epochs)
    arguments.check_freq(given.validation_freq)
    given.watchers = watchers(given)
    quiet = bool(given.background or given.watchers)
    given.verbose = arguments.wanted_verbose(given.verbose, auto=int(not quiet))
    given.callbacks = checked(given.callbacks)
    given.snapshots = wanted(given.snapshots)


def course_of(given: Any) -> tuple[Course, list[Any]]:
    """The course of training that the arguments describe, and the callbacks to tell of it."""
    runner = Runner(given.model, require(given.model))
    check_idle(given.model, "fit")
    runner.warn_of_changes(depth=5)
    options = {
        "batch_size": given.batch_size,
        "shuffle": given.shuffle,
        "steps": given.steps_per_epoch,
        "share": given.validation_split,
    }
    weights = given.sample_weight, given.class_weight
    training, held_out = training_source(runner, given.x, given.y, weights, options)
    size = given.validation_batch_size or given.batch_size
    validation = validation_source(
        runner, given.validation_data, held_out, size, given.validation_steps
    )
    for one in given.callbacks:
        arguments.check_monitor(one, runner.compiled.metrics_names, validation is not None)
    course = Course(runner, training, validation, given.validation_freq)
    course.plan(range(given.initial_epoch, given.epochs), given.epochs, given.verbose)
    course.history.run, course.history.snapshots = given.run, given.snapshots
    if given.snapshots is not None:
        given.callbacks.insert(0, given.snapshots)  # before any that change weights at the end
    if given.evaluate_each_epoch:
        course.now = training_as_test(runner, training)
    course.watchers = given.watchers
    for one in course.watchers:
        one.prepare(course)
    return course, given.callbacks


async def fit_async(model: Any, *args: Any, **settings: Any) -> History:
    """Train as `fit` does, and let the event loop run in between: `await model.fit_async(x, y)`.

    A notebook then answers to its buttons while the cell is running.
    """
    return await fit(model, *args, **settings | {"background": in_turns})  # type: ignore[misc]
