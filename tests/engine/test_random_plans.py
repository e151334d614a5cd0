"""Plans of random tapes: whatever is shared, viewed, split or dropped, the numbers are right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funclab import ops
from funclab.engine.plan import Plan
from funclab.graph.value import Value, Variable

SEEDS = range(60)


def views(x: Any, rng: np.random.Generator) -> Any:
    return ops.copy(ops.reshape(ops.reshape(x, (4, 3)), (3, 4)))


def transposed(x: Any, rng: np.random.Generator) -> Any:
    return ops.reshape(ops.transpose(x), (3, 4))


def dropped_half(x: Any, rng: np.random.Generator) -> Any:
    """One of two outputs is used, twice."""
    piece = ops.split(x, 2, axis=1)[rng.integers(2)]
    return ops.concatenate([piece, piece], axis=1)


def swapped_halves(x: Any, rng: np.random.Generator) -> Any:
    left, right = ops.split(x, 2, axis=1)
    return ops.concatenate([right, left], axis=1)


def spread_row(x: Any, rng: np.random.Generator) -> Any:
    return x + ops.mean(x, axis=0, keepdims=True)


def squared(x: Any, rng: np.random.Generator) -> Any:
    return ops.tanh(x * x)


def half_stopped(x: Any, rng: np.random.Generator) -> Any:
    return x * ops.stop_gradient(ops.sigmoid(x))


def chosen(x: Any, rng: np.random.Generator) -> Any:
    return ops.where(ops.cast(ops.one_hot(np.array([0, 2, 3]), 4), "bool"), x, ops.sin(x))


def picked(x: Any, rng: np.random.Generator) -> Any:
    return ops.stack([x[2], x[0], x[2]])


STEPS = [
    views,
    transposed,
    dropped_half,
    swapped_halves,
    spread_row,
    squared,
    half_stopped,
    chosen,
    picked,
]


class Tape:
    """A random tape over three variables, its loss, and the values on the way."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.variables = [Variable(rng.standard_normal((3, 4))) for _ in range(3)]
        self.values: list[Value] = [*self.variables]
        for _ in range(10):
            x, y = (self.values[rng.integers(len(self.values))] for _ in range(2))
            step = STEPS[rng.integers(len(STEPS))]
            made = step(x, rng) if rng.random() < 0.7 else x * y
            self.values.append(made)
        ends = [self.values[-1], self.values[rng.integers(3, len(self.values))]]
        self.loss = ops.sum(ops.tanh(ends[0]) * ops.reshape(ends[1], (3, 4)))
        self.middle = self.values[rng.integers(3, len(self.values))]


def run(plan: Plan) -> Plan:
    plan.run()
    plan.run()  # a plan must come to the same numbers every time
    return plan


@pytest.mark.parametrize("seed", SEEDS)
def test_memory_used_again_changes_no_number(seed: int):
    tape = Tape(seed)
    wrt = [*tape.variables, tape.middle]

    kept = run(Plan(tape.loss, wrt=wrt, keep=True))
    reused = run(Plan(tape.loss, wrt=wrt))

    np.testing.assert_array_equal(reused.array(tape.loss), kept.array(tape.loss))
    for value in wrt:
        np.testing.assert_allclose(reused.grads[value], kept.grads[value], rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_without_gradients_computes_the_same(seed: int):
    tape = Tape(seed)
    outputs = [tape.values[-1], tape.middle, tape.loss]

    kept = run(Plan(outputs, wrt=(), keep=True))
    reused = run(Plan(outputs, wrt=()))

    for value in outputs:
        np.testing.assert_array_equal(reused.array(value), kept.array(value))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_gradient_of_a_whole_tape_is_the_slope_of_its_loss(seed: int):
    tape = Tape(seed)
    plan = run(Plan(tape.loss, wrt=tape.variables))
    rng = np.random.default_rng(seed)

    for variable in tape.variables:
        direction = rng.standard_normal(variable.shape)
        slope = np.sum(plan.grads[variable] * direction)
        stopped = [call for call in plan.calls if call.op.name == "stop_gradient"]

        measured = difference(tape, variable, direction, [call.outputs[0] for call in stopped])

        np.testing.assert_allclose(slope, measured, rtol=1e-5, atol=1e-7)


def difference(tape: Tape, variable: Variable, direction: Any, frozen: list[Value]) -> float:
    """A central difference of the loss, with the values behind stop_gradient held."""
    plan = Plan([tape.loss, *frozen], wrt=(), keep=True)
    plan.run()
    held = {value: plan.array(value).copy() for value in frozen}
    start, sides = variable.numpy(), []
    for sign in (1, -1):
        variable.assign(start + sign * 1e-6 * direction)
        sides.append(loss_with(plan, tape.loss, held))
    variable.assign(start)
    return (sides[0] - sides[1]) / 2e-6


def loss_with(plan: Plan, loss: Value, held: dict[Value, Any]) -> float:
    """Run the plan step by step, putting the held numbers back whenever they were changed."""
    for call, arrays, _ in plan.steps:
        for value, numbers in held.items():
            plan.array(value)[...] = numbers
        call(*arrays)
    return float(plan.array(loss))
