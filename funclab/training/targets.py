"""Targets, sample weights and class weights: one array of each per output, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, DataError, suggest, warn
from funclab.graph.shape_math import Array, Shape, same, show
from funclab.losses import Loss, LossFunctionWrapper, functions, structured
from funclab.models import advice
from funclab.models.inputs import as_array
from funclab.models.names import Names, arrays_in, pictured
from funclab.training.logits import last_activations
from funclab.training.matching import Output

CATEGORICAL = (functions.categorical_crossentropy, functions.categorical_focal_crossentropy)
SPARSE = (
    functions.sparse_categorical_crossentropy,
    functions.categorical_generalized_cross_entropy,
)
AMOUNTS = (functions.mean_squared_error, functions.mean_absolute_error, functions.huber)
"""Regression losses; their other uses get no warning."""

REACH = {"sigmoid": (0, 1), "softmax": (0, 1), "tanh": (-1, 1), "relu": (0, np.inf)}
"""The range of each activation."""


def match_targets(
    names: Names, outputs: Sequence[Output], shapes: Sequence[Shape], y: Any
) -> list[Array | None]:
    """An array (or None) for each output, with the rank of its predictions where that differs
    by an axis of length 1.

    Raises: DataError if targets are missing, too many, or do not fit the loss.
    """
    parts = order_targets(names, outputs, y)
    targets: list[Array | None] = []
    tensors = names.model.outputs or [None] * len(parts)
    for output, shape, part, tensor in zip(outputs, shapes, parts, tensors):
        if part is None or not output.needs_targets:
            targets.append(None)
            continue
        try:
            targets.append(fit_target(output, shape, as_array(part, output.name)))
            warn_of_range(output, targets[-1])
            warn_of_amounts(output, targets[-1], tensor)
        except DataError as error:
            note = error.facts or f"does not fit {getattr(output.loss, 'name', 'its loss')}"
            items = {i: pictured(other, "y") for i, other in enumerate(parts) if other is not None}
            i = outputs.index(output)
            error.fix = _better_fix(names, outputs, shapes, parts, i, y) or error.fix
            error.facts = names.pairs({**items, i: items[i]._replace(note=note)})
            raise
    return targets


def _better_fix(
    names: Names, outputs: Sequence[Output], shapes: Sequence[Shape], parts: Sequence[Any], i: int,
    y: Any,
) -> str:  # fmt: skip
    """What to do about targets that do not fit output `i`; "" if the error's advice is better."""
    fits = [
        [part is not None and _suits(output, shape, part) for part in parts]
        for output, shape in zip(outputs, shapes)
    ]
    order = advice.order_of(fits)
    if order:
        return advice.for_swapped("y", names.names, order, isinstance(y, dict))
    try:
        part, loss = as_array(parts[i]), getattr(outputs[i].loss, "fn", None)
    except DataError:
        return ""
    if part.dtype.kind not in "biuf":
        return ""
    tensor = names.model.outputs[i] if names.model.outputs is not None else None
    is_conv = tensor is not None and "Conv" in type(tensor.node.operation).__name__
    return advice.for_target(
        names.names[i], shapes[i], part, getattr(loss, "__name__", ""), _keeps_steps(tensor),
        "after" if is_conv else "before",
    )  # fmt: skip


def _suits(output: Output, shape: Shape, part: Any) -> bool:
    """Whether targets could be those of an output."""
    try:
        fit_target(output, shape, as_array(part))
    except DataError:
        return False
    return True


def _keeps_steps(tensor: Any) -> str:
    """The recurrent layer before an output that returns all steps, if they are still there."""
    while tensor is not None and tensor.ndim == 3:
        layer = tensor.node.operation
        if getattr(layer, "return_sequences", False):
            return layer.name
        parents = tensor.node.input_tensors
        tensor = parents[0] if len(parents) == 1 and parents[0] is not tensor else None
    return ""


def order_targets(names: Names, outputs: Sequence[Output], y: Any) -> list[Any]:
    """The parts of y, one for each output; None for an output that has none."""
    needed = [output.needs_targets for output in outputs]

    def split(y: Any, count: int) -> list[Any]:
        if y is None:
            return [None] * count
        parts = arrays_in(y, count)
        if len(parts) != count and len(parts) == sum(needed):  # for outputs with a loss only
            remaining = iter(parts)
            parts = [next(remaining) if is_needed else None for is_needed in needed]
        return parts

    parts = names.match(y, "y", split)
    names.require(parts, needed, "y", "The targets `y` are missing.")
    return parts


