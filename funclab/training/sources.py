"""Where batches come from: arrays or streams, for training and for validation."""

from __future__ import annotations

from typing import Any

from funclab.errors import ArgumentError, DataError, FunclabError, ShapeError
from funclab.training.data import Batches, Data, split
from funclab.training.runner import Runner
from funclab.training.streams import Stream, check_stream, is_stream

BATCH_SIZE = 32

Source = Batches | Stream


def training_source(
    runner: Runner, x: Any, y: Any, weights: tuple[Any, Any], options: dict[str, Any]
) -> tuple[Source, Data | None]:
    """Batches to train on, and the data held out by `validation_split`.

    `weights` are sample_weight and class_weight; `options` batch_size, shuffle, steps and share.
    """
    sample_weight, class_weight = weights
    size, share = options["batch_size"], options["share"]
    shuffle, steps = options["shuffle"], options["steps"]
    if is_stream(x):
        check_stream(x, y=y, sample_weight=sample_weight, validation_split=share)

        def weighted(x: Any, y: Any = None, weight: Any = None) -> Data:
            return runner.prepare(x, y, weight, class_weight)

        return Stream(x, weighted, runner.train, steps, shuffle), None
    data, held_out = runner.prepare(x, y, sample_weight, class_weight), None
    if share:
        data, held_out = split(data, share)
    size = size or usual_size(runner.model)
    return Batches(data, size, shuffle, runner.train, steps), held_out


def validation_source(
    runner: Runner, given: Any, held_out: Data | None, size: int | None, steps: int | None
) -> Source | None:
    """Batches to validate on: what the user gave, or the data held out."""
    try:
        if given is None:
            data = held_out
        elif is_stream(given):
            return Stream(given, runner.prepare, runner.test, steps)
        else:
            data = runner.prepare(*validation_parts(given))
        size = size or usual_size(runner.model)
        return None if data is None else Batches(data, size, False, runner.test, steps)
    except (DataError, ShapeError, ArgumentError) as error:
        raise located(error, "validation_data") from None


def training_as_test(runner: Runner, training: Source) -> Source:
    """The training data once more, in order, to be judged.

    Raises: ArgumentError for a stream, which cannot be read again.
    """
    if isinstance(training, Batches):
        return Batches(training.data, training.size, False, runner.test)
    raise ArgumentError(
        "`evaluate_each_epoch` needs training data in arrays.",
        why="batches that come from a stream cannot be read a second time.",
        fix="pass arrays as x and y, or the data to judge as validation_data.",
    )


def usual_size(model: Any) -> int:
    """The batch size that the model's inputs declare, else 32."""
    fixed = [one.shape[0] for one in model.inputs or [] if one.shape and one.shape[0]]
    return fixed[0] if fixed else BATCH_SIZE


def validation_parts(given: Any) -> Any:
    if isinstance(given, (list, tuple)) and len(given) in (2, 3):
        return given
    found = f"{len(given)} parts" if isinstance(given, (list, tuple)) else type(given).__name__
    raise DataError(
        "`validation_data` should be a tuple (x_val, y_val) or (x_val, y_val, sample_weight). "
        f"Found: {found}.",
        why="validation needs inputs and their targets.",
        fix="write validation_data=(x_val, y_val).",
    )


def located(error: FunclabError, place: str) -> FunclabError:
    """The same error, with the argument it is about."""
    if place not in error.what:
        error.what = f"In `{place}`: {error.what}"
        error.args = (error.what,)
    return error
