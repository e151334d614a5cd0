"""Calls of layers on data: at once, with numbers as their results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab.engine.plan import Plan
from funclab.graph import structure
from funclab.graph.array import as_array, on_tape
from funclab.graph.locks import making
from funclab.graph.tape import Tape, current_tape, eager_tape, is_recording
from funclab.graph.value import Constant, Value, has_numbers


def way_to_call(leaves: Sequence[Any]) -> str:
    """What a layer does with arguments that are not symbolic tensors: a call "on tape" is only
    recorded, one "at once" is recorded and computed, and one on "arrays" is computed."""
    values = [leaf for leaf in leaves if isinstance(leaf, Value)]
    if eager_tape() is not None and all(map(has_numbers, values)):
        return "at once"
    recorded = values and (is_recording() or not all(map(has_numbers, values)))
    # Inside another layer's call, an array (of positions, say) belongs to that layer's tape.
    return "on tape" if current_tape().scope or recorded else "arrays"


def call_on_arrays(layer: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """The outputs for arrays, with their masks; what the call adds to the loss is noted."""
    with making, Tape() as tape:
        outputs = layer._call_on_tape(args, kwargs)
        leaves = structure.flatten(outputs)
        masks = [leaf.mask for leaf in leaves if leaf.mask is not None]
        plan = Plan([*leaves, *masks, *tape.losses], wrt=(), updates=tape.updates)
    arrays = list(map(as_array, plan.results(plan.outputs, lambda: None)))
    rest = iter(arrays[len(leaves) :])
    for leaf, array in zip(leaves, arrays):
        if leaf.mask is not None:
            array._keras_mask = next(rest)
    layer.note_losses(list(rest))
    return structure.pack(outputs, arrays)


def value_of(leaf: Any, dtype: str) -> Value:
    """An argument as a value of the tape; an array brings the mask that its layer gave it."""
    value = on_tape(leaf)
    if not isinstance(value, Value):
        value = Constant.near(leaf, [dtype])
        if getattr(leaf, "_keras_mask", None) is not None:
            value.mask = Constant(leaf._keras_mask)
    return value


def argument(name: str, positions: dict[str, int], rest: Any, kwargs: dict[str, Any]) -> Any:
    """An argument of `call`, passed by position or by name; None if it was not passed."""
    position = positions.get(name, 0)
    if 0 < position <= len(rest):
        return rest[position - 1]
    return kwargs.get(name)


def fill(
    name: str, value: Any, positions: dict[str, int], rest: Any, kwargs: dict[str, Any]
) -> None:
    """Pass `value` to a `call` that takes `name`, unless it was passed by position."""
    kwargs.pop(name, None)
    if positions.get(name, 0) > len(rest):
        kwargs[name] = value
