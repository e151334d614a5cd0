"""Questions about elements along axes: where is the largest, how many. No gradient flows."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import shape_math
from funclab.graph.op import Array, Op
from funclab.ops.comparison import greater, less, not_equal
from funclab.ops.indexing import take_along_axis
from funclab.ops.reduction import sum
from funclab.ops.shaping import expand_dims
from funclab.shape_math import Shape


class ArgMax(Op):
    """out = the index of the largest element along `axis` (None: of x laid flat).

    Shapes: x (any) -> out without the axis, of integers. The first of equal elements wins.
    """

    differentiable = False
    axis: int | None = None
    keepdims: bool = False

    def shape(self, x: Shape) -> Shape:
        return shape_math.reduce(x, self.axis, self.keepdims)

    def dtype(self, x: str) -> str:
        return "int32"

    def forward(self, x: Array, out: Array) -> None:
        out[...] = np.argmax(x, self.axis, keepdims=self.keepdims)


class ArgMin(ArgMax):
    """out = the index of the smallest element along `axis` (None: of x laid flat).

    Shapes: x (any) -> out without the axis, of integers. The first of equal elements wins.
    """

    def forward(self, x: Array, out: Array) -> None:
        out[...] = np.argmin(x, self.axis, keepdims=self.keepdims)


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The index of the largest element along `axis` (None: of x laid flat)."""
    return ArgMax(axis, keepdims)(x)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
    """The index of the smallest element along `axis` (None: of x laid flat)."""
    return ArgMin(axis, keepdims)(x)


def count_nonzero(x: Any, axis: Any = None) -> Any:
    """How many elements along `axis` (None: of all) are not zero."""
    return sum(not_equal(x, 0), axis)


def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether the class that each target names is among the k with the highest predictions.

    Classes that tie with the k-th count as among them.

    Shapes: targets (n,), predictions (n, classes) -> (n,), of booleans.
    """
    score = take_along_axis(predictions, expand_dims(targets, -1), axis=-1)
    better = greater(predictions, score)
    return less(sum(better, axis=-1), k)
