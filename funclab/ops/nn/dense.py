"""The end of a dense layer or a convolution: bias and activation in one pass."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from funclab.engine.kernels import dense as kernels
from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.ops.base import Slot, write

FUSED = {name: getattr(kernels, name.upper()) for name in ("linear", "relu", "tanh", "sigmoid")}
"""The activations whose slope follows from their output, so that they can be fused."""


class BiasActivation(Op):
    """out = activation(x + b), with one number of b for each position along the last axes.

    Shapes: x (..., units), b (units,) -> out (..., units); units may be several axes.
    Gradient: gx = g * the slope, which for these activations follows from out: 1 or 0 for relu,
        1 - out^2 for tanh, out * (1 - out) for sigmoid; gb = the sum of gx over all rows.
    """

    keras = ""
    activation: str = "linear"

    def shape(self, x: Shape, b: Shape) -> Shape:
        if len(b) < 2 or not shape_math.same(b, x[-len(b) :]):
            check_bias(x, b, -1)
        return x

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        # Everything but the bias and its gradient becomes a matrix, with a row for each vector.
        b = arrays[1 if len(arrays) == 3 else 2]
        return tuple(
            a if a is None else a.reshape(-1 if a.ndim == b.ndim else (-1, b.size), copy=False)
            for a in arrays
        )

    def fitted(self, work: Any, arrays: tuple[Any, ...]) -> Any:
        """For small arrays, the loop itself, without the code around it."""
        kind = FUSED[self.activation]
        if arrays[0].size >= kernels.MANY or any(a is None for a in arrays):
            return work
        if len(arrays) == 6:
            return functools.partial(_vjp, kind)
        in_one_loop = kind in (kernels.LINEAR, kernels.RELU)
        return functools.partial(_rows, kind == kernels.RELU) if in_one_loop else work

    def forward(self, x: Array, b: Array, out: Array) -> None:
        kernels.bias_activation(x, b, FUSED[self.activation], out)

    def vjp(self, g: Array, x: Array, b: Array, out: Array, gx: Slot, gb: Slot) -> None:
        # A gradient that is not needed costs one temporary array: rare, and simpler.
        gx = np.empty_like(g) if gx is None else gx
        gb = np.empty_like(b) if gb is None else gb
        kernels.bias_activation_vjp_in_halves(g, out, FUSED[self.activation], gx, gb)


def _rows(relu: bool, x: Array, b: Array, out: Array) -> None:
    kernels.bias_rows(x, b, relu, out)


def _vjp(kind: int, g: Array, x: Array, b: Array, out: Array, gx: Array, gb: Array) -> None:
    kernels.bias_activation_vjp(g, out, kind, gx, gb)


class BiasAdd(Op):
    """out = x + b, with one number of b for each position along `axis`.

    Shapes: x (n, units, ...), b (units,), axis 1 -> out (same as x).
    Gradient: gx = g; gb = the sum of g over all other axes.
    """

    keras = ""
    axis: int = 1

    def shape(self, x: Shape, b: Shape) -> Shape:
        check_bias(x, b, self.axis)
        return x

    def forward(self, x: Array, b: Array, out: Array) -> None:
        np.add(x, b.reshape(self._beside(x)), out)

    def vjp(self, g: Array, x: Array, b: Array, out: Array, gx: Slot, gb: Slot) -> None:
        write(g, gx)
        if gb is not None:
            axis = shape_math.axis_index(self.axis, x.ndim)
            others = tuple(i for i in range(x.ndim) if i != axis)
            np.add.reduce(g, others, out=gb)

    def _beside(self, x: Array) -> list[int]:
        axis = shape_math.axis_index(self.axis, x.ndim)
        return [-1 if i == axis else 1 for i in range(x.ndim)]


def check_bias(x: Shape, b: Shape, axis: int) -> None:
    at = shape_math.axis_index(axis, len(x))
    if len(b) != 1 or not shape_math.same(b, x[at : at + 1]):
        raise ShapeError(
            f"A bias of shape {show(b)} does not fit axis {axis} of a tensor of shape {show(x)}.",
            why=f"it needs one number for each of the {x[at]} positions along that axis.",
            fix=f"give the bias the shape ({x[at]},).",
        )


def bias_add(x: Any, b: Any, axis: int = -1) -> Any:
    """x plus one number of b for each position along `axis` (for images, the channels)."""
    is_last = axis in (-1, len(x.shape) - 1)
    return BiasActivation()(x, b) if is_last else BiasAdd(axis)(x, b)


def bias_activation(x: Any, b: Any, activation: str = "linear") -> Any:
    """activation(x + b) in one pass, for the activations in `FUSED`.

    Raises: ArgumentError for another activation.
    """
    if activation not in FUSED:
        raise ArgumentError(
            f"bias_activation cannot do {activation!r}.",
            why=f"only {', '.join(FUSED)} are done in one pass with the bias.",
            fix="use ops.bias_add, and the activation after it.",
        )
    return BiasActivation(activation)(x, b)
