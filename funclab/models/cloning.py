"""Copies of models with new layers and new weights."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from funclab.graph import structure
from funclab.graph.graph import Graph
from funclab.graph.meaning import carry
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.layers import functions
from funclab.layers.input import InputLayer
from funclab.models.model import Model
from funclab.models.sequential import Sequential
from funclab.registry import sharing
from funclab.registry.parameters import wrong_value


def clone_model(
    model: Model,
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
    model: Model, input_tensors: Any, copy: Callable[[Any], Any], call: Any, recursive: bool
) -> Any:
    if not hasattr(model, "graph"):
        return _copy(model)
    if isinstance(model, Sequential) and input_tensors is None:
        first = [_copy(model.input_layers[0])] if model.inputs else []
        clone = type(model)([*first, *map(copy, model.layers)], name=model.name)
        carry(structure.flatten([model.inputs, model.outputs]), [*clone.inputs, *clone.outputs])
        return compiled_like(model, clone)
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


def compiled_like(model: Model, clone: Any) -> Any:
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
        return sharing.made_once(entry, layer._clone)


def _is_copied_whole(operation: Operation, recursive: bool) -> bool:
    """Whether what is inside an operation is copied together with it."""
    by_layers = recursive and hasattr(operation, "graph")
    return bool(getattr(operation, "sublayers", ())) and not by_layers


def _replay_on_copies(
    model: Model, copy_of: dict[Operation, Any], feeds: Any, call: Callable[..., Any]
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
    carry(known.keys(), known.values())
    pick = known.__getitem__
    trees = (model.input_structure, model.output_structure)
    inputs, outputs = (structure.map_structure(pick, tree) for tree in trees)
    return inputs, outputs
