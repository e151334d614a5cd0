"""What a user's own training step computes, kept as a plan once two runs of it agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from funclab.engine.plan import Plan
from funclab.engine.vjp import Vjp
from funclab.graph.shape_math import Array
from funclab.graph.tape import EagerTape
from funclab.graph.value import Call, Constant, Eager, Value, Variable
from funclab.layers.weights import layers_within
from funclab.optimizers.by_hand import Apply

CHANGING = {
    *("_call_losses", "_kept_calls", "_predict_steps", "history"),
    *("inbound_nodes", "outbound_nodes"),
}
"""Attributes that change with every call, and mean nothing for the next one."""


class Form:
    """The calls of one run: which ops on which variables, constants and inputs, in which order.

    Two runs of the same form, in which nobody asked for numbers, compute the same functions of
    their inputs. So the plan of one of them does what the next one would do.
    """

    def __init__(self, tape: EagerTape, inputs: Sequence[Value], logs: Mapping[str, Any]) -> None:
        self.updates = list(tape.updates)
        self.applied = gradients_applied(tape)
        self.logs = {name: x for name, x in logs.items() if isinstance(x, Eager)}
        self.outputs = [*self.logs.values(), *self.applied.values()]
        self.calls = _needed(tape.calls, self.outputs, self.updates)
        numbers: dict[Value, int] = {value: i for i, value in enumerate(inputs)}
        of: dict[Call, int] = {}
        self.key: list[Any] = []
        self.constants: list[Array] = []
        for call in self.calls:
            for value in call.inputs:
                if value not in numbers:
                    numbers[value] = len(numbers)
                    fixed = isinstance(value, Constant)
                    self.key.append((value.shape, value.dtype) if fixed else id(value))
                    if isinstance(value, Constant):
                        self.constants.append(value.array.copy())
            op = call.op
            self.key.append((of[op.of], op.needs) if isinstance(op, Vjp) else op)
            self.key.append([numbers[value] for value in call.inputs])
            of[call] = len(of)
            for value in call.outputs:
                numbers[value] = len(numbers)
        self.key.append({name: numbers.get(x, -1) for name, x in self.logs.items()})
        self.key.append({name: x for name, x in logs.items() if name not in self.logs})

    def agrees(self, other: Form | None) -> bool:
        """Whether both have the same calls and the same constants."""
        if other is None or self.key != other.key:
            return False
        return all(map(np.array_equal, self.constants, other.constants))

    def plan(self) -> Plan:
        """The plan that does this again; its inputs are fed."""
        for call in self.calls:
            call.work = []  # the plan has its own
            for value in call.outputs:
                value.origin = call
        return Plan(self.outputs, wrt=(), updates=self.updates, calls=self.calls)


def gradients_applied(tape: EagerTape) -> dict[Variable, Eager]:
    """The gradients that optimizers were given, for the views that watch a training run."""
    found: dict[Variable, Eager] = {}
    for call in tape.updates:
        if isinstance(call.op, Apply):
            gradients = call.inputs[len(call.op.variables) :]
            pairs = zip(call.op.variables, gradients)
            found.update((v, g) for v, g in pairs if isinstance(g, Eager))
    return found


def _needed(calls: Sequence[Call], outputs: Sequence[Value], updates: Sequence[Call]) -> list[Call]:
    """The calls that the outputs and the updates depend on, in order."""
    wanted, chosen = set(outputs), set(updates)
    for call in reversed(calls):
        if call in chosen or not wanted.isdisjoint(call.outputs):
            chosen.add(call)
            wanted.update(call.inputs)
            if isinstance(call.op, Vjp):  # it runs with what the op kept
                chosen.add(call.op.of)
    return [call for call in calls if call in chosen]


def attributes_of(model: Any) -> list[Any]:
    """The attributes of a model and its layers, and the contents of lists and dicts there: what a
    step written in Python may change between two batches."""
    found: list[Any] = []
    for layer in layers_within(model):
        for name, value in vars(layer).items():
            if name not in CHANGING and not isinstance(value, Variable):
                found.append(value)
                if isinstance(value, (list, set, dict)):
                    found.append(len(value))
                    found += [*value.values()] if isinstance(value, dict) else [*value]
    return found


def unchanged(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Whether attributes are the same objects as before."""
    same = (a is b or (type(a) is int and a == b) for a, b in zip(before, after))
    return len(before) == len(after) and all(same)
