"""Functions of one tensor, element by element: powers, exponentials, rounding and checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from funclab.engine.kernels import elementwise as kernels
from funclab.graph.op import Array
from funclab.ops.arithmetic import maximum, minimum
from funclab.ops.base import Elementwise, function_of, made, with_settings


class Whole(Elementwise, abstract=True):
    """An elementwise op that keeps integers integers."""

    makes = "first"


class Check(Elementwise, abstract=True):
    """True or false for each element."""

    makes = "bool"


def row(
    name: str,
    forward: Callable[..., Any],
    says: str,
    gradient: str = "",
    vjp: Callable[..., Any] | None = None,
    base: type = Elementwise,
    numerics: str = "",
    source: str = "",
) -> Any:
    """An op and its function, made from `forward`, `vjp` and a formula in words for out and gx."""
    texts = gradient and f"gx = {gradient}", numerics, source
    attributes = {"ufunc": forward, "vjp": vjp} if vjp else {"ufunc": forward}
    shapes, differentiable = "x (any) -> out (same as x)", vjp is not None
    op = made(
        name, base, f"out = {says}", shapes, *texts, differentiable=differentiable, **attributes
    )
    return op, function_of(op)


def slope(formula: Callable[[Array, Array], Any]) -> Callable[..., Any]:
    """The vjp of an op, from a formula of x and out for its slope at each element."""
    return lambda g, x, out, gx: np.multiply(g, formula(x, out), gx)


# Powers and roots. A ufunc returns the array it has filled, its last argument.
Negative, negative = row(
    "Negative", np.negative, "-x", "-g", lambda g, x, out, gx: np.negative(g, gx), Whole
)
Absolute, absolute = row(
    "Absolute", np.absolute, "the absolute value of x", "g * sign(x); 0 at x = 0",
    lambda g, x, out, gx: np.multiply(np.sign(x, gx), g, gx), Whole,
)  # fmt: skip
Square, square = row(
    "Square", np.square, "x * x", "2 g x",
    lambda g, x, out, gx: np.multiply(np.add(x, x, gx), g, gx), Whole,
)  # fmt: skip
Sqrt, sqrt = row(
    "Sqrt", np.sqrt, "the square root of x", "g / (2 out)",
    lambda g, x, out, gx: np.divide(g, np.add(out, out, gx), gx),
)  # fmt: skip
Rsqrt, rsqrt = row(
    "Rsqrt", lambda x, out: np.reciprocal(np.sqrt(x, out), out), "1 / sqrt(x)",
    "-g * out^3 / 2, as out / x * g / -2",
    lambda g, x, out, gx: np.multiply(np.multiply(np.divide(out, x, gx), g, gx), -0.5, gx),
)  # fmt: skip
Reciprocal, reciprocal = row(
    "Reciprocal", lambda x, out: np.divide(1, x, out), "1 / x", "-g * out^2",
    lambda g, x, out, gx: np.negative(np.multiply(np.multiply(out, out, gx), g, gx), gx),
)  # fmt: skip

# Exponentials, logarithms and waves.
Exp, exp = row("Exp", np.exp, "e^x", "g * out", lambda g, x, out, gx: np.multiply(g, out, gx))
Expm1, expm1 = row(
    "Expm1", np.expm1, "e^x - 1", "g * (out + 1)",
    lambda g, x, out, gx: np.multiply(np.add(out, 1, gx), g, gx),
    numerics="accurate for small x too, where e^x - 1 would lose its digits",
)  # fmt: skip
Log, log = row(
    "Log", np.log, "the natural logarithm of x: -inf at 0, NaN below", "g / x",
    lambda g, x, out, gx: np.divide(g, x, gx),
)  # fmt: skip
Log1p, log1p = row(
    "Log1p", np.log1p, "log(1 + x)", "g / (1 + x)",
    lambda g, x, out, gx: np.divide(g, np.add(x, 1, gx), gx),
    numerics="accurate for small x too, where 1 + x would lose its digits",
)  # fmt: skip
Sin, sin = row(
    "Sin", np.sin, "sin(x), x in radians", "g * cos(x)",
    lambda g, x, out, gx: np.multiply(np.cos(x, gx), g, gx),
)  # fmt: skip
Cos, cos = row(
    "Cos", np.cos, "cos(x), x in radians", "-g * sin(x)",
    lambda g, x, out, gx: np.negative(np.multiply(np.sin(x, gx), g, gx), gx),
)  # fmt: skip
Tanh, tanh = row(
    "Tanh", np.tanh, "(e^x - e^-x) / (e^x + e^-x), between -1 and 1", "g * (1 - out^2)",
    lambda g, x, out, gx: kernels.tanh_vjp(g, out, gx),
)  # fmt: skip
Sigmoid, sigmoid = row(
    "Sigmoid", kernels.sigmoid, "1 / (1 + e^-x), between 0 and 1", "g * out * (1 - out)",
    lambda g, x, out, gx: kernels.sigmoid_vjp(g, out, gx),
    numerics="computed from e^-|x|, which cannot overflow",
)  # fmt: skip

# Rounding and checks, through which no gradient flows.
Sign, sign = row("Sign", np.sign, "1 where x is positive, -1 where negative, else 0", base=Whole)
Floor, floor = row("Floor", np.floor, "x rounded down to an integer, as a float")
Ceil, ceil = row("Ceil", np.ceil, "x rounded up to an integer, as a float")
LogicalNot, logical_not = row("LogicalNot", np.logical_not, "whether x is false (zero)", base=Check)
Isinf, isinf = row("Isinf", np.isinf, "whether x is infinite", base=Check)
Signbit, signbit = row("Signbit", np.signbit, "whether x is negative, or negative zero", base=Check)
Trunc, trunc = row("Trunc", np.trunc, "x rounded towards 0 to an integer", base=Whole)
IsNan, isnan = row("IsNan", np.isnan, "whether x is NaN", base=Check)
IsFinite, isfinite = row(
    "IsFinite", np.isfinite, "whether x is neither infinite nor NaN", base=Check
)


class Round(Whole):
    """out = x rounded to `decimals` places; halves are rounded to the nearest even digit.

    Shapes: x (any) -> out (same as x).
    """

    differentiable = False
    decimals: int = 0

    def forward(self, x: Array, out: Array) -> None:
        np.round(x, self.decimals, out)


class Clip(Whole):
    """out = x clipped to lie between two limits.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g where x is within the limits, else 0.
    """

    x_min: float
    x_max: float

    def forward(self, x: Array, out: Array) -> None:
        np.clip(x, self.x_min, self.x_max, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.multiply(g, x == out, gx)


class NanToNum(Whole):
    """out = x, with numbers in place of NaN and infinities (None: the largest of the dtype).

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g where x is a number, else 0.
    """

    nan: float = 0.0
    posinf: float | None = None
    neginf: float | None = None

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, np.nan_to_num(x, nan=self.nan, posinf=self.posinf, neginf=self.neginf))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.multiply(g, np.isfinite(x), gx)


abs, nan_to_num, round = absolute, with_settings(NanToNum, "x"), with_settings(Round, "x")


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    """x clipped to lie between two limits, which may be numbers or tensors."""
    if all(isinstance(limit, (int, float)) for limit in (x_min, x_max)):
        return Clip(x_min, x_max)(x)
    return minimum(maximum(x, x_min), x_max)


Rsqrt.keras = "math"
Sigmoid.keras = "nn"
IsNan.keras = "numpy.Isnan"
IsFinite.keras = "numpy.Isfinite"
