"""Matrix products, and sums of products over chosen axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.engine.kernels import threads
from funclab.errors import ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, known, show
from funclab.ops.arithmetic import multiply
from funclab.ops.base import Data, Slot, shape_of, sum_to
from funclab.ops.shaping import expand_dims, moveaxis, reshape, squeeze, transpose


class MatMul(Op):
    """out = x @ y, over the last two axes; leading axes are broadcast.

    Shapes: x (..., n, k), y (..., k, m) -> out (..., n, m). x (..., k) with a matrix y counts as
        one row after another.
    Gradient: gx = g @ y^T; gy = x^T @ g.
    """

    keras = "numpy.Matmul"
    name = "matmul"
    takes_spaced = True

    def shape(self, x: Shape, y: Shape) -> Shape:
        if len(x) < 2 or len(y) < 2 or not shape_math.same(x[-1:], y[-2:-1]):
            raise ShapeError(
                f"Cannot multiply matrices of shapes {show(x)} and {show(y)}.",
                why="the last length of the first must equal the last but one of the second, and "
                "both need at least two axes.",
                fix="transpose or reshape one of them.",
            )
        return (*shape_math.broadcast(x[:-2], y[:-2]), x[-2], y[-1])

    def operations(self, x: Shape, y: Shape) -> int:
        return 2 * math.prod(known((*self.shape(x, y), x[-1])))

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        """One large product instead of many small ones, when y is one matrix for all of x."""
        x, y = arrays[-3:-1] if len(arrays) == 3 else arrays[1:3]
        if y.ndim != 2 or x.ndim == 2:
            return arrays
        large = [a for a in arrays if a is not None and a.ndim > 2]
        tall = {id(a): a.reshape(-1, a.shape[-1]) for a in large}
        return tuple(tall.get(id(a), a) for a in arrays)

    def fitted(self, work: Any, arrays: tuple[Any, ...]) -> Any:
        """For small matrices, the products of BLAS and nothing around them."""
        matrices = [a for a in arrays if a is not None]
        if any(a.ndim != 2 or not a.flags.c_contiguous for a in matrices):
            return work
        back = len(arrays) == 6
        x, y = arrays[back : back + 2]
        operations = 2 * (1 + back) * x.size * y.shape[1]
        if operations >= threads.WORTH_SHARING or len({a.dtype for a in matrices}) > 1:
            return work
        return _dots if back else np.dot

    def forward(self, x: Array, y: Array, out: Array) -> None:
        if _in_step(x, y, out):
            threads.matmul(x, y, out)
        else:
            np.matmul(x, y, out)

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        products = (g, y.swapaxes(-1, -2), gx), (x.swapaxes(-1, -2), g, gy)
        wanted = [product for product in products if product[2] is not None]
        operations = 4 * g.size * x.shape[-1]
        threads.share_products(_product, wanted, operations)


def _dots(g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
    if gx is not None:
        np.dot(g, y.T, gx)
    if gy is not None:
        np.dot(x.T, g, gy)


def _in_step(a: Array, b: Array, out: Array) -> bool:
    """Whether these are single matrices, or stacks of equal length."""
    if not a.ndim == b.ndim == out.ndim:
        return False
    if out.ndim == 2:
        return True
    return a.shape[:-2] == b.shape[:-2] == out.shape[:-2]


def _product(a: Array, b: Array, slot: Array, matmul: Any) -> None:
    if _in_step(a, b, slot):
        matmul(a, b, slot)
    else:
        sum_to(np.matmul(a, b), slot)


def matmul(x1: Data, x2: Data) -> Any:
    """The matrix product x1 @ x2; a vector counts as one row (x1) or one column (x2)."""
    if len(shape_of(x1)) == 1:
        product = matmul(expand_dims(x1, 0), x2)
        axis = 0 if len(shape_of(x2)) == 1 else -2
        return squeeze(product, axis)
    if len(shape_of(x2)) == 1:
        return squeeze(matmul(x1, expand_dims(x2, -1)), -1)
    return MatMul()(x1, x2)


def dot(x1: Data, x2: Data) -> Any:
    """The sum of products over the last axis of x1 and the last but one (or only) of x2."""
    if not shape_of(x1) or not shape_of(x2):
        return multiply(x1, x2)
    second = -2 if len(shape_of(x2)) > 1 else -1
    return tensordot(x1, x2, ([-1], [second]))


def tensordot(x1: Data, x2: Data, axes: int | Sequence[Any] = 2) -> Any:
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
    lengths = [_lengths(a, left), _lengths(b, right)]
    n, m = (-1 if None in others else _size(others) for others in lengths)
    rows = reshape(rows, (n, length))
    columns = reshape(columns, (length, m))
    product = matmul(rows, columns)
    return reshape(product, [*lengths[0], *lengths[1]])


def batch_dot(x: Any, y: Any, axes: int | Sequence[int]) -> Any:
    """For each sample, the sum of products over one axis of x and one axis of y.

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
    return math.prod(1 if length is None else length for length in lengths)


def _mismatch(a: Shape, b: Shape, axes: Any) -> ShapeError:
    return ShapeError(
        f"Cannot sum products of shapes {show(a)} and {show(b)} over axes {axes}: "
        "Dimension incompatibility.",
        why="the lengths along the two axes must be equal, and neither may be the batch.",
        fix="choose other axes, or reshape one of the tensors.",
    )
