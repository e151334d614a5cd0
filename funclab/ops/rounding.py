"""Steps and limits, element by element, and running sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import shape_math
from funclab.graph.op import Array, Op
from funclab.ops.arithmetic import maximum, minimum
from funclab.ops.powers import Whole
from funclab.ops.shaping import ravel
from funclab.shape_math import Shape

__all__ = ["ceil", "clip", "cumsum", "floor", "round", "sign"]


class Sign(Whole):
    """out = 1 where x is above 0, -1 below, 0 at 0.

    Shapes: x (any) -> out (same as x).
    """

    differentiable = False
    ufunc = np.sign


class Floor(Whole):
    """out = the next whole number below x.

    Shapes: x (any) -> out (same as x).
    """

    differentiable = False
    ufunc = np.floor


class Ceil(Whole):
    """out = the next whole number above x.

    Shapes: x (any) -> out (same as x).
    """

    differentiable = False
    ufunc = np.ceil


class Round(Whole):
    """out = x rounded to `decimals` places; halves go to the even neighbour.

    Shapes: x (any) -> out (same as x).
    """

    differentiable = False
    decimals: int = 0

    def forward(self, x: Array, out: Array) -> None:
        np.round(x, self.decimals, out)


class Clip(Whole):
    """out = x held between two limits.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g where x is within the limits, else 0.
    """

    x_min: float
    x_max: float

    def forward(self, x: Array, out: Array) -> None:
        np.clip(x, self.x_min, self.x_max, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.multiply(g, x == out, gx)


class Cumsum(Op):
    """out = the sum of all elements up to each, along `axis`.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = the sum of g from each element on.
    """

    axis: int

    def shape(self, x: Shape) -> Shape:
        shape_math.axis_index(self.axis, len(x))
        return x

    def forward(self, x: Array, out: Array) -> None:
        np.add.accumulate(x, self.axis, None, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        backward = np.flip(gx, self.axis)
        np.add.accumulate(np.flip(g, self.axis), self.axis, None, backward)


def sign(x: Any) -> Any:
    """1 above 0, -1 below, 0 at 0. No gradient."""
    return Sign()(x)


def floor(x: Any) -> Any:
    """The next whole number below. No gradient."""
    return Floor()(x)


def ceil(x: Any) -> Any:
    """The next whole number above. No gradient."""
    return Ceil()(x)


def round(x: Any, decimals: int = 0) -> Any:
    """x rounded to `decimals` places; halves go to the even neighbour. No gradient."""
    return Round(decimals)(x)


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """x held between two limits, which may be numbers or tensors."""
    if all(isinstance(limit, (int, float)) for limit in (x_min, x_max)):
        return Clip(x_min, x_max)(x)
    return minimum(maximum(x, x_min), x_max)


def cumsum(x: Any, axis: int | None = None) -> Any:
    """The sum of all elements up to each, along `axis` (None: of x laid flat)."""
    if axis is None:
        x, axis = ravel(x), 0
    return Cumsum(axis)(x)
