"""The layers face: one box for each layer, its calls as numbered rows. A loop is visible here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view.draw.text import clean, plural
from funclab.view.scene import words
from funclab.view.scene.faces import (
    UNORDERED,
    Opened,
    Piece,
    frame_scene,
    group_of,
    place_of,
    place_words,
    role,
    within,
)
from funclab.view.scene.folding import FOLD, Folding, fold_key
from funclab.view.scene.insides import inside
from funclab.view.scene.scene import Box, Edge, End, Plate, Row, Scene
from funclab.view.scene.sharing import Sharing, whereabouts
from funclab.view.scene.wiring import plate_of

MOST_NOTES = 3
"""Calls outside the model that are told one by one."""


class Layers:
    """Builds the scene of a graph. `prefix` keeps keys inside an open frame apart; `focus` is the
    key of the layer that must not be folded away.
    """

    def __init__(
        self,
        model: Any,
        expand: Opened,
        limit: int,
        prefix: str = "",
        focus: str = "",
        sharing: Sharing | None = None,
    ) -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.model, self.graph, self.expand, self.limit = model, graph, expand, limit
        self.prefix, self.focus = prefix, focus
        self.piece = isinstance(model, Piece)
        self.sharing = sharing or Sharing(graph, *["elsewhere"] * self.piece)
        self.scene = Scene(clean(model.name), "layers", place=prefix[:-1])
        self.nodes = words.calls_by_layer(graph)
        self.folding = Folding(list(self.nodes), limit, self._focus())
        self.shared = self.sharing.of(graph)
        self.rows: dict[Node, int] = {}
        self.plates: dict[Tensor, Plate] = {}
        self.into_fold: set[tuple[str, str, str]] = set()

    def _focus(self) -> Operation | None:
        if not self.focus.startswith(clean(self.prefix)):
            return None
        found = (one for one in self.nodes if within(self.focus, f"{self.prefix}{one.name}"))
        return next(found, None)

    def build(self) -> Scene:
        """The scene, without positions."""
        for layer in self.nodes:
            if layer not in self.folding.run_of:
                self.scene.boxes.append(self._box(layer))
            elif self.folding.starts_run(layer):
                self.scene.boxes.append(self._fold_box(layer))
        self.scene.hidden = sum(len(self.nodes[layer]) for layer in self.folding.run_of)
        insides = [box.inside for box in self.scene.boxes if box.inside is not None]
        self.scene.moved = self.folding.moved or any(one.moved for one in insides)
        for node in self.graph.nodes:
            self._wire(node)
        self._end()
        for layer, number in self.shared.items():
            group = group_of(layer, number, [self.key(layer)], len(self.nodes[layer]))
            group.total = self.sharing.totals[layer]
            self.scene.groups.append(group)
        return self.scene

    def key(self, layer: Operation) -> str:
        run = self.folding.run_of.get(layer)
        return f"{self.prefix}{layer.name if run is None else fold_key(run)}"

    def _box(self, layer: Operation) -> Box:
        nodes = self.nodes[layer]
        roles = [role(self.graph, node) for node in nodes]
        alone = len(layer.inbound_nodes) == 1
        after = "" if alone else weights_words(layer)
        after += self._input_words(nodes[0])
        box = Box(
            key=self.key(layer),
            name=clean(layer.name),
            detail=words.call_words(nodes[0]) + after,
            brief=(words.brief(nodes[0]) + after).removeprefix(" · "),
            role=next((one for one in roles if one != "plain"), "plain"),
            group=self.shared.get(layer),
            frozen=words.is_frozen(layer),
            wrapper=words.inner_layer(layer) is not None,
            nested=inside(nodes[0]) is not None,
            rows=[] if alone else self._rows(layer),
            node=nodes[0].index if alone else None,
            inputs=0 if nodes[0] in self.graph.input_nodes else len(nodes[0].arguments.tensors),
            outputs=len(nodes[0].output_tensors),
            ordered=words.kind(layer) not in UNORDERED,
            weights=words.count(words.weights_of(layer)),
            place=place_of(self.graph, nodes[0]),
            title=f"{clean(layer.name)}, {words.detail(layer)}, "
            f"called {words.times(len(nodes))} in this model.",
        )
        box.inside = frame_scene(box, nodes[0], "layers", self.expand, self._within)
        return box

    def _input_words(self, node: Node) -> str:
        return "" if self.piece else place_words(self.graph, node)

    def _within(self, model: Any, key: str) -> Scene:
        return Layers(model, self.expand, self.limit, f"{key}/", self.focus, self.sharing).build()

    def _rows(self, layer: Operation) -> list[Row]:
        """The calls in this model, between those outside it, which have their numbers too."""
        inside = {node.index: node for node in self.nodes[layer]}
        others = [node for node in layer.inbound_nodes if node.index not in inside]
        told = {node.index for node in others[:MOST_NOTES]}
        rows: list[Row] = []
        for node in layer.inbound_nodes:
            if node.index in inside:
                self.rows[node] = len(rows)
                rows.append(node_row(self.graph, node))
            elif node.index in told:
                rows.append(Row(node.index, [], [], [], whereabouts(node, self.sharing)))
        if len(others) > MOST_NOTES:
            more = plural(len(others) - MOST_NOTES, "more call")
            rows.append(
                Row(others[MOST_NOTES].index, [], [], [], f"and on: {more} {self.sharing.outside}")
            )
        return rows

    def _fold_box(self, first: Operation) -> Box:
        hidden = self.folding.runs[self.folding.run_of[first]]
        count = plural(len(hidden), "more layer")
        return Box(
            key=self.key(first),
            name=f"… {count}",
            detail="left out here",
            role=FOLD,
            title=f"{count} in between are not drawn, from {first.name} to {hidden[-1].name}.",
            first=f"{self.prefix}{first.name}",
        )

    def _wire(self, node: Node) -> None:
        """The edges into a call: from the plates of tensors, or from the rows that make them."""
        if node in self.graph.input_nodes:
            return
        tensors = node.arguments.tensors
        for i, tensor in enumerate(tensors):
            source = self._source(tensor)
            target = End(self.key(node.operation), i, len(tensors), self.rows.get(node))
            if node.operation in self.folding.run_of:
                target = End(target.key)
                way = (source.key, target.key, words.tensor_id(self.graph, tensor))
                if source.key == target.key or way in self.into_fold:
                    continue
                self.into_fold.add(way)
            self._edge(self._plate(tensor, source), target, tensor)

    def _plate(self, tensor: Tensor, source: End) -> End:
        """The plate of a tensor; one that a row makes has none on its way, for the row tells it."""
        own = self.graph.stand_ins.get(tensor, tensor)
        if source.row is not None:
            return source
        if own not in self.plates:
            name = words.tensor_id(self.graph, tensor)
            self.plates[own] = plate_of(tensor, name, self.prefix)
            self.scene.plates.append(self.plates[own])
            self._edge(source, End(self.plates[own].key), tensor)
        return End(self.plates[own].key)

    def _edge(self, source: End, target: End, tensor: Tensor) -> None:
        name = words.tensor_id(self.graph, tensor)
        mask, key = tensor.mask is not None, f"{self.prefix}{name}"
        self.scene.edges.append(Edge(source, target, name, mask, tensor_key=key))

    def _source(self, tensor: Tensor) -> End:
        maker, index = self.graph.producer(tensor)
        key = self.key(maker.operation)
        if maker.operation in self.folding.run_of:
            return End(key)
        return End(key, index, len(maker.output_tensors), self.rows.get(maker))

    def _end(self) -> None:
        """A plate for each output of the model."""
        positions: dict[Tensor, list[int]] = {}
        for i, tensor in enumerate(self.graph.outputs):
            positions.setdefault(self.graph.stand_ins.get(tensor, tensor), []).append(i)
        for tensor, numbers in positions.items():
            source = self._source(tensor)
            self._plate(tensor, replace(source, row=None))
            plate = self.plates[tensor]
            plate.output, plate.numbered = True, source.row is not None
            self.scene.edges[-1].source = source
            several = len(self.graph.outputs) > 1 and not self.piece
            plate.label = ", ".join(f"outputs[{i}]" for i in numbers) * several


def weights_words(layer: Any) -> str:
    number = words.count(words.weights_of(layer))
    return f" · {plural(number, 'weight')}" if number else ""


def node_row(graph: Graph | None, node: Node) -> Row:
    given = [] if node.is_input or (graph and node in graph.input_nodes) else node.arguments.tensors
    return Row(
        node.index,
        [words.tensor_id(graph, tensor) for tensor in given],
        [words.tensor_id(graph, tensor) for tensor in node.output_tensors],
        [words.shape_text(tensor.shape) for tensor in node.output_tensors],
    )
