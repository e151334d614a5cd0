"""Products that sum over chosen axes, made of transposes and one matrix product."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from funclab import shape_math
from funclab.errors import ShapeError
from funclab.ops.base import shape_of
from funclab.ops.matmul import matmul
from funclab.ops.shaping import moveaxis, reshape, transpose
from funclab.shape_math import Shape, show


def dot(x1: Any, x2: Any) -> Any:
    """The sum of products over the last axis of x1 and the last but one (or only) of x2."""
    second = -2 if len(shape_of(x2)) > 1 else -1
    return tensordot(x1, x2, ([-1], [second]))


def tensordot(x1: Any, x2: Any, axes: int | Sequence[Any] = 2) -> Any:
    """The sum of products over some axes of x1 and x2.

    `axes` is two lists of axes, or a number: that many last axes of x1 and first axes of x2.

    Shapes: x1 (a, b, c), x2 (b, c, d), axes 2 -> (a, d).
    Raises: ShapeError if the lengths along these axes differ.
    """
    a, b = shape_of(x1), shape_of(x2)
    if isinstance(axes, int):
        axes = (range(-axes, 0), range(axes))
    first = _indices(axes[0], len(a))
    second = _indices(axes[1], len(b))
    summed = _lengths(a, first)
    if not shape_math.same(summed, _lengths(b, second)):
        raise _mismatch(a, b, (first, second))
    left = _others(first, len(a))
    right = _others(second, len(b))
    length = _size(summed)
    rows = transpose(x1, [*left, *first])
    columns = transpose(x2, [*second, *right])
    product = matmul(reshape(rows, (-1, length)), reshape(columns, (length, -1)))
    return reshape(product, [*_lengths(a, left), *_lengths(b, right)])


def batch_dot(x: Any, y: Any, axes: int | Sequence[int]) -> Any:
    """For each sample, the sum of products over one axis of x and one of y.

    Shapes: x (n, a, k), y (n, k, b), axes (2, 1) -> (n, a, b); x (n, k), y (n, k) -> (n, 1).
    Raises: ShapeError if the lengths along these axes differ.
    """
    a, b = shape_of(x), shape_of(y)
    pair = (axes, axes) if isinstance(axes, int) else axes
    i = shape_math.axis_index(pair[0], len(a))
    j = shape_math.axis_index(pair[1], len(b))
    if 0 in (i, j) or not shape_math.same((a[i],), (b[j],)):
        raise _mismatch(a, b, (i, j))
    left = _lengths(a, _others([0, i], len(a)))
    right = _lengths(b, _others([0, j], len(b)))
    x, y = moveaxis(x, i, -1), moveaxis(y, j, 1)
    if len(left) != 1:
        x = reshape(x, (a[0], _size(left), a[i]))
    if len(right) != 1:
        y = reshape(y, (b[0], b[j], _size(right)))
    product = matmul(x, y)
    if len(left) == len(right) == 1:
        return product
    rest = (*left, *right) or (1,)
    return reshape(product, (a[0], *rest))


def _indices(axes: int | Sequence[int], rank: int) -> list[int]:
    several = [axes] if isinstance(axes, int) else axes
    return [shape_math.axis_index(axis, rank) for axis in several]


def _others(axes: list[int], rank: int) -> list[int]:
    return [axis for axis in range(rank) if axis not in axes]


def _lengths(shape: Shape, axes: list[int]) -> Shape:
    return tuple(shape[axis] for axis in axes)


def _size(lengths: Shape) -> int:
    return math.prod(length or 1 for length in lengths)


def _mismatch(a: Shape, b: Shape, axes: Any) -> ShapeError:
    return ShapeError(
        f"Cannot sum products of shapes {show(a)} and {show(b)} over axes {axes}: "
        "Dimension incompatibility.",
        why="the lengths along the two axes must be equal, and neither may be the batch.",
        fix="choose other axes, or reshape one of the tensors.",
    )
