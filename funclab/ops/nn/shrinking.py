"""Activation functions that are made of other ops, and sparsemax."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph.op import Array
from funclab.ops.arithmetic import (
    add, divide, less, less_equal, maximum, minimum, multiply, subtract, where,
)  # fmt: skip
from funclab.ops.base import Data, with_settings
from funclab.ops.elementwise import absolute, clip, expm1, negative, sigmoid, sqrt, square, tanh
from funclab.ops.joining import split
from funclab.ops.nn.activation import AlongAxis, softplus


class Sparsemax(AlongAxis):
    """Weights along `axis` of which the smaller ones are 0: out = x - t where that is positive.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g where out is positive, minus the sum of these g times the slope of t, which is
        (k + 1 - i) / k for the i-th largest of the k elements kept.
    Numerics: as in Keras, t = (the sum of the k running totals - 1) / k. The paper uses the last
        of these totals, so that the weights add up to 1; here they do so only for k = 1.
    Source: Martins and Astudillo, "From softmax to sparsemax", ICML 2016, algorithm 1.
    """

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        return arrays

    def kept(self, x: Array) -> tuple[Array, Array, Array]:
        """For x with `axis` first: the order of its elements, which are kept, and how many."""
        order = np.argsort(-x, 0, kind="stable")
        falling = np.take_along_axis(x, order, 0)
        ranks = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
        inside = falling - (np.cumsum(falling, 0) - 1) / ranks > 0
        return order, inside, inside.sum(0, keepdims=True)

    def forward(self, x: Array, out: Array) -> None:
        x, out = np.moveaxis(x, self.axis, 0), np.moveaxis(out, self.axis, 0)
        order, inside, count = self.kept(x)
        totals = np.cumsum(np.take_along_axis(x, order, 0), 0) * inside
        np.maximum(x - (totals.sum(0, keepdims=True) - 1) / count, 0, out=out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        g, x, out, gx = (np.moveaxis(array, self.axis, 0) for array in (g, x, out, gx))
        order, inside, count = self.kept(x)
        slopes = np.cumsum(inside[::-1], 0)[::-1] / count
        through = g * (out > 0)
        np.put_along_axis(gx, order, slopes.astype(g.dtype), 0)
        np.subtract(through, gx * through.sum(0, keepdims=True), gx)


sparsemax = with_settings(Sparsemax, "x")


def celu(x: Data, alpha: float = 1.0) -> Any:
    """x above 0, alpha * (e^(x / alpha) - 1) below: an elu without a kink for any alpha."""
    below = expm1(divide(minimum(x, 0), alpha))
    return add(maximum(x, 0), multiply(below, alpha))


def glu(x: Data, axis: int = -1) -> Any:
    """The first half of x along `axis`, times the sigmoid of the second half."""
    half, gate = split(x, 2, axis)
    return multiply(half, sigmoid(gate))


def hard_shrink(x: Data, threshold: float = 0.5) -> Any:
    """x, or 0 where |x| is at most `threshold`."""
    return where(less_equal(absolute(x), threshold), 0.0, x)


def hard_tanh(x: Data) -> Any:
    """x clipped to lie between -1 and 1."""
    return clip(x, -1, 1)


def log_sigmoid(x: Data) -> Any:
    """log(sigmoid(x)), computed as -softplus(-x)."""
    return negative(softplus(negative(x)))


def soft_shrink(x: Data, threshold: float = 0.5) -> Any:
    """x moved towards 0 by `threshold`, or 0 where |x| is at most `threshold`."""
    return subtract(x, clip(x, -threshold, threshold))


def sparse_plus(x: Data) -> Any:
    """0 up to -1, x from 1 on, and (x + 1)^2 / 4 between."""
    middle = divide(square(add(x, 1.0)), 4.0)
    return where(less_equal(x, -1), 0.0, where(less(x, 1), middle, x))


def sparse_sigmoid(x: Data) -> Any:
    """0 up to -1, 1 from 1 on, and (x + 1) / 2 between."""
    return clip(multiply(add(x, 1.0), 0.5), 0, 1)


def squareplus(x: Data, b: float = 4) -> Any:
    """(x + sqrt(x^2 + b)) / 2: a ramp with a round corner; the larger b, the rounder."""
    return multiply(add(x, sqrt(add(square(x), b))), 0.5)


def tanh_shrink(x: Data) -> Any:
    """x - tanh(x)."""
    return subtract(x, tanh(x))


def threshold(x: Data, threshold: float, default_value: float) -> Any:
    """x where it is above `threshold`, else `default_value`."""
    return where(less_equal(x, threshold), default_value, x)
