"""Gradients as calls: what `GradientTape` adds to the tape, and what plans run like any call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np

from funclab import ops
from funclab.engine.second_order import in_ops, of_vjp
from funclab.engine.vjp import Vjp, as_read, calls_behind, vjp
from funclab.engine.written_out import WRITTEN_OUT
from funclab.graph.tape import eager_tape
from funclab.graph.value import Call, Constant, Value, now


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
    calls = list(calls)
    needed: set[Value] = set(sources)
    for call in calls:
        if call.op.differentiable and not needed.isdisjoint(call.inputs):
            needed.update(v for v in call.outputs if v.dtype.startswith("float"))
    parts: dict[Value, list[Value]] = {}
    for target, seed in zip(targets, seeds or [None] * len(targets)):
        if target in needed:
            parts.setdefault(target, []).append(filled(target, 1) if seed is None else seed)

    def total(value: Value) -> Value | None:
        return reduce(ops.add, parts[value]) if value in parts else None

    for call in reversed(calls):
        if not call.op.differentiable or not any(v in parts for v in call.outputs):
            continue
        needs = tuple(i for i, v in enumerate(call.inputs) if v in needed)
        if not needs:
            continue
        gs = [total(v) for v in call.outputs]
        for i, part in of_call(call, gs, needs, again):
            parts.setdefault(call.inputs[i], []).append(part)
    return [total(source) for source in sources]


def of_call(
    call: Call, gs: list[Value | None], needs: tuple[int, ...], again: bool
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
