"""Is a gradient right? Compare it with a difference quotient, in float64."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.engine.plan import Plan
from funclab.graph.op import Op
from funclab.graph.value import Constant, Value, Variable
from funclab.shapes import known

Array = np.ndarray[Any, Any]


def check_gradient(op: Op, *arrays: Any, seed: int = 0, step: float = 1e-6) -> float:
    """The relative error between an op's vjp and a central difference along a random direction.

    Float arrays are taken as float64; integer and boolean ones stay as they are. All float outputs
    are weighted by random numbers and summed, so that every element matters.
    """
    rng = np.random.default_rng(seed)
    values = [_value(array, index in op.mutates) for index, array in enumerate(arrays)]
    made = op(*values)
    outputs = [one for one in (made if op.n_outputs > 1 else (made,)) if "float" in one.dtype]
    free = [one for one in values if isinstance(one, Variable) and one.trainable]
    loss = _weighted(outputs, rng)
    plan = Plan(loss, wrt=free)
    state = [np.array(one.array) for one in values]  # type: ignore[union-attr]
    plan.run()
    directions = [rng.standard_normal(known(one.shape)) for one in free]
    slope = sum(np.sum(plan.grads[v] * d) for v, d in zip(free, directions, strict=True))
    sides = []
    for sign in (1, -1):
        _restore(values, state)
        for variable, direction in zip(free, directions, strict=True):
            variable.array[...] += sign * step * direction
        plan.run()
        sides.append(float(plan.array(loss)))
    _restore(values, state)
    measured = (sides[0] - sides[1]) / (2 * step)
    return float(abs(slope - measured) / max(abs(slope), abs(measured), 1e-3))


def _value(array: Any, state: bool) -> Value:
    if isinstance(array, Value):
        return array
    made = np.asarray(array)
    if made.dtype.kind != "f":
        return Variable(made, trainable=False) if state else Constant(made)
    return Variable(made.astype("float64"), trainable=not state)


def _weighted(outputs: list[Value], rng: np.random.Generator) -> Value:
    from funclab.graph.tensor import OPERATORS

    parts = [
        OPERATORS["sum"](OPERATORS["multiply"](one, rng.standard_normal(known(one.shape))))
        for one in outputs
    ]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _restore(values: list[Value], state: list[Array]) -> None:
    for value, array in zip(values, state, strict=True):
        value.array[...] = array  # type: ignore[attr-defined]
