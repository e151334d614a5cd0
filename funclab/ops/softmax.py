"""Scores to probabilities, along an axis."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from funclab import shape_math
from funclab.graph.op import Array, Op
from funclab.kernels import softmax as kernels
from funclab.ops.base import as_float, shape_of
from funclab.shape_math import Shape, show


class AlongAxis(Op, abstract=True):
    """An op on all vectors along one axis; out has the shape of x."""

    axis: int = -1

    def shape(self, x: Shape) -> Shape:
        shape_math.axis_index(self.axis, len(x))
        return x

    def dtype(self, x: str) -> str:
        return as_float(x)

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        # Along the last axis, every vector becomes a row of a matrix: what the kernels want.
        if self.axis == -1:
            return tuple(a if a is None else a.reshape(-1, a.shape[-1]) for a in arrays)
        return arrays


class Softmax(AlongAxis):
    """out = e^x / the sum of e^x along `axis`: above 0, and adding up to 1.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = out * (g - the sum of g * out along the axis).
    Numerics: computed from x - max(x), so nothing overflows.
    Source: Bridle, "Training stochastic model recognition algorithms as networks can lead to
        maximum mutual information estimation of parameters", NIPS 1989.
    """

    def forward(self, x: Array, out: Array) -> None:
        if self.axis == -1:
            kernels.softmax(x, out)
        else:
            np.subtract(x, x.max(self.axis, keepdims=True), out)
            np.exp(out, out)
            np.divide(out, out.sum(self.axis, keepdims=True), out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        if self.axis == -1:
            kernels.softmax_vjp(g, out, gx)
        else:
            np.multiply(g, out, gx)
            np.subtract(g, gx.sum(self.axis, keepdims=True), gx)
            np.multiply(gx, out, gx)


class LogSoftmax(AlongAxis):
    """out = log(softmax(x)) along `axis`.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g - softmax(x) * the sum of g along the axis.
    Numerics: computed as x - m - log(sum e^(x - m)) with m = max(x), which keeps the digits that
        the log of a small probability would lose.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.subtract(x, x.max(self.axis, keepdims=True), out)
        np.subtract(out, np.log(np.exp(out).sum(self.axis, keepdims=True)), out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.exp(out, gx)
        np.multiply(gx, g.sum(self.axis, keepdims=True), gx)
        np.subtract(g, gx, gx)


def softmax(x: Any, axis: int = -1) -> Any:
    """Probabilities from scores along `axis`."""
    shape = shape_of(x)
    if shape and shape[axis] == 1:
        warnings.warn(
            f"You are using a softmax over axis {axis} of a tensor of shape {show(shape)}. This "
            "axis has size 1, so every result is 1. Did you mean to use a sigmoid instead?",
            stacklevel=2,
        )
    return Softmax(_last(axis, len(shape)))(x)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """The logarithm of the probabilities that softmax gives."""
    return LogSoftmax(_last(axis, len(shape_of(x))))(x)


def _last(axis: int, rank: int) -> int:
    """The axis, as -1 if it is the last one."""
    return -1 if axis == rank - 1 else axis
