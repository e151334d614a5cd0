"""Products of matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import shape_math
from funclab.errors import ShapeError
from funclab.graph.op import Array, Op
from funclab.kernels import threads
from funclab.ops.base import Slot, shape_of, sum_to
from funclab.ops.shaping import expand_dims, squeeze
from funclab.shape_math import Shape, show


class MatMul(Op):
    """out = x @ y, over the last two axes; leading axes are broadcast.

    Shapes: x (..., n, k), y (..., k, m) -> out (..., n, m). x (..., k) with a matrix y counts as
        one row after another.
    Gradient: gx = g @ y^T; gy = x^T @ g.
    """

    name = "matmul"

    def shape(self, x: Shape, y: Shape) -> Shape:
        if len(x) < 2 or len(y) < 2 or not shape_math.same(x[-1:], y[-2:-1]):
            raise ShapeError(
                f"Cannot multiply matrices of shapes {show(x)} and {show(y)}.",
                why="the last length of the first must equal the last but one of the second, and "
                "both need at least two axes.",
                fix="transpose or reshape one of them.",
            )
        return (*shape_math.broadcast(x[:-2], y[:-2]), x[-2], y[-1])

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        """One large product instead of many small ones, when y is one matrix for all of x."""
        x, y = arrays[-3:-1] if len(arrays) == 3 else arrays[1:3]
        if y.ndim != 2 or x.ndim == 2:
            return arrays
        tall = {id(a): a.reshape(-1, a.shape[-1]) for a in arrays if a is not None and a.ndim > 2}
        return tuple(tall.get(id(a), a) for a in arrays)

    def forward(self, x: Array, y: Array, out: Array) -> None:
        if x.ndim == y.ndim == 2:
            threads.matmul(x, y, out)
        else:
            np.matmul(x, y, out)

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        if gx is not None:
            _product(g, y.swapaxes(-1, -2), gx)
        if gy is not None:
            _product(x.swapaxes(-1, -2), g, gy)


def _product(a: Array, b: Array, slot: Array) -> None:
    if a.ndim == b.ndim == slot.ndim == 2:
        threads.matmul(a, b, slot)
    elif a.ndim == b.ndim == slot.ndim and a.shape[:-2] == b.shape[:-2] == slot.shape[:-2]:
        np.matmul(a, b, slot)
    else:
        sum_to(np.matmul(a, b), slot)


def matmul(x1: Any, x2: Any) -> Any:
    """The matrix product x1 @ x2; a vector counts as one row (x1) or one column (x2)."""
    if len(shape_of(x1)) == 1:
        return squeeze(matmul(expand_dims(x1, 0), x2), 0 if len(shape_of(x2)) == 1 else -2)
    if len(shape_of(x2)) == 1:
        return squeeze(matmul(x1, expand_dims(x2, -1)), -1)
    return MatMul()(x1, x2)
