"""Targets and weights: from what a user gives to one array for each output, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab import structure
from funclab.errors import DataError, Pair
from funclab.losses import Loss, LossFunctionWrapper, functions
from funclab.shapes import Shape, show
from funclab.training.inputs import as_array, shape_text
from funclab.training.outputs import Names, Output

Array = np.ndarray[Any, Any]

CATEGORICAL = functions.categorical_crossentropy
SPARSE = functions.sparse_categorical_crossentropy
BY_ELEMENT = (
    functions.mean_squared_error,
    functions.mean_absolute_error,
    functions.mean_absolute_percentage_error,
    functions.mean_squared_logarithmic_error,
    functions.binary_crossentropy,
    functions.kl_divergence,
    functions.poisson,
    functions.huber,
    functions.log_cosh,
    functions.hinge,
    functions.squared_hinge,
    functions.categorical_hinge,
    functions.cosine_similarity,
)


def match_targets(
    names: Names, outputs: Sequence[Output], shapes: Sequence[Shape], y: Any
) -> list[Array | None]:
    """An array (or None) for each output, with the rank of its predictions where that differs
    by an axis of length 1.

    Raises: DataError when targets are missing, too many, or do not fit the loss.
    """
    given = order_targets(names, outputs, y)
    found: list[Array | None] = []
    for output, shape, one in zip(outputs, shapes, given):
        if one is None or not output.judged:
            found.append(None)
            continue
        array = as_array(one, output.name)
        if array.dtype.kind not in "biuf":
            raise DataError(
                f"The targets of {output.name} are not numbers: dtype {array.dtype}, such as "
                f"{array.reshape(-1)[:3].tolist()}.",
                why="losses compare numbers.",
                fix="turn names into class numbers, np.unique(y, return_inverse=True)[1].",
                facts=names.pairs(_beside(output, outputs, given, "not numbers")),
            )
        try:
            found.append(fit_target(output, shape, array))
        except DataError as error:
            error.facts = names.pairs(_beside(output, outputs, given, error.facts))
            raise
    return found


def _beside(
    bad: Output, outputs: Sequence[Output], given: Sequence[Any], note: str | None
) -> dict[int, Pair]:
    """What was given for each output, for a picture: `bad` is the one whose targets do not fit."""
    note = note or f"does not fit {getattr(bad.loss, 'name', 'its loss')}"
    return {
        i: Pair("", "", "targets", shape_text(one), note * (output is bad))
        for i, (output, one) in enumerate(zip(outputs, given))
        if one is not None
    }


def order_targets(names: Names, outputs: Sequence[Output], y: Any) -> list[Any]:
    """The parts of y, one for each output; None for an output that has none."""
    if y is None:
        return missing_checked(names, outputs, [None] * len(names))
    if isinstance(y, dict):
        nested = structure.is_container(names.tree) and structure.same_structure(y, names.tree)
        if nested:
            return missing_checked(names, outputs, _in_order(names.tree, y))
        unknown = names.unknown(y)
        if unknown:
            raise DataError(
                f'The targets have the key "{unknown[0]}", but {names.model_name} has no such '
                f"output. Expected keys: {names.names}.",
                why=f"its outputs are {names.listed()}.",
                fix=f'write "{names.meant(unknown[0], y)}" instead of "{unknown[0]}".'
                if names.meant(unknown[0], y)
                else "spell the keys like the outputs' names.",
                facts=names.by_key(
                    {key: _targets(one, f'"{key}"') for key, one in y.items()},
                    [i for i, one in enumerate(outputs) if one.judged],
                ),
            )
        return missing_checked(names, outputs, names.spread(y))
    parts = _parts(y, len(names))
    if len(parts) != len(names):
        judged = [i for i, one in enumerate(outputs) if one.judged]
        if len(parts) != len(judged):
            raise DataError(
                f"{names.model_name} has {len(names)} outputs, but the targets are "
                f"{len(parts)} arrays. Expected to see {len(names)} array(s). "
                "(y_true and y_pred have different structures.)",
                why=f"its outputs are {names.listed()}.",
                fix="give a list with one array for each, or a dict with these names as keys.",
                facts=names.in_order([_targets(one) for one in parts]),
            )
        spread: list[Any] = [None] * len(names)
        for i, part in zip(judged, parts):
            spread[i] = part
        parts = spread
    return missing_checked(names, outputs, parts)


def _targets(part: Any, label: str = "targets") -> Pair:
    return Pair(given=label, given_shape=shape_text(part))


def _parts(y: Any, count: int) -> list[Any]:
    """A list of numbers is one array; a list of arrays is one for each output."""
    if isinstance(y, (list, tuple)):
        leaves = structure.flatten(y)
        arrays = [leaf is None or np.ndim(leaf) > 0 for leaf in leaves]
        if all(arrays):
            return leaves
        if len(y) == count > 1:
            return list(y)
    return [y]


def _in_order(tree: Any, y: Any) -> list[Any]:
    """The leaves of a dict in the order of another with the same keys."""
    if isinstance(tree, dict):
        return [leaf for key in tree for leaf in _in_order(tree[key], y[key])]
    if structure.is_container(tree):
        return [leaf for a, b in zip(tree, y) for leaf in _in_order(a, b)]
    return [y]


def missing_checked(names: Names, outputs: Sequence[Output], parts: list[Any]) -> list[Any]:
    for output, part in zip(outputs, parts):
        if part is None and output.judged:
            raise DataError(
                f'No data provided for "{output.name}". Need data for each key in: '
                f"{[one.name for one in outputs if one.judged]}. (The targets `y` are missing.)",
                why=f"{names.model_name} was compiled with a loss or metric for {output.name}.",
                fix=f'pass targets for it, or compile with loss={{"{output.name}": None}}.',
                facts=names.pairs(
                    {
                        i: Pair(note="no targets") if part is None else _targets(part)
                        for i, (one, part) in enumerate(zip(outputs, parts))
                        if one.judged or part is not None
                    }
                ),
            )
    return parts


def function_of(loss: Loss | None) -> Any:
    return loss.fn if isinstance(loss, LossFunctionWrapper) else None


def fit_target(output: Output, shape: Shape, y: Array) -> Array:
    """One output's targets, checked against its loss."""
    function = function_of(output.loss)
    if function is SPARSE:
        return _class_numbers(output, shape, y)
    if function is CATEGORICAL and not _fits(y.shape, shape):
        raise _not_one_hot(output, shape, y)
    if len(y.shape) + 1 == len(shape) and shape[-1] == 1 and _fits(y.shape, shape[:-1]):
        return y[..., None]
    if len(y.shape) == len(shape) + 1 and y.shape[-1] == 1 and _fits(y.shape[:-1], shape):
        return y[..., 0]
    if function in BY_ELEMENT and not _fits(y.shape, shape):
        raise DataError(
            f"You are passing a target array of shape {show(y.shape)} while using as loss "
            f"`{output.loss.name}` for the output {output.name} of shape {show(shape)}. "  # type: ignore[union-attr]
            "Arguments `target` and `output` must have the same shape.",
            why="this loss compares each predicted number with the target in the same place.",
            fix=_shape_repair(output, shape, y),
        )
    return y


