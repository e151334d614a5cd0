"""Which layers of a model, and of the models inside it, are one and the same."""

from __future__ import annotations

from collections import Counter

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.view.draw.text import plural, shorten
from funclab.view.scene import words
from funclab.view.scene.insides import parts
from funclab.view.scene.scene import Box, Group, Scene


class Sharing:
    """The layers that are used more than once, numbered alike in all parts of a picture."""

    def __init__(self, graph: Graph, outside: str = "outside this model") -> None:
        self.outside = outside
        """Where calls are that belong to none of these graphs."""
        inner = list(parts(graph))
        self.owners = {node: part.name for part in inner[1:] for node in part.graph.nodes}
        """The model inside this one to which a node belongs, by name."""
        self.boxes: dict[str, Box] = {}
        """The boxes of calls, by their keys, as each picture of the same model needs them."""
        layers = [node.operation for part in inner for node in part.graph.nodes]
        wrapped = [words.inner_layer(layer) for layer in layers]
        self.totals = Counter([*layers, *filter(None, wrapped)])
        """How often each layer runs when the model runs once."""
        graphs = dict.fromkeys(part.graph for part in inner)
        places = Counter(layer for one in graphs for layer in words.calls_by_layer(one))
        self.numbers: dict[Operation, int] = {}
        for one in graphs:
            for layer, calls in words.calls_by_layer(one).items():
                if len(calls) > 1 or places[layer] > 1:
                    self.numbers.setdefault(layer, len(self.numbers))

    def of(self, graph: Graph) -> dict[Operation, int]:
        """The shared layers that are called in one of the graphs, with their numbers."""
        calls = words.calls_by_layer(graph)
        return {layer: number for layer, number in self.numbers.items() if layer in calls}


def caption_groups(scene: Scene) -> None:
    """Say of each weights capsule how many calls use the weights; of a second one, whose they are.

    A model that is called twice and drawn twice has all its layers drawn twice: the weights in it
    exist once all the same.
    """
    first: dict[int, Scene] = {}
    for one in scene.walk():
        for group in one.groups:
            if group.weights and group.number in first:
                group.caption = _again(group, first[group.number])
            elif group.weights:
                first[group.number] = one
                group.caption = _once(group)


def _once(group: Group) -> list[str]:
    last = "frozen: training leaves them" if group.frozen else "gradients of all add up here"
    where = f"used by {plural(group.total, 'call')}"
    if group.total > group.size:
        return [f"{where}, {group.size} of them here;", last]
    return [f"{where},", last]


def _again(group: Group, first: Scene) -> list[str]:
    where = f"in {shorten(first.place, 28)}" if first.place else "outside"
    return [f"the same weights as {where}:", f"{plural(group.total, 'call')} use them in all"]


def absent(layer: Operation, graph: Graph, sharing: Sharing) -> str:
    """Which nodes of a layer are not in a graph, and where they are; nothing when all are."""
    inside = set(graph.nodes)
    found: dict[str, list[int]] = {}
    for node in layer.inbound_nodes:
        if node not in inside:
            found.setdefault(whereabouts(node, sharing), []).append(node.index)
    return "; ".join(f"{_numbers(nodes)}: {where}" for where, nodes in found.items())


def whereabouts(node: Node, sharing: Sharing) -> str:
    """Where a node is that is not in the graph drawn."""
    if node.index == 0 and words.graph_of(node.operation) is not None:
        return "made with the model itself"
    owner = sharing.owners.get(node)
    return f"inside {shorten(owner, 20)}" if owner else sharing.outside


def _numbers(nodes: list[int]) -> str:
    if len(nodes) == 1:
        return f"node {nodes[0]}"
    if nodes[-1] - nodes[0] == len(nodes) - 1:
        return f"nodes {nodes[0]} to {nodes[-1]}"
    return f"{len(nodes)} nodes"
