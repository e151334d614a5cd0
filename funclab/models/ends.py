"""A model's input and output tensors: masks, stand-ins, names, and checks."""

from __future__ import annotations

from typing import Any, NoReturn

from funclab import ops, registry
from funclab.errors import ArgumentError, AttributeLocked, warn
from funclab.graph import structure
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.layers.input import Input
from funclab.registry.parameters import MEANINGS

MEANINGS |= {
    "outputs": "the tensors that the model returns: one, a list, or a dict by name",
    "layers": "the layers, in order",
    "Model.kwargs": "the same by name, and trainable and dtype as for Layer",
    "inputs": "the tensors at which the graph begins: one, a list, or a dict by name",
    "args": "inputs, outputs and name, in this order; none in a subclass with `call`",
}


def masked(value: Value, mask: Any) -> Value:
    """A copy of the value with this mask; the original is unchanged."""
    if mask is value.mask or mask is None:
        return value
    copy = ops.copy(value)
    copy.mask = mask
    return copy


def stand_ins(tensors: list[Any]) -> dict[Tensor, Tensor]:
    """An Input to replace each tensor that is in the middle of a graph."""
    return {
        tensor: Input(batch_shape=tensor.shape, dtype=tensor.dtype)
        for tensor in tensors
        if isinstance(tensor, Tensor) and hasattr(tensor, "node") and not tensor.node.is_input
    }


def output_names_of(outputs: Any) -> list[str]:
    """A name for each output: the dict's key, or that of the layer that makes it."""
    if isinstance(outputs, dict) and not any(map(structure.is_container, outputs.values())):
        return list(outputs)
    nodes = [tensor.node for tensor in structure.flatten(outputs)]
    names = [node.operation.name for node in nodes]
    unique = registry.unique_names(names)
    calls = {node.key for node in nodes}
    if len(calls) > len(set(names)):  # not for the states of one call, which belong together
        warn(
            f"Several outputs come from one layer; they are named {unique} here, in the order "
            "of `outputs`. Losses, targets and History use these names."
        )
    return unique


def refuse_loose(args: tuple[Any, ...]) -> None:
    """Refuse `Model(left, right, out)`: separate tensors that belong in a list."""
    loose = [leaf for leaf in structure.flatten(args) if isinstance(leaf, Tensor)]
    if len(args) > 2 and any(isinstance(part, Tensor) for part in structure.flatten(args[2:])):
        names = [tensor.node.operation.name for tensor in loose]
        inputs, outputs, which = ", ".join(names[:-1]), names[-1], "inputs"
        if isinstance(args[0], (list, tuple)):  # the inputs are complete
            count, which = len(structure.flatten(args[0])), "outputs"
            several = ", ".join(dict.fromkeys(names[count:]))
            inputs, outputs = ", ".join(names[:count]), f"[{several}]"
        raise ArgumentError(
            f"Model was given {len(args)} arguments: {', '.join(tensor.id for tensor in loose)}. "
            "(__init__() takes inputs and outputs; the third is the name of the model.)",
            why=f"several {which} are one argument, a list of tensors.",
            fix=f"write Model(inputs=[{inputs}], outputs={outputs}) with the tensors that you "
            "mean.",
        )


def refuse_layers(name: str) -> NoReturn:
    """The error for an assignment to `model.layers`."""
    raise AttributeLocked(
        "`Model.layers` attribute is reserved and should not be used. Please use another name.",
        why=f"it lists the layers that the graph or the attributes of {name} hold.",
        fix="keep the layers in an attribute of another name, such as `self.blocks`.",
    )
