"""What both faces of a model share: which boxes are open, what is in them, and their words."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.insides import Recorded, inside
from funclab.view.scene.scene import Box, Group, Scene

UNORDERED = ("Add", "Multiply", "Average", "Maximum", "Minimum")
"""Whose inputs may come in any order."""

Opened = bool | Collection[str]
"""Whether boxes are drawn open: all, none, or those with these keys."""


class Piece:
    """A piece of graph in the form of a model: where it begins and ends has no numbers."""

    def __init__(self, name: str, graph: Graph) -> None:
        self.name, self.graph = name, graph


def frame_scene(
    box: Box, node: Node, face: str, expand: Opened, within: Callable[[Any, str], Scene]
) -> Scene | None:
    """What is in the box of a call: a graph, which `within` draws, or the layer that is wrapped."""
    if not is_open(expand, box.key):
        return None
    graph, inner = inside(node), words.inner_layer(node.operation)
    if graph is not None:
        own = words.graph_of(node.operation) is None
        return within(Piece(node.operation.name, graph) if own else node.operation, box.key)
    if inner is None:
        return None
    wrapped = wrapped_box(inner, f"{box.key}/")
    if wrapped.nested and is_open(expand, wrapped.key):
        wrapped.inside = within(inner, wrapped.key)
    return Scene(box.name, face, place=box.key, boxes=[wrapped])


def within(key: str, frame: str) -> bool:
    """Whether a key is that of a box or of something inside it."""
    frame = clean(frame)
    return key == frame or key.startswith(f"{frame}/")


def is_open(expand: Opened, key: str) -> bool:
    return expand if isinstance(expand, bool) else clean(key) in expand


def role(graph: Graph, node: Node) -> str:
    if node in graph.input_nodes:
        return "input"
    return "output" if any(one in graph.outputs for one in node.output_tensors) else "plain"


def place_words(graph: Graph, node: Node) -> str:
    """Which of the model's inputs a node is, when there are several, and what is not float32."""
    if node not in graph.input_nodes:
        return ""
    dtype = node.output_tensors[0].dtype
    which = f" · inputs[{place_of(graph, node)}]" if len(graph.input_nodes) > 1 else ""
    return which + (f" · {dtype}" if dtype != "float32" else "")


def place_of(graph: Graph, node: Node) -> int | None:
    return graph.input_nodes.index(node) if node in graph.input_nodes else None


def write_line(node: Node) -> str:
    """The line of Python that gives a node's output; nothing for a call within a layer's `call`."""
    return (
        ""
        if isinstance(node, Recorded)
        else f"{clean(node.operation.name)}.get_output_at({node.index})"
    )


def wrapped_box(layer: Any, prefix: str) -> Box:
    """The layer inside a wrapper: it has no node of its own there."""
    return Box(
        key=f"{prefix}{layer.name}",
        name=clean(layer.name),
        detail=words.detail(layer),
        frozen=words.is_frozen(layer),
        nested=words.graph_of(layer) is not None,
        outputs=0,
        title=f"{clean(layer.name)}, {words.detail(layer)}, applied by the wrapper around.",
    )


def group_of(layer: Any, number: int, keys: list[str], calls: int) -> Group:
    """A shared layer, without a capsule."""
    numbers = words.arithmetic(layer) if words.weights_of(layer) else ""
    frozen = words.is_frozen(layer)
    return Group(number, clean(layer.name), keys, calls, numbers, total=calls, frozen=frozen)
