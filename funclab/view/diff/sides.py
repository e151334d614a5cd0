"""Two graphs made comparable: what each operation is, whatever its name, and what is around it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from funclab import structure
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.view.scene import words


class Codes:
    """A small number for each distinct key: equal for equal keys, which may be long."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._signatures: dict[int, int] = {}

    def number(self, *key: Any) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def signature(self, operation: Any) -> int:
        """What an operation is and how it is set, whatever its name."""
        known = self._signatures.get(id(operation))
        if known is None:
            known = self._signatures[id(operation)] = self._sign(operation)
        return known

    def _sign(self, operation: Any) -> int:
        graph = words.graph_of(operation)
        kind = class_of(operation)
        if graph is None:
            inner = words.inner_layer(operation)
            within = None if inner is None else self.signature(inner)
            settings = json.dumps(settings_of(operation), sort_keys=True, default=repr)
            return self.number(kind, settings, within)
        ends = Side(operation, self).above
        made = [(ends[node], i) for node, i in map(graph.producer, graph.outputs)]
        return self.number(kind, operation.trainable, tuple(made), len(graph.inputs))


class Side:
    """One of the two models: its calls, and for each what lies above and below it."""

    def __init__(self, model: Any, codes: Codes) -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.model, self.codes = model, codes
        self.graph: Graph = graph
        self.nodes = graph.nodes
        self.calls = words.calls_by_layer(graph)
        self.consumers: dict[Node, list[tuple[Node, int]]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for i, parent in enumerate(self.parents(node)):
                self.consumers[parent[0]].append((node, i))
        self.above = self._above()
        self.below = self._below()

    def parents(self, node: Node) -> list[tuple[Node, int]]:
        """The node behind each tensor that a node takes, and which of its outputs it is."""
        return [] if node.is_input else [self.graph.producer(t) for t in node.arguments.tensors]

    def _above(self) -> dict[Node, int]:
        """For each call a number that is equal when all it depends on is equal."""
        above: dict[Node, int] = {}
        for node in self.nodes:
            what = self.codes.signature(node.operation)
            if node.is_input:
                inputs = self.graph.input_nodes
                place = inputs.index(node) if node in inputs else -1
                above[node] = self.codes.number("input", what, place)
            else:
                taken = tuple((above[parent], i) for parent, i in self.parents(node))
                above[node] = self.codes.number(what, tuple(constants_of(node)), taken)
        return above

    def _below(self) -> dict[Node, int]:
        """For each call a number that is equal when all that depends on it is equal."""
        places: dict[Node, list[int]] = {}
        for i, tensor in enumerate(self.graph.outputs):
            places.setdefault(self.graph.producer(tensor)[0], []).append(i)
        below: dict[Node, int] = {}
        for node in reversed(self.nodes):
            read = sorted((below[reader], i) for reader, i in self.consumers[node])
            what = self.codes.signature(node.operation)
            below[node] = self.codes.number("below", what, tuple(read), str(places.get(node)))
        return below

    def around(self, operation: Operation) -> tuple[int, int]:
        """What is above and below all calls of an operation."""
        nodes = self.calls[operation]
        above = self.codes.number("all", *(self.above[node] for node in nodes))
        return above, self.codes.number("all", *(self.below[node] for node in nodes))

    def shapes(self, operation: Operation) -> str:
        node = self.calls[operation][0]
        return f"{node.input_shapes} {node.output_shapes}"


def class_of(operation: Any) -> str:
    """The class of a layer, or of an op."""
    cls = type(operation.op) if isinstance(operation, OpOperation) else type(operation)
    return f"{cls.__module__}.{cls.__qualname__}"


def settings_of(operation: Any) -> dict[str, Any]:
    """The settings of an operation as plain data, without names and without layers inside."""
    if isinstance(operation, OpOperation):
        return dict(vars(operation.op))
    if words.graph_of(operation) is not None:
        return {"trainable": operation.trainable}
    inner = {"layer", "backward_layer"} if words.inner_layer(operation) is not None else set()
    config = operation.get_config()
    return {key: value for key, value in config.items() if key not in {"name", *inner}}


def constants_of(node: Node) -> list[str]:
    """What a call was given beside tensors: numbers, arrays, flags, those by name with it."""
    values = [("", leaf) for leaf in structure.flatten(node.arguments.args)]
    for name, value in node.arguments.kwargs.items():
        values += [(f"{name}=", leaf) for leaf in structure.flatten(value)]
    return [f"{name}{_text(leaf)}" for name, leaf in values if not isinstance(leaf, Tensor)]


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > 8:
        return f"an array of shape {value.shape} with sum {value.sum():g}"
    return repr(value.tolist() if isinstance(value, np.ndarray) else value)


def model_in(layer: Any) -> Any:
    """A model itself, or the one that a wrapper applies; None for other layers."""
    if words.graph_of(layer) is not None:
        return layer
    inner = words.inner_layer(layer)
    return inner if words.graph_of(inner) is not None else None
