"""The graph of a model of Keras 3 in memory, read from Keras' own nodes: no weight is copied."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from funclab.errors import NotBuiltError
from funclab.models.config import ARRAY, TENSOR
from funclab.registry import sharing
from funclab.saving.opaque import Facts, Unknown, Weight
from funclab.saving.sketch import NUMBER, Sketch, one_box


def sketch_of(model: Any) -> Any:
    """The graph of a model of Keras as a model of funclab, whose weights are read when they are
    looked at.

    A model that is a class of its own is traced: its `call` runs once on symbolic tensors. If that
    fails, it is one box.
    Raises: NotBuiltError for a model that has not seen the shape of its input.
    """
    check_built(model)
    reader = _Reader()
    if is_graph(model) or isinstance(model, reader.keras.Sequential):
        entry = reader.entry(model)
    else:
        with _untouched(model):
            entry = reader.traced(model)
    return Sketch(reader.facts).read(entry, safe_mode=False)


def check_built(model: Any) -> None:
    """Raises: NotBuiltError for a model of Keras without weights."""
    if not model.built:
        raise NotBuiltError(
            f"{model.name} has no weights yet.",
            why="a model of Keras makes its weights when it sees the shape of its input.",
            fix="give it a keras.Input first, or call it on data once.",
        )


class _Reader:
    """Describes layers, ops and models of Keras as Keras does in files, without their weights."""

    def __init__(self) -> None:
        self.keras: Any = sys.modules["keras"]
        self.numbers: dict[int, int] = {}
        self.facts: dict[int, Facts] = {}

    def entry(self, operation: Any) -> dict[str, Any]:
        """The description of a layer, model or op."""
        number = self.numbers.setdefault(id(operation), len(self.numbers) + 1)
        self.facts.setdefault(number, self._facts(operation))
        if is_graph(operation):
            described = {"class_name": "Functional", "config": self._graph(operation)}
        elif isinstance(operation, self.keras.Sequential):
            described = {"class_name": "Sequential", "config": self._stack(operation)}
        else:
            described = self._described(operation)
        return {**described, NUMBER: number, sharing.KEY: number}

    def traced(self, model: Any) -> dict[str, Any]:
        """The description of a model that is a class of its own: of the calls that its `call` makes
        on symbolic tensors or, if that fails, of the model as one box."""
        inputs: Any = []
        try:
            inputs = _inputs(self.keras, model)
            return self.entry(self.keras.Model(inputs, model.call(inputs), name=model.name))
        except Exception as error:  # the model's own code may raise anything
            why = str(error).strip().partition("\n")[0] or type(error).__name__
            why = f"Its call cannot be traced on symbolic tensors: {why}"
        try:
            outputs = self.keras.tree.flatten(model(inputs)) if inputs != [] else []
        except Exception:  # the same code, called as a whole
            outputs = []
        made = [(tuple(x.shape), str(x.dtype)) for x in outputs] or [(Unknown(), "float32")]
        taken = [(tuple(x.shape), str(x.dtype)) for x in self.keras.tree.flatten(inputs)]
        taken = taken or [((None,), "float32")]  # nobody knows what it takes
        calls = [([shape for shape, _ in taken], made)]
        facts = Facts(calls, self._weights(model), type(model), why)
        entry, self.facts = one_box(self._described(model), taken, facts)
        return entry

    def _described(self, operation: Any) -> dict[str, Any]:
        try:
            entry = self._serialized(operation)
            config = {**entry["config"], "name": operation.name}
        except Exception:  # what has no config is a box
            entry, config = {}, {"name": operation.name}
            is_layer = isinstance(operation, self.keras.layers.Layer)
            entry["module"] = "" if is_layer else "keras.src.ops"
        return {"class_name": type(operation).__name__, **entry, "config": config}

    def _serialized(self, operation: Any) -> dict[str, Any]:
        """As Keras writes it; if its config is all plain values, without Keras looking at each."""
        if type(operation).__module__.startswith("keras.src.layers."):
            config = operation.get_config()
            if _is_plain(config):
                return {"module": "keras.layers", "config": config}
        return self.keras.saving.serialize_keras_object(operation)

    def _facts(self, operation: Any) -> Facts:
        calls = [
            (
                [tuple(x.shape) for x in node.arguments.keras_tensors],
                [(tuple(x.shape), str(x.dtype)) for x in node.output_tensors],
            )
            for node in operation._inbound_nodes
            if node.input_tensors
        ]
        whole = is_graph(operation) or isinstance(operation, self.keras.Sequential)
        return Facts(calls, None if whole else self._weights(operation), type(operation))

    def _weights(self, operation: Any) -> list[Weight]:
        held = [*getattr(operation, "trainable_weights", ())]
        held += getattr(operation, "non_trainable_weights", ())
        return [_weight(variable) for variable in held]

    def _stack(self, model: Any) -> dict[str, Any]:
        first = model.inputs[0]._keras_history.operation
        layers = [self.entry(layer) for layer in (first, *model.layers)]
        return {"name": model.name, "trainable": model.trainable, "layers": layers}

    def _graph(self, model: Any) -> dict[str, Any]:
        nodes = {node for nodes in model._nodes_by_depth.values() for node in nodes}
        calls = {
            operation: [node for node in operation._inbound_nodes if node in nodes]
            for operation in model.operations
        }
        places = {
            id(tensor): [operation.name, number, i]
            for operation in calls
            for number, node in enumerate(calls[operation])
            for i, tensor in enumerate(node.output_tensors)
        }

        def end(tensor: Any) -> list[Any]:
            """A tensor among the inputs or outputs: calls of a model are counted from 1 there."""
            name, number, i = places[id(tensor)]
            return [name, number + is_graph(tensor._keras_history.operation), i]

        layers = []
        for operation in calls:
            called = [self._call(node, places) for node in calls[operation] if node.input_tensors]
            entry = self.entry(operation)
            layers.append({**entry, "name": operation.name, "inbound_nodes": called})
        return {
            "name": model.name,
            "trainable": model.trainable,
            "layers": layers,
            "input_layers": _mapped(end, model._inputs_struct),
            "output_layers": _mapped(end, model._outputs_struct),
        }

    def _call(self, node: Any, places: dict[int, list[Any]]) -> dict[str, Any]:
        def leaf(value: Any) -> Any:
            if value is None or isinstance(value, (bool, int, float, str)):
                return value
            if id(value) in places:
                return {"class_name": TENSOR, "config": {"keras_history": places[id(value)]}}
            if isinstance(value, self.keras.Variable):
                return self._loose(node.operation, value)
            if hasattr(value, "__array__"):
                array = np.asarray(value)
                return {"class_name": ARRAY, "config": {"value": array, "dtype": str(array.dtype)}}
            return self.keras.saving.serialize_keras_object(value)

        arguments = node.arguments
        return {
            "args": _mapped(leaf, list(arguments.args)),
            "kwargs": _mapped(leaf, arguments.kwargs),
        }

    def _loose(self, operation: Any, variable: Any) -> None:
        """A weight of the model that a call takes is a weight of the box of that call."""
        number = self.numbers.setdefault(id(operation), len(self.numbers) + 1)
        facts = self.facts.setdefault(number, self._facts(operation))
        facts.weights = [*(facts.weights or ()), _weight(variable)]
        facts.boxed = f"It computes with the weight {variable.name}, which belongs to no layer."


def is_graph(operation: Any) -> bool:
    """Whether a model of Keras is the graph between its inputs and outputs."""
    own = type(operation).__dict__.get("call") or getattr(type(operation), "call", None)
    return hasattr(operation, "_nodes_by_depth") and str(own.__module__).startswith("keras.")


def _weight(variable: Any) -> Weight:
    dtype = str(variable.dtype)
    return Weight(
        name=variable.name,
        shape=tuple(variable.shape),
        dtype="float16" if dtype == "bfloat16" else dtype,  # as many bytes; NumPy has no bfloat16
        read=lambda: np.asarray(variable.numpy()),
        trainable=bool(variable.trainable),
    )


def _is_plain(value: Any) -> bool:
    """Whether a config is what JSON can say, so that nothing in it has to be serialized."""
    if type(value) is dict:
        return all(map(_is_plain, value.values()))
    if type(value) in (list, tuple):
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str)


def _mapped(function: Any, tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _mapped(function, part) for key, part in tree.items()}
    if type(tree) in (list, tuple):
        return [_mapped(function, part) for part in tree]
    return function(tree)


@contextmanager
def _untouched(model: Any) -> Iterator[None]:
    """Forget the calls that are made in the block of a model and its layers, and their names."""
    layers = [model, *model._flatten_layers(include_self=False)]
    before = [(layer, len(layer._inbound_nodes), len(layer._outbound_nodes)) for layer in layers]
    state = sys.modules.get("keras.src.backend.common.global_state")
    counts = getattr(state, "get_global_attribute", {}.get)("object_name_uids")
    names = dict(counts or {})
    try:
        yield
    finally:
        for layer, inbound, outbound in before:
            del layer._inbound_nodes[inbound:], layer._outbound_nodes[outbound:]
        if counts is not None:
            counts.clear()
            counts.update(names)


def _inputs(keras: Any, model: Any) -> Any:
    """Inputs of the shapes that a model was built for."""
    config = model.get_build_config() or {}
    shapes = config.get("input_shape", config.get("shapes_dict"))
    if not shapes:
        raise NotBuiltError(
            f"Keras does not know the shape of the input of {model.name}.",
            why="it is known after `build`, or after a call that Keras can trace.",
            fix="call model.build(input_shape).",
        )

    def made(shape: Any) -> Any:
        if isinstance(shape, dict):
            return {key: made(part) for key, part in shape.items()}
        if shape and isinstance(shape[0], (list, tuple, dict)):
            return [made(part) for part in shape]
        return keras.Input(batch_shape=(None, *shape[1:]))

    return made(shapes)
