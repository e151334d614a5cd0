"""The gradient of a call as a call of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from funclab.graph.op import Array, Op
from funclab.graph.tape import eager_tape
from funclab.graph.value import Call, Value, Variable


class Vjp(Op, abstract=True):
    """The gradients of some inputs of a call: its op's `vjp`, with the arrays of that call.

    Shapes: the gradient of each output, then the inputs, then the outputs of the call -> the
        inputs numbered in `needs`.
    """

    takes_spaced = True
    of: Any = None
    """The call."""
    needs: tuple[int, ...] = ()

    @property
    def n_outputs(self) -> int:  # type: ignore[override]
        return len(self.needs)

    def shape(self, *shapes: Any) -> Any:
        return self._each([self.of.inputs[i].shape for i in self.needs])

    def dtypes_of(self, inputs: Any) -> Any:
        return self._each([self.of.inputs[i].dtype for i in self.needs])

    def _each(self, parts: list[Any]) -> Any:
        return parts[0] if len(parts) == 1 else tuple(parts)

    def evaluate(self, arrays: Sequence[Array], outputs: tuple[Array, ...]) -> list[Array]:
        fill(self.of, self.needs, arrays, outputs)
        return []


def fill(
    call: Call, needs: tuple[int, ...], arrays: Sequence[Array], slots: Sequence[Array]
) -> None:
    """Compute the gradients of the inputs in `needs` into `slots`, from arrays: the gradients of
    the outputs, the inputs and the outputs of the call."""
    if any(array.size for array in arrays[: len(call.outputs)]):
        call.op.vjp(*call.op.bind(*arranged(call, needs, arrays, slots, call.work)))


def arranged(
    call: Call,
    needs: tuple[int, ...],
    arrays: Sequence[Array],
    slots: Sequence[Array],
    work: Sequence[Array],
) -> list[Any]:
    """The arguments of the `vjp` of a call's op."""
    n, m = len(call.outputs), len(call.inputs)
    gs, xs, outs = arrays[:n], arrays[n : n + m], arrays[n + m :]
    places: list[Array | None] = [None] * m
    for i, slot in zip(needs, slots):
        places[i] = slot
    g, out = (gs[0], outs[0]) if n == 1 else (tuple(gs), tuple(outs))
    return [g, *xs, out, *work, *places]


def vjp(call: Call, gs: Sequence[Value], needs: tuple[int, ...]) -> list[Value]:
    """The gradients of the inputs in `needs`, from those of the outputs, as a call on the tape."""
    made = Vjp(call, needs)._record((*gs, *(as_read(v, call) for v in call.inputs), *call.outputs))
    return list(made) if len(needs) > 1 else [made]


def as_read(value: Value, call: Call) -> Value:
    """The value of a variable when the call read it; other values are what they were."""
    return value.as_read_by(call) if isinstance(value, Variable) else value


def maker(value: Value) -> Call:
    """The call that has just made a value."""
    tape = eager_tape()
    call = value.origin or (tape.calls[-1] if tape else None)
    assert call is not None
    return call


def calls_behind(outputs: Sequence[Value], updates: Iterable[Call] = ()) -> list[Call]:
    """Every call that the outputs and updates depend on, in the order they were made."""
    calls: dict[Call, None] = dict.fromkeys(updates)
    waiting = [*outputs, *(value for call in calls for value in call.inputs)]
    while waiting:
        call = waiting.pop().origin
        if call is not None and call not in calls:
            calls[call] = None
            waiting.extend(call.inputs)
    return sorted(calls, key=lambda call: call.time)
