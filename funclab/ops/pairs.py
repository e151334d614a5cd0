"""Functions of two tensors beyond basic arithmetic, element by element, and bitwise operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from funclab.graph.op import Array
from funclab.ops.arithmetic import (
    Comparison,
    Maximum,
    Mod,
    divide,
    equal,
    multiply,
    where,
)  # fmt: skip
from funclab.ops.base import Binary, Data, Slot, function_of, in_keras, product_to, with_settings
from funclab.ops.elementwise import Whole, logical_not, row
from funclab.ops.reduction import all as all_true
from funclab.ops.reduction import any as any_true
from funclab.ops.shaping import expand_dims, ravel
from funclab.ops.waves import exp2


class Sloped(Binary, abstract=True):
    """A function of two tensors; `slopes` are its partial derivatives, from x, y and out."""

    makes = "float"
    slopes: ClassVar[Callable[..., tuple[Array, Array]]]

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        along_x, along_y = self.slopes(x, y, out)
        product_to(g, along_x, gx)
        product_to(g, along_y, gy)


class Integers(Binary, abstract=True):
    """A function of two integers, through which no gradient flows."""

    differentiable = False


def _row(
    name: str, ufunc: Any, says: str, gradient: str = "", slopes: Any = None, base: Any = Integers
) -> Any:
    """An op on two tensors, and its function. Bitwise functions call the two x and y."""
    attributes = {"ufunc": staticmethod(ufunc), "__module__": __name__}
    lines = ["Shapes: x, y (broadcast together) -> out."]
    if gradient:
        lines.append(f"Gradient: {gradient}.")
    if slopes is not None:
        base, attributes["slopes"] = Sloped, staticmethod(slopes)
    doc = f"out = {says}.\n\n" + "".join(f"    {line}\n" for line in lines)
    op = type(name, (base,), {**attributes, "__doc__": doc})
    if name.startswith("Bitwise") or name.endswith("Shift"):
        return op, with_settings(op, "x", "y")
    return op, function_of(op)


Arctan2, arctan2 = _row(
    "Arctan2", np.arctan2, "the angle of the point with height x and horizontal coordinate y",
    "gx = g * y / (x^2 + y^2); gy = -g * x / (x^2 + y^2)",
    lambda x, y, out: (y / (x * x + y * y), -x / (x * x + y * y)),
)  # fmt: skip
Hypot, hypot = _row(
    "Hypot", np.hypot, "sqrt(x^2 + y^2)", "gx = g * x / out; gy = g * y / out",
    lambda x, y, out: (x / out, y / out),
)  # fmt: skip
Logaddexp, logaddexp = _row(
    "Logaddexp", np.logaddexp, "log(e^x + e^y), without overflow",
    "gx = g * e^(x - out); gy = g * e^(y - out)",
    lambda x, y, out: (np.exp(x - out), np.exp(y - out)),
)  # fmt: skip
Logaddexp2, logaddexp2 = _row(
    "Logaddexp2", np.logaddexp2, "log2(2^x + 2^y), without overflow",
    "gx = g * 2^(x - out); gy = g * 2^(y - out)",
    lambda x, y, out: (np.exp2(x - out), np.exp2(y - out)),
)  # fmt: skip
Fmax, fmax = _row(
    "Fmax", np.fmax, "the larger of x and y; the other one where one is NaN",
    "g goes to the one that was chosen; half to each where they are equal", base=Maximum,
)  # fmt: skip
Fmin, fmin = _row(
    "Fmin", np.fmin, "the smaller of x and y; the other one where one is NaN",
    "g goes to the one that was chosen; half to each where they are equal", base=Maximum,
)  # fmt: skip

# Integers and step functions.
Gcd, gcd = _row("Gcd", np.gcd, "the greatest common divisor of x and y")
Lcm, lcm = _row("Lcm", np.lcm, "the least common multiple of x and y")
BitwiseAnd, bitwise_and = _row("BitwiseAnd", np.bitwise_and, "the bits set in both x and y")
BitwiseOr, bitwise_or = _row("BitwiseOr", np.bitwise_or, "the bits set in x, in y or in both")
BitwiseXor, bitwise_xor = _row("BitwiseXor", np.bitwise_xor, "the bits set in just one of x and y")
LeftShift, left_shift = _row("LeftShift", np.left_shift, "x with its bits shifted left by y")
RightShift, right_shift = _row("RightShift", np.right_shift, "x with its bits shifted right by y")
BitwiseInvert, bitwise_invert = row(
    "BitwiseInvert", np.bitwise_not, "x with every bit inverted", base=Whole
)


def bitwise_left_shift(x: Data, y: Data) -> Any:
    """x with its bits shifted left by y."""
    return left_shift(x, y)


def bitwise_right_shift(x: Data, y: Data) -> Any:
    """x with its bits shifted right by y."""
    return right_shift(x, y)


def bitwise_not(x: Data) -> Any:
    """x with every bit inverted."""
    return bitwise_invert(x)


class Steps(Sloped, abstract=True):
    """A function of two floats, through which no gradient flows."""

    differentiable = False


Heaviside, heaviside = _row(
    "Heaviside", np.heaviside, "0 where x is negative, 1 where it is positive, y where it is 0",
    base=Steps,
)  # fmt: skip
Nextafter, nextafter = _row(
    "Nextafter", np.nextafter, "the next floating-point number after x towards y", base=Steps
)


class Fmod(Mod):
    """out = x - y * trunc(x / y): the remainder, with the sign of x.

    Shapes: x, y (broadcast together) -> out.
    Gradient: gx = g; gy = -g * trunc(x / y).
    """

    ufunc = np.fmod

    def quotient(self, x: Array, y: Array) -> Array:
        return np.trunc(x / y)


class Isclose(Comparison):
    """out = whether x and y differ by at most atol + rtol * |y|.

    Shapes: x, y (broadcast together) -> out, of booleans.
    """

    keras = ""
    rtol: float = 1e-5
    atol: float = 1e-8
    equal_nan: bool = False

    def forward(self, x: Array, y: Array, out: Array) -> None:
        np.copyto(out, np.isclose(x, y, self.rtol, self.atol, self.equal_nan))


fmod = function_of(Fmod)


def isclose(
    x1: Data, x2: Data, rtol: Data = 1e-5, atol: Data = 1e-8,
    equal_nan: bool = False,
) -> Any:  # fmt: skip
    """Whether x1 and x2 differ by at most atol + rtol * |x2|."""
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
