"""Plans: gradients, shared memory, and what is written to them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from funclab import ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, NotSupportedError
from funclab.graph.tape import Tape
from funclab.graph.value import Value, Variable


def variable(*numbers: float, name: str = "w") -> Variable:
    return Variable(np.array(numbers, "float32"), name=name)


def gradient(loss: Value, value: Value, **settings: bool) -> np.ndarray:
    plan = Plan(loss, wrt=[value], **settings)
    plan.run()
    return plan.grads[value]


def test_a_tensor_used_twice_receives_the_sum_of_both_gradients():
    x = Variable(np.eye(2, dtype=np.float32))
    plan = Plan(ops.matmul(x, x))

    plan.run()

    np.testing.assert_allclose(plan.grads[x], [[2, 2], [2, 2]])


def test_the_gradient_starts_as_ones_when_the_loss_is_a_view():
    x = variable(1, 2, 3, 4)

    g = gradient(ops.reshape(ops.reshape(x * x, (2, 2)), (4,)), x)

    np.testing.assert_allclose(g, [2, 4, 6, 8])


def test_a_gradient_that_arrives_through_a_view_lies_in_the_flat_buffer():
    x = variable(1, 2, 3, 4)
    plan = Plan(ops.sum(ops.square(ops.reshape(x, (2, 2)))))

    plan.run()

    np.testing.assert_allclose(plan.flat_grads[:4], [2, 4, 6, 8])


def test_the_gradient_of_a_value_in_the_middle_is_that_of_the_rest():
    x = variable(1, 2, 3)
    y = x * 2
    loss = ops.sum(y * y)
    plan = Plan(loss, wrt=[x, y])

    plan.run()

    np.testing.assert_allclose(plan.grads[y], [4, 8, 12])
    np.testing.assert_allclose(plan.grads[x], [8, 16, 24])


def test_the_gradient_of_the_loss_itself_is_one():
    x = variable(1, 2)
    loss = ops.sum(x)

    np.testing.assert_array_equal(gradient(loss, loss), 1)


def test_a_weight_that_the_loss_does_not_reach_has_gradient_zero():
    x, y = variable(1, 2), variable(3, 4)
    plan = Plan([ops.sum(x * x), ops.sum(y)])

    plan.run()

    np.testing.assert_array_equal(plan.grads[y], [0, 0])
    np.testing.assert_array_equal(plan.grads[x], [2, 4])


def test_no_gradient_flows_through_stop_gradient():
    x = variable(1, 2, 3)

    g = gradient(ops.sum(x * ops.stop_gradient(x)), x)

    np.testing.assert_array_equal(g, [1, 2, 3])


def test_an_output_that_nobody_reads_brings_no_gradient():
    x = variable(1, 2, 3, 4)
    _, right = ops.split(x, 2)

    np.testing.assert_array_equal(gradient(ops.sum(right * right), x), [0, 0, 6, 8])


def test_integers_are_inputs_without_a_gradient():
    table = Variable(np.ones((3, 2), "float32"))
    ids = Value((4,), "int32")
    plan = Plan(ops.sum(ops.take(table, ids, axis=0)))
    np.copyto(plan.array(ids), [0, 2, 2, 2])

    plan.run()

    np.testing.assert_array_equal(plan.grads[table], [[1, 1], [0, 0], [3, 3]])


def test_a_variable_that_is_not_trainable_gets_no_gradient():
    x, frozen = variable(1, 2), Variable(np.ones(2, "float32"), trainable=False)
    plan = Plan(ops.sum(x * frozen))

    assert x in plan.grads
    assert frozen not in plan.grads


def test_gradients_lie_side_by_side_in_the_order_of_wrt():
    x, y = variable(1, 2), variable(3)
    plan = Plan(ops.sum(x) * ops.sum(y), wrt=[y, x])

    plan.run()

    assert np.shares_memory(plan.grads[x], plan.flat_grads)
    np.testing.assert_array_equal(plan.flat_grads[[0, 16, 17]], [3, 3, 3])


def test_a_plan_reads_what_the_weights_are_when_it_runs():
    x = variable(1, 2)
    loss = ops.sum(x * x)
    plan = Plan(loss)

    x.assign([3, 4])
    plan.run()

    assert plan.array(loss) == 25


def test_state_is_read_and_written_in_the_order_of_the_calls():
    count = Variable(np.zeros((), "float32"), trainable=False)
    with Tape() as tape:
        before = ops.copy(count) + 0
        ops.assign_add(count, 1)
        after = count * 10
    plan = Plan([before, after], updates=tape.updates)

    plan.run()
    plan.run()

    assert (plan.array(before), plan.array(after), count.numpy()) == (1, 20, 2)


def test_an_update_runs_though_nobody_reads_it():
    count = Variable(np.zeros((), "int64"), trainable=False)
    with Tape() as tape:
        ops.assign_add(count, 1)
    plan = Plan(ops.sum(variable(1)), updates=tape.updates)

    plan.run()

    assert count.numpy() == 1


def test_a_plan_without_gradients_uses_memory_again():
    x = Value((100, 100))
    y = x
    for _ in range(20):
        y = ops.tanh(y)

    assert Plan(y, wrt=()).pool.bytes <= 2 * 100 * 100 * 4


def test_a_deep_plan_uses_the_memory_of_its_gradients_again():
    w = Variable(np.ones((100, 100), "float32"))
    y = w
    for _ in range(20):
        y = ops.tanh(y)

    assert Plan(ops.sum(y)).pool.bytes <= 24 * 100 * 100 * 4


def test_nan_and_infinity_travel_through_a_plan_without_warnings():
    x = variable(-1, 0, 1000)
    plan = Plan([ops.log(x), ops.exp(x)], wrt=())

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plan.run()

    np.testing.assert_array_equal(plan.array(plan.outputs[0])[:2], [np.nan, -np.inf])
    assert plan.array(plan.outputs[1])[2] == np.inf


def test_a_plan_needs_whole_shapes():
    with pytest.raises(ArgumentError, match="unknown length"):
        Plan(ops.sum(Value((None, 3))))


def test_weights_of_two_dtypes_cannot_train_together():
    x, y = Variable(np.ones(2, "float32")), Variable(np.ones(2, "float64"))

    with pytest.raises(NotSupportedError, match="different dtypes: float32, float64"):
        Plan(ops.sum(x) + ops.sum(ops.cast(y, "float32")))


def test_steps_can_be_added_after_the_gradients():
    x = variable(1, 2)
    plan = Plan(ops.sum(x * x))
    plan.add_step(np.subtract, (x.array, plan.grads[x], x.array), "w -= g_w")

    plan.run()

    np.testing.assert_array_equal(x.numpy(), [-1, -2])
    assert str(plan).endswith("# update\nw -= g_w")


def test_a_plan_prints_its_steps():
    x, w = Value((2, 3), name="x"), Variable(np.ones((3, 3), "float32"), name="kernel")
    with Tape() as tape:
        tape.scope = ("model", "dense")
        y = ops.matmul(x, w)
    plan = Plan(ops.mean(y * ops.relu(y), axis=(0, 1)))

    assert str(plan).splitlines() == [
        "# forward",
        "matmul: (2, 3) = matmul(x, kernel)    # model/dense",
        "relu: (2, 3) = relu(matmul)",
        "multiply: (2, 3) = multiply(matmul, relu)",
        "mean: () = mean(multiply, axis=(0, 1))",
        "# backward, from g_mean = 1",
        "g_multiply = mean.vjp(g_mean)",
        "g_matmul, g_relu = multiply.vjp(g_multiply)",
        "more_0 = relu.vjp(g_relu)",
        "g_matmul += more_0",
        "_, g_kernel = matmul.vjp(g_matmul)    # model/dense",
    ]


def test_values_of_one_name_are_told_apart_in_print():
    x, y = variable(1, name="kernel"), variable(2, name="kernel")

    assert "add(kernel, kernel_2)" in str(Plan(x + y))


def test_the_documented_steps_are_the_steps():
    x = variable(1, 2)
    plan = Plan(ops.sum(x * x + x))

    lines = [line for line in str(plan).splitlines() if not line.startswith("#")]
    assert len(lines) == len(plan.steps)


@pytest.mark.parametrize(("settings", "buffers"), [({}, 2), ({"keep": True}, 5)], ids=str)
def test_a_plan_without_gradients_uses_memory_again_unless_it_is_kept(settings, buffers):
    values = [Value((64,))]
    for _ in range(5):
        values.append(ops.exp(values[-1]))

    plan = Plan(values[-1], wrt=(), **settings)

    addresses = {plan.array(value).__array_interface__["data"][0] for value in values[1:]}
    assert len(addresses) == buffers