def function_of(loss: Loss | None) -> Any:
    return loss.fn if isinstance(loss, LossFunctionWrapper) else None


def compares_elements(function: Any) -> bool:
    """Whether a loss function compares each predicted number with the target in the same place: all
    functions in `losses.functions` do, but for those of classes, which are checked before."""
    return function in (structured.dice, structured.tversky) or (
        getattr(function, "__module__", "") == functions.__name__
    )


def fit_target(output: Output, shape: Shape, y: Array) -> Array:
    """One output's targets, checked against its loss."""
    if y.dtype.kind not in "biuf":
        raise DataError(
            f"The targets of {output.name} are not numbers: dtype {y.dtype}, such as "
            f"{y.reshape(-1)[:3].tolist()}.",
            why="losses compare numbers.",
            fix=advice.for_kind("y", y),
            facts="not numbers",
        )
    function = function_of(output.loss)
    if function in SPARSE:
        return _class_numbers(output, shape, y)
    if function in CATEGORICAL and not _fits(y.shape, shape):
        raise _not_one_hot(output, shape, y)
    if len(y.shape) + 1 == len(shape) and shape[-1] == 1 and _fits(y.shape, shape[:-1]):
        return y[..., None]
    if len(y.shape) == len(shape) + 1 and y.shape[-1] == 1 and _fits(y.shape[:-1], shape):
        return y[..., 0]
    if compares_elements(function) and not _fits(y.shape, shape):
        raise DataError(
            f"You are passing a target array of shape {show(y.shape)} while using as loss "
            f"`{output.loss_name}` for the output {output.name} of shape {show(shape)}. "
            "Arguments `target` and `output` must have the same shape.",
            why="this loss compares each predicted number with the target in the same place.",
            fix=_shape_repair(output, shape, y),
        )
    return y


def warn_of_range(output: Output, y: Any) -> None:
    """Warn about targets of a crossentropy that are not probabilities: below 0, or above 1."""
    function = function_of(output.loss)
    if function not in (*CATEGORICAL, functions.binary_crossentropy) or not y.size:
        return
    low, high = y.min(), y.max()
    if low < 0 or high > 1:
        warn(
            f"The targets of {output.name} go from {low:g} to {high:g}, but "
            f"{function.__name__} compares probabilities, from 0 to 1. "
            + advice.for_range(output.name, low, high, y)
        )


def warn_of_amounts(output: Output, y: Any, tensor: Any) -> None:
    """Warn about targets outside the activation's range, or continuous targets with an accuracy."""
    if function_of(output.loss) not in AMOUNTS or not y.size or tensor is None:
        return
    if beyond := out_of_reach(output, y, tensor):
        warn(f"{beyond}. Leave out the activation, or scale the targets.")
    counted = {"accuracy", "acc"} & set(map(str, output.metrics)) and tensor.shape[-1] == 1
    between = y[y != y.round()] if counted else y[:0]
    if between.size:
        warn(
            f"The accuracy of {output.name} counts targets that are hit exactly, and these are "
            f'amounts such as {between[0]:g}: it stays near 0. Write metrics=["mae"].'
        )


def out_of_reach(output: Output, y: Any, tensor: Any) -> str:
    """Which targets the last activation of an output cannot give; "" if it can give all."""
    activation, _ = last_activations(tensor)
    low, high = REACH.get(activation, (-np.inf, np.inf))
    lowest, highest = y.min(), y.max()
    if (lowest >= low - 0.01 and highest <= high + 0.01) or not np.isfinite(highest - lowest):
        return ""
    return (
        f"The targets of {output.name} go from {lowest:g} to {highest:g}, but its {activation} "
        f"gives numbers from {low} to {high}"
    )


