"""Sums, means and extremes along axes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funclab import shapes
from funclab.graph.op import Array, Op
from funclab.shapes import Shape


@dataclass(frozen=True)
class Reduction(Op):
    """An op that takes one or more axes away (None: all), or leaves them with length 1."""

    axis: int | tuple[int, ...] | None = None
    keepdims: bool = False

    def shape(self, x: Shape) -> Shape:
        return shapes.reduce(x, self.axis, self.keepdims)

    def kept(self, x: Array) -> tuple[int, ...]:
        """The output's shape with the reduced axes kept as 1, to broadcast it against x."""
        return shapes.reduce(x.shape, self.axis, keepdims=True)  # type: ignore[return-value]

    def axes(self, x: Array) -> tuple[int, ...]:
        return shapes.reduced_axes(x.ndim, self.axis)


@dataclass(frozen=True)
class Sum(Reduction):
    """out = the sum of x along `axis`.

    Shapes: x (any) -> out without the axes.
    Gradient: gx = g at every element that was summed.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.sum(x, axis=self.axes(x), keepdims=self.keepdims, out=out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, g.reshape(self.kept(x)))


def sum(x, axis=None, keepdims=False):  # type: ignore[no-untyped-def]  # noqa: A001
    """The sum along `axis` (None: of all elements)."""
    return Sum(_axes(axis), keepdims)(x)


def _axes(axis):  # type: ignore[no-untyped-def]
    return tuple(axis) if isinstance(axis, list) else axis
