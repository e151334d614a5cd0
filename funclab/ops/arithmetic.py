"""Arithmetic of two tensors, with broadcasting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from funclab.graph.op import Array
from funclab.ops.base import Binary, sum_to


@dataclass(frozen=True)
class Add(Binary):
    """out = x + y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g; gy = g, each summed over the axes it was broadcast along.
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.add(x, y, out)

    def vjp(
        self, g: Array, x: Array, y: Array, out: Array, gx: Array | None, gy: Array | None
    ) -> None:
        if gx is not None:
            sum_to(g, gx)
        if gy is not None:
            sum_to(g, gy)


@dataclass(frozen=True)
class Multiply(Binary):
    """out = x * y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g * y; gy = g * x, each summed over the axes it was broadcast along.
    """

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.multiply(x, y, out)

    def vjp(
        self, g: Array, x: Array, y: Array, out: Array, gx: Array | None, gy: Array | None
    ) -> None:
        if gx is not None:
            sum_to(g * y, gx)
        if gy is not None:
            sum_to(g * x, gy)


def add(x, y):  # type: ignore[no-untyped-def]
    """x + y, element by element."""
    return Add()(x, y)


def multiply(x, y):  # type: ignore[no-untyped-def]
    """x * y, element by element."""
    return Multiply()(x, y)
