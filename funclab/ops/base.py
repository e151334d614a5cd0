"""Kinds of ops that share a shape rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab import shapes
from funclab.graph.op import Array, Op, promote
from funclab.shapes import Shape

Slot = Array | None


@dataclass(frozen=True)
class Elementwise(Op):
    """An op on one tensor, element by element: out has the shape of x. Arrays arrive flat."""

    def shape(self, x: Shape) -> Shape:
        return x

    def dtype(self, x: str) -> str:
        return as_float(x)

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        # A kernel sees flat arrays only, so it is compiled once for each dtype. `copy=False`
        # raises where a flat view is impossible, instead of writing to a copy.
        return tuple(a if a is None else a.reshape(-1, copy=False) for a in arrays)


@dataclass(frozen=True)
class Binary(Op):
    """An op on two tensors, element by element, broadcast by NumPy's rule.

    Subclasses give the gradients one by one: `vjp_x` and `vjp_y`.
    """

    def shape(self, x: Shape, y: Shape) -> Shape:
        return shapes.broadcast(x, y)

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        if gx is not None:
            self.vjp_x(g, x, y, out, gx)
        if gy is not None:
            self.vjp_y(g, x, y, out, gy)

    def vjp_x(self, g: Array, x: Array, y: Array, out: Array, gx: Array) -> None:
        raise NotImplementedError

    def vjp_y(self, g: Array, x: Array, y: Array, out: Array, gy: Array) -> None:
        raise NotImplementedError


def shape_of(x: Any) -> Shape:
    """The shape of a tensor, value, array, or list of numbers."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def as_float(dtype: str) -> str:
    """The dtype of a result that is not whole: a float's own, else float32."""
    return dtype if dtype.startswith("float") else "float32"


def float_result(*dtypes: str) -> str:
    return as_float(promote(*dtypes))


def sum_to(g: Array, slot: Array) -> None:
    """Write `g` into `slot`, summed over the axes along which the input was broadcast."""
    if g.shape == slot.shape:
        np.copyto(slot, g)
        return
    lead = g.ndim - slot.ndim
    stretched = [i + lead for i, length in enumerate(slot.shape) if length == 1]
    axes = (*range(lead), *(axis for axis in stretched if g.shape[axis] != 1))
    np.copyto(slot, g.sum(axis=axes, keepdims=True).reshape(slot.shape))


def product_to(a: Array, b: Array, slot: Array) -> None:
    """Write `a * b` into `slot`, summed as in `sum_to`; `a` has the shape of the result."""
    if a.shape == slot.shape:
        np.multiply(a, b, slot)
    else:
        sum_to(a * b, slot)
