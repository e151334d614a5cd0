"""Comparisons, logic and choice. Comparisons give booleans, through which no gradient flows."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import shape_math
from funclab.graph.op import Array, Op, promote
from funclab.ops.base import Binary, Elementwise, Slot, product_to
from funclab.shape_math import Shape

__all__ = [
    "equal", "greater", "greater_equal", "isfinite", "isnan", "less", "less_equal", "logical_and",
    "logical_not", "logical_or", "not_equal", "where",
]  # fmt: skip


class Comparison(Binary, abstract=True):
    """True or false for each pair of elements."""

    differentiable = False

    def dtype(self, x: str, y: str) -> str:
        return "bool"


class Check(Elementwise, abstract=True):
    """True or false for each element."""

    differentiable = False

    def dtype(self, x: str) -> str:
        return "bool"


def _op(base: type, name: str, ufunc: Any, says: str, shapes: str) -> Any:
    doc = f"out = whether {says}.\n\n    Shapes: {shapes}.\n    "
    return type(name, (base,), {"ufunc": ufunc, "__doc__": doc, "__module__": __name__})


def _pairs(name: str, ufunc: Any, says: str) -> Any:
    """The op that compares two tensors, and its function."""
    op = _op(Comparison, name, ufunc, says, "x, y (broadcast together) -> out, of booleans")

    def compare(x1: Any, x2: Any) -> Any:
        return op()(x1, x2)

    compare.__doc__ = f"Whether {says}, element by element."
    return op, compare


def _each(name: str, ufunc: Any, says: str) -> Any:
    """The op that checks each element of a tensor, and its function."""
    op = _op(Check, name, ufunc, says, "x (any) -> out (same as x), of booleans")

    def check(x: Any) -> Any:
        return op()(x)

    check.__doc__ = f"Whether {says}, element by element."
    return op, check


Equal, equal = _pairs("Equal", np.equal, "x == y")
NotEqual, not_equal = _pairs("NotEqual", np.not_equal, "x differs from y")
Less, less = _pairs("Less", np.less, "x < y")
LessEqual, less_equal = _pairs("LessEqual", np.less_equal, "x <= y")
Greater, greater = _pairs("Greater", np.greater, "x > y")
GreaterEqual, greater_equal = _pairs("GreaterEqual", np.greater_equal, "x >= y")
LogicalAnd, logical_and = _pairs("LogicalAnd", np.logical_and, "x and y are both true (not zero)")
LogicalOr, logical_or = _pairs("LogicalOr", np.logical_or, "x or y, or both, are true (not zero)")
LogicalNot, logical_not = _each("LogicalNot", np.logical_not, "x is false (zero)")
IsNan, isnan = _each("IsNan", np.isnan, "x is nan")
IsFinite, isfinite = _each("IsFinite", np.isfinite, "x is neither infinite nor nan")


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

    def vjp(
        self,
        g: Array,
        condition: Array,
        x: Array,
        y: Array,
        out: Array,
        gcondition: Slot,
        gx: Slot,
        gy: Slot,
    ) -> None:
        holds = condition.astype(bool)
        if gcondition is not None:
            gcondition.fill(0)
        if gx is not None:
            product_to(g, holds, gx)
        if gy is not None:
            product_to(g, ~holds, gy)


def where(condition: Any, x1: Any, x2: Any) -> Any:
    """x1 where the condition holds, else x2."""
    return Where()(condition, x1, x2)
