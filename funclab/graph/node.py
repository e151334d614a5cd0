"""A node: one call of a layer, linking its input tensors to its output tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from funclab.errors import TensorTypeError, plain
from funclab.graph import structure
from funclab.graph.shape_math import Shape
from funclab.graph.tensor import Tensor
from funclab.graph.value import now

if TYPE_CHECKING:
    from funclab.graph.operation import Operation

OBSERVERS: list[list[Node]] = []
"""Observers: lists to which each new node is appended."""


@contextmanager
def observed(nodes: list[Node] | None = None) -> Iterator[list[Node]]:
    """A list that gets each node made within the block, except models' own; `nodes`, if given."""
    nodes = [] if nodes is None else nodes
    OBSERVERS.append(nodes)
    try:
        yield nodes
    finally:
        OBSERVERS[:] = [observer for observer in OBSERVERS if observer is not nodes]


class Arguments:
    """The arguments of a call, as written, and the tensors among them."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        # Copied: a list that the user changes after the call must not change the node.
        self.args, self.kwargs = structure.map_structure(lambda leaf: leaf, (args, kwargs))
        leaves = structure.flatten([args, kwargs])
        self.tensors: list[Tensor] = [leaf for leaf in leaves if isinstance(leaf, Tensor)]

    @property
    def keras_tensors(self) -> list[Tensor]:
        return self.tensors

    def convert(self, function: Callable[[Any], Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The same arguments with `function` applied to each tensor."""

        def one(leaf: Any) -> Any:
            return function(leaf) if isinstance(leaf, Tensor) else leaf

        return structure.map_structure(one, self.args), structure.map_structure(one, self.kwargs)

    def fill_in(self, values: dict[Tensor, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The same arguments with each tensor replaced by its value."""
        return self.convert(values.__getitem__)


class Node:
    """One call of `operation`; `index` numbers its calls, from 0.

    A call with several inputs is still one node, and so is one with several outputs, which the
    tensor index numbers in `output_tensors`. `time` orders all nodes ever made: a node's inputs
    are always older than the node.
    """

    def __init__(
        self,
        operation: Operation,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
        outputs: Any = (),
        *,
        own: bool = False,
    ) -> None:
        self.operation = operation
        self.arguments = Arguments(args, kwargs or {})
        self.outputs = outputs
        self.output_tensors: list[Tensor] = structure.flatten(outputs)
        for output in self.output_tensors:
            if not isinstance(output, Tensor):
                raise TensorTypeError(
                    f"operation outputs must be tensors. Received: {output!r}.",
                    why=f"{operation.name} returned something else from its call.",
                    fix="return what funclab.ops or other layers give you.",
                )
        self.time = now()
        self.index = len(operation.inbound_nodes)
        self.is_input = not self.arguments.tensors
        operation.inbound_nodes.append(self)
        for record in OBSERVERS if not own else ():
            record.append(self)
        if not own:  # a model's own node must not take over the tensors inside the model
            self._link()

    def _link(self) -> None:
        for index, tensor in enumerate(self.output_tensors):
            tensor.node, tensor.index = self, index
        for parent in {id(node): node for node in self.parent_nodes}.values():
            parent.operation.outbound_nodes.append(self)

    @property
    def key(self) -> str:
        """The node as `layer[node]`, the form that diagrams and traces use."""
        return f"{self.operation.name}[{self.index}]"

    @property
    def input_tensors(self) -> list[Tensor]:
        """The tensors of the call's arguments; for an input layer, its own tensor, as in Keras."""
        return self.output_tensors if self.is_input else self.arguments.tensors

    @property
    def parent_nodes(self) -> list[Node]:
        """The node that made each input tensor, in order."""
        return [tensor.node for tensor in self.arguments.tensors]

    # The names of Keras 2.
    @property
    def outbound_layer(self) -> Operation:
        return self.operation

    @property
    def inbound_layers(self) -> list[Operation]:
        return [tensor.node.operation for tensor in self.arguments.tensors]

    @property
    def node_indices(self) -> list[int]:
        return [tensor.node.index for tensor in self.arguments.tensors]

    @property
    def tensor_indices(self) -> list[int]:
        return [tensor.index for tensor in self.arguments.tensors]

    @property
    def input_masks(self) -> list[Tensor | None]:
        return [tensor.mask for tensor in self.input_tensors]

    @property
    def output_masks(self) -> list[Tensor | None]:
        return [tensor.mask for tensor in self.output_tensors]

    @property
    def input_shapes(self) -> list[Shape]:
        return [tensor.shape for tensor in self.input_tensors]

    @property
    def output_shapes(self) -> list[Shape]:
        return [tensor.shape for tensor in self.output_tensors]

    def get_config(self) -> dict[str, Any]:
        """The links of this node by name, in the form of Keras 2."""
        return {
            "outbound_layer": self.operation.name,
            "inbound_layers": [layer.name for layer in self.inbound_layers],
            "node_indices": self.node_indices,
            "tensor_indices": self.tensor_indices,
            "arguments": dict(self.arguments.kwargs),
        }

    def __repr__(self) -> str:
        return plain(f"<Node {self.operation.name}[{self.index}] of {ids(self.input_tensors)}>")


def ids(tensors: Iterable[Tensor]) -> str:
    """The tensors as `layer[node:tensor]`, separated by commas."""
    return ", ".join(tensor.id for tensor in tensors)
