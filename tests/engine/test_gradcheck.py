"""The gradient check itself: it must find what is wrong."""

from __future__ import annotations

import numpy as np

from funclab.engine.gradcheck import check_gradient
from funclab.ops.base import Elementwise
from funclab.ops.joining import Split


class Cube(Elementwise, abstract=True):
    """x^3, with a gradient that may be off by a factor."""

    factor: float = 1.0

    def forward(self, x, out):
        np.power(x, 3, out)

    def vjp(self, g, x, out, gx):
        np.multiply(g, 3 * self.factor * x * x, gx)


class Forgetful(Cube, abstract=True):
    """The right gradient, except for one element."""

    def vjp(self, g, x, out, gx):
        super().vjp(g, x, out, gx)
        gx[-1] = 0


X = np.array([0.5, -1.0, 2.0])


def test_a_right_gradient_passes():
    assert check_gradient(Cube(), X) < 1e-8


def test_a_gradient_off_by_a_millionth_fails():
    assert check_gradient(Cube(1 + 2e-6), X) > 1e-6


def test_one_wrong_element_fails():
    assert check_gradient(Forgetful(), X) > 1e-3


def test_all_outputs_of_an_op_are_checked():
    assert check_gradient(Split((1,)), X) < 1e-8


def test_the_check_leaves_its_arrays_alone():
    x = X.copy()

    check_gradient(Cube(), x)

    np.testing.assert_array_equal(x, X)
