"""What functions of TensorFlow need that mean something else in funclab.ops than their names say.

The rows of tensorflow_names.toml call these; the arguments are TensorFlow's.
"""

from __future__ import annotations

import functools
import itertools
from collections import namedtuple
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab import ops
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import Array

TopK = namedtuple("TopK", "values indices")
Unique = namedtuple("Unique", "y idx")


# Sizes, and values that are made.
def dims(shape: Any) -> Any:
    """A shape, axes or counts, which TensorFlow takes as any sequence or array, as numbers."""
    if shape is None or np.ndim(shape) == 0:
        return shape if shape is None else int(shape)
    return tuple(size if size is None else int(size) for size in shape)


def shape_of(shape: Any) -> tuple[int | None, ...]:
    """The shape of a new value; one number stands for one axis."""
    found = dims(shape)
    return (found,) if isinstance(found, int) else found


def sizes(x: Any, dtype: Any) -> Any:
    """The shape as an array, or as a tuple while the number of samples is not known."""
    shape = ops.shape(x)
    return shape if None in shape else ops.convert_to_tensor(np.array(shape, np.int32), str(dtype))


def counted(number: int | None, dtype: Any = "int32") -> Any:
    """A number of axes or elements as an array; None if it is not known."""
    made = None if number is None else np.array(number, np.int32)
    return None if made is None else ops.convert_to_tensor(made, str(dtype))


def lengths(x: Any, *axes: int) -> list[int]:
    """The lengths of axes.

    Raises: ShapeError if one is not known yet.
    """
    shape = ops.shape(x)
    known = [length for axis in axes if (length := shape[axis]) is not None]
    if len(known) < len(axes):
        raise ShapeError(
            f"a function of tf needs a length of the shape {shape} that is not known.",
            why="it takes its numbers apart along this axis.",
            fix="give the axis a length in Input(shape=...), or batch_size=.",
        )
    return known


