"""Kinds of ops that share a shape rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab import shapes
from funclab.graph.op import Array, Op
from funclab.shapes import Shape


@dataclass(frozen=True)
class Elementwise(Op):
    """An op on one tensor, element by element: out has the shape of x. Arrays arrive flat."""

    def shape(self, x: Shape) -> Shape:
        return x

    def dtype(self, x: str) -> str:
        return x if x.startswith("float") else "float32"

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        # A kernel sees flat arrays only, so it is compiled once for each dtype. `copy=False`
        # raises where a flat view is impossible, instead of writing to a copy.
        return tuple(a if a is None else a.reshape(-1, copy=False) for a in arrays)


@dataclass(frozen=True)
class Binary(Op):
    """An op on two tensors, element by element, broadcast by NumPy's rule."""

    def shape(self, x: Shape, y: Shape) -> Shape:
        return shapes.broadcast(x, y)


def sum_to(g: Array, slot: Array) -> None:
    """Write `g` into `slot`, summed over the axes along which the input was broadcast."""
    if g.shape == slot.shape:
        np.copyto(slot, g)
        return
    lead = g.ndim - slot.ndim
    stretched = [i + lead for i, length in enumerate(slot.shape) if length == 1]
    axes = (*range(lead), *(axis for axis in stretched if g.shape[axis] != 1))
    np.copyto(slot, g.sum(axis=axes, keepdims=True).reshape(slot.shape))
