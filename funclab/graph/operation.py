"""Operations: what can be called on tensors. They can be asked about each of their calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from funclab import registry
from funclab.errors import AmbiguousNodeError, NeverCalledError, NodeIndexError, ShapeError, plain
from funclab.errors.words import times
from funclab.graph import explanations, structure
from funclab.graph.node import Arguments, Node, now
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value

if TYPE_CHECKING:
    from funclab.graph.op import Op


class Operation:
    """A layer, a model, or an op on tensors. Each call of it on tensors makes a `Node`.

    `inbound_nodes` are its own calls, in order; `outbound_nodes` the calls that read its outputs.
    """

    is_layer = True
    mask_operations = 0
    """How many operations Keras needs to make the output's mask from the inputs."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name or registry.auto_name(registry.prefix_of(type(self)))
        self.inbound_nodes: list[Node] = []
        self.outbound_nodes: list[Node] = []
        self.born = now()
        """When it was made, by the clock that orders all nodes."""

    @property
    def uses_training(self) -> bool:
        """Whether its calls behave differently in training."""
        return False

    @property
    def mask_arguments(self) -> Sequence[str]:
        """The names of the arguments that pass the masks of the inputs to a call."""
        return ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    # A copy has no nodes; a copied model makes those of its graph again. If that model is an
    # attribute of the operation itself, it is made first, and needs names.
    def __reduce__(self) -> Any:
        return bare, (type(self), self.name), self.__getstate__()

    def __getstate__(self) -> dict[str, Any]:
        own = ("inbound_nodes", "outbound_nodes", "born", "_call_losses", "_kept_calls")
        return {key: value for key, value in vars(self).items() if key not in own}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)

    @property
    def _inbound_nodes(self) -> list[Node]:
        return self.inbound_nodes

    @property
    def _outbound_nodes(self) -> list[Node]:
        return self.outbound_nodes

    def calls_among(self, nodes: Iterable[Node]) -> list[Node]:
        """Its calls, and those among `nodes` that it does not list, as they were set aside."""
        own = {*self.inbound_nodes}
        aside = [node for node in nodes if node.operation is self and node not in own]
        return [*self.inbound_nodes, *sorted(aside, key=lambda node: node.index)]

    # About one node.
    def get_input_at(self, node_index: int | None = None) -> Any:
        """The tensor (a list, for several) that call number `node_index` was given."""
        return _one(self._node("input", node_index).input_tensors)

    def get_output_at(self, node_index: int | None = None) -> Any:
        """The tensor (a list, for several) that call number `node_index` returned."""
        return _one(self._node("output", node_index).output_tensors)

    def get_input_shape_at(self, node_index: int | None = None) -> Any:
        return _one(self._node("input shape", node_index).input_shapes)

    def get_output_shape_at(self, node_index: int | None = None) -> Any:
        return _one(self._node("output shape", node_index).output_shapes)

    def get_input_mask_at(self, node_index: int | None = None) -> Any:
        return _one(self._node("input mask", node_index).input_masks)

    def get_output_mask_at(self, node_index: int | None = None) -> Any:
        return _one(self._node("output mask", node_index).output_masks)

    # About the only node, or about all nodes if they agree.
    @property
    def input(self) -> Any:
        """The input of a layer called once; see `get_input_at`."""
        return _one(self._only_node("input").input_tensors)

    @property
    def output(self) -> Any:
        """The output of a layer called once; see `get_output_at`."""
        return _one(self._only_node("output").output_tensors)

    @property
    def input_mask(self) -> Any:
        return _one(self._only_node("input mask").input_masks)

    @property
    def output_mask(self) -> Any:
        return _one(self._only_node("output mask").output_masks)

    @property
    def input_shape(self) -> Any:
        """The input shape of the calls, if it is the same in all of them."""
        return self._common_shape("input", lambda node: node.input_shapes)

    @property
    def output_shape(self) -> Any:
        """The output shape of the calls, if it is the same in all of them."""
        return self._common_shape("output", lambda node: node.output_shapes)

    def _node(self, end: str, index: Any) -> Node:
        count = len(self.inbound_nodes)
        if not count:
            raise self._never_called(end)
        if not hasattr(index, "__index__"):
            raise explanations.node_index(self, end, index)
        if not -count <= index < count:
            raise NodeIndexError(
                f"Asked to get {end} at node {index}, but the layer has only {count} "
                "inbound nodes.",
                why=f"{self.name} was called {times(count)}; calls are numbered from 0.",
                fix=f"use an index from 0 to {count - 1}." if count > 1 else "use index 0.",
                graph=self,
            )
        return self.inbound_nodes[index]

    def _only_node(self, end: str) -> Node:
        if not self.inbound_nodes:
            raise self._never_called(end)
        if len(self.inbound_nodes) > 1:
            question = end.replace(" ", "_")
            raise AmbiguousNodeError(
                f'Layer {self.name} has multiple inbound nodes, hence the notion of "layer {end}" '
                f"is ill-defined. Use `get_{question}_at(node_index)` instead.",
                why=f"{self.name} was called {times(len(self.inbound_nodes))}; each call made a "
                f"node with an {end} of its own.",
                fix=f"choose one, for example {self.name}.get_{question}_at(0).",
                graph=self,
            )
        return self.inbound_nodes[0]

    def _common_shape(self, end: str, shapes: Callable[[Node], Any]) -> Any:
        if not self.inbound_nodes:
            raise self._never_called(f"{end} shape")
        every = [shapes(node) for node in self.inbound_nodes]
        if any(other != every[0] for other in every):
            raise AmbiguousNodeError(
                f'The layer "{self.name} has multiple inbound nodes, with different {end} shapes. '
                f'Hence the notion of "{end} shape" is ill-defined for the layer. '
                f"Use `get_{end}_shape_at(node_index)` instead.",
                why=f"its calls have the {end} shapes {', '.join(str(_one(s)) for s in every)}.",
                fix=f"choose one, for example {self.name}.get_{end}_shape_at(0).",
                graph=self,
            )
        return _one(every[0])

    def _never_called(self, end: str) -> NeverCalledError:
        says = f"Layer {self.name} has no inbound nodes: the layer "
        if end == "input":
            says = f"Layer {self.name} is not connected, no input to return: the layer "
        return NeverCalledError(
            f"{says}has never been called and thus has no defined {end}.",
            why="only a call on a tensor gives a layer inputs and outputs.",
            fix=f"call it first: y = {self.name}(x).",
            graph=self,
            facts=explanations.uncalled(self),
        )


