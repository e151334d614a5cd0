"""Functions of two tensors beyond basic arithmetic, element by element, and bitwise operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph.op import Array
from funclab.ops.arithmetic import SHARES, Comparison, Floats, divide, equal, multiply, where
from funclab.ops.base import Data, in_keras, pair, with_settings
from funclab.ops.elementwise import Whole, logical_not, row
from funclab.ops.reduction import all as all_true
from funclab.ops.reduction import any as any_true
from funclab.ops.shaping import expand_dims, ravel
from funclab.ops.waves import exp2

Arctan2, arctan2 = pair(
    "Arctan2", np.arctan2, "the angle of the point with height x and horizontal coordinate y",
    "gx = g * y / (x^2 + y^2); gy = -g * x / (x^2 + y^2)",
    lambda x, y, out: y / (x * x + y * y), lambda x, y, out: -x / (x * x + y * y), base=Floats,
)  # fmt: skip
Hypot, hypot = pair(
    "Hypot", np.hypot, "sqrt(x^2 + y^2)", "gx = g * x / out; gy = g * y / out",
    lambda x, y, out: x / out, lambda x, y, out: y / out, base=Floats,
)  # fmt: skip
Logaddexp, logaddexp = pair(
    "Logaddexp", np.logaddexp, "log(e^x + e^y), without overflow",
    "gx = g * e^(x - out); gy = g * e^(y - out)",
    lambda x, y, out: np.exp(x - out), lambda x, y, out: np.exp(y - out), base=Floats,
)  # fmt: skip
Logaddexp2, logaddexp2 = pair(
    "Logaddexp2", np.logaddexp2, "log2(2^x + 2^y), without overflow",
    "gx = g * 2^(x - out); gy = g * 2^(y - out)",
    lambda x, y, out: np.exp2(x - out), lambda x, y, out: np.exp2(y - out), base=Floats,
)  # fmt: skip
Fmax, fmax = pair(
    "Fmax", np.fmax, "the larger of x and y; the other one where one is NaN",
    "g goes to the one that was chosen; half to each where they are equal", *SHARES,
)  # fmt: skip
Fmin, fmin = pair(
    "Fmin", np.fmin, "the smaller of x and y; the other one where one is NaN",
    "g goes to the one that was chosen; half to each where they are equal", *SHARES,
)  # fmt: skip
Fmod, fmod = pair(
    "Fmod", np.fmod, "x - y * trunc(x / y): the remainder, with the sign of x",
    "gx = g; gy = -g * trunc(x / y)", 1, lambda x, y, out: -np.trunc(x / y),
)  # fmt: skip

# Integers and step functions, through which no gradient flows.
Gcd, gcd = pair("Gcd", np.gcd, "the greatest common divisor of x and y")
Lcm, lcm = pair("Lcm", np.lcm, "the least common multiple of x and y")
BitwiseAnd, _ = pair("BitwiseAnd", np.bitwise_and, "the bits set in both x and y")
BitwiseOr, _ = pair("BitwiseOr", np.bitwise_or, "the bits set in x, in y or in both")
BitwiseXor, _ = pair("BitwiseXor", np.bitwise_xor, "the bits set in just one of x and y")
LeftShift, _ = pair("LeftShift", np.left_shift, "x with its bits shifted left by y")
RightShift, _ = pair("RightShift", np.right_shift, "x with its bits shifted right by y")
bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift = (
    with_settings(op, "x", "y") for op in (BitwiseAnd, BitwiseOr, BitwiseXor, LeftShift, RightShift)
)
BitwiseInvert, bitwise_invert = row(
    "BitwiseInvert", np.bitwise_not, "x with every bit inverted", base=Whole
)


def bitwise_left_shift(x: Data, y: Data) -> Any:
    """out = x with its bits shifted left by y.

    Shapes: x, y (broadcast together) -> out.
    """
    return left_shift(x, y)


def bitwise_right_shift(x: Data, y: Data) -> Any:
    """out = x with its bits shifted right by y.

    Shapes: x, y (broadcast together) -> out.
    """
    return right_shift(x, y)


def bitwise_not(x: Data) -> Any:
    """out = x with every bit inverted.

    Shapes: x (any) -> out (same as x).
    """
    return bitwise_invert(x)


Heaviside, heaviside = pair(
    "Heaviside", np.heaviside, "0 where x is negative, 1 where it is positive, y where it is 0",
    base=Floats,
)  # fmt: skip
Nextafter, nextafter = pair(
    "Nextafter", np.nextafter, "the next floating-point number after x towards y", base=Floats
)


class Isclose(Comparison):
    """out = whether x and y differ by at most atol + rtol * |y|.

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    keras = ""
    differentiable = False
    rtol: float = 1e-5
    atol: float = 1e-8
    equal_nan: bool = False

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.copyto(out, np.isclose(x, y, self.rtol, self.atol, self.equal_nan))


def isclose(
    x1: Data, x2: Data, rtol: Data = 1e-5, atol: Data = 1e-8,
    equal_nan: bool = False,
) -> Any:  # fmt: skip
    """out = whether x1 and x2 differ by at most atol + rtol * |x2|.

    Shapes: x1, x2 (broadcast together) -> out, of booleans.
    """
    return Isclose(rtol, atol, equal_nan)(x1, x2)


@in_keras("numpy.AllClose")
def allclose(
    x1: Data, x2: Data, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Any:
    """Whether all elements of x1 and x2 are close, as `isclose` defines it."""
    return all_true(isclose(x1, x2, rtol, atol, equal_nan))


@in_keras("numpy.IsIn")
def isin(x1: Data, x2: Data, assume_unique: bool = False, invert: bool = False) -> Any:
    """Whether each element of x1 is in x2 (with `invert`: whether it is not)."""
    inside = any_true(equal(expand_dims(x1, -1), ravel(x2)), -1)
    return logical_not(inside) if invert else inside


def divide_no_nan(x1: Data, x2: Data) -> Any:
    """x1 / x2, and 0 where x2 is 0."""
    none = equal(x2, 0)
    return where(none, 0.0, divide(x1, where(none, 1, x2)))


def ldexp(x1: Data, x2: Data) -> Any:
    """x1 * 2^x2."""
    return multiply(x1, exp2(x2))
