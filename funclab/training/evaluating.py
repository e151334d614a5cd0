"""Evaluation, prediction, and methods for single batches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np

from funclab.callbacks.progress import Progress
from funclab.callbacks.several import CallbackList, shows_progress
from funclab.engine.kernels.threads import one_blas_thread
from funclab.graph import structure
from funclab.graph.shape_math import Array
from funclab.models.model import Model
from funclab.training.arguments import check_counts, check_legacy, wanted_verbose
from funclab.training.compiled import Compiled, check_idle, require
from funclab.training.control import between_batches, uninterrupted
from funclab.training.data.batches import Batches, Data, prepare
from funclab.training.data.sources import test_source, usual_size
from funclab.training.data.streams import Stream, is_stream
from funclab.training.runner import Runner, predicting, runner_for
from funclab.training.step import Specs, Step


def evaluate(
    model: Model,
    x: Any = None,
    y: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
    sample_weight: Any = None,
    steps: int | None = None,
    callbacks: Any = None,
    return_dict: bool = False,
    cluster: Any = None,
    **legacy: Any,
) -> Any:
    """Loss and metrics on data: a number or a list in the order of `metrics_names`, or a dict.

    With a `cluster`, a `dask.distributed.Client`, each worker computes a part of every batch.

    Raises: DataError, ShapeError, ArgumentError, NotCompiledError.
    """
    compiled = require(model)
    check_legacy(evaluate, legacy)
    check_counts(batch_size=batch_size, steps=steps)
    runner, verbose = runner_for(model, compiled, cluster), wanted_verbose(verbose)
    with closing(runner), one_blas_thread(), between_batches(compiled):
        size = batch_size or usual_size(model)
        source = test_source(runner, (x, y, sample_weight), size, steps)
        told = CallbackList(callbacks, model=model, steps=source.steps, verbose=verbose)
        shown = 0 if any(map(shows_progress, told.callbacks)) else verbose
        progress = Progress(shown, source.steps)
        for _ in evaluate_batches(compiled, source, told, progress):
            pass
        logs = compiled.logs()
    progress.end(logs)
    return logs if return_dict else in_order(logs)


def evaluate_batches(
    compiled: Compiled,
    source: Any,
    callbacks: CallbackList,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Generator[None, None, int]:
    """Evaluate batch after batch until `stop()` is true, yielding after each; returns the count."""
    compiled.reset()
    callbacks.on_test_begin({})
    begin = callbacks.listeners("on_test_batch_begin")
    end = callbacks.listeners("on_test_batch_end")
    number = 0
    for step, fill in source.epoch():
        for tell in begin:
            tell(number, {})
        fill()
        step.plan.run()
        if progress is not None:
            progress.tick(compiled.logs)
        for tell in end:
            tell(number, compiled.logs())
        number += 1
        yield
        if stop():
            break
    callbacks.on_test_end(compiled.logs())
    return number


def in_order(logs: dict[str, Any]) -> Any:
    """The numbers without their names: a single number, or a list parallel to `metrics_names`."""
    values = [*logs.values()]
    return values[0] if len(values) == 1 else values


def predict(
    model: Model,
    x: Any,
    batch_size: int | None = None,
    verbose: Any = "auto",
    steps: int | None = None,
    callbacks: Any = None,
    cluster: Any = None,
    **legacy: Any,
) -> Any:
    """Outputs for data, as arrays in the structure of the model's outputs. Silent unless verbose.

    With a `cluster`, a `dask.distributed.Client`, each worker computes a part of every batch.

    Raises: DataError, ShapeError, ArgumentError.
    """
    check_legacy(predict, legacy)
    check_counts(batch_size=batch_size, steps=steps)
    verbose = wanted_verbose(verbose, auto=0)
    with closing(runner_for(model, model.compiled_state, cluster)) as runner:
        return predict_with(runner, x, batch_size, verbose, steps, callbacks)


def predict_with(
    runner: Runner, x: Any, batch_size: int | None, verbose: int, steps: int | None, callbacks: Any
) -> Any:
    """The outputs, computed by the steps of a runner."""
    model, size = runner.model, batch_size or usual_size(runner.model)
    away = runner.source("predict", (x,), size, False, steps)
    if away is not None:
        source: Any = away
    elif is_stream(x):
        one_input = len(getattr(model, "inputs", None) or ()) == 1

        def ready(x: Any, *_: Any) -> Data:
            several = isinstance(x, list) and all(hasattr(part, "__array__") for part in x)
            if one_input and several and x:
                x = x[0]  # the rest are targets: a DataLoader yields lists
            return prepare(model, None, x)

        source = Stream(x, ready, runner.predict, steps, targets=False)
    else:
        data = prepare(model, None, x)
        if len(data) <= size and not (callbacks or verbose or steps or runner.record):
            return predict_data(model, data)
        source = Batches(data, size, False, runner.predict, steps)
    told = CallbackList(callbacks, model=model, steps=source.steps, verbose=verbose)
    progress = Progress(0 if any(map(shows_progress, told.callbacks)) else verbose, source.steps)
    parts = predict_batches(source, told, progress)
    progress.end({})
    return parts if away is None else structure.map_structure(away.restored, parts)


def predict_batches(source: Any, told: CallbackList, progress: Progress) -> Any:
    told.on_predict_begin({})
    begin, end = told.listeners("on_predict_batch_begin"), told.listeners("on_predict_batch_end")
    parts: list[list[Array]] = []
    tree: Any = None
    with one_blas_thread():
        for number, (step, fill) in enumerate(source.epoch()):
            for tell in begin:
                tell(number, {})
            tree = step.tree
            parts.append(step.results(fill))
            progress.tick(dict)
            for tell in end:
                tell(number, {"outputs": structure.pack(tree, parts[-1])})
    told.on_predict_end({})
    return structure.pack(tree, map(joined, zip(*parts)))


def _of_generators(function: Callable[..., Any]) -> Callable[..., Any]:
    def old(
        model: Model,
        generator: Any,
        steps: int | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,
        workers: int = 1,
        use_multiprocessing: bool = False,
        verbose: Any = 0,
    ) -> Any:
        return function(model, generator, steps=steps, callbacks=callbacks, verbose=verbose)

    name = function.__name__
    old.__name__ = old.__qualname__ = f"{name}_generator"
    old.__doc__ = (
        f"Keras 2's name for `{name}` with a generator; its queue settings have no effect."
    )
    return old


evaluate_generator, predict_generator = _of_generators(evaluate), _of_generators(predict)


def joined(parts: Sequence[Array]) -> Array:
    """The rows of all batches, one after another."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts[0].ndim else np.stack(parts)


