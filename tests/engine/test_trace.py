"""Plans run one step at a time."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import ops
from funclab.engine.memory import unchanged
from funclab.engine.plan import Plan
from funclab.engine.trace import moments
from funclab.graph.graph import Graph
from funclab.graph.tape import Tape
from funclab.graph.value import Value, Variable
from funclab.layers import Dense, Input

FLOATS = np.arange(6, dtype="float32").reshape(2, 3)


def twice_used() -> tuple[Variable, Plan]:
    x = Variable(np.eye(2, dtype=np.float32), name="x")
    return x, Plan(ops.sum(ops.matmul(x, x)), keep=True)


def test_the_moments_of_a_plan_leave_what_run_leaves():
    x, plan = twice_used()
    _, whole = twice_used()
    whole.run()

    kinds = [moment.kind for moment in moments(plan)]

    assert kinds == ["forward", "forward", "seed", "vjp", "vjp", "add_into"]
    np.testing.assert_array_equal(plan.grads[x], whole.grads[whole.wrt[0]])


def test_an_addition_of_gradients_shows_what_was_there_and_what_came():
    x, plan = twice_used()

    last = list(moments(plan))[-1]

    there, came = last.parts
    assert last.values == [x]
    np.testing.assert_array_equal(there, [[1, 1], [1, 1]])
    np.testing.assert_array_equal(last.arrays[0], there + came)


def test_nothing_is_computed_before_its_moment_is_asked_for():
    x, plan = twice_used()
    walk = moments(plan)

    first = next(walk)

    np.testing.assert_array_equal(first.arrays[0], np.eye(2))
    assert plan.grads[x].sum() == 0


def test_a_view_has_a_moment_though_it_does_nothing():
    x = Value((2, 3))
    plan = Plan(ops.reshape(x, (3, 2)), wrt=(), keep=True)
    plan.array(x)[...] = FLOATS

    (moment,) = moments(plan)

    assert moment.line == "reshape: (3, 2) = reshape(input, newshape=(3, 2))"
    np.testing.assert_array_equal(moment.arrays[0], FLOATS.reshape(3, 2))


def test_values_may_be_given_names():
    x = Value((2, 3))
    y = ops.exp(x)
    plan = Plan(y, wrt=(), keep=True)

    (moment,) = moments(plan, {x: "pixels[0:0]", y: "glow[0:0]"})

    assert moment.line == "glow[0:0]: (2, 3) = exp(pixels[0:0])"


def test_a_step_of_the_optimizer_is_an_update():
    x, plan = twice_used()
    plan.add_step(np.multiply, (x.array, 2, x.array), "x *= 2")

    last = list(moments(plan))[-1]

    assert (last.kind, last.line, last.call) == ("update", "x *= 2", None)
    np.testing.assert_array_equal(last.arrays[0], 2 * np.eye(2))


def test_a_number_that_is_none_travels_without_a_warning(recwarn):
    x = Variable([-1.0], name="x")

    (moment,) = moments(Plan(ops.log(x), wrt=(), keep=True))

    assert np.isnan(moment.arrays[0]).all()
    assert not recwarn.list


def test_unchanged_gives_back_values_and_freedom_to_move():
    x = Variable([1.0, 2.0])

    with unchanged([x]):
        Plan(ops.sum(x), keep=True)
        x.assign([5.0, 6.0])

    np.testing.assert_array_equal(x.array, [1, 2])
    assert not x.bound


def test_unchanged_gives_back_after_an_error_too():
    x = Variable([1.0, 2.0])

    with pytest.raises(KeyError), unchanged([x]):
        x.assign([5.0, 6.0])
        raise KeyError

    np.testing.assert_array_equal(x.array, [1, 2])


def test_a_replay_notes_which_values_stand_for_the_outputs_of_which_node():
    x = Input(shape=(3,), name="x")
    shared = Dense(3, name="shared")
    graph = Graph([x], [shared(shared(x))])
    value = Value((2, 3))

    with Tape() as tape:
        (result,) = graph.replay([value])

    assert list(tape.made) == [("x[0]",), ("shared[0]",), ("shared[1]",)]
    assert tape.made["x[0]",] == [value]
    assert tape.made["shared[1]",] == [result]
