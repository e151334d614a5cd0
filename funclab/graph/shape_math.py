"""Arithmetic of shapes.

A shape is a tuple of axis lengths; `None` is a length that is not known yet.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, ShapeError, suggest
from funclab.errors.words import listed

Shape = tuple[int | None, ...]
Lengths = tuple[int, ...]
"""A shape without unknown lengths."""
Array = np.ndarray[Any, Any]
ADVICE: dict[str, Callable[..., str]] = {}
"""What to write instead of shapes that do not fit, from those who know layers: "sum" and "join"."""


def to_shape(value: Any, argument: str = "shape") -> Shape:
    """A shape from any form that users write: `(3, 4)`, `[4]`, `5`, `(None, 2)`.

    >>> to_shape([None, 2])
    (None, 2)
    """
    items = (value,) if isinstance(value, int) or value is None else value
    try:
        if any(isinstance(item, bool) for item in items):
            raise TypeError
        shape = tuple(None if item is None else whole(item, operator.index) for item in items)
    except TypeError:
        raise ArgumentError(
            f"Cannot convert {value!r} to a shape.",
            why=f"`{argument}` is a tuple of whole numbers, with None for a length not known yet.",
            fix=suggest.shape(argument, value),
        ) from None
    if any(length is not None and length < 0 for length in shape):
        raise ArgumentError(
            f"Cannot convert {value!r} to a shape: a length is negative.",
            why=f"`{argument}` counts elements along each axis.",
            fix="use None for a length that may vary.",
        )
    return shape


def whole(number: Any, convert: Callable[[Any], int] = int) -> int:
    """A number as a whole number of Python; one that is a subclass of int stays what it is."""
    return number if isinstance(number, int) else convert(number)


def taken(length: int, part: slice) -> int:
    """How many positions of an axis a slice takes."""
    start, stop, step = part.indices(length)
    if len(range(start, stop, step)) == length:
        return length
    if step < 0:
        return max(-((stop - start) // -step), 0)
    # The same as `stop - start`, from the length and the ends as they are written.
    first = part.start if start == part.start else start
    if stop == length:
        span = length - first
    elif part.stop < 0:
        span = length - first - -part.stop
    else:
        span = part.stop - first
    return max(-(-span // step), 0)


def show(shape: Sequence[int | None]) -> str:
    """A shape as text; one of which nothing is known says so itself."""
    return getattr(shape, "text", "") or str(tuple(shape))


def size(shape: Sequence[int | None]) -> int | None:
    """The number of elements in a shape; None if a length is not known."""
    lengths = [length for length in shape if length is not None]
    return math.prod(lengths) if len(lengths) == len(shape) else None


def known(shape: Sequence[int | None]) -> tuple[int, ...]:
    """A shape of known lengths, as NumPy needs it; 0 replaces an unknown length."""
    return tuple(length or 0 for length in shape)


def same(a: Sequence[int | None], b: Sequence[int | None]) -> bool:
    """Whether two shapes may be equal: unknown lengths match anything."""
    return len(a) == len(b) and all(
        i is None or j is None or i == j for i, j in zip(a, b, strict=True)
    )


def clashes(a: Sequence[int | None], b: Sequence[int | None]) -> list[int]:
    """The axes on which two shapes of equal rank certainly differ."""
    return [k for k, pair in enumerate(zip(a, b)) if None not in pair and pair[0] != pair[1]]


def axis_index(axis: int, rank: int, argument: str = "axis") -> int:
    """An axis counted from the front: -1 becomes rank - 1."""
    if suggest.is_whole(axis) and not rank:
        raise ShapeError(
            f"{argument}={axis!r} is out of range for a single number, which has no axes.",
            why="an axis is a direction of an array: a list has one, a table two.",
            fix="give the number an axis: x[None], or numpy.array([x]).",
        )
    if not suggest.is_whole(axis) or not -rank <= axis < rank:
        raise ShapeError(
            f"{argument}={axis!r} is out of range for a tensor with {rank} axes.",
            why=f"its axes are numbered 0 to {rank - 1}, or -{rank} to -1 from the end.",
            fix=f"write {argument}=-1 for the last, or another number in that range.",
        )
    return axis % rank


def broadcast(*shapes: Shape) -> Shape:
    """The shape of an elementwise result, by NumPy's rule.

    >>> broadcast((None, 3), (3,))
    (None, 3)
    """
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(_broadcast_length(lengths, shapes) for lengths in zip(*padded, strict=True))


def _broadcast_length(lengths: tuple[int | None, ...], shapes: Sequence[Shape]) -> int | None:
    known = {length for length in lengths if length not in (None, 1)}
    if len(known) > 1:
        raise ShapeError(
            f"Inputs have incompatible shapes. Received shapes {listed([*map(show, shapes)])}.",
            why=f"lengths {listed([*map(str, sorted(known))])} meet on one axis; elementwise "
            "operations need equal lengths there, or 1.",
            fix=ADVICE["sum"](shapes)
            if all(shape and shape[0] is None for shape in shapes)
            else "give both tensors the same shape, for example with a Dense or Reshape layer.",
        )
    if known:
        return known.pop()
    return None if None in lengths else lengths[0]


def reduce(shape: Shape, axis: int | tuple[int, ...] | None, keepdims: bool) -> Shape:
    """The shape after reducing the axes in `axis` (None: all)."""
    axes = reduced_axes(len(shape), axis)
    if keepdims:
        return tuple(1 if i in axes else length for i, length in enumerate(shape))
    return tuple(length for i, length in enumerate(shape) if i not in axes)


def reduced_axes(rank: int, axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(rank))
    wanted = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = sorted(axis_index(i, rank) for i in wanted)
    if len(set(axes)) < len(axes):
        raise ShapeError(
            f"axis={axis!r} names an axis twice.",
            why="each axis is reduced once.",
            fix=f"write axis={tuple(sorted(set(axes)))}.",
        )
    return tuple(axes)


def reshape(shape: Shape, target: Sequence[int | None]) -> Shape:
    """The shape after a reshape; one length of `target` may be -1.

    Several may be None as long as the shape itself is not known.

    >>> reshape((None, 6), (-1, 2, 3))
    (None, 2, 3)
    """
    lengths = [length for length in target if length is not None and length != -1]
    holes = len(target) - len(lengths)
    total, rest = size(shape), math.prod(lengths)
    fits = total == rest if not holes else total is None or (rest > 0 and total % rest == 0)
    several = holes > 1 and (total is not None or list(target).count(-1) > 1)
    if several or not (fits or (total is None and not holes)):
        raise ShapeError(
            f"Cannot reshape a tensor of shape {show(shape)} into {show(target)}: "
            "the total size of the tensor must be unchanged.",
            why=f"the first holds {total} elements, the second {rest}"
            + (" times a whole number." if holes else "."),
            fix="choose a target with as many elements; one length may be -1.",
        )
    hole = total // rest if total is not None and rest else total
    return tuple(hole if length in (-1, None) else length for length in target)


def concatenate(shapes: Sequence[Shape], axis: int) -> Shape:
    """The shape of tensors joined end to end along `axis`."""
    first = shapes[0]
    at = axis_index(axis, len(first))
    for shape in shapes:
        off_axis = [s[:at] + s[at + 1 :] for s in (first, shape)]
        if len(shape) != len(first) or not same(*off_axis):
            raise ShapeError(
                "A `Concatenate` layer requires inputs with matching shapes except for the "
                f"concat axis. Received: {', '.join(map(show, shapes))}.",
                why=f"{show(first)} and {show(shape)} differ on an axis other than {axis}.",
                fix=ADVICE["join"](shapes, axis),
            )
    along = [shape[at] for shape in shapes]
    total = None if None in along else sum(length for length in along if length is not None)
    lengths = [next((s[i] for s in shapes if s[i] is not None), None) for i in range(len(first))]
    return (*lengths[:at], total, *lengths[at + 1 :])


def padded(shape: Shape, widths: Sequence[tuple[int, int]]) -> Shape:
    """The shape with a border: for each axis a pair (before, after)."""
    axes = zip(shape, widths, strict=True)
    return tuple(None if n is None else n + before + after for n, (before, after) in axes)


def conv_length(
    length: int | None, window: int, stride: int = 1, dilation: int = 1, padding: str = "valid"
) -> int | None:
    """How many windows fit along an axis: (length - span) // stride + 1, or for padding "same"
    ceil(length / stride).

    >>> conv_length(28, 3)
    26
    """
    if length is None:
        return None
    span = dilation * (window - 1) + 1
    return -(-length // stride) if padding == "same" else (length - span) // stride + 1


def transposed_length(
    length: int | None,
    window: int,
    stride: int = 1,
    dilation: int = 1,
    padding: str = "valid",
    output_padding: int | None = None,
) -> int | None:
    """The length of an axis after a transposed convolution.

    Windows that begin a stride apart cover (length - 1) * stride + span. Padding "same" keeps
    length * stride of it, or (length - 1) * stride + span % 2 if there is an `output_padding`,
    which is added.

    >>> transposed_length(14, 3, 2), transposed_length(14, 3, 2, padding="same")
    (29, 28)
    """
    if length is None:
        return None
    span = dilation * (window - 1) + 1
    last = span % 2 if padding == "same" else span
    if output_padding is None:
        last, output_padding = stride if padding == "same" else max(span, stride), 0
    return (length - 1) * stride + last + output_padding


def transposed_cut(
    window: int, stride: int, dilation: int, padding: str, output_padding: int | None
) -> int:
    """How many positions a transposed convolution cuts off at the beginning."""
    span = dilation * (window - 1) + 1
    if padding == "valid":
        return 0
    last = stride if output_padding is None else span % 2 + output_padding
    kept = (span + last - 1) // 2
    return span - 1 - min(kept, span - 1)


def same_padding(length: int, window: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Zeros before and after an axis for padding "same"; an odd one goes after."""
    windows = -(-length // stride)
    total = max((windows - 1) * stride + dilation * (window - 1) + 1 - length, 0)
    return total // 2, total - total // 2
