"""A plan in slow motion: one step at a time, each with the arrays it wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from funclab.engine.describe import Names, Note, line_of
from funclab.engine.plan import Plan
from funclab.graph.op import View
from funclab.graph.shape_math import Array
from funclab.graph.value import Call, Value


class Moment(NamedTuple):
    """What a step has just done.

    `kind` is "forward" (values were computed), "seed" (the gradient of the loss itself is 1),
    "vjp" (a call passed gradients to its inputs), "add_into" (`parts`, the gradient so far and the
    new one, were added) or "update". `arrays` is the live memory of `values`, or of their
    gradients; later steps may overwrite it.
    """

    kind: str
    line: str
    call: Call | None
    values: Sequence[Value]
    arrays: Sequence[Array]
    parts: tuple[Array, ...] = ()


def moments(plan: Plan, names: Mapping[Value, str] | None = None) -> Iterator[Moment]:
    """Run a plan made with `keep`: each moment that is requested runs one step.

    >>> from funclab import Variable, ops
    >>> from funclab.graph.tape import Tape
    >>> x = Variable([3.0, 4.0], name="x")
    >>> with Tape():
    ...     loss = ops.sum(x * x)
    >>> for moment in moments(Plan(loss, keep=True)):
    ...     print(moment.kind, *moment.arrays)
    forward [ 9. 16.]
    forward 25.0
    seed 1.0
    vjp [1. 1.]
    vjp [3. 4.]
    add_into [6. 8.]
    """
    known = Names(names)
    steps = iter(plan.steps)
    for call in plan.calls:
        if call in plan.late:
            continue
        note = Note("forward", call)
        if not isinstance(call.op, View):  # a view is the same memory in another shape: no step
            _do(next(steps))
        arrays = [plan.array(value) for value in call.outputs]
        yield Moment("forward", line_of(note, known, plan), call, call.outputs, arrays)
    seed = plan.outputs[0]
    if seed in plan.grads:
        yield Moment("seed", f"g_{known[seed]} = 1", seed.origin, [seed], [plan.grads[seed]])
    for step in steps:
        note = step.note
        if note.kind == "forward":  # a change of state that had to wait for the gradients
            _do(step)
            continue
        parts = (step.arrays[0].copy(), step.arrays[1]) if note.kind == "add_into" else ()
        _do(step)
        kind = "update" if note.call is None else note.kind
        values = _written(plan, note)
        arrays = [value.array if kind == "update" else plan.grads[value] for value in values]
        yield Moment(kind, line_of(note, known, plan), note.call, values, arrays, parts)


def _do(step: Any) -> None:
    with np.errstate(all="ignore"):
        step.call(*step.arrays)


def _written(plan: Plan, note: Note) -> list[Any]:
    """The values whose gradients a step has changed (in an update: the values themselves)."""
    if note.call is None:
        return plan.wrt
    if note.value is not None:
        return [note.value]
    inputs = enumerate(note.call.inputs)
    return [value for i, value in inputs if value in plan.needs_gradient and i not in note.added]
