"""Comparisons, logic and choice. Comparisons give booleans, through which no gradient flows."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import shape_math
from funclab.graph.op import Array, Op, promote
from funclab.ops.base import Binary, Slot, function_of, product_to
from funclab.shape_math import Shape


class Comparison(Binary, abstract=True):
    """True or false for each pair of elements."""

    differentiable = False

    def dtype(self, x: str, y: str) -> str:
        return "bool"


def _row(name: str, ufunc: Any, says: str) -> Any:
    """The op that compares two tensors, and its function."""
    doc = f"out = whether {says}.\n\n    Shapes: x, y (broadcast together) -> out, of booleans.\n"
    op = type(name, (Comparison,), {"ufunc": ufunc, "__doc__": doc, "__module__": __name__})
    return op, function_of(op)


Equal, equal = _row("Equal", np.equal, "x == y")
NotEqual, not_equal = _row("NotEqual", np.not_equal, "x differs from y")
Less, less = _row("Less", np.less, "x < y")
LessEqual, less_equal = _row("LessEqual", np.less_equal, "x <= y")
Greater, greater = _row("Greater", np.greater, "x > y")
GreaterEqual, greater_equal = _row("GreaterEqual", np.greater_equal, "x >= y")
LogicalAnd, logical_and = _row("LogicalAnd", np.logical_and, "x and y are both true (not zero)")
LogicalOr, logical_or = _row("LogicalOr", np.logical_or, "x or y, or both, are true (not zero)")


class Where(Op):
    """out = x where the condition holds, else y.

    Shapes: condition, x, y (broadcast together) -> out.
    Gradient: gx = g where the condition holds, else 0; gy the other way round.
    """

    def shape(self, condition: Shape, x: Shape, y: Shape) -> Shape:
        return shape_math.broadcast(condition, x, y)

    def dtype(self, condition: str, x: str, y: str) -> str:
        return promote(x, y)

    def forward(self, condition: Array, x: Array, y: Array, out: Array) -> None:
        np.copyto(out, y)
        np.copyto(out, x, where=condition.astype(bool))

    def vjp(self, g: Array, condition: Array, x: Array, y: Array, out: Array, *slots: Slot) -> None:
        gcondition, gx, gy = slots
        holds = condition.astype(bool)
        if gcondition is not None:
            gcondition.fill(0)
        product_to(g, holds, gx)
        product_to(g, ~holds, gy)


def where(condition: Any, x1: Any, x2: Any) -> Any:
    """x1 where the condition holds, else x2."""
    return Where()(condition, x1, x2)
