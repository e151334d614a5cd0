"""The layers face: one box for each layer, its calls as numbered rows. A loop is visible here."""

from __future__ import annotations

from typing import Any

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view import words
from funclab.view.calls import FOLD, fold, group_of, place_words, plate_of, role, shared_layers
from funclab.view.scene import Box, Edge, End, Row, Scene

OUTSIDE = "outside this model"
MOST_NOTES = 3
"""Calls outside the model that are told one by one."""


class Layers:
    """Builds the scene of a graph. `prefix` keeps keys inside an open frame apart."""

    def __init__(self, model: Any, expand: bool, limit: int, prefix: str = "") -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.model, self.graph, self.expand, self.limit = model, graph, expand, limit
        self.prefix = prefix
        self.scene = Scene(words.clean(model.name), "layers")
        self.nodes = words.calls_by_layer(graph)
        self.head, self.hidden, self.tail = fold(list(self.nodes), limit)
        self.folded = set(self.hidden)
        self.shared = shared_layers(graph)
        self.rows: dict[Node, int] = {}
        self.into_fold: set[tuple[str, str]] = set()

    def build(self) -> Scene:
        """The scene, without positions."""
        for layer in [*self.head, *self.tail]:
            self.scene.boxes.append(self._box(layer))
        if self.hidden:
            self.scene.boxes.insert(len(self.head), self._fold_box())
            self.scene.hidden = sum(len(self.nodes[layer]) for layer in self.hidden)
        for node in self.graph.nodes:
            self._wire(node)
        self._end()
        for layer, number in self.shared.items():
            keys = [self.key(layer)]
            self.scene.groups.append(group_of(layer, number, keys, len(self.nodes[layer])))
        return self.scene

    def key(self, layer: Operation) -> str:
        name = FOLD if layer in self.folded else layer.name
        return f"{self.prefix}{name}"

    def _box(self, layer: Operation) -> Box:
        nodes = self.nodes[layer]
        roles = [role(self.graph, node) for node in nodes]
        box = Box(
            key=self.key(layer),
            name=words.clean(layer.name),
            detail=words.detail(layer) + weights_words(layer) + place_words(self.graph, nodes[0]),
            role=next((one for one in roles if one != "plain"), "plain"),
            group=self.shared.get(layer),
            frozen=words.is_frozen(layer),
            wrapper=words.inner_layer(layer) is not None,
            nested=words.graph_of(layer) is not None,
            rows=self._rows(layer),
            title=f"{words.clean(layer.name)}, {words.detail(layer)}, "
            f"called {words.times(len(nodes))} in this model.",
        )
        if self.expand and box.nested:
            box.inside = Layers(layer, True, self.limit, f"{box.key}/").build()
        return box

    def _rows(self, layer: Operation) -> list[Row]:
        """The calls in this model, between those outside it, which have their numbers too."""
        inside = {node.index: node for node in self.nodes[layer]}
        others = [node for node in layer.inbound_nodes if node.index not in inside]
        told = {node.index for node in others[:MOST_NOTES]}
        own = words.graph_of(layer) is not None
        rows: list[Row] = []
        for node in layer.inbound_nodes:
            if node.index in inside:
                self.rows[node] = len(rows)
                rows.append(node_row(self.graph, node))
            elif node.index in told:
                note = "its own inputs and outputs" if own and not node.index else OUTSIDE
                rows.append(Row(node.index, [], [], [], note))
        if len(others) > MOST_NOTES:
            more = words.plural(len(others) - MOST_NOTES, "more call")
            rows.append(Row(others[MOST_NOTES].index, [], [], [], f"and on: {more} {OUTSIDE}"))
        return rows

    def _fold_box(self) -> Box:
        count = words.plural(len(self.hidden), "more layer")
        return Box(
            key=f"{self.prefix}{FOLD}",
            name=f"… {count}",
            detail="left out here",
            role=FOLD,
            title=f"{count} in the middle are not drawn.",
        )

    def _wire(self, node: Node) -> None:
        if node in self.graph.input_nodes:
            return
        tensors = node.arguments.tensors
        for i, tensor in enumerate(tensors):
            source = self._source(tensor)
            target = End(self.key(node.operation), i, len(tensors), self.rows.get(node))
            name = words.tensor_id(self.graph, tensor)
            if node.operation in self.folded:
                target = End(target.key)
                if source.key == target.key or (source.key, name) in self.into_fold:
                    continue
                self.into_fold.add((source.key, name))
            self.scene.edges.append(Edge(source, target, name, tensor.mask is not None))

    def _source(self, tensor: Tensor) -> End:
        maker, index = self.graph.producer(tensor)
        key = self.key(maker.operation)
        if maker.operation in self.folded:
            return End(key)
        return End(key, index, len(maker.output_tensors), self.rows[maker])

    def _end(self) -> None:
        """A plate for each output of the model."""
        places: dict[Tensor, list[int]] = {}
        for i, tensor in enumerate(self.graph.outputs):
            places.setdefault(tensor, []).append(i)
        for tensor, found in places.items():
            name = words.tensor_id(self.graph, tensor)
            plate = plate_of(tensor, name, self.prefix)
            plate.output = True
            several = len(self.graph.outputs) > 1
            plate.label = ", ".join(f"outputs[{i}]" for i in found) * several
            self.scene.plates.append(plate)
            source = self._source(tensor)
            self.scene.edges.append(Edge(source, End(plate.key), name, plate.mask))


def weights_words(layer: Any) -> str:
    number = words.count(words.weights_of(layer))
    return f" · {words.plural(number, 'weight')}" if number else ""


def node_row(graph: Graph | None, node: Node) -> Row:
    given = [] if node.is_input or (graph and node in graph.input_nodes) else node.arguments.tensors
    return Row(
        node.index,
        [words.tensor_id(graph, tensor) for tensor in given],
        [words.tensor_id(graph, tensor) for tensor in node.output_tensors],
        [words.shape_text(tensor.shape) for tensor in node.output_tensors],
    )
