"""Copies of models: with new weights (`clone_model`), or with their whole state (copy, pickle).

Nodes link layers, tensors and other models in cycles, and following the links would recurse as
deep as the graph is long. So the layers are pickled, and a flat list of the calls from which the
nodes are made again.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

from funclab.graph import structure
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.shape_math import Shape
from funclab.graph.tensor import Tensor
from funclab.layers import functions
from funclab.layers.input import InputLayer
from funclab.registry import sharing
from funclab.registry.parameters import wrong_value


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


def calls_of(model: Any) -> dict[str, Any]:
    """The calls of a model's graph, its inputs and its outputs."""
    graph = model._graph_with_losses or model.graph
    number = {node: i for i, node in enumerate(graph.nodes)}

    def reference(tensor: Tensor) -> Reference:
        node, index = graph.producer(tensor)
        return Reference(number[node], index)

    calls = [
        Made(
            node.operation,
            None if node.is_input else node.arguments.convert(reference),
            structure.map_structure(Described, node.outputs),
        )
        for node in graph.nodes
    ]
    losses = graph.outputs[len(model.graph.outputs) :]
    ends = {
        "inputs": model.input_structure,
        "outputs": model.output_structure,
        "losses": losses,
    }
    return {
        "calls": calls,
        **{name: structure.map_structure(reference, tree) for name, tree in ends.items()},
    }


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


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
) -> Any:
    """A new model with the same graph but new layers and new weights; sharing is kept.

    It is compiled like the model, with a new optimizer.

    model: the model.
    input_tensors: the tensors that the copy starts from; default None, for new inputs.
    clone_function: called with each layer, returns the layer that replaces it; default None.
    call_function: called with each new layer and its arguments, calls it; default None.
    recursive: whether both functions are also used in nested models; default False.
    """
    if not hasattr(model, "get_config"):
        raise wrong_value("clone_model", "model", model, "a model", "Model(inputs, outputs)")
    copy = clone_function or _copy
    if recursive:
        copy = _copying_models(copy, call_function)
    with sharing.copying():
        return _cloned(model, input_tensors, copy, call_function or _call, recursive)


def _cloned(
    model: Any, input_tensors: Any, copy: Callable[[Any], Any], call: Any, recursive: bool
) -> Any:
    if not hasattr(model, "graph"):
        return _copy(model)
    if type(model).__name__ == "Sequential" and input_tensors is None:
        first = [_copy(model.input_layers[0])] if model.inputs else []
        return compiled_like(
            model, type(model)([*first, *map(copy, model.layers)], name=model.name)
        )
    copy_of: dict[Operation, Any] = {}
    # Layers before those that are copied with layers inside: these then hold the same copies.
    operations = sorted(model.graph.operations, key=lambda item: _is_copied_whole(item, recursive))
    for operation in operations:
        if isinstance(operation, OpOperation):
            copy_of[operation] = OpOperation(operation.op, operation.name)
        elif isinstance(operation, InputLayer):
            copy_of[operation] = type(operation).from_config(operation.get_config())
        else:
            copy_of[operation] = sharing.keep(operation, copy(operation))
    ends = _replay_on_copies(model, copy_of, input_tensors, call)
    return compiled_like(model, type(model)(*ends, name=model.name))


def compiled_like(model: Any, clone: Any) -> Any:
    """The clone, compiled if the model is."""
    settings = model.compiled_state
    if settings is not None:
        clone.compile(
            type(settings.optimizer).from_config(settings.optimizer.get_config()),
            deepcopy(settings.loss),
            metrics=deepcopy(settings.plain_metrics),
            loss_weights=settings.loss_weights,
            weighted_metrics=deepcopy(settings.weighted_metrics),
        )
    return clone


def _call(layer: Any, *args: Any, **settings: Any) -> Any:
    return layer(*args, **settings)


def _copying_models(
    copy: Callable[[Any], Any], call: Callable[..., Any] | None
) -> Callable[[Any], Any]:
    """Copies a layer, or a model layer by layer; what is shared is copied once."""
    copies: dict[Any, Any] = {}

    def inner(layer: Any) -> Any:
        if layer not in copies:
            is_model = hasattr(layer, "graph")
            new = _cloned(layer, None, inner, call or _call, True) if is_model else copy(layer)
            copies[layer] = new
        return copies[layer]

    return inner


def _copy(layer: Any) -> Any:
    """A new layer from the configuration of an existing layer, which is trusted; the same one for
    a layer that has been copied."""
    entry = sharing.numbered({"class_name": type(layer).__name__}, layer)
    with functions.safe_mode(False):
        return sharing.made_once(entry, lambda: type(layer).from_config(layer.get_config()))


def _is_copied_whole(operation: Operation, recursive: bool) -> bool:
    """Whether what is inside an operation is copied together with it."""
    by_layers = recursive and hasattr(operation, "graph")
    return bool(getattr(operation, "sublayers", ())) and not by_layers


def _replay_on_copies(
    model: Any, copy_of: dict[Operation, Any], feeds: Any, call: Callable[..., Any]
) -> tuple[Any, Any]:
    graph: Graph = model.graph
    starts = structure.flatten(feeds) if feeds is not None else None
    known: dict[Tensor, Any] = {}
    for i, (tensor, node) in enumerate(zip(graph.inputs, graph.input_nodes, strict=True)):
        known[tensor] = starts[i] if starts else copy_of[node.operation].output
    for node in graph.nodes:
        if node.is_input:
            continue
        args, kwargs = node.arguments.fill_in(known)
        made = structure.flatten(call(copy_of[node.operation], *args, **kwargs))
        known.update(zip(node.output_tensors, made, strict=True))
    pick = known.__getitem__
    trees = (model.input_structure, model.output_structure)
    inputs, outputs = (structure.map_structure(pick, tree) for tree in trees)
    return inputs, outputs
