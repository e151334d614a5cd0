"""A model that is a graph: what `Model(inputs, outputs)` makes."""

from __future__ import annotations

import functools
import warnings
from typing import Any, NoReturn

from funclab import ops, registry, saving, structure
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tape import current_tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.layers.base import Layer
from funclab.layers.input import Input
from funclab.models.model import Model, refuse_layers
from funclab.shapes import Shape
from funclab.training.inputs import fit_value, order_inputs


class Functional(Model):
    """The graph between input and output tensors, usable as a layer.

    `inputs` and `outputs` are tensors, or lists, tuples and dicts of them; calls and predictions
    give results in the form of `outputs`. An input may be a tensor in the middle of a larger graph.
    As in Keras 2 the model has a node of its own from the start, from its inputs to its outputs:
    `get_output_at(0)`; its first call makes node 1.
    """

    graph: Graph
    _graph_with_losses: Graph | None = None

    def __init__(
        self,
        inputs: Any,
        outputs: Any,
        name: str | None = None,
        trainable: bool = True,
        **kwargs: Any,
    ) -> None:
        Layer.__init__(self, name=name, autocast=False, **kwargs)
        self._set_graph(inputs, outputs)
        if not trainable:
            self.trainable = False

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        tensors = structure.flatten(inputs)
        self.graph = Graph(tensors, structure.flatten(outputs), _stand_ins(tensors))
        self.input_structure, self.output_structure = inputs, outputs
        self.inputs, self.outputs = self.graph.inputs, self.graph.outputs
        self.output_names = _output_names(outputs)
        self.built = True
        del self.inbound_nodes[:1]
        Node(self, (inputs,), {}, outputs, own=True)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        given = order_inputs(self, inputs)
        values = [fit_value(self, i, value) for i, value in enumerate(given)]
        if mask is not None:
            values = list(map(_masked, values, structure.flatten(mask)))
        made = (self._graph_with_losses or self.graph).replay(values)
        current_tape().losses.extend(made[len(self.graph.outputs) :])
        return structure.pack(self.output_structure, made)

    def add_loss(self, loss: Any) -> None:
        """Add a tensor computed from this model's inputs to what training makes small.

        Inside `call`, a value. Takes effect at the next `compile`.
        """
        if not isinstance(loss, Tensor):
            super().add_loss(loss)
            return
        known = self._graph_with_losses or self.graph
        whole = Graph(known.inputs, [*known.outputs, loss], known.stand_ins)
        self._graph_with_losses = whole
        self._loss_layers = [one for one in whole.layers if one not in self.graph.layers]

    def _cast(self, leaf: Any) -> Any:
        """Inputs keep their dtype here; `call` gives each the dtype of its Input."""
        return leaf if leaf is None else super()._cast(leaf)

    # What the graph holds.
    @property
    def sublayers(self) -> list[Any]:
        held = [layer for layer in super().sublayers if isinstance(layer, Layer)]
        return list(dict.fromkeys([*self.graph.layers, *held]))

    @property
    def layers(self) -> list[Any]:
        """Each layer once, ordered by depth from the inputs."""
        return self.graph.layers

    @layers.setter
    def layers(self, _: Any) -> NoReturn:
        refuse_layers(self.name)

    @property
    def operations(self) -> list[Operation]:
        """Layers, and ops used on tensors directly."""
        return self.graph.operations

    @property
    def nodes(self) -> list[Node]:
        """The calls of the graph, each after those it needs."""
        return self.graph.nodes

    @property
    def container_nodes(self) -> set[str]:
        return {f"{node.operation.name}_ib-{node.index}" for node in self.graph.nodes}

    @property
    def nodes_by_depth(self) -> dict[int, list[Node]]:
        return self.graph.nodes_by_depth

    @property
    def layers_by_depth(self) -> dict[int, list[Operation]]:
        return self.graph.layers_by_depth

    @property
    def input_layers(self) -> list[Operation]:
        return [node.operation for node in self.graph.input_nodes]

    @property
    def output_layers(self) -> list[Operation]:
        return [self.graph.producer(tensor)[0].operation for tensor in self.outputs]  # type: ignore[union-attr]

    @property
    def input_names(self) -> list[str]:
        return [layer.name for layer in self.input_layers]

    @property
    def optional_inputs(self) -> list[bool]:
        """For each input, whether data may leave it out."""
        return [getattr(layer, "optional", False) for layer in self.input_layers]

    @property
    def input(self) -> Any:
        """The model's own inputs, whatever it was called on."""
        return self.input_structure

    @property
    def output(self) -> Any:
        """The model's own outputs, whatever it was called on."""
        return self.output_structure

    @property
    def input_shape(self) -> Any:
        return structure.map_structure(lambda tensor: tensor.shape, self.input_structure)

    @property
    def output_shape(self) -> Any:
        return structure.map_structure(lambda tensor: tensor.shape, self.output_structure)

    def get_config(self) -> dict[str, Any]:
        """The graph as plain data: every layer, and the calls of each."""
        if type(self).__init__ is not Functional.__init__:
            return super().get_config()
        return saving.graph_to_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        if "layers" not in config:
            return super().from_config(config)
        return saving.graph_from_config(cls, config, custom_objects)

    def __repr__(self) -> str:
        shapes: list[Shape] = [tensor.shape for tensor in self.outputs or []]
        return f"<{type(self).__name__} {self.name}: {len(self.layers)} layers, output {shapes}>"


def _masked(value: Value, mask: Any) -> Value:
    """The value with this mask, and the original as it was."""
    if mask is value.mask or mask is None:
        return value
    copy = ops.identity(value)
    copy.mask = mask
    return copy


@functools.cache
def functional_version(cls: type) -> type:
    """A user's Model subclass that hands inputs and outputs to `super().__init__`."""
    return type(cls.__name__, (cls, Functional), {"__module__": cls.__module__})


def _stand_ins(tensors: list[Any]) -> dict[Tensor, Tensor]:
    """An Input in place of each tensor in the middle of a graph."""
    return {
        tensor: Input(batch_shape=tensor.shape, dtype=tensor.dtype)
        for tensor in tensors
        if isinstance(tensor, Tensor)
        and hasattr(tensor, "_keras_history")
        and not tensor._keras_history.operation.inbound_nodes[
            tensor._keras_history.node_index
        ].is_input
    }


def _output_names(outputs: Any) -> list[str]:
    """A name for each output: the dict's key, or that of the layer that makes it."""
    if isinstance(outputs, dict) and not any(map(structure.is_container, outputs.values())):
        return list(outputs)
    names = [tensor._keras_history.operation.name for tensor in structure.flatten(outputs)]
    unique = registry.unique_names(names)
    if unique != names and len({*structure.flatten(outputs)}) == len(names):
        warnings.warn(
            f"Several outputs come from one layer; they are named {unique} here, in the order "
            "of `outputs`. Losses, targets and History use these names.",
            stacklevel=5,
        )
    return unique
