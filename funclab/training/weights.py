"""Sample weights and class weights: one array of weights for each output, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from funclab import structure
from funclab.errors import ArgumentError, DataError
from funclab.shapes import Shape, show
from funclab.training.inputs import as_array
from funclab.training.outputs import Names, Output

Array = np.ndarray[Any, Any]


def match_weights(
    names: Names,
    outputs: Sequence[Output],
    shapes: Sequence[Shape],
    targets: Sequence[Array | None],
    sample_weight: Any,
    class_weight: Any = None,
) -> list[Array | None]:
    """The weights of each output's samples (or steps); None where all count alike.

    Raises: DataError, ArgumentError when they do not fit.
    """
    given = order_weights(names, sample_weight)
    by_class = order_class_weights(names, class_weight)
    found: list[Array | None] = []
    for output, shape, target, weight, classes in zip(outputs, shapes, targets, given, by_class):
        if target is None:
            found.append(None)
            continue
        made = None if weight is None else fit_weight(output, shape, as_array(weight))
        if classes is not None:
            factor = class_factors(output, shape, target, classes)
            made = factor if made is None else made * factor.reshape(-1, *[1] * (made.ndim - 1))
        found.append(made)
    return found


def order_weights(names: Names, weights: Any) -> list[Any]:
    """The parts of `sample_weight`, one for each output; a single array counts for all."""
    if weights is None:
        return [None] * len(names)
    if isinstance(weights, dict):
        unknown = names.unknown(weights)
        if unknown:
            raise DataError(
                f'Unknown entry in sample_weight dictionary: "{unknown[0]}". Only expected the '
                f"following keys: {names.names}.",
                why=f"the outputs of {names.model_name} are {names.listed()}.",
                fix="spell the keys like the outputs' names.",
            )
        return names.spread(weights)
    if isinstance(weights, (list, tuple)):
        leaves = structure.flatten(weights)
        if all(leaf is None or np.ndim(leaf) > 0 for leaf in leaves):
            if len(leaves) != len(names):
                raise DataError(
                    f"sample_weight is a list of {len(leaves)} arrays, but {names.model_name} has "
                    f"{len(names)} outputs.",
                    why=f"its outputs are {names.listed()}.",
                    fix="give one array (or None) for each, or a single array for all.",
                )
            return leaves
    return [weights] * len(names)


def fit_weight(output: Output, shape: Shape, weight: Array) -> Array:
    """Weights of samples (n,) or of steps (n, time ...), with the axes of the losses' first."""
    if weight.dtype.kind not in "biuf":
        raise DataError(
            f"The sample weights of {output.name} are not numbers: dtype {weight.dtype}.",
            why="a weight multiplies the loss of its sample.",
            fix="pass an array of numbers, one for each sample.",
        )
    while (
        weight.ndim > 1
        and weight.shape[-1] == 1
        and (weight.ndim > len(shape) - 1 or shape[weight.ndim - 1] != 1)
    ):
        weight = weight[..., 0]
    losses = shape[:-1] or shape
    fits = 0 < weight.ndim <= max(len(losses), 1) and all(
        None in (a, b) or a == b for a, b in zip(weight.shape[1:], losses[1:])
    )
    if not fits:
        raise DataError(
            f"Found a sample_weight array with shape {show(weight.shape)} for the output "
            f"{output.name}, whose losses have shape {show(losses)}.",
            why="there is one weight for each sample, or for each step of a sequence.",
            fix="pass an array of shape (samples,)"
            + (f" or {show(losses)}." if len(losses) > 1 else "."),
        )
    return weight.astype("float32", copy=False)


def order_class_weights(names: Names, class_weight: Any) -> list[Any]:
    """A dict from class to weight (or None) for each output."""
    if class_weight is None:
        return [None] * len(names)
    if not isinstance(class_weight, Mapping):
        raise ArgumentError(
            f"`class_weight` should be a dict from class number to weight. Received: "
            f"{class_weight!r}.",
            why="it says how much each class counts.",
            fix="write for example class_weight={0: 1.0, 1: 5.0}.",
        )
    if all(isinstance(value, Mapping) or value is None for value in class_weight.values()):
        unknown = names.unknown(class_weight)
        if not unknown:
            return names.spread(dict(class_weight))
    if len(names) > 1:
        raise ArgumentError(
            "`class_weight` is only supported for Models with a single output, unless it is a "
            f"dict by output. Received: {dict(class_weight)}.",
            why=f"{names.model_name} has the outputs {names.listed()}, each with its own classes.",
            fix=f'write class_weight={{"{names.names[0]}": {{0: 1.0, 1: 5.0}}}}.',
        )
    return [class_weight]


def class_factors(output: Output, shape: Shape, y: Array, weights: Mapping[Any, float]) -> Array:
    """The weight of each sample's class; 1 for a class that has none."""
    one_hot = y.ndim > 1 and y.shape[-1] > 1 and y.ndim == len(shape)
    classes = y.argmax(-1) if one_hot else y.reshape(len(y), -1)[:, 0] if y.ndim > 1 else y
    if classes.ndim > 1 or (not one_hot and y.size != len(y)):
        raise ArgumentError(
            f"`class_weight` not supported for 3+ dimensional targets: those of {output.name} have "
            f"shape {show(y.shape)}.",
            why="a sample then has several classes.",
            fix="use `sample_weight` with a weight for each step.",
        )
    factors = np.ones(len(y), "float32")
    for label, weight in weights.items():
        factors[np.rint(classes).astype("int64") == int(label)] = weight
    return factors
