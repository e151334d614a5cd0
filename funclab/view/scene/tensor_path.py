"""Where a tensor comes from: every call between the inputs and it."""

from __future__ import annotations

from typing import Any

from funclab.errors import TensorTypeError
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.tensor import Tensor
from funclab.view.draw.text import clean, plural
from funclab.view.scene.calls import Calls, Piece
from funclab.view.scene.diagram import MOST_CALLS, Diagram
from funclab.view.scene.layout.place import place
from funclab.view.scene.tables import description


class Behind(Piece):
    """The part of a graph behind one tensor, in the form of a model."""

    def __init__(self, tensor: Tensor) -> None:
        super().__init__(tensor.id, Graph(source_inputs(tensor), [tensor]))
        self.tensor = tensor


def maker(tensor: Tensor) -> Node:
    operation, index, _ = tensor._keras_history
    return operation.inbound_nodes[index]


def source_inputs(tensor: Tensor) -> list[Tensor]:
    """The tensors, without inputs of their own, that a tensor is made from; the oldest first."""
    seen: set[Tensor] = set()
    found: list[Tensor] = []
    waiting = [tensor]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            node = maker(one)
            found += [one] if node.is_input else []
            waiting += node.arguments.tensors
    return sorted(found, key=lambda one: maker(one).time)


def tensor_view(tensor: Any, direction: str = "TB", look: str = "auto") -> Diagram:
    """The picture of how a tensor came about, from the inputs on.

    Raises: TensorTypeError for what is not a symbolic tensor.
    """
    if not isinstance(tensor, Tensor) or not hasattr(tensor, "_keras_history"):
        raise TensorTypeError(
            f"tensor_view was given {tensor!r}, which is not a symbolic tensor.",
            why="only tensors made by Input and by layer calls remember where they come from.",
            fix="pass what Input(...) or a layer call returned.",
        )
    behind = Behind(tensor)
    scene = Calls(behind, False, MOST_CALLS).build()
    scene.direction = direction
    calls = plural(len(behind.graph.nodes), "call")
    scene.title = f"Where {clean(tensor.id)} comes from: {calls}"
    scene.description = description(scene)
    place(scene)
    return Diagram(scene, look)
