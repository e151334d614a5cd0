"""Signs, powers and roots of one tensor, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph.op import Array
from funclab.ops.base import Elementwise

__all__ = ["abs", "absolute", "negative", "reciprocal", "rsqrt", "sqrt", "square"]


class Whole(Elementwise, abstract=True):
    """An elementwise op that keeps integers integers."""

    def dtype(self, x: str) -> str:
        return x


class Negative(Whole):
    """out = -x.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = -g.
    """

    ufunc = np.negative

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.negative(g, gx)


class Absolute(Whole):
    """out = x without its sign.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * sign(x); 0 at x = 0.
    """

    ufunc = np.absolute

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.sign(x, gx)
        np.multiply(gx, g, gx)


class Square(Whole):
    """out = x * x.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = 2 g x.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.multiply(x, x, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.add(x, x, gx)
        np.multiply(gx, g, gx)


class Sqrt(Elementwise):
    """out = the square root of x.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g / (2 out).
    """

    ufunc = np.sqrt

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.add(out, out, gx)
        np.divide(g, gx, gx)


class Rsqrt(Elementwise):
    """out = 1 / sqrt(x).

    Shapes: x (any) -> out (same as x).
    Gradient: gx = -g * out^3 / 2.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.sqrt(x, out)
        np.reciprocal(out, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.divide(out, x, gx)
        np.multiply(gx, g, gx)
        np.multiply(gx, -0.5, gx)


class Reciprocal(Elementwise):
    """out = 1 / x.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = -g * out^2.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.divide(1, x, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.multiply(out, out, gx)
        np.multiply(gx, g, gx)
        np.negative(gx, gx)


def negative(x: Any) -> Any:
    """-x."""
    return Negative()(x)


def absolute(x: Any) -> Any:
    """x without its sign."""
    return Absolute()(x)


abs = absolute


def square(x: Any) -> Any:
    """x * x."""
    return Square()(x)


def sqrt(x: Any) -> Any:
    """The square root."""
    return Sqrt()(x)


def rsqrt(x: Any) -> Any:
    """1 / sqrt(x)."""
    return Rsqrt()(x)


def reciprocal(x: Any) -> Any:
    """1 / x."""
    return Reciprocal()(x)
