"""A profile times the steps of a plan, and gives the minimum work of each."""

import time

import numpy as np
import pytest

from funclab import ops
from funclab.engine.plan import Plan
from funclab.engine.profile import copy_rate, matmul_rate
from funclab.graph.value import Value, Variable


def variable(*shape):
    return Variable(np.ones(shape, "float32"))


def lstm():
    states = [variable(8, 3), variable(8, 3)]
    return ops.lstm(variable(8, 5, 2), *states, variable(2, 12), variable(3, 12), variable(12))[0]


# What is computed, the million-fold of its operations forward, and those of all its gradients.
PRODUCTS = {
    "a product of matrices": (lambda: variable(4, 5) @ variable(5, 6), 2 * 4 * 5 * 6, 2),
    "a product of many": (lambda: variable(3, 4, 5) @ variable(5, 6), 2 * 3 * 4 * 5 * 6, 2),
    "a formula": (lambda: ops.einsum("abc,cd->abd", variable(3, 4, 5), variable(5, 6)), 720, 2),
    "a convolution": (
        lambda: ops.conv(variable(2, 6, 6, 3), variable(3, 3, 3, 4)),
        2 * (2 * 4 * 4 * 4) * (3 * 3 * 3),
        2,
    ),
    "a convolution of groups": (
        lambda: ops.conv(variable(2, 6, 6, 4), variable(3, 3, 2, 4)),
        2 * (2 * 4 * 4 * 4) * (3 * 3 * 2),
        2,
    ),
    "a transposed convolution": (
        lambda: ops.conv_transpose(variable(2, 4, 4, 4), variable(3, 3, 5, 4)),
        2 * (2 * 4 * 4 * 4) * (3 * 3 * 5),
        2,
    ),
    "a recurrence": (lstm, 2 * 8 * 5 * (2 + 3) * 12, 2),
    "a sum": (lambda: variable(4, 5) + variable(4, 5), 0, 0),
}


@pytest.mark.parametrize(("make", "operations", "gradients"), PRODUCTS.values(), ids=PRODUCTS)
def test_the_operations_of_products_are_counted(make, operations, gradients):
    timed = Plan(make()).profile()

    forward = sum(step.operations for step in timed.steps if step.kind == "forward")
    backward = sum(step.operations for step in timed.steps if step.kind == "vjp")
    assert forward == operations
    assert backward == gradients * operations


def test_a_gradient_that_nobody_needs_is_not_counted():
    x = Value((4, 5))

    timed = Plan(ops.matmul(x, variable(5, 6))).profile()

    assert [step.operations for step in timed.steps] == [240, 240]


def test_bytes_are_what_is_read_and_written():
    x, table = variable(4, 5), variable(1000, 8)
    rows = Value((3,), "int32")

    added = Plan(ops.sum(x * x)).profile().steps
    taken = Plan(ops.embedding(table, rows), wrt=()).profile().steps

    assert [step.kind for step in added] == ["forward", "forward", "vjp", "vjp", "add_into"]
    assert added[0].bytes == 3 * 80
    assert added[-1].bytes == 3 * 80
    assert taken[0].bytes == 2 * 96 + 12


def test_a_step_of_its_own_moves_each_of_its_arrays_once():
    x, y = variable(4), variable(8)
    plan = Plan(ops.sum(x))
    plan.add_step(np.add, [x.array, x.array, x.array], "x = 2 x")
    plan.add_step(np.copyto, [y.array[:4], x.array], "y = x")

    *_, doubled, copied = plan.profile().steps

    assert (doubled.bytes, copied.bytes) == (16, 32)


def test_every_step_has_a_time_a_floor_and_a_line():
    x = variable(4, 5)
    plan = Plan(ops.sum(ops.softmax(x @ variable(5, 6))))

    timed = plan.profile()

    assert len(timed.steps) == len(plan.steps)
    assert all(step.seconds > 0 and step.least > 0 and step.line for step in timed.steps)
    assert timed.seconds == sum(step.seconds for step in timed.steps)
    assert len(str(timed).splitlines()) == len(plan.steps) + 3
    assert "matmul" in str(timed)


def test_the_times_of_the_steps_add_up_to_no_more_than_the_time_of_the_rounds():
    plan = Plan(ops.sum(ops.softmax(variable(40, 50) @ variable(50, 60))))
    start = time.perf_counter()

    timed = plan.profile()

    assert timed.seconds * timed.rounds <= time.perf_counter() - start


def test_variables_are_as_they_were_afterwards():
    x, count = variable(2), Variable(np.zeros(1))
    plan = Plan(x * x)
    plan.add_step(np.add, [x.array, x.array, x.array], "x = 2 x")

    plan.profile()

    np.testing.assert_array_equal(x.array, [1, 1])
    assert not count.array.any()


def test_rates_are_measured_once():
    assert matmul_rate("float32") == matmul_rate("float32") > 1e8
    assert copy_rate(100) == copy_rate(1 << 18) > 1e8
    assert copy_rate(1 << 30) == copy_rate(1 << 26)


def test_the_seconds_of_the_steps_are_within_those_of_the_call():
    plan = Plan(ops.sum(variable(40, 50) @ variable(50, 60)))

    begin = time.perf_counter()
    timed = plan.profile()
    passed = time.perf_counter() - begin

    assert 0 < timed.seconds < passed
