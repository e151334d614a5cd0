"""Exponentials, logarithms and their relatives, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph.op import Array
from funclab.kernels import elementwise as kernels
from funclab.ops.base import Elementwise

__all__ = ["cos", "exp", "expm1", "log", "log1p", "sigmoid", "sin", "tanh"]


class Exp(Elementwise):
    """out = e^x.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * out.
    """

    ufunc = np.exp

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.multiply(g, out, gx)


class Expm1(Elementwise):
    """out = e^x - 1.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * (out + 1).
    Numerics: exact for small x too, where e^x - 1 would cancel.
    """

    ufunc = np.expm1

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.add(out, 1, gx)
        np.multiply(gx, g, gx)


class Log(Elementwise):
    """out = the natural logarithm of x: -inf at 0, NaN below.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g / x.
    """

    ufunc = np.log

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.divide(g, x, gx)


class Log1p(Elementwise):
    """out = log(1 + x).

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g / (1 + x).
    Numerics: exact for small x too, where 1 + x would lose its digits.
    """

    ufunc = np.log1p

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.add(x, 1, gx)
        np.divide(g, gx, gx)


class Sin(Elementwise):
    """out = sin(x), x in radians.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * cos(x).
    """

    ufunc = np.sin

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.cos(x, gx)
        np.multiply(gx, g, gx)


class Cos(Elementwise):
    """out = cos(x), x in radians.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = -g * sin(x).
    """

    ufunc = np.cos

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.sin(x, gx)
        np.multiply(gx, g, gx)
        np.negative(gx, gx)


class Tanh(Elementwise):
    """out = (e^x - e^-x) / (e^x + e^-x), between -1 and 1.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * (1 - out^2).
    """

    ufunc = np.tanh

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        kernels.tanh_vjp(g, out, gx)


class Sigmoid(Elementwise):
    """out = 1 / (1 + e^-x), between 0 and 1.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g * out * (1 - out).
    Numerics: computed from e^-|x|, which cannot overflow.
    """

    def forward(self, x: Array, out: Array) -> None:
        kernels.sigmoid(x, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        kernels.sigmoid_vjp(g, out, gx)


def exp(x: Any) -> Any:
    """e^x."""
    return Exp()(x)


def expm1(x: Any) -> Any:
    """e^x - 1, exact for small x."""
    return Expm1()(x)


def log(x: Any) -> Any:
    """The natural logarithm."""
    return Log()(x)


def log1p(x: Any) -> Any:
    """log(1 + x), exact for small x."""
    return Log1p()(x)


def sin(x: Any) -> Any:
    """The sine of x in radians."""
    return Sin()(x)


def cos(x: Any) -> Any:
    """The cosine of x in radians."""
    return Cos()(x)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent, between -1 and 1."""
    return Tanh()(x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), between 0 and 1."""
    return Sigmoid()(x)
