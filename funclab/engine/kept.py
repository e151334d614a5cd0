"""Calls of layers on the tape of a GradientTape: their ops are kept, and called again."""

from __future__ import annotations

from collections.abc import Iterable
from operator import is_
from typing import Any

import numpy as np

from funclab.engine.calls import value_of
from funclab.engine.vjp import calls_behind
from funclab.errors import FunclabError
from funclab.graph import structure
from funclab.graph.locks import making
from funclab.graph.operation import Operation
from funclab.graph.tape import EagerTape, Tape, eager_tape
from funclab.graph.value import Value, Variable

FORMS = 64
"""For how many kinds of inputs the calls of one layer are kept."""

RECORDS = {
    *("constructor_arguments", "build_shapes", "inbound_nodes", "outbound_nodes"),
    *("_weights", "_initial_weights", "axis", "shared_axes", "_kept_calls"),
}
"""Attributes that do not affect what a layer computes, and lists of axes."""


def call_at_once(layer: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """A call on the tape of a GradientTape, or of a training step of the user's own."""
    tape: Any = eager_tape()
    begun = len(tape.losses)
    kept, values = kept_calls(layer, tape, args, kwargs)
    outputs = kept.again(tape, values) if kept else layer._call_on_tape(args, kwargs)
    if not tape.scope:
        layer.note_losses(tape.losses[begun:])
    return structure.unpack_singleton(outputs) if hasattr(layer, "graph") else outputs


class KeptCalls:
    """The calls of ops that a layer makes for inputs of some shapes and dtypes.

    A layer of funclab's own makes the same calls, on the same weights, until an attribute of it or
    of a layer inside is another object. So on the tape of a GradientTape they are made again
    without the layers, whose Python takes longer than the arithmetic of small arrays. Layers that
    add losses or pass masks on, and those of users, are asked each time.
    """

    def __init__(self, inputs: list[Value], outputs: Any, tape: Tape) -> None:
        self.inputs, self.outputs = inputs, outputs
        self.calls = calls_behind(structure.flatten(outputs), tape.updates)

    def again(self, tape: EagerTape, values: list[Value]) -> Any:
        """The outputs for these values, from the same calls on another tape."""
        made = dict(zip(self.inputs, values))
        scope, place = tape.scope, tape.place
        try:
            for call in self.calls:
                tape.scope, tape.place = call.scope, call.place
                inputs = tuple([made.get(value, value) for value in call.inputs])
                outputs = call.op._compute_on(tape, inputs, call.outputs)
                made.update(zip(call.outputs, outputs if len(call.outputs) > 1 else (outputs,)))
        finally:
            tape.scope, tape.place = scope, place
        return structure.map_structure(lambda value: made.get(value, value), self.outputs)


def kept_calls(
    layer: Any, tape: EagerTape, args: Any, kwargs: dict[str, Any]
) -> tuple[KeptCalls | None, list[Value]]:
    """The calls that a layer makes for these arguments, if they can be kept, and its inputs."""
    training = kwargs.get("training")
    if len(args) != 1 or kwargs.keys() - {"training"}:
        return None, []
    if training is not None and not isinstance(training, bool):
        return None, []
    if tape.instead or not layer.built or not is_own(type(layer)):
        return None, []
    tree = args[0]
    values = [value_of(leaf, layer.dtype) for leaf in structure.flatten(tree)]
    if len({*values}) < len(values) or not all(map(_is_plain_input, values)):
        return None, []
    forms = tuple([(value.shape, value.dtype) for value in values])
    place = tape.training, tape.scope, tape.place
    graph = getattr(layer, "graph", None)
    key = forms, type(tree), tuple(structure.paths(tree)), training, place, graph
    known = vars(layer).setdefault("_kept_calls", {})
    kept, layers = known.get(key, (None, None))
    if layers is None or layers.have_changed():
        with making:
            kept = _record(layer, tape, tree, kwargs, forms)
            known[key] = kept, Layers(operations_in(layer))
            for old in list(known)[:-FORMS]:
                known.pop(old, None)
    return kept, values


def _is_plain_input(value: Value) -> bool:
    return value.mask is None and value.dtype != "string" and not isinstance(value, Variable)


def _record(
    layer: Any, outside: EagerTape, tree: Any, kwargs: dict[str, Any], forms: Any
) -> KeptCalls | None:
    """The calls of a layer on placeholders, for which nobody can read numbers."""
    if not all(map(is_steady, operations_in(layer))):
        return None
    inputs = [Value(*form) for form in forms]
    with Tape(outside.training) as tape:
        tape.scope, tape.place = outside.scope, outside.place
        try:
            outputs = layer._call_on_tape((structure.pack(tree, inputs),), {**kwargs})
        except FunclabError:  # the call on numbers says it better, or succeeds
            return None
    leaves = structure.flatten(outputs)
    if tape.losses or any(leaf.mask is not None or None in leaf.shape for leaf in leaves):
        return None
    return KeptCalls(inputs, outputs, tape)


class Layers:
    """Operations, and a snapshot of their attributes."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        attributes = [vars(operation) for operation in operations]
        self.then = [(now, list(now.values())) for now in attributes]

    def have_changed(self) -> bool:
        """Whether an attribute of one of them is now another object."""
        return not all(
            len(now) == len(then) and all(map(is_, now.values(), then)) for now, then in self.then
        )


def operations_in(layer: Any) -> list[Operation]:
    """A layer, and all layers and ops inside it, at any depth."""
    found: dict[Operation, None] = {}
    waiting = [layer]
    while waiting:
        outer = waiting.pop()
        if outer not in found:
            found[outer] = None
            graph = getattr(outer, "graph", None)
            waiting += getattr(outer, "held", ()) if graph is None else graph.operations
    return list(found)


def is_steady(operation: Operation) -> bool:
    """Whether its result depends only on its attributes, none of which changes in place."""
    if not is_own(type(operation)):
        return False
    values = (value for name, value in vars(operation).items() if name not in RECORDS)
    return hasattr(operation, "graph") or all(map(is_plain, values))


def is_plain(value: Any) -> bool:
    """Whether a setting is a plain value, a weight, or a function or object of funclab's own."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    if value is None or isinstance(value, (bool, int, float, str, np.dtype)):
        return True
    return is_own(value if callable(value) and hasattr(value, "__name__") else type(value))


def is_own(definition: Any) -> bool:
    """Whether a class or function is one of funclab's."""
    return str(definition.__module__).startswith("funclab.")
