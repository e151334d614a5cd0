"""Where batches come from: arrays or streams, for training and for validation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab.errors import ArgumentError, DataError, FunclabError, ShapeError
from funclab.models.meaning import learn
from funclab.models.model import Model
from funclab.training.arguments import FitOptions
from funclab.training.data.batches import Batches, Data, split
from funclab.training.data.streams import Stream, check_stream, is_stream
from funclab.training.runner import Runner

BATCH_SIZE = 32

Source = Batches | Stream


def training_source(
    runner: Runner, x: Any, y: Any, sample_weight: Any, class_weight: Any, options: FitOptions
) -> tuple[Source, Data | None]:
    """Batches to train on, and the data held out by `validation_split`."""
    fraction, steps = options.validation_split, options.steps_per_epoch
    size = options.batch_size or usual_size(runner.model)
    away = runner.source("train", (x, y, sample_weight), size, options.shuffle, steps)
    if away is not None:
        check_stream(x, class_weight=class_weight, validation_split=fraction)
        return away, None
    if is_stream(x):
        check_stream(x, y=y, sample_weight=sample_weight, validation_split=fraction)

        def weighted(x: Any, y: Any = None, weight: Any = None) -> Data:
            return runner.prepare_batch(x, y, weight, class_weight)

        forms = runner.batch_forms() if class_weight is None else None
        return Stream(x, weighted, runner.train, steps, options.shuffle, forms=forms), None
    data, held_out = runner.prepare(x, y, sample_weight, class_weight), None
    learn(runner.model, x, y)
    if fraction:
        data, held_out = split(data, fraction)
    return Batches(data, size, options.shuffle, runner.train, steps), held_out


def validation_source(
    runner: Runner, validation_data: Any, held_out: Data | None, options: FitOptions
) -> Source | None:
    """Batches to validate on: `validation_data`, or else the held-out data, or else none."""
    steps = options.validation_steps
    size = options.validation_batch_size or options.batch_size or usual_size(runner.model)
    try:
        if is_stream(validation_data):
            return test_source(runner, (validation_data,), size, steps)
        if validation_data is not None:
            parts = validation_parts(validation_data, runner.model)
            return test_source(runner, parts, size, steps)
        if held_out is not None:
            return Batches(held_out, size, False, runner.test, steps)
        return None
    except (DataError, ShapeError, ArgumentError) as error:
        raise located(error, "validation_data") from None


def test_source(runner: Runner, sides: Sequence[Any], size: int, steps: int | None) -> Source:
    """Batches to evaluate on: of (x, y, sample_weight), or of an x that is a stream."""
    away = runner.source("test", sides, size, False, steps)
    if away is not None:
        return away
    x, y, weight = (*sides, None, None)[:3]
    if is_stream(x):
        check_stream(x, y=y, sample_weight=weight)
        return Stream(x, runner.prepare_batch, runner.test, steps, forms=runner.batch_forms())
    return Batches(runner.prepare(*sides), size, False, runner.test, steps)


def training_as_test(runner: Runner, training: Source) -> Source:
    """The training data again, in order, to be evaluated.

    Raises: ArgumentError for a stream, which cannot be read again.
    """
    if isinstance(training, Batches):
        return Batches(training.data, training.size, False, runner.test)
    raise ArgumentError(
        "`evaluate_each_epoch` needs training data in arrays.",
        why="batches that come from a stream cannot be read a second time.",
        fix="pass arrays as x and y, or the data to evaluate as validation_data.",
    )


def usual_size(model: Model) -> int:
    """The batch size that the model's inputs declare, else 32."""
    fixed = [tensor.shape[0] for tensor in model.inputs or [] if tensor.shape and tensor.shape[0]]
    return fixed[0] if fixed else BATCH_SIZE


def validation_parts(data: Any, model: Model) -> Any:
    """The data as x, y and weights; a model with a step of its own may need x alone."""
    fewest = 1 if type(model).test_step is not Model.test_step else 2
    if isinstance(data, (list, tuple)) and fewest <= len(data) <= 3:
        return data
    received = f"{len(data)} parts" if isinstance(data, (list, tuple)) else type(data).__name__
    raise DataError(
        "`validation_data` should be a tuple (x_val, y_val) or (x_val, y_val, sample_weight). "
        f"Found: {received}.",
        why="validation needs inputs and their targets.",
        fix=f"write validation_split={data}, to keep a part of the training data."
        if isinstance(data, float) and 0 < data < 1
        else "write validation_data=(x_val, y_val).",
    )


def located(error: FunclabError, argument: str) -> FunclabError:
    """The same error, with the name of the argument it is about."""
    if argument not in error.what:
        error.what = f"In `{argument}`: {error.what}"
        error.args = (error.what,)
    return error