def _class_numbers(output: Output, shape: Shape, y: Array) -> Array:
    fits = _fits(y.shape, shape[:-1]) or (y.shape[-1] == 1 and _fits(y.shape[:-1], shape[:-1]))
    name = output.loss_name
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
        fix = advice.for_classes(output.name, classes, counted)
        raise DataError(
            f"The targets of {output.name} hold the class {int(wrong)}, but it predicts {classes} "
            f"classes: a label value outside the valid range of [0, {classes}).",
            why="a class number is the place of a probability among the outputs.",
            fix=fix,
            facts=f"class {int(wrong)} is not one of {classes}",
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


def _fits(actual: Shape, declared: Shape) -> bool:
    """Whether shapes match from the second axis on."""
    return len(actual) == len(declared) and same(actual[1:], declared[1:])


def match_weights(
    names: Names,
    outputs: Sequence[Output],
    shapes: Sequence[Shape],
    targets: Sequence[Array | None],
    sample_weight: Any,
    class_weight: Any = None,
) -> list[Array | None]:
    """The weights of each output's samples (or steps); None if all have equal weight.

    Raises: DataError, ArgumentError if they do not fit.
    """

    def split(data: Any, count: int) -> list[Any] | None:  # a single array counts for all
        parts = arrays_in(data, 0)
        return None if len(parts) == 1 and parts[0] is data else parts

    matched = names.match(sample_weight, "sample_weight", split)
    by_class = order_class_weights(names, class_weight)
    fitted: list[Array | None] = []
    for output, shape, target, part, classes in zip(outputs, shapes, targets, matched, by_class):
        weight = None if part is None or target is None else fit_weight(output, shape, part)
        if classes is not None and target is not None:
            factor = class_factors(output, shape, target, classes)
            axes = [1] * (0 if weight is None else weight.ndim - 1)
            weight = factor if weight is None else weight * factor.reshape(-1, *axes)
        fitted.append(weight)
    return fitted


def fit_weight(output: Output, shape: Shape, weights: Any) -> Array:
    """Weights of samples (n,) or of steps (n, time ...), whose axes are the losses' first axes."""
    weight = as_array(weights)
    if weight.dtype.kind not in "biuf":
        raise DataError(
            f"The sample weights of {output.name} are not numbers: dtype {weight.dtype}.",
            why="a weight multiplies the loss of its sample.",
            fix="pass an array of numbers, one for each sample.",
        )
    if not np.isfinite(weight).all():
        raise DataError(
            f"The sample weights of {output.name} hold nan or inf.",
            why="a weight multiplies the loss of its sample; one that is nan makes the mean nan.",
            fix="give samples that are not to count the weight 0: numpy.nan_to_num(weights).",
        )
    while (
        weight.ndim > 1
        and weight.shape[-1] == 1
        and (weight.ndim > len(shape) - 1 or shape[weight.ndim - 1] != 1)
    ):
        weight = weight[..., 0]
    losses = shape[:-1] or shape
    depth = weight.ndim
    if not (0 < depth <= max(len(losses), 1) and same(weight.shape[1:], losses[1:depth])):
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
            fix=_written(class_weight),
        )
    by_output = all(isinstance(part, Mapping) or part is None for part in class_weight.values())
    if by_output and class_weight.keys() <= names.index.keys():
        parts = {names.index[key]: weights for key, weights in class_weight.items()}
        return [parts.get(i) for i in range(len(names))]
    if not all(suggest.is_number(label) and label % 1 == 0 for label in class_weight):
        raise ArgumentError(
            f"The keys of `class_weight` should be class numbers. Received: {list(class_weight)}.",
            why="targets hold class numbers, from 0.",
            fix=_written(class_weight),
        )
    numbers = class_weight.values()
    if not all(suggest.is_number(number) and np.isfinite(number) for number in numbers):
        raise ArgumentError(
            "The values of `class_weight` should be finite numbers. "
            f"Received: {dict(class_weight)}.",
            why="each multiplies the loss of the samples of its class.",
            fix=_written(class_weight),
        )
    if len(names) > 1:
        raise ArgumentError(
            "`class_weight` is only supported for Models with a single output, unless it is a "
            f"dict by output. Received: {dict(class_weight)}.",
            why=f"{names.model.name} has the outputs {names.listed()}, each with its own classes.",
            fix=f'write class_weight={{"{names.names[0]}": {{0: 1.0, 1: 5.0}}}}.',
        )
    return [class_weight]


def _written(class_weight: Any) -> str:
    """How to write class weights that were given in another form."""
    if isinstance(class_weight, str) and class_weight == "balanced":
        return "write class_weight=dict(enumerate(len(y) / (k * numpy.bincount(y)))) for k classes."
    pairs: Any = class_weight
    if isinstance(class_weight, (list, tuple, np.ndarray)):
        pairs = dict(enumerate(class_weight))
    try:
        weights = {int(label): float(weight) for label, weight in pairs.items()}
    except (AttributeError, TypeError, ValueError):
        return "write for example class_weight={0: 1.0, 1: 5.0}."
    return f"write class_weight={weights}."


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