class OpOperation(Operation):
    """An op used directly on tensors: `a + b` makes a node like any other, without a layer."""

    is_layer = False

    def __init__(self, op: Op, name: str | None = None) -> None:
        super().__init__(name or registry.auto_name(op.name))
        self.op = op

    def __call__(self, *inputs: Any) -> Any:
        arguments = Arguments(inputs, {})
        if not arguments.tensors:
            return self.op(*inputs)
        values, _ = arguments.convert(placeholder)
        try:
            outputs = structure.map_structure(symbolic, self.op(*values))
        except ShapeError as error:
            error.graph, error.tensors = self, arguments.tensors
            raise
        Node(self, inputs, {}, outputs)
        return outputs

    def __repr__(self) -> str:
        return plain(f"<{self.op} name={self.name}>")


class Box:
    """What stands in a graph for a layer or an op that funclab cannot make: `saving.opaque` makes
    them."""


def is_box(layer: Any) -> bool:
    """Whether a layer, or an op, is only a box."""
    return isinstance(layer, Box)


def bare(cls: Any, name: str) -> Any:
    """An operation of a class, made without calling its constructor."""
    operation = object.__new__(cls)
    Operation.__init__(operation, name)
    return operation


def placeholder(tensor: Tensor) -> Value:
    """A value that stands for a tensor, to run a call on shapes only."""
    value = Value(tensor.shape, tensor.dtype, tensor.name)
    if tensor.mask is not None:
        value.mask = placeholder(tensor.mask)
    return value


def symbolic(value: Value) -> Tensor:
    """The tensor that describes a value."""
    tensor = Tensor(value.shape, value.dtype)
    if value.mask is not None:
        tensor.mask = Tensor(value.mask.shape, value.mask.dtype, f"{tensor.name}_mask")
    return tensor


def _one(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else list(items)
