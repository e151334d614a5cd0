"""Copies of models with their whole state, as `copy` and `pickle` make them.

Nodes link layers, tensors and other models in cycles, and following the links would recurse as
deep as the graph is long. So the layers are pickled, and a flat list of the calls from which the
nodes are made again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from funclab.graph import structure
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Shape
from funclab.graph.tensor import Tensor

if TYPE_CHECKING:
    from funclab.models.model import Functional


class Reference:
    """Stands for a tensor: output number `output` of call number `call`."""

    def __init__(self, call: int, output: int) -> None:
        self.call, self.output = call, output


class Described:
    """The shape and dtype of a tensor and of its mask."""

    def __init__(self, tensor: Tensor) -> None:
        self.shape: Shape = tensor.shape
        self.dtype = tensor.dtype
        self.mask = None if tensor.mask is None else Described(tensor.mask)

    def tensor(self) -> Tensor:
        tensor = Tensor(self.shape, self.dtype)
        tensor.mask = None if self.mask is None else self.mask.tensor()
        return tensor


class Made(NamedTuple):
    """One call: its operation, arguments and outputs. An input layer has no arguments."""

    operation: Operation
    arguments: Any
    outputs: Any


def calls_of(model: Functional) -> dict[str, Any]:
    """The calls of a model's graph, its inputs and its outputs."""
    graph = model._graph_with_losses or model.graph
    number = {node: i for i, node in enumerate(graph.nodes)}

    def reference(tensor: Tensor) -> Reference:
        node, index = graph.producer(tensor)
        return Reference(number[node], index)

    calls = []
    for node in graph.nodes:
        arguments = None if node.is_input else node.arguments.convert(reference)
        outputs = structure.map_structure(Described, node.outputs)
        calls.append(Made(node.operation, arguments, outputs))
    losses = graph.outputs[len(model.graph.outputs) :]
    ends = {"inputs": model.input_structure, "outputs": model.output_structure, "losses": losses}
    described = {name: structure.map_structure(reference, tree) for name, tree in ends.items()}
    return {"calls": calls, **described}


def make_calls(calls: dict[str, Any]) -> tuple[Any, Any, list[Tensor]]:
    """Make the nodes again; the inputs and outputs of the model, and the losses added to it."""
    made: list[list[Tensor]] = []

    def tensor(leaf: Any) -> Any:
        return made[leaf.call][leaf.output] if isinstance(leaf, Reference) else leaf

    for operation, arguments, outputs in calls["calls"]:
        if arguments is None:
            if not operation.inbound_nodes:  # an input layer that holds its model is made later
                Node(operation, outputs=structure.map_structure(Described.tensor, outputs))
            made.append(operation.inbound_nodes[0].output_tensors)
            continue
        args, kwargs = structure.map_structure(tensor, arguments)
        tensors = structure.map_structure(Described.tensor, outputs)
        Node(operation, args, kwargs, tensors)
        made.append(structure.flatten(tensors))
    inputs, outputs, losses = (
        structure.map_structure(tensor, calls[name]) for name in ("inputs", "outputs", "losses")
    )
    return inputs, outputs, losses
