"""Sorting: the order of elements, the largest of them, and where to insert new ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape
from funclab.ops.base import Data, in_keras, with_settings
from funclab.ops.indexing import take_along_axis
from funclab.ops.shaping import ravel


class Argsort(Op):
    """out = the indices that sort x along `axis`; equal elements keep their order.

    Shapes: x (any) -> out (same as x), of integers.
    """

    makes = "int32"
    differentiable = False
    axis: int = -1

    def shape(self, x: Shape) -> Shape:
        shape_math.axis_index(self.axis, len(x))
        return x

    def forward(self, x: Array, out: Array) -> None:
        out[...] = np.argsort(x, self.axis, kind="stable")


class TopIndices(Op):
    """out = the indices of the k largest elements along the last axis, the largest first.

    Shapes: x (..., n) -> out (..., k), of integers. Equal elements keep their order.
    """

    makes = "int32"
    differentiable = False
    k: int

    def shape(self, x: Shape) -> Shape:
        return (*x[:-1], self.k if x[-1] is None else min(self.k, x[-1]))

    def forward(self, x: Array, out: Array) -> None:
        # Reversed twice, so that equal elements keep their order in the descending result.
        order = np.argsort(x[..., ::-1], -1, kind="stable")[..., ::-1]
        out[...] = x.shape[-1] - 1 - order[..., : self.k]


class SearchSorted(Op):
    """out = for each value, the index at which to insert it into a sorted vector.

    Shapes: vector (n,), values (any) -> out (same as values), of integers.
    """

    makes = "int32"
    differentiable = False
    side: str = "left"

    def shape(self, vector: Shape, values: Shape) -> Shape:
        return values

    def forward(self, vector: Array, values: Array, out: Array) -> None:
        out[...] = np.searchsorted(vector, values, self.side)  # type: ignore[call-overload]


def argsort(x: Data, axis: int | None = -1) -> Any:
    """The indices that sort x along `axis` (None: those of the flattened x)."""
    return Argsort(0)(ravel(x)) if axis is None else Argsort(axis)(x)


def sort(x: Data, axis: int | None = -1) -> Any:
    """x sorted along `axis` (None: the flattened x), the smallest first."""
    if axis is None:
        x, axis = ravel(x), 0
    return take_along_axis(x, argsort(x, axis), axis)


def argpartition(x: Data, kth: int, axis: int = -1) -> Any:
    """Indices that put the kth smallest element in its place, smaller before it, larger after it.

    The elements are fully sorted, which includes that.
    """
    return argsort(x, axis)


@in_keras("math")
def top_k(x: Data, k: int, sorted: bool = True) -> tuple[Any, Any]:
    """The k largest elements along the last axis, the largest first, and their indices."""
    indices = TopIndices(k)(x)
    return take_along_axis(x, indices, -1), indices


searchsorted = with_settings(SearchSorted, "sorted_sequence", "values", name="searchsorted")


def digitize(x: Data, bins: Data) -> Any:
    """For each element, the number of (sorted) bin edges that are not above it."""
    return searchsorted(bins, x, "right")
