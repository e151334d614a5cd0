"""Products that sum over chosen axes, made of transposes and one matrix product."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from funclab import shapes
from funclab.errors import ShapeError
from funclab.ops.base import shape_of
from funclab.ops.matmul import matmul
from funclab.ops.shaping import moveaxis, reshape, transpose
from funclab.shapes import Shape, show

__all__ = ["batch_dot", "dot", "tensordot"]


def dot(x1: Any, x2: Any) -> Any:
    """The sum of products over the last axis of x1 and the last but one (or only) of x2."""
    return tensordot(x1, x2, ([-1], [-2 if len(shape_of(x2)) > 1 else -1]))


def tensordot(x1: Any, x2: Any, axes: int | Sequence[Any] = 2) -> Any:
    """The sum of products over some axes of x1 and x2: the last `axes` of x1 and first of x2, or
    two lists of axes.

    Shapes: x1 (a, b, c), x2 (b, c, d), axes 2 -> (a, d).
    Raises: ShapeError if the lengths along these axes differ.
    """
    a, b = shape_of(x1), shape_of(x2)
    if isinstance(axes, int):
        axes = (range(len(a) - axes, len(a)), range(axes))
    first = [shapes.axis_index(axis, len(a)) for axis in _several(axes[0])]
    second = [shapes.axis_index(axis, len(b)) for axis in _several(axes[1])]
    summed = tuple(a[axis] for axis in first)
    if not shapes.same(summed, tuple(b[axis] for axis in second)):
        raise _mismatch(a, b, (first, second))
    left = [axis for axis in range(len(a)) if axis not in first]
    right = [axis for axis in range(len(b)) if axis not in second]
    length = math.prod(n or 1 for n in summed)
    rows = reshape(transpose(x1, [*left, *first]), (-1, length))
    columns = reshape(transpose(x2, [*second, *right]), (length, -1))
    return reshape(matmul(rows, columns), [a[i] for i in left] + [b[i] for i in right])


def batch_dot(x: Any, y: Any, axes: int | Sequence[int]) -> Any:
    """For each sample, the sum of products over one axis of x and one of y.

    Shapes: x (n, a, k), y (n, k, b), axes (2, 1) -> (n, a, b); x (n, k), y (n, k) -> (n, 1).
    Raises: ShapeError if the lengths along these axes differ.
    """
    a, b = shape_of(x), shape_of(y)
    pair = (axes, axes) if isinstance(axes, int) else axes
    i, j = shapes.axis_index(pair[0], len(a)), shapes.axis_index(pair[1], len(b))
    if not shapes.same((a[i],), (b[j],)) or 0 in (i, j):
        raise _mismatch(a, b, (i, j))
    x, y = moveaxis(x, i, -1), moveaxis(y, j, 1)
    left, right = a[1:i] + a[i + 1 :], b[1:j] + b[j + 1 :]
    if len(left) != 1:
        x = reshape(x, (a[0], math.prod(n or 1 for n in left), a[i]))
    if len(right) != 1:
        y = reshape(y, (b[0], b[j], math.prod(n or 1 for n in right)))
    product = matmul(x, y)
    if len(left) == len(right) == 1:
        return product
    return reshape(product, (a[0], *left, *right) if left or right else (a[0], 1))


def _several(axes: Any) -> list[int]:
    return [axes] if isinstance(axes, int) else list(axes)


def _mismatch(a: Shape, b: Shape, axes: Any) -> ShapeError:
    return ShapeError(
        f"Cannot sum products of shapes {show(a)} and {show(b)} over axes {axes}: "
        "Dimension incompatibility.",
        why="the lengths along the two axes must be equal, and neither may be the batch.",
        fix="choose other axes, or reshape one of the tensors.",
    )
