"""Comparisons, logic and choice. Comparisons give booleans, through which no gradient flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab import shapes
from funclab.graph.op import Array, Op, promote
from funclab.ops.base import Binary, Elementwise, Slot, product_to
from funclab.shapes import Shape

__all__ = [
    "equal",
    "greater",
    "greater_equal",
    "isfinite",
    "isnan",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "not_equal",
    "where",
]


@dataclass(frozen=True)
class Comparison(Binary, abstract=True):
    """True or false for each pair of elements."""

    differentiable = False

    def dtype(self, x: str, y: str) -> str:
        return "bool"


@dataclass(frozen=True)
class Equal(Comparison):
    """out = whether x == y.

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    ufunc = np.equal


@dataclass(frozen=True)
class NotEqual(Comparison):
    """out = whether x differs from y.

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    ufunc = np.not_equal


@dataclass(frozen=True)
class Less(Comparison):
    """out = whether x < y.

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    ufunc = np.less


@dataclass(frozen=True)
class LessEqual(Comparison):
    """out = whether x <= y.

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    ufunc = np.less_equal


@dataclass(frozen=True)
class Greater(Comparison):
    """out = whether x > y.

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    ufunc = np.greater


@dataclass(frozen=True)
class GreaterEqual(Comparison):
    """out = whether x >= y.

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    ufunc = np.greater_equal


@dataclass(frozen=True)
class LogicalAnd(Comparison):
    """out = whether both x and y are true (not zero).

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    ufunc = np.logical_and


@dataclass(frozen=True)
class LogicalOr(Comparison):
    """out = whether x or y, or both, are true (not zero).

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    ufunc = np.logical_or


@dataclass(frozen=True)
class Check(Elementwise, abstract=True):
    """True or false for each element."""

    differentiable = False

    def dtype(self, x: str) -> str:
        return "bool"


@dataclass(frozen=True)
class LogicalNot(Check):
    """out = whether x is false (zero).

    Shapes: x (any) -> out (same as x), of booleans.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.logical_not(x, out)


@dataclass(frozen=True)
class IsNan(Check):
    """out = whether x is not a number.

    Shapes: x (any) -> out (same as x), of booleans.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.isnan(x, out)


@dataclass(frozen=True)
class IsFinite(Check):
    """out = whether x is neither infinite nor NaN.

    Shapes: x (any) -> out (same as x), of booleans.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.isfinite(x, out)


@dataclass(frozen=True)
class Where(Op):
    """out = x where the condition holds, else y.

    Shapes: condition, x, y (broadcast together) -> out.
    Gradient: gx = g where the condition holds, else 0; gy the other way round.
    """

    def shape(self, condition: Shape, x: Shape, y: Shape) -> Shape:
        return shapes.broadcast(condition, x, y)

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


def equal(x1: Any, x2: Any) -> Any:
    """Whether x1 == x2, element by element."""
    return Equal()(x1, x2)


def not_equal(x1: Any, x2: Any) -> Any:
    """Whether x1 differs from x2, element by element."""
    return NotEqual()(x1, x2)


def less(x1: Any, x2: Any) -> Any:
    """Whether x1 < x2, element by element."""
    return Less()(x1, x2)


def less_equal(x1: Any, x2: Any) -> Any:
    """Whether x1 <= x2, element by element."""
    return LessEqual()(x1, x2)


def greater(x1: Any, x2: Any) -> Any:
    """Whether x1 > x2, element by element."""
    return Greater()(x1, x2)


def greater_equal(x1: Any, x2: Any) -> Any:
    """Whether x1 >= x2, element by element."""
    return GreaterEqual()(x1, x2)


def logical_and(x1: Any, x2: Any) -> Any:
    """Whether both are true (not zero), element by element."""
    return LogicalAnd()(x1, x2)


def logical_or(x1: Any, x2: Any) -> Any:
    """Whether at least one is true (not zero), element by element."""
    return LogicalOr()(x1, x2)


def logical_not(x: Any) -> Any:
    """Whether x is false (zero), element by element."""
    return LogicalNot()(x)


def isnan(x: Any) -> Any:
    """Whether x is not a number, element by element."""
    return IsNan()(x)


def isfinite(x: Any) -> Any:
    """Whether x is neither infinite nor NaN, element by element."""
    return IsFinite()(x)


def where(condition: Any, x1: Any, x2: Any) -> Any:
    """x1 where the condition holds, else x2."""
    return Where()(condition, x1, x2)
