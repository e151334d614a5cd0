"""Gradients as calls: what `GradientTape` adds to the tape, and what plans run like any call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial, reduce
from typing import Any

import numpy as np

from funclab import ops
from funclab.engine.second_order import in_ops, of_vjp
from funclab.engine.vjp import Vjp, as_read, calls_behind, fill, vjp
from funclab.engine.written_out import WRITTEN_OUT
from funclab.graph.locks import holding, locks_of
from funclab.graph.shape_math import Array
from funclab.graph.tape import eager_tape
from funclab.graph.value import Call, Constant, Eager, Value, Variable, now


def gradients(
    targets: Sequence[Value],
    sources: Sequence[Value],
    calls: Iterable[Call],
    seeds: Sequence[Value | None] | None = None,
    again: bool = False,
) -> list[Value | None]:
    """The gradients of the sum of all `targets` with respect to each source; None where there is
    no path between them.

    `calls` are the calls to follow, in order. `seeds` weight the elements of the targets; ones if
    not given. With `again`, the result can be differentiated once more.
    """
    begun = [filled(t, 1) if s is None else s for t, s in _seeded(targets, seeds)]
    of_inputs = partial(of_call, again=again)
    return _followed(list(zip(targets, begun)), sources, list(calls), of_inputs, ops.add)


def array_gradients(
    targets: Sequence[Value],
    sources: Sequence[Value],
    calls: Iterable[Call],
    seeds: Sequence[Value | None] | None = None,
) -> list[Value | None]:
    """The same of calls that were computed at once, where nobody can differentiate the result: then
    gradients are arrays on the way, and no calls, which take several times as long to note as these
    small arrays to compute."""
    begun: list[Any] = [
        np.ones(t.shape, t.dtype) if s is None else s.array for t, s in _seeded(targets, seeds)
    ]
    calls = list(calls)
    read = [v for call in calls for v in call.inputs if isinstance(v, Variable)]
    parts = holding(
        locks_of(dict.fromkeys(read)) if read else (),
        lambda: _followed(list(zip(targets, begun)), sources, calls, _arrays_of_call, np.add),
    )
    return [None if part is None else Eager(part) for part in parts]


def _seeded(targets: Sequence[Any], seeds: Any) -> Iterable[tuple[Any, Any]]:
    return zip(targets, seeds or [None] * len(targets))


def _followed(
    begun: list[tuple[Value, Any]],
    sources: Sequence[Value],
    calls: list[Call],
    of_inputs: Any,
    add: Any,
) -> list[Any]:
    """The gradients of the sources, from the calls in reverse order. `of_inputs` gives those of a
    call's inputs from those of its outputs, `add` their sum where a value is read several times."""
    needed: set[Value] = set(sources)
    for call in calls:
        if call.op.differentiable and not needed.isdisjoint(call.inputs):
            needed.update(v for v in call.outputs if v.dtype.startswith("float"))
    parts: dict[Value, list[Any]] = {}
    for target, seed in begun:
        if target in needed:
            parts.setdefault(target, []).append(seed)

    def total(value: Value) -> Any:
        return reduce(add, parts[value]) if value in parts else None

    for call in reversed(calls):
        if not call.op.differentiable or not any(v in parts for v in call.outputs):
            continue
        needs = tuple(i for i, v in enumerate(call.inputs) if v in needed)
        if not needs:
            continue
        gs = [total(v) for v in call.outputs]
        for i, part in of_inputs(call, gs, needs):
            parts.setdefault(call.inputs[i], []).append(part)
    return [total(source) for source in sources]


def _arrays_of_call(
    call: Call, gs: list[Array | None], needs: tuple[int, ...]
) -> Iterable[tuple[int, Array]]:
    """The gradients of some inputs of a call as arrays, from those of its outputs."""
    inputs: list[Any] = [*call.inputs]
    outputs: list[Any] = [*call.outputs]
    whole = [np.zeros(v.shape, v.dtype) if g is None else g for g, v in zip(gs, outputs)]
    slots = tuple(np.zeros(inputs[i].shape, inputs[i].dtype) for i in needs)
    read = [*(as_read(v, call) for v in inputs), *outputs]
    fill(call, needs, [*whole, *(value.array for value in read)], slots)
    return zip(needs, slots)


def of_call(
    call: Call, gs: list[Value | None], needs: tuple[int, ...], again: bool = False
) -> Iterable[tuple[int, Value]]:
    """The gradients of some inputs of a call, from those of its outputs."""
    if isinstance(call.op, Vjp):
        return [(i, part) for i, part in of_vjp(call, gs).items() if i in needs]
    whole = [filled(v, 0) if g is None else g for g, v in zip(gs, call.outputs)]
    parts = None
    if again:
        parts = in_ops(call, whole, needs) or through_simpler_ops(call, whole[0], needs)
    return zip(needs, parts or vjp(call, whole, needs))


def through_simpler_ops(call: Call, g: Value, needs: Sequence[int]) -> list[Value] | None:
    """The gradients of a fused op's inputs, through the same function written in simpler ops."""
    written = WRITTEN_OUT.get(type(call.op))
    if written is None:
        return None
    xs = [as_read(value, call) for value in call.inputs]
    tape = eager_tape()
    begun, since = len(tape.calls) if tape else 0, now()
    out = written(call.op, *xs)
    calls = tape.calls[begun:] if tape else [c for c in calls_behind([out]) if c.time > since]
    parts = gradients([out], [xs[i] for i in needs], calls, [g], again=True)
    return [filled(xs[i], 0) if part is None else part for i, part in zip(needs, parts)]


def filled(value: Value, number: float) -> Value:
    """A value of the same shape and dtype, filled with a number."""
    lengths = [length for length in value.shape if length is not None]
    if len(lengths) < value.ndim:
        return ops.full_like(value, number)
    return Constant(np.full(lengths, number, value.dtype))