def of_shape(x: Any, shape: Any) -> Any:
    """Raises: ShapeError if the value has not this shape, as far as both are known."""
    wanted, found = dims(shape), tuple(ops.shape(x))
    fits = len(wanted) == len(found) and all(
        None in pair or pair[0] == pair[1] for pair in zip(wanted, found, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"a tensor of shape {found} has not the shape {wanted}.",
            why="the line says which shape its tensor must have.",
            fix="change the shape in that line, or the layers before it.",
        )
    return x


def dtype_of(value: Any) -> str:
    """The dtype that TensorFlow gives to a plain value."""
    return str(ops.dtype(ops.convert_to_tensor(value)))


def constant(value: Any, dtype: Any, shape: Any) -> Any:
    """The value as a tensor; repeated if it is one number for a whole shape."""
    made = ops.convert_to_tensor(value, dtype)
    return (
        made
        if shape is None
        else ops.broadcast_to(
            ops.reshape(made, dims(shape) if made.size > 1 else (1,) * len(shape)), dims(shape)
        )
    )


def numbers(start: Any, limit: Any, delta: Any, dtype: Any) -> Any:
    """As `range`; of floats only if one of the three is."""
    given = [value for value in (start, limit, delta) if value is not None]
    usual = "int32" if all(np.asarray(value).dtype.kind in "iu" for value in given) else "float32"
    first, last = (0, start) if limit is None else (start, limit)
    return ops.arange(first, last, delta, dtype or usual)


# Parts of tensors.
def strided(x: Any, begin: Any, end: Any, strides: Any) -> Any:
    """Every so many values from `begin` to before `end`, on each axis."""
    return ops.get_item(x, tuple(map(slice, begin, end, strides or [1] * len(begin))))


def cut(x: Any, begin: Any, size: Any) -> Any:
    """A block of `size` from `begin`; -1 is everything from there."""
    ends = (None if n == -1 else a + n for a, n in zip(dims(begin), dims(size), strict=True))
    return ops.get_item(x, tuple(map(slice, dims(begin), ends)))


def parts(x: Any, count: Any, axis: int) -> list[Any]:
    """Equal parts, or parts of these sizes, of which one can be -1: the rest."""
    if np.ndim(count) == 0:
        return ops.split(x, int(count), axis)
    lengths, whole = list(dims(count)), ops.shape(x)[axis]
    if -1 in lengths and whole is not None:
        lengths[lengths.index(-1)] = whole - sum(lengths) - 1
    return ops.split(x, list(itertools.accumulate(lengths))[:-1], axis)


def gathered(x: Any, indices: Any, axis: int | None, batch_dims: int) -> Any:
    """Values at indices along an axis, for each sample of the first `batch_dims` axes."""
    if batch_dims == 0:
        return ops.take(x, indices, axis or 0)
    if batch_dims != 1 or axis not in (None, 1):
        raise ArgumentError(
            f"tf.gather has batch_dims={batch_dims} and axis={axis}.",
            why="here it takes batch_dims of 0, or 1 with the axis 1.",
            fix="write keras.ops.take_along_axis for other ones.",
        )
    many, rest = len(ops.shape(indices)) - 1, len(ops.shape(x)) - 2
    spread = ops.one_hot(indices, *lengths(x, 1), dtype=str(ops.dtype(x)))
    return ops.einsum(
        f"a{'pqrs'[:many]}b,ab{'wxyz'[:rest]}->a{'pqrs'[:many]}{'wxyz'[:rest]}", spread, x
    )


def points(x: Any, indices: Any, batch_dims: int) -> Any:
    """Values at the places that the last axis of `indices` names."""
    if batch_dims:
        return np.stack([points(*pair, batch_dims - 1) for pair in zip(x, indices, strict=True)])
    return np.asarray(x)[tuple(np.moveaxis(np.asarray(indices), -1, 0))]


def chosen(x: Any, mask: Any, axis: int | None) -> Array:
    """The values where the mask is true."""
    before = (slice(None),) * (axis or 0)
    return np.asarray(x)[(*before, np.asarray(mask, bool))]


def chosen_from(condition: Any, x: Any, y: Any) -> Any:
    """One of two values each, or the places where the condition is true."""
    return ops.where(condition, x, y) if x is not None else np.argwhere(np.asarray(condition))


def ordered(x: Any, direction: str) -> Any:
    """Values of which the least is the first in this direction."""
    return ops.negative(x) if direction == "DESCENDING" else x


def sorted_by(x: Any, axis: int, direction: str) -> Any:
    """Sorted values."""
    return ordered(ops.sort(ordered(x, direction), axis), direction)


def greatest(x: Any, k: int, is_sorted: bool) -> TopK:
    """The greatest values and where they are."""
    return TopK(*ops.top_k(x, k, is_sorted))


def distinct(x: Any, dtype: Any) -> Unique:
    """The values in the order of their first places, and which of them each value is."""
    x = ops.convert_to_numpy(ops.convert_to_tensor(x))
    found, first, back = np.unique(x, return_index=True, return_inverse=True)
    order = np.argsort(first)
    return Unique(found[order], np.argsort(order)[back].astype(str(dtype)))


def up_to(lengths: Any, most: Any, dtype: Any) -> Any:
    """For each length as many true values, then false ones."""
    most = int(np.max(lengths)) if most is None else most
    return ops.cast(ops.less(np.arange(most), ops.expand_dims(lengths, -1)), dtype)


def hot(indices: Any, depth: int, on: Any, off: Any, axis: int | None, dtype: Any) -> Any:
    """One value at the index, another elsewhere."""
    dtype = dtype or dtype_of(on if on is not None else 1.0)
    made = ops.one_hot(indices, int(depth), -1 if axis is None else axis, str(dtype))
    on, off = 1 if on is None else on, 0 if off is None else off
    return made if (on, off) == (1, 0) else ops.add(ops.multiply(made, on - off), off)


def padded(x: Any, paddings: Any, mode: str, value: Any) -> Any:
    """More numbers around it."""
    around = [tuple(pair) for pair in np.asarray(paddings).tolist()]
    plain = mode.lower() == "constant"
    return ops.pad(x, around, mode.lower(), value if plain and value else None)


# Sums and steps.
def added(inputs: Sequence[Any]) -> Any:
    """The sum of several tensors."""
    return functools.reduce(ops.add, inputs)


def divided(x: Any, y: Any) -> Any:
    """The quotient; of whole numbers as float64, or float32 if 16 bits hold them."""
    dtypes = [
        np.dtype(dtype_of(value) if not ops.is_tensor(value) else str(ops.dtype(value)))
        for value in (x, y)
    ]
    if all(dtype.kind in "iu" for dtype in dtypes):
        wide = "float64" if max(dtype.itemsize for dtype in dtypes) > 2 else "float32"
        x, y = ops.cast(x, wide), ops.cast(y, wide)
    return ops.true_divide(x, y)


def cumulated(op: Any, x: Any, axis: int, exclusive: bool, reverse: bool) -> Any:
    """Sums or products up to each place, with or without it, from the other end too."""
    x = ops.flip(x, axis) if reverse else x
    if exclusive:
        start = ops.ones_like if op is ops.cumprod else ops.zeros_like
        first = ops.take(x, [0], axis)
        rest = ops.split(x, [lengths(x, axis)[0] - 1], axis)[0]
        x = ops.concatenate([start(first), rest], axis)
    made = op(x, axis)
    return ops.flip(made, axis) if reverse else made


def folded(step: Callable[[Any, Any], Any], elems: Any, start: Any) -> Any:
    """The last result of a function of the result before and the next element."""
    rows = ops.unstack(elems)
    return functools.reduce(step, rows if start is None else [start, *rows])


def scanned(step: Callable[[Any, Any], Any], elems: Any, start: Any, reverse: bool) -> Any:
    """Each result of a function of the result before and the next element."""
    rows = ops.unstack(elems)[:: -1 if reverse else 1]
    made = list(itertools.accumulate(rows, step, initial=start))[start is not None :]
    return ops.stack(made[:: -1 if reverse else 1])


def branch(index: Any, branches: Any, default: Any) -> Any:
    """The result of one of the functions; the last, or `default`, for an index out of range."""
    pairs = branches.items() if isinstance(branches, dict) else enumerate(branches)
    known = dict(pairs)
    return known.get(int(index), default or known[max(known)])()


def clipped(x: Any, most: Any, axes: Any) -> Any:
    """Made shorter where the length is above `most`."""
    length = ops.sqrt(ops.sum(ops.square(x), axes, True))
    return ops.divide(ops.multiply(x, most), ops.maximum(length, most))


def clipped_together(xs: Sequence[Any], most: Any, length: Any) -> tuple[list[Any], Any]:
    """All made shorter by one factor, and the length of them together."""
    if length is None:
        length = ops.sqrt(added([ops.sum(ops.square(x)) for x in xs if x is not None]))
    factor = ops.divide(most, ops.maximum(length, most))
    return [x if x is None else ops.multiply(x, factor) for x in xs], length


def confusion(labels: Any, found: Any, count: Any, weights: Any, dtype: Any) -> Array:
    """How often each class was taken for each: rows are labels."""
    rows, columns = np.asarray(labels), np.asarray(found)
    size = int(max(rows.max(), columns.max())) + 1 if count is None else int(count)
    table = np.zeros((size, size), str(dtype))
    np.add.at(table, (rows, columns), 1 if weights is None else np.asarray(weights))
    return table


def counts(
    x: Any, weights: Any, least: Any, most: Any, dtype: Any, axis: Any, binary: bool
) -> Array:
    """How often each number is there; with the axis -1 for each row."""
    rows = np.asarray(x) if axis == -1 else np.ravel(x)[None]
    heavy = None if weights is None else ops.convert_to_tensor(weights).reshape(rows.shape)
    size = max(int(rows.max(initial=-1)) + 1, least or 0) if most is None else int(most)
    table = np.zeros((len(rows), size), heavy.dtype if heavy is not None else str(dtype))
    for index, row in enumerate(rows):
        inside = row < size
        np.add.at(table[index], row[inside], 1 if heavy is None else heavy[index][inside])
    table = np.minimum(table, 1) if binary else table
    return table if axis == -1 else table[0]


def normalized(x: Any, mean: Any, variance: Any, offset: Any, scale: Any, epsilon: Any) -> Any:
    """With this mean and variance taken out, then a scale and an offset."""
    factor = ops.rsqrt(ops.add(variance, epsilon))
    factor = factor if scale is None else ops.multiply(factor, scale)
    made = ops.multiply(ops.subtract(x, mean), factor)
    return made if offset is None else ops.add(made, offset)


def average_loss(losses: Any, weights: Any, count: Any) -> Any:
    """The sum over the number of samples."""
    losses = losses if weights is None else ops.multiply(losses, weights)
    return ops.divide(ops.sum(losses), ops.shape(losses)[0] if count is None else count)


# Windows.
def window(sizes_of_axes: Any) -> tuple[int, ...]:
    """The two inner numbers of four, two, or one."""
    if sizes_of_axes is None or np.ndim(sizes_of_axes) == 0:
        return (sizes_of_axes or 1,) * 2
    inner = list(sizes_of_axes)
    return tuple(
        inner[1:3] if len(inner) == 4 else (inner[-1], inner[-1]) if len(inner) == 1 else inner
    )


def order(data_format: str | None) -> str:
    """Keras' name of an order of axes."""
    return "channels_first" if (data_format or "NHWC")[1] == "C" else "channels_last"


# Matrices.
def turned(x: Any, is_turned: bool) -> Any:
    """Rows and columns exchanged, if it is asked for."""
    return ops.swapaxes(x, -1, -2) if is_turned else x


def length_of(x: Any, order: Any, axis: Any, keepdims: bool) -> Any:
    """A norm; without an axis that of all numbers."""
    axis = tuple(axis) if isinstance(axis, list) else axis
    if axis is None and len(ops.shape(x)) > 1:
        made = length_of(ops.ravel(x), order, 0, False)
        return ops.reshape(made, (1,) * len(ops.shape(x))) if keepdims else made
    if order in ("euclidean", "fro", 2) and not (order == 2 and isinstance(axis, tuple)):
        return ops.sqrt(ops.sum(ops.square(x), axis, keepdims))
    return ops.norm(x, order, axis, keepdims)


def band(x: Any, low: int, high: int) -> Any:
    """The numbers near the diagonal; -1 keeps all on that side."""
    rows, columns = lengths(x, -2, -1)
    down = np.arange(rows)[:, None] - np.arange(columns)
    inside = ((low < 0) | (down <= low)) & ((high < 0) | (-down <= high))
    return ops.multiply(x, inside.astype(str(ops.dtype(x))))


def values_first(x: Any, full: bool, with_vectors: bool) -> Any:
    """Singular values, left and right vectors as columns."""
    if not with_vectors:
        return ops.svd(x, full, False)
    left, values, right = ops.svd(x, full)
    return values, left, ops.swapaxes(right, -1, -2)


def least_squares(a: Any, b: Any, l2: float) -> Any:
    """What times `a` is nearest to `b`, with a penalty on large numbers."""
    across = ops.swapaxes(a, -1, -2)
    both = ops.matmul(across, a)
    return ops.solve(
        ops.add(both, l2 * np.eye(*lengths(both, -1), dtype="float32")), ops.matmul(across, b)
    )