def train_on_batch(
    model: Model,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    return_dict: bool = False,
    **legacy: Any,
) -> Any:
    """One training step. Returns this batch's loss and metrics, computed before the update.

    Raises: DataError, ShapeError, NotCompiledError.
    """
    legacy.pop("reset_metrics", None)
    check_legacy(train_on_batch, legacy)
    logs = trained_on(model, x, y, sample_weight, class_weight)
    return logs if return_dict else in_order(logs)


def trained_on(model: Model, *data: Any, afresh: bool = True) -> dict[str, Any]:
    """The logs of one training step; of all since the last that began `afresh`."""
    compiled = require(model)
    check_idle(model, "train_on_batch")
    runner = Runner(model, compiled)
    with between_batches(compiled), uninterrupted():
        if compiled.trainable is None:
            runner.warn_of_changes()
        return run_once(compiled, runner.prepare(*data), runner.train, afresh)


def test_on_batch(
    model: Model,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    return_dict: bool = False,
    **legacy: Any,
) -> Any:
    """Loss and metrics on one batch.

    Raises: DataError, ShapeError, NotCompiledError.
    """
    legacy.pop("reset_metrics", None)
    check_legacy(test_on_batch, legacy)
    logs = tested_on(model, x, y, sample_weight)
    return logs if return_dict else in_order(logs)


def tested_on(model: Model, *data: Any, afresh: bool = True) -> dict[str, Any]:
    """The logs of one batch; of all since the last that began `afresh`."""
    compiled = require(model)
    runner = Runner(model, compiled)
    with between_batches(compiled):
        return run_once(compiled, runner.prepare(*data), runner.test, afresh)


def run_once(
    compiled: Compiled, data: Data, make: Callable[[Specs, Any], Step], afresh: bool
) -> dict[str, Any]:
    """Loss and metrics after one batch, computed by the plan that `make` returns."""
    step = make(data.specs(len(data)), data.tree)
    step.fill(data.arrays)
    if afresh:
        compiled.reset()
    with one_blas_thread():
        step.plan.run()
    return compiled.logs()


def predict_on_batch(model: Model, x: Any) -> Any:
    """Outputs for one batch.

    Raises: DataError, ShapeError.
    """
    return predict_data(model, prepare(model, None, x))


def predict_data(model: Model, data: Data) -> Any:
    """Outputs for data that form one batch."""
    step = predicting(model, data.specs(len(data)), data.tree)
    with one_blas_thread():
        return structure.pack(step.tree, step.results(partial(step.fill, data.arrays)))
