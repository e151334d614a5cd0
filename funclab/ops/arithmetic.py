"""Arithmetic, comparisons and `where` on tensors, with broadcasting."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph import shape_math
from funclab.graph.op import Array, Op, promote
from funclab.graph.shape_math import Shape
from funclab.graph.tensor import OPERATORS
from funclab.ops.base import Binary, Slot, function_of, product_to, sum_to


class Add(Binary):
    """out = x + y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g; gy = g, each summed over the axes it was broadcast along.
    """

    ufunc = np.add

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        sum_to(g, gx)
        sum_to(g, gy)


class Subtract(Binary):
    """out = x - y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g; gy = -g, each summed over the axes it was broadcast along.
    """

    ufunc = np.subtract

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        sum_to(g, gx)
        if gy is not None:
            sum_to(g, gy)
            np.negative(gy, gy)


class Multiply(Binary):
    """out = x * y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g * y; gy = g * x, each summed over the axes it was broadcast along.
    """

    ufunc = np.multiply

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        product_to(g, y, gx)
        product_to(g, x, gy)


class Divide(Binary):
    """out = x / y; integers become float32.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g / y; gy = -g * out / y, each summed over the axes it was broadcast along.
    """

    makes = "float"
    ufunc = np.divide

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        steep = g / y
        sum_to(steep, gx)
        if gy is not None:
            product_to(steep, -out, gy)


class Power(Binary):
    """out = x to the power y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g * y * x^(y - 1); gy = g * out * log(x), taken as 0 where x <= 0.
    """

    ufunc = np.power

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        if gx is not None:
            # x^0 is 1 everywhere, so where y = 0 the slope is 0 even at x = 0.
            slope = y * np.power(x, np.where(y == 0, 1, y - 1))
            product_to(g, slope, gx)
        if gy is not None:
            log = np.log(np.where(x > 0, x, 1))
            product_to(g * out, log, gy)


class FloorDivide(Binary):
    """out = x / y, rounded down.

    Shapes: x, y (broadcast together) -> out.
    """

    differentiable = False
    ufunc = np.floor_divide


class Mod(Binary):
    """out = x - y * floor(x / y): the remainder, with the sign of y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g; gy = -g * floor(x / y).
    """

    ufunc = np.remainder

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        sum_to(g, gx)
        if gy is not None:
            product_to(g, -self.quotient(x, y), gy)

    def quotient(self, x: Array, y: Array) -> Array:
        return np.floor_divide(x, y)


class Maximum(Binary):
    """out = the larger of x and y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: g goes to the larger; half to each where they are equal.
    """

    ufunc = np.maximum

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        equal = x == y
        for taken, slot in ((x, gx), (y, gy)):
            if slot is not None:
                share = np.asarray(taken == out, g.dtype)
                share[equal] = 0.5
                product_to(g, share, slot)


class Minimum(Maximum):
    """out = the smaller of x and y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: g goes to the smaller; half to each where they are equal.
    """

    ufunc = np.minimum


add, subtract, multiply = function_of(Add), function_of(Subtract), function_of(Multiply)
divide = true_divide = function_of(Divide)
power, floor_divide, mod = function_of(Power), function_of(FloorDivide), function_of(Mod)
maximum, minimum = function_of(Maximum), function_of(Minimum)


class Comparison(Binary, abstract=True):
    """True or false for each pair of elements."""

    makes = "bool"
    differentiable = False


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
LogicalXor, logical_xor = _row(
    "LogicalXor", np.logical_xor, "either x or y is true (not zero), but not both"
)


class Where(Op):
    """out = x where the condition holds, else y.

    Shapes: condition, x, y (broadcast together) -> out.
    Gradient: gx = g where the condition holds, else 0; gy = g where it does not, else 0.
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


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, else x2; without x1 and x2, the indices where it holds."""
    if x1 is None and x2 is None:
        return OPERATORS["nonzero"](condition)
    return Where()(condition, x1, x2)
