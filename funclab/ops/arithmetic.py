"""Arithmetic of two tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.graph.op import Array
from funclab.ops.base import Binary, float_result, product_to, sum_to

__all__ = [
    "add",
    "divide",
    "floor_divide",
    "maximum",
    "minimum",
    "mod",
    "multiply",
    "power",
    "subtract",
    "true_divide",
]


@dataclass(frozen=True)
class Add(Binary):
    """out = x + y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g; gy = g, each summed over the axes it was broadcast along.
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.add(x, y, out)

    def vjp_x(self, g: Array, x: Array, y: Array, out: Array, gx: Array) -> None:
        sum_to(g, gx)

    def vjp_y(self, g: Array, x: Array, y: Array, out: Array, gy: Array) -> None:
        sum_to(g, gy)


@dataclass(frozen=True)
class Subtract(Binary):
    """out = x - y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g; gy = -g, each summed over the axes it was broadcast along.
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.subtract(x, y, out)

    def vjp_x(self, g: Array, x: Array, y: Array, out: Array, gx: Array) -> None:
        sum_to(g, gx)

    def vjp_y(self, g: Array, x: Array, y: Array, out: Array, gy: Array) -> None:
        sum_to(g, gy)
        np.negative(gy, gy)


@dataclass(frozen=True)
class Multiply(Binary):
    """out = x * y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g * y; gy = g * x, each summed over the axes it was broadcast along.
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.multiply(x, y, out)

    def vjp_x(self, g: Array, x: Array, y: Array, out: Array, gx: Array) -> None:
        product_to(g, y, gx)

    def vjp_y(self, g: Array, x: Array, y: Array, out: Array, gy: Array) -> None:
        product_to(g, x, gy)


@dataclass(frozen=True)
class Divide(Binary):
    """out = x / y; integers become float32.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g / y; gy = -g * out / y, each summed over the axes it was broadcast along.
    """

    def dtype(self, x: str, y: str) -> str:
        return float_result(x, y)

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.divide(x, y, out)

    def vjp_x(self, g: Array, x: Array, y: Array, out: Array, gx: Array) -> None:
        sum_to(g / y, gx)

    def vjp_y(self, g: Array, x: Array, y: Array, out: Array, gy: Array) -> None:
        sum_to(-g * out / y, gy)


@dataclass(frozen=True)
class Power(Binary):
    """out = x to the power y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g * y * x^(y - 1); gy = g * out * log(x), taken as 0 where x <= 0.
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.power(x, y, out)

    def vjp_x(self, g: Array, x: Array, y: Array, out: Array, gx: Array) -> None:
        # x^0 is 1 everywhere, so where y = 0 the slope is 0 even at x = 0.
        slope = y * np.power(x, np.where(y == 0, 1, y - 1))
        product_to(g, slope, gx)

    def vjp_y(self, g: Array, x: Array, y: Array, out: Array, gy: Array) -> None:
        log = np.log(np.where(x > 0, x, 1))
        product_to(g * out, log, gy)


@dataclass(frozen=True)
class FloorDivide(Binary):
    """out = x / y, rounded down.

    Shapes: x, y (broadcast together) -> out.
    """

    differentiable = False

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.floor_divide(x, y, out)


@dataclass(frozen=True)
class Mod(Binary):
    """out = x - y * floor(x / y): the remainder, with the sign of y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g; gy = -g * floor(x / y).
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.remainder(x, y, out)

    def vjp_x(self, g: Array, x: Array, y: Array, out: Array, gx: Array) -> None:
        sum_to(g, gx)

    def vjp_y(self, g: Array, x: Array, y: Array, out: Array, gy: Array) -> None:
        product_to(g, -np.floor_divide(x, y), gy)


@dataclass(frozen=True)
class Extreme(Binary):
    """The larger or smaller of two; the gradient goes to the one that was taken."""

    def vjp_x(self, g: Array, x: Array, y: Array, out: Array, gx: Array) -> None:
        product_to(g, _share(x, y, out), gx)

    def vjp_y(self, g: Array, x: Array, y: Array, out: Array, gy: Array) -> None:
        product_to(g, _share(y, x, out), gy)


@dataclass(frozen=True)
class Maximum(Extreme):
    """out = the larger of x and y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: g goes to the larger; half to each where they are equal.
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.maximum(x, y, out=out)


@dataclass(frozen=True)
class Minimum(Extreme):
    """out = the smaller of x and y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: g goes to the smaller; half to each where they are equal.
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.minimum(x, y, out=out)


def _share(x: Array, y: Array, out: Array) -> Array:
    """1 where x was taken, 1/2 where both are equal, else 0."""
    half = out.dtype.type(0.5)
    return np.where(x == out, np.where(y == out, half, 1), 0).astype(out.dtype)


def add(x1: Any, x2: Any) -> Any:
    """x1 + x2, element by element."""
    return Add()(x1, x2)


def subtract(x1: Any, x2: Any) -> Any:
    """x1 - x2, element by element."""
    return Subtract()(x1, x2)


def multiply(x1: Any, x2: Any) -> Any:
    """x1 * x2, element by element."""
    return Multiply()(x1, x2)


def divide(x1: Any, x2: Any) -> Any:
    """x1 / x2, element by element. Integers become float32."""
    return Divide()(x1, x2)


true_divide = divide


def power(x1: Any, x2: Any) -> Any:
    """x1 to the power x2, element by element."""
    return Power()(x1, x2)


def floor_divide(x1: Any, x2: Any) -> Any:
    """x1 / x2 rounded down. No gradient."""
    return FloorDivide()(x1, x2)


def mod(x1: Any, x2: Any) -> Any:
    """The remainder of x1 / x2, with the sign of x2."""
    return Mod()(x1, x2)


def maximum(x1: Any, x2: Any) -> Any:
    """The larger of x1 and x2, element by element."""
    return Maximum()(x1, x2)


def minimum(x1: Any, x2: Any) -> Any:
    """The smaller of x1 and x2, element by element."""
    return Minimum()(x1, x2)
