"""What to write if data or targets do not fit a model: plain rules, from the most specific to the
most general.

Shapes include the batch, whose length is None if it is not known. Each rule returns what to write,
or "" if it does not apply. If several causes are possible, the one that a teacher would check first
comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from math import prod
from typing import Any

from funclab.errors.words import listed
from funclab.graph.shape_math import clashes, same, show

Shape = Sequence[int | None]

MOST_SWAPPED = 6
"""With more inputs than this, other orders are not tried."""


def for_kind(name: str, array: Any) -> str:
    """An array of something other than numbers."""
    if array.dtype.kind == "c":
        return f"take the real part, {name}.real, or the size, abs({name})."
    if array.dtype.kind in "mM":
        return f"count from a first moment: ({name} - {name}.min()).astype('float32')."
    if array.ndim == 0:
        return f"pass the array itself, {name}={array}, without quotation marks."
    try:
        array.astype("float32")
    except (TypeError, ValueError):
        return (
            "turn words into numbers, for example class numbers: "
            f"numpy.unique({name}, return_inverse=True)[1]."
        )
    return f"write {name}.astype('float32'): the numbers are kept as text."


def order_of(fits: Sequence[Sequence[bool]]) -> list[int] | None:
    """The order in which parts fit their places, if it is not the given order.

    `fits[i][j]` says whether part j fits place i.
    """
    count = len(fits)
    if not 1 < count <= MOST_SWAPPED:
        return None
    every = map(list, permutations(range(count)))
    orders = [order for order in every if all(fits[i][j] for i, j in enumerate(order))]
    return min(orders, key=lambda order: sum(i != j for i, j in enumerate(order)), default=None)


def for_swapped(argument: str, names: Sequence[str], order: Sequence[int], by_key: bool) -> str:
    """Parts that were swapped."""
    if by_key:
        moved = [f'"{name}"' for i, name in enumerate(names) if order[i] != i]
        return f"swap the arrays of {listed(moved)}: each fits the other's place."
    parts = ", ".join(f"{argument}[{j}]" for j in order)
    return f"swap them: write [{parts}], which is the order {', '.join(names)}."


def for_data(declared: Shape, actual: Shape, reader: str) -> str:
    """Data of shape `actual` for an input declared as `declared`.

    The layer that reads it takes "any" number of axes, "several", or "exactly" those of `declared`.
    """
    rules = (
        _no_axis, _batch_in_shape, _one_sample, _turned, _colors, _one_axis_more, _same_size,
        _axis_missing,
    )  # fmt: skip
    for rule in rules:
        if fix := rule(declared, actual, reader):
            return fix
    return _other_lengths(declared, actual)


def _no_axis(declared: Shape, actual: Shape, reader: str) -> str:
    if not actual:
        return "pass an array with one row for each sample, such as numpy.array([[...], [...]])."
    if len(actual) == 1 and len(declared) == 2 and actual[0] != declared[1]:
        return (
            "declare one number for each sample, Input(shape=(1,)), or give each sample a row of "
            f"{declared[1]}."
        )
    return ""


def _batch_in_shape(declared: Shape, actual: Shape, reader: str) -> str:
    if len(actual) != len(declared) - 1 or not same(actual[1:], declared[2:]) or len(actual) < 2:
        return ""
    certain = declared[1] is not None and actual[0] != declared[1]
    if reader == "exactly" or (reader == "several" and not (certain and len(actual) > 2)):
        return ""
    return (
        f"leave the batch out of the shape: Input(shape={show(actual[1:])}). len(x) counts the "
        "samples; for a single sample write x[None]."
    )


def _one_sample(declared: Shape, actual: Shape, reader: str) -> str:
    if not same(actual, declared[1:]) and not same((*actual, 1), declared[1:]):
        return ""
    return "for one sample write x[None], which puts a batch axis of length 1 before it."


def _turned(declared: Shape, actual: Shape, reader: str) -> str:
    sample, other = list(declared[1:]), list(actual[1:])
    if len(actual) != len(declared) or None in sample:
        return ""
    if len(actual) == 2 and actual[0] == sample[0]:
        return (
            "turn the table if each column is a sample: x.T; if each row is one, declare "
            f"Input(shape={show(other)})."
        )
    if len(actual) == 3 and sample == other[::-1]:
        return "swap the axes of the data: numpy.swapaxes(x, 1, 2)."
    if len(actual) > 3 and other == [sample[-1], *sample[:-1]]:
        return "move the channels to the end: numpy.moveaxis(x, 1, -1)."
    if len(actual) > 3 and other == [*sample[1:], sample[0]]:
        return "move the channels to the front: numpy.moveaxis(x, -1, 1)."
    return ""


def _colors(declared: Shape, actual: Shape, reader: str) -> str:
    if len(declared) != 4 or not same(actual[1:3], declared[1:3]):
        return ""
    if declared[3] == 1 and len(actual) == 4 and actual[3] in (3, 4):
        return (
            f"declare the {actual[3]} colors, Input(shape={show(actual[1:])}), or make the images "
            "gray: x.mean(-1, keepdims=True)."
        )
    if declared[3] == 3 and (len(actual) == 3 or actual[3:] == (1,)):
        gray = "x" if len(actual) == 4 else "x[..., None]"
        return f"give the gray images three channels: numpy.repeat({gray}, 3, axis=-1)."
    return ""


def _one_axis_more(declared: Shape, actual: Shape, reader: str) -> str:
    if actual[0] == 1 and same(actual[1:], declared):
        return "take away the first axis, which has length 1: x[0]."
    return ""


def _same_size(declared: Shape, actual: Shape, reader: str) -> str:
    sample, other = declared[1:], actual[1:]
    if None in sample or None in other or prod(sample) != prod(other):  # type: ignore[arg-type]
        return ""
    lengths = ", ".join(map(str, sample))
    first = ", and begin with Flatten()" if len(sample) == 1 else ""
    return (
        f"write x.reshape(len(x), {lengths}), or declare Input(shape={show(other)}){first}. The "
        "number of elements is right; only the axes differ."
    )


def _axis_missing(declared: Shape, actual: Shape, reader: str) -> str:
    if reader != "exactly" or len(actual) == len(declared):
        return ""
    needed = (
        f"give each sample the shape {show(declared[1:])}, as declared: x.shape is {show(actual)}."
    )
    if len(actual) != len(declared) - 1:
        return needed
    if not same(actual[1:], declared[2:]):
        return f"declare Input(shape={show((*actual[1:], 1))}), and pass x[..., None]."
    if declared[1] and actual[0] and actual[0] % declared[1] == 0:
        lengths = ", ".join(map(str, actual[1:]))
        return f"put {declared[1]} rows into each sample: x.reshape(-1, {declared[1]}, {lengths})."
    return needed


def _other_lengths(declared: Shape, actual: Shape) -> str:
    declare = f"declare the shape of the data, Input(shape={show(actual[1:])})"
    different = clashes(actual[1:], declared[1:]) if len(actual) == len(declared) else []
    if len(different) == 1:
        axis = different[0] + 1
        have, length = actual[axis], declared[axis]
        assert have is not None and length is not None
        if have > length:
            cut = ", ".join([":"] * axis + [f":{length}"])
            return f"{declare}, or keep {length} of the {have} on axis {axis}: x[{cut}]."
        return f"{declare}: on axis {axis} they have {have} of the {length} that were declared."
    return f"{declare}, or reshape them to {show(declared)}."


# Targets.
CATEGORICAL = ("categorical_crossentropy", "sparse_categorical_crossentropy")


def for_target(
    name: str, shape: Shape, y: Any, loss: str, sequence: str = "", side: str = "before"
) -> str:
    """Targets `y` for an output of a shape. `sequence` is a layer before it that keeps all steps,
    `side` the side of the output on which its axes should be removed.

    Returns: "" if no rule applies.
    """
    flat = y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1)
    if len(shape) > 2 and (flat or (y.ndim == 2 and y.shape[1] == shape[-1])):
        return _too_many_axes(name, len(shape), sequence, side)
    if len(shape) != 2 or not y.size:
        return ""
    units = shape[1]
    if flat and loss == "sparse_categorical_crossentropy":
        return ""
    if flat and units == 1:
        return for_one_unit(name, int(y.max())) if loss in CATEGORICAL else ""
    if flat:
        return _numbers_for_several(name, units, y)
    if y.ndim == 2 and units == 1:
        count, one_hot = y.shape[1], bool((y.sum(-1) == 1).all())
        if one_hot and count == 2:
            return "pass y.argmax(-1), the class as 0 or 1, which is what one unit predicts."
        if one_hot:
            return (
                f'give {name} {count} units: Dense({count}, activation="softmax"), with '
                'loss="categorical_crossentropy".'
            )
        return f"give {name} {count} units, Dense({count}), or pass one column: y[:, :1]."
    return ""


def _too_many_axes(name: str, rank: int, sequence: str, side: str) -> str:
    ends = "there is then one row of numbers for each sample, as the targets have it."
    if sequence:
        return f"write return_sequences=False in {sequence}, to keep the last step only: {ends}"
    pooling = f"GlobalAveragePooling{rank - 2}D() or " if rank <= 4 else ""
    if side == "after":  # Flatten would give more numbers than there are targets
        return f"put {pooling.removesuffix(' or ') or 'Flatten()'} after {name}: {ends}"
    return f"put {pooling}Flatten() before {name}: {ends}"


def for_one_unit(name: str, high: int) -> str:
    """Class indices for one unit, with a loss that needs a unit for each class."""
    if high <= 1:
        return (
            'compile with loss="binary_crossentropy", and let the one unit say yes or no: '
            f'{name} = Dense(1, activation="sigmoid").'
        )
    return f'give {name} a unit for each class: Dense({high + 1}, activation="softmax").'


def _numbers_for_several(name: str, units: int | None, y: Any) -> str:
    whole = y.dtype.kind in "biu" or bool((y == y.round()).all())
    if whole and units is not None and y.min() >= 0 and y.max() < units:
        return (
            f'compile with loss="sparse_categorical_crossentropy" and activation="softmax" in '
            f"{name}, if the targets are class numbers; or use to_categorical(y, {units})."
        )
    return f"give {name} one unit, Dense(1): the targets have one number for each sample."


def for_classes(name: str, classes: int, y: Any) -> str:
    """Class indices out of the range that an output predicts."""
    low, high = int(y.min()), int(y.max())
    if classes == 1:
        return for_one_unit(name, high)
    if high - low < classes and low > 0:
        return f"number the classes from 0: y - {low}."
    if low < 0:
        return (
            "number the classes from 0: y - y.min(); or leave out what has no class, with "
            f"SparseCategoricalCrossentropy(ignore_class={low})."
        )
    if len(set(y.reshape(-1).tolist())) <= classes:
        return "number the classes without gaps: numpy.unique(y, return_inverse=True)[1]."
    return f"give {name} {high + 1} units: Dense({high + 1}), one for each class."


def for_range(name: str, low: float, high: float, y: Any) -> str:
    """Targets of a crossentropy that are below 0 or above 1."""
    if low == -1 and high == 1:
        return "Write (y + 1) / 2 for targets of -1 and 1."
    if low >= 0 and y.shape[1:] in ((), (1,)) and bool((y == y.round()).all()):
        return (
            f'For class numbers write Dense({int(high) + 1}, activation="softmax") as {name}, and '
            'compile with loss="sparse_categorical_crossentropy".'
        )
    if 1 < high <= 255 and low >= 0:
        return 'Scale them, for example y / 255; for amounts compile with loss="mse".'
    return 'For amounts compile with loss="mse".'
