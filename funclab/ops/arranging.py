"""Joining, splitting and arranging tensors as in NumPy: each function is made of other ops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from funclab.errors import ShapeError
from funclab.ops.arithmetic import floor_divide, mod, power, subtract
from funclab.ops.base import Data, in_keras, shape_of
from funclab.ops.copies import broadcast_to, flip
from funclab.ops.indexing import take
from funclab.ops.joining import concatenate, split
from funclab.ops.matrices.products import rearrange
from funclab.ops.moving import diagonal
from funclab.ops.reduction import sum as summed
from funclab.ops.shaping import expand_dims, ravel, reshape


def append(x1: Data, x2: Data, axis: int | None = None) -> Any:
    """x2 appended to x1 along `axis` (None: both flattened)."""
    return concatenate([ravel(x1), ravel(x2)] if axis is None else [x1, x2], axis or 0)


def vstack(xs: Sequence[Data]) -> Any:
    """Tensors stacked vertically, along the first axis; a vector counts as a row."""
    return concatenate([_of_rank(x, 2) for x in xs], 0)


def hstack(xs: Sequence[Data]) -> Any:
    """Tensors joined horizontally, along the second axis (vectors: along their only one)."""
    rows = [_of_rank(x, 1) for x in xs]
    return concatenate(rows, 0 if len(shape_of(rows[0])) == 1 else 1)


def dstack(xs: Sequence[Data]) -> Any:
    """Tensors stacked in depth, along the third axis."""
    return concatenate([_of_rank(x, 3) for x in xs], 2)


def _of_rank(x: Any, rank: int) -> Any:
    """x with axes of length 1 added until it has `rank`: the first two in front, the third last."""
    while len(shape_of(x)) < rank:
        x = expand_dims(x, -1 if len(shape_of(x)) == 2 else 0)
    return x


def array_split(x: Data, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """x split along `axis` into nearly equal parts (the first ones longer), or at indices."""
    cuts: Any = indices_or_sections
    length = shape_of(x)[axis]
    if isinstance(cuts, int) and length is not None:
        part, longer = divmod(length, cuts)
        cuts = [part * i + min(i, longer) for i in range(1, cuts)]
    return split(x, cuts, axis)


def vsplit(x: Data, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """x split along the first axis into equal parts, or at indices."""
    return split(x, indices_or_sections, 0)


def hsplit(x: Data, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """x split along the second axis (a vector: the first) into equal parts, or at indices."""
    return split(x, indices_or_sections, 0 if len(shape_of(x)) == 1 else 1)


def dsplit(x: Data, indices_or_sections: int | Sequence[int]) -> list[Any]:
    """x split along the third axis into equal parts, or at indices."""
    return split(x, indices_or_sections, 2)


def fliplr(x: Data) -> Any:
    """x with its second axis reversed."""
    return flip(x, 1)


def flipud(x: Data) -> Any:
    """x with its first axis reversed."""
    return flip(x, 0)


def meshgrid(*x: Data, indexing: str = "xy") -> list[Any]:
    """Vectors broadcast to the grid they span, one tensor each; "xy" swaps the first two axes."""
    vectors = [ravel(vector) for vector in x]
    order = list(range(len(x)))
    if indexing == "xy" and len(x) > 1:
        order[:2] = 1, 0
    lengths = [shape_of(vectors[i])[0] for i in order]
    beside = [[-1 if i == j else 1 for j in order] for i in range(len(x))]
    return [broadcast_to(reshape(v, shape), lengths) for v, shape in zip(vectors, beside)]


def trace(x: Data, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The sum of the diagonal of each matrix that two axes span."""
    return summed(diagonal(x, offset, axis1, axis2), -1)


def vander(x: Data, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of a vector as columns: N of them, the highest first."""
    exponents = list(range(_length(shape_of(x)[0]) if N is None else N))
    return power(expand_dims(x, -1), exponents if increasing else exponents[::-1])


def unravel_index(indices: Data, shape: Sequence[int]) -> tuple[Any, ...]:
    """For indices into the flattened elements, the indices along each axis."""
    below = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
    return tuple(mod(floor_divide(indices, size), length) for size, length in zip(below, shape))


def diff(a: Data, n: int = 1, axis: int = -1) -> Any:
    """Each element minus the one before it along `axis`; n times."""
    for _ in range(n):
        key = [slice(None)] * len(shape_of(a))
        key[axis] = slice(1, None)
        later = a[tuple(key)]
        key[axis] = slice(None, -1)
        a = subtract(later, a[tuple(key)])
    return a


@in_keras("nn")
def depth_to_space(x: Data, block_size: int, data_format: str = "channels_last") -> Any:
    """Groups of channels rearranged as blocks of pixels.

    Shapes: x (n, h, w, c * block * block) -> (n, h * block, w * block, c).
    """
    pattern = "n h w (i j c) -> n (h i) (w j) c"
    if data_format == "channels_first":
        pattern = "n (c i j) h w -> n c (h i) (w j)"
    return _rearranged(x, pattern, block_size)


@in_keras("nn")
def space_to_depth(x: Data, block_size: int, data_format: str = "channels_last") -> Any:
    """Blocks of pixels rearranged as channels: the inverse of `depth_to_space`.

    Shapes: x (n, h * block, w * block, c) -> (n, h, w, c * block * block).
    """
    pattern = "n (h i) (w j) c -> n h w (i j c)"
    if data_format == "channels_first":
        pattern = "n c (h i) (w j) -> n (c i j) h w"
    return _rearranged(x, pattern, block_size)


def _rearranged(x: Any, pattern: str, block: int) -> Any:
    for length in shape_of(x)[1:]:
        _length(length)
    return rearrange(x, pattern, i=block, j=block)


def _length(length: int | None) -> int:
    """A length that must be known.

    Raises: ShapeError when it is not.
    """
    if length is None:
        raise ShapeError(
            "This needs to know the length of an axis that is None.",
            why="the shape of the result is worked out from it.",
            fix="give Input a shape with a number there.",
        )
    return length


@in_keras("math")
def extract_sequences(x: Data, sequence_length: int, sequence_stride: int) -> Any:
    """Stretches of the last axis, each `sequence_stride` after the one before.

    Shapes: x (..., time) -> (..., stretches, sequence_length).
    """
    starts = range(0, _length(shape_of(x)[-1]) - sequence_length + 1, sequence_stride)
    return take(x, [list(range(i, i + sequence_length)) for i in starts], -1)
