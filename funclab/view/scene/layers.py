"""The layers face: one box for each layer, its calls as numbered rows. A loop is visible here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from funclab.graph.node import Node
from funclab.graph.shape_math import show
from funclab.view.draw.sentences import say, times
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.blocks import Entry, Held, Opened, Several, nodes_of, reads
from funclab.view.scene.calls import Calls, role, whereabouts
from funclab.view.scene.scene import Box, Row

MOST_NOTES = 3
"""How many calls outside the model have a row each."""


class Layers(Calls):
    """Builds the scene of a graph with a box for each layer; a layer that is called once has the
    box of its call.

    Blocks, open frames and edges are as in the calls face.
    """

    face = "layers"

    def key(self, node: Node) -> str:
        return f"{self.prefix}{node.operation.name}"

    def _entries(self, focus: Node | None = None) -> list[Entry]:
        """Layers and blocks: a layer with several calls has one box, and is in no block."""
        several: dict[Node, Several] = {}
        for layer, nodes in self.every.items():
            if len(layer.calls_among(nodes)) > 1:
                several |= dict.fromkeys(nodes, Several(nodes))
        entries: dict[int, Entry] = {}
        for entry in _flat(super()._entries(focus)):
            own = [node for node in nodes_of(entry) if node not in several]
            met = [several[node] for node in nodes_of(entry) if node in several]
            entries |= {id(layer): layer for layer in met}
            if len(own) > 1 and not isinstance(entry, Node):
                entries[id(entry)] = Held(entry.key, own, entry.block)
            elif own:
                entries[id(own[0])] = own[0]
        return [*entries.values()]

    def _box_of_several(self, entry: Entry) -> Box:
        """The box of a layer with several nodes, in this model or outside it; for a block, that of
        the calls face.
        """
        if not isinstance(entry, Several):
            return super()._box_of_several(entry)
        nodes = entry.nodes
        layer, box = nodes[0].operation, self._box(nodes[0])
        roles = [role(self.graph, node) for node in nodes]
        number = words.count(words.weights_of(layer))
        after = say("scene_weights", n=number) if number else ""
        facts = {"name": clean(layer.name), "detail": words.detail(layer)}
        return replace(
            box,
            detail=box.detail + after,
            brief=f"{box.brief}{after}".removeprefix(" · "),
            several=False,
            role=next((role for role in roles if role != "plain"), "plain"),
            node=None,
            rows=self._rows(nodes),
            note="",
            title=say("scene_layer", **facts, times=times(len(nodes))),
        )

    def _rows(self, nodes: list[Node]) -> list[Row]:
        """The calls in this model among those outside it, which have node numbers too."""
        inside, every = set(nodes), nodes[0].operation.calls_among(nodes)
        others = [node for node in every if node not in inside]
        rows: list[Row] = []
        for node in every:
            if node in inside:
                self.wires.rows[node] = len(rows)
                rows.append(self._row(node))
            elif node in others[:MOST_NOTES]:
                rows.append(Row(node.index, [], [], [], whereabouts(node, self.sharing)))
        if len(others) > MOST_NOTES:
            more = len(others) - MOST_NOTES
            note = say("scene_more_calls", n=more, where=self.sharing.outside)
            rows.append(Row(others[MOST_NOTES].index, [], [], [], note))
        return rows

    def _row(self, node: Node) -> Row:
        inputs, outputs = (
            [words.tensor_id(self.graph, tensor) for tensor in tensors]
            for tensors in (reads(self.graph, node), node.output_tensors)
        )
        return Row(node.index, inputs, outputs, list(map(show, node.output_shapes)))


def _flat(entries: Iterable[Entry]) -> Iterator[Node | Held | Opened]:
    """Boxes without the frames around them; a run that is drawn once is one box."""
    for entry in entries:
        if isinstance(entry, Opened) and not entry.rounds:
            yield from _flat(entry.entries)
        elif not isinstance(entry, Several):
            yield entry
