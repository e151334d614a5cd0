"""Arithmetic, comparisons and `where` on tensors, with broadcasting."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph import shape_math
from funclab.graph.op import Array, Op, promote
from funclab.graph.shape_math import Shape
from funclab.graph.tensor import OPERATORS
from funclab.ops.base import Binary, Slot, function_of, pair, product_to, write


class Floats(Binary, abstract=True):
    """A function of two tensors that makes floats of integers."""

    makes = "float"


# Written out, because lesson 12 shows it.
class Multiply(Binary):
    """out = x * y.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g * y; gy = g * x, each summed over the axes it was broadcast along.
    """

    ufunc = np.multiply

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        product_to(g, y, gx)
        product_to(g, x, gy)


class Comparison(Binary, abstract=True):
    """True or false for each pair of elements."""

    makes = "bool"


def share(x: Array, y: Array, out: Array) -> Array:
    """The share of x in the gradient of the larger or the smaller: half where both are equal."""
    taken = np.asarray(x == out, out.dtype)
    taken[x == y] = 0.5
    return taken


SHARES = share, lambda x, y, out: share(y, x, out)


def _power_slope(x: Array, y: Array, out: Array) -> Array:
    # x^0 is 1 everywhere, so where y = 0 the slope is 0 even at x = 0.
    return y * np.power(x, np.where(y == 0, 1, y - 1))


Add, add = pair(
    "Add", np.add, "x + y", "gx = g; gy = g, each summed over the axes it was broadcast along", 1, 1
)
Subtract, subtract = pair(
    "Subtract", np.subtract, "x - y",
    "gx = g; gy = -g, each summed over the axes it was broadcast along", 1, -1,
)  # fmt: skip
Divide, divide = pair(
    "Divide", np.divide, "x / y; integers become float32",
    "gx = g / y; gy = -g * out / y, each summed over the axes it was broadcast along",
    lambda x, y, out: 1 / y, lambda x, y, out: -out / y, base=Floats,
)  # fmt: skip
Power, power = pair(
    "Power", np.power, "x to the power y",
    "gx = g * y * x^(y - 1); gy = g * out * log(x), taken as 0 where x <= 0",
    _power_slope, lambda x, y, out: out * np.log(np.where(x > 0, x, 1)),
)  # fmt: skip
FloorDivide, floor_divide = pair("FloorDivide", np.floor_divide, "x / y, rounded down")
Mod, mod = pair(
    "Mod", np.remainder, "x - y * floor(x / y): the remainder, with the sign of y",
    "gx = g; gy = -g * floor(x / y)", 1, lambda x, y, out: -np.floor_divide(x, y),
)  # fmt: skip
Maximum, maximum = pair(
    "Maximum", np.maximum, "the larger of x and y",
    "g goes to the larger; half to each where they are equal", *SHARES,
)  # fmt: skip
Minimum, minimum = pair(
    "Minimum", np.minimum, "the smaller of x and y",
    "g goes to the smaller; half to each where they are equal", *SHARES,
)  # fmt: skip
true_divide, multiply = divide, function_of(Multiply)

Equal, equal = pair("Equal", np.equal, "whether x == y", base=Comparison)
NotEqual, not_equal = pair("NotEqual", np.not_equal, "whether x differs from y", base=Comparison)
Less, less = pair("Less", np.less, "whether x < y", base=Comparison)
LessEqual, less_equal = pair("LessEqual", np.less_equal, "whether x <= y", base=Comparison)
Greater, greater = pair("Greater", np.greater, "whether x > y", base=Comparison)
GreaterEqual, greater_equal = pair(
    "GreaterEqual", np.greater_equal, "whether x >= y", base=Comparison
)
LogicalAnd, logical_and = pair(
    "LogicalAnd", np.logical_and, "whether x and y are both true (not zero)", base=Comparison
)
LogicalOr, logical_or = pair(
    "LogicalOr", np.logical_or, "whether x or y, or both, are true (not zero)", base=Comparison
)
LogicalXor, logical_xor = pair(
    "LogicalXor", np.logical_xor, "whether either x or y is true (not zero), but not both",
    base=Comparison,
)  # fmt: skip


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
        write(0, gcondition)
        product_to(g, holds, gx)
        product_to(g, ~holds, gy)


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, else x2; without x1 and x2, the indices where it holds."""
    if x1 is None and x2 is None:
        return OPERATORS["nonzero"](condition)
    return Where()(condition, x1, x2)