def _class_numbers(output: Output, shape: Shape, y: Array) -> Array:
    fits = _fits(y.shape, shape[:-1])
    if not fits and y.ndim == len(shape) and y.shape[-1] == 1 and _fits(y.shape[:-1], shape[:-1]):
        fits, y = True, y[..., 0]
    name = output.loss.name  # type: ignore[union-attr]
    classes = shape[-1]
    if not fits:
        one_hot = _fits(y.shape, shape)
        raise DataError(
            f"You are passing a target array of shape {show(y.shape)} while using as loss "
            f"`{name}` for the output {output.name} of shape {show(shape)}. Arguments `target` "
            "and `output` must have the same shape up until the last dimension.",
            why="this loss expects whole class numbers, one for each sample"
            + ("; these targets are one-hot rows." if one_hot else "."),
            fix='compile with loss="categorical_crossentropy", or pass y.argmax(-1).'
            if one_hot
            else f"pass class numbers of shape {show(shape[:-1])}.",
            facts="one-hot rows, not class numbers" if one_hot else None,
        )
    if y.size and y.dtype.kind == "f" and not np.array_equal(y, np.floor(y)):
        raise DataError(
            f"The targets of {output.name} are not whole numbers, as `{name}` needs: for example "
            f"{y[y != np.floor(y)].reshape(-1)[0]}.",
            why="this loss expects class numbers: 0, 1, 2 ...",
            fix='for targets that are amounts use a loss such as "mse".',
            facts="not whole numbers",
        )
    _check_range(output, classes, y)
    return y


def _check_range(output: Output, classes: int | None, y: Array) -> None:
    ignored = getattr(output.loss, "ignore_class", None)
    counted = y if ignored is None else y[y != ignored]
    if not counted.size or classes is None:
        return
    low, high = counted.min(), counted.max()
    if low < 0 or high >= classes:
        wrong = low if low < 0 else high
        raise DataError(
            f"The targets of {output.name} hold the class {int(wrong)}, but it predicts {classes} "
            f"classes: a label value outside the valid range of [0, {classes}).",
            why="a class number is the place of a probability among the outputs.",
            fix=f"number the classes from 0, or give {output.name} {int(high) + 1} units."
            if low >= 0
            else "number the classes from 0.",
            facts=f"class {int(wrong)} is none of {classes}",
        )


def _not_one_hot(output: Output, shape: Shape, y: Array) -> DataError:
    flat = y.ndim < len(shape) or y.shape[-1] == 1
    classes = shape[-1]
    return DataError(
        f"You are passing a target array of shape {show(y.shape)} while using as loss "
        f"`categorical_crossentropy` for the output {output.name} of shape {show(shape)}. "
        "`categorical_crossentropy` expects targets to be binary matrices (1s and 0s) of shape "
        "(samples, classes). Arguments `target` and `output` must have the same shape.",
        why=("the targets look like class numbers, not like one-hot rows." if flat else "")
        or f"{output.name} predicts {classes} classes, the targets have {y.shape[-1]}.",
        fix=f"use to_categorical(y, {classes}), or compile with "
        'loss="sparse_categorical_crossentropy" and keep the class numbers.'
        if flat
        else f"make the last axis of the targets {classes} long, or give {output.name} "
        f"{y.shape[-1]} units.",
        facts="class numbers, not one-hot rows" if flat else None,
    )


def _shape_repair(output: Output, shape: Shape, y: Array) -> str:
    if y.ndim == 2 and len(shape) == 2:
        return f"give {output.name} {y.shape[-1]} units, or pass targets of shape {show(shape)}."
    return f"pass targets of shape {show(shape)}."


def _fits(given: Shape, wanted: Shape) -> bool:
    """Whether shapes agree from the second axis on."""
    if len(given) != len(wanted):
        return False
    return all(None in (a, b) or a == b for a, b in zip(given[1:], wanted[1:]))
