"""Is a gradient right? Compare it with finite differences, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import ops
from funclab.engine.plan import Plan
from funclab.graph.op import Op
from funclab.graph.shape_math import known
from funclab.graph.tape import Tape
from funclab.graph.value import Value, Variable


def check_gradient(op: Op, *arrays: Any, seed: int = 0, step: float = 1e-6) -> float:
    """The relative error between an op's vjp and a central difference along a random direction.

    Float arrays are converted to float64; integer and boolean arrays stay as they are. All float
    outputs are multiplied by random weights and summed, so that every element matters.
    """
    rng = np.random.default_rng(seed)
    values = [_value(array, i in op.mutates) for i, array in enumerate(arrays)]
    with Tape():
        loss = _weighted(op(*values), rng)
    free = [value for value in values if value.trainable]
    plan = Plan(loss, wrt=free)
    start = [np.array(value.array) for value in values]
    plan.run()
    directions = {value: rng.standard_normal(known(value.shape)) for value in free}
    slope, sides = 0.0, []
    for variable, along in directions.items():
        slope += np.sum(plan.grads[variable] * along)
    for sign in (1, -1):
        _restore(values, start)
        for variable, along in directions.items():
            variable.array[...] += sign * step * along
        plan.run()
        sides.append(float(plan.array(loss)))
    _restore(values, start)
    measured = (sides[0] - sides[1]) / (2 * step)
    largest = max(abs(slope), abs(measured), 1e-3)
    return float(abs(slope - measured) / largest)


def _value(array: Any, is_state: bool) -> Variable:
    made = np.asarray(array)
    if made.dtype.kind != "f":
        return Variable(made, trainable=False)
    return Variable(made, dtype="float64", trainable=not is_state)


def _weighted(outputs: Any, rng: np.random.Generator) -> Any:
    """The sum of all float outputs, each element times a random number."""
    total: Any = 0
    if isinstance(outputs, Value):
        outputs = [outputs]
    for output in outputs:
        if output.dtype.startswith("float"):
            weights = rng.standard_normal(known(output.shape))
            total = ops.add(total, ops.sum(ops.multiply(output, weights)))
    return total


def _restore(values: list[Variable], start: list[Any]) -> None:
    """Restore the values that the runs have changed."""
    for value, numbers in zip(values, start):
        value.array[...] = numbers
