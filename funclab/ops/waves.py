"""Less common functions of one tensor: trigonometric, hyperbolic, logarithms, error functions.
Their gradients are slopes, written next to them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funclab.engine.kernels import elementwise as kernels
from funclab.graph.shape_math import Array
from funclab.ops.arithmetic import equal, multiply
from funclab.ops.base import Data
from funclab.ops.elementwise import absolute, row, slope

BELL = 2 / math.sqrt(math.pi)

# Angles in radians.
Tan, tan = row("Tan", np.tan, "tan(x)", "g * (1 + out^2)", slope(lambda x, out: 1 + out * out))
Arcsin, arcsin = row(
    "Arcsin", np.arcsin, "the angle whose sine is x: NaN outside of -1 to 1",
    "g / sqrt(1 - x^2)", slope(lambda x, out: 1 / np.sqrt(1 - x * x)),
)  # fmt: skip
Arccos, arccos = row(
    "Arccos", np.arccos, "the angle whose cosine is x: NaN outside of -1 to 1",
    "-g / sqrt(1 - x^2)", slope(lambda x, out: -1 / np.sqrt(1 - x * x)),
)  # fmt: skip
Arctan, arctan = row(
    "Arctan", np.arctan, "the angle whose tangent is x", "g / (1 + x^2)",
    slope(lambda x, out: 1 / (1 + x * x)),
)  # fmt: skip
Sinc, sinc = row(
    "Sinc", lambda x, out: np.copyto(out, np.sinc(x)), "sin(pi x) / (pi x), which is 1 at 0",
    "g * (cos(pi x) - out) / x; 0 at x = 0",
    slope(lambda x, out: (np.cos(math.pi * x) - out) / np.where(x == 0, 1, x)),
)  # fmt: skip

# Hyperbolic functions.
Sinh, sinh = row(
    "Sinh", np.sinh, "(e^x - e^-x) / 2", "g * cosh(x)", slope(lambda x, out: np.cosh(x))
)
Cosh, cosh = row(
    "Cosh", np.cosh, "(e^x + e^-x) / 2", "g * sinh(x)", slope(lambda x, out: np.sinh(x))
)
Arcsinh, arcsinh = row(
    "Arcsinh", np.arcsinh, "the number whose sinh is x", "g / sqrt(x^2 + 1)",
    slope(lambda x, out: 1 / np.sqrt(x * x + 1)),
)  # fmt: skip
Arccosh, arccosh = row(
    "Arccosh", np.arccosh, "the number whose cosh is x: NaN below 1", "g / sqrt(x^2 - 1)",
    slope(lambda x, out: 1 / np.sqrt(x * x - 1)),
)  # fmt: skip
Arctanh, arctanh = row(
    "Arctanh", np.arctanh, "the number whose tanh is x: NaN outside of -1 to 1", "g / (1 - x^2)",
    slope(lambda x, out: 1 / (1 - x * x)),
)  # fmt: skip

# Powers and logarithms.
Exp2, exp2 = row(
    "Exp2", np.exp2, "2^x", "g * out * log(2)", slope(lambda x, out: out * math.log(2))
)
Log2, log2 = row(
    "Log2", np.log2, "the logarithm of x to base 2: -inf at 0, NaN below", "g / (x log(2))",
    slope(lambda x, out: 1 / (x * math.log(2))),
)  # fmt: skip
Log10, log10 = row(
    "Log10", np.log10, "the logarithm of x to base 10: -inf at 0, NaN below", "g / (x log(10))",
    slope(lambda x, out: 1 / (x * math.log(10))),
)  # fmt: skip
Cbrt, cbrt = row(
    "Cbrt", np.cbrt, "the cube root of x", "g / (3 out^2)", slope(lambda x, out: 1 / (3 * out**2))
)

# The error function and related functions.
Erf, erf = row(
    "Erf", kernels.error_function,
    "the probability that |Z| < |x| sqrt(2) for a standard normal Z, with the sign of x",
    "g * 2 / sqrt(pi) * e^(-x^2)", slope(lambda x, out: BELL * np.exp(-x * x)),
)  # fmt: skip
Erfc, erfc = row(
    "Erfc", kernels.error_function_rest, "1 - erf(x)", "-g * 2 / sqrt(pi) * e^(-x^2)",
    slope(lambda x, out: -BELL * np.exp(-x * x)),
    numerics="accurate for large x too, where it is tiny",
)  # fmt: skip
Erfinv, erfinv = row(
    "Erfinv", kernels.error_function_inverse, "the number whose erf is x: NaN outside of -1 to 1",
    "g * sqrt(pi) / 2 * e^(out^2)", slope(lambda x, out: np.exp(out * out) / BELL),
    numerics="three steps of Newton's method from an approximation",
)  # fmt: skip


def _i1(x: Array, out: Array) -> Array:
    """The mean of cos(t) e^(x cos(t)) over a circle of angles t."""
    angles = np.cos(np.arange(100) * (2 * math.pi / 100))
    return (angles * np.exp(np.multiply.outer(x, angles))).mean(-1)


I0, i0 = row(
    "I0", lambda x, out: np.copyto(out, np.i0(x)), "the mean of e^(x cos(t)) over all angles t",
    "g * the mean of cos(t) e^(x cos(t))", slope(_i1),
    numerics="Bessel's modified function of order 0; the gradient averages 100 angles",
)  # fmt: skip


def deg2rad(x: Data) -> Any:
    """Degrees as radians: x * pi / 180."""
    return multiply(x, math.pi / 180)


def rad2deg(x: Data) -> Any:
    """Radians as degrees: x * 180 / pi."""
    return multiply(x, 180 / math.pi)


def fabs(x: Data) -> Any:
    """The absolute value of x, as a float."""
    return absolute(multiply(x, 1.0))


def isposinf(x: Data) -> Any:
    """Whether x is positive infinity."""
    return equal(x, math.inf)


def isneginf(x: Data) -> Any:
    """Whether x is negative infinity."""
    return equal(x, -math.inf)


Erf.keras = Erfc.keras = Erfinv.keras = "math"
