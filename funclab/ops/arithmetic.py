"""Arithmetic of two tensors, with broadcasting."""

from __future__ import annotations

import numpy as np

from funclab.graph.op import Array
from funclab.ops.base import Binary, Slot, float_result, function_of, product_to, sum_to


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

    ufunc = np.divide

    def dtype(self, x: str, y: str) -> str:
        return float_result(x, y)

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
            product_to(g, -np.floor_divide(x, y), gy)


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
                share = np.equal(taken, out).astype(g.dtype)
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
