"""A graph as plain data, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from funclab import registry, structure
from funclab.errors import ConfigError
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.layers import functions

TENSOR, ARRAY, TUPLE, SLICE = "__keras_tensor__", "__numpy__", "__tuple__", "__slice__"


def graph_to_config(model: Any) -> dict[str, Any]:
    """Every operation of the model's graph with the calls that belong to it.

    Nodes are numbered afresh, within this graph: calls of a shared layer elsewhere leave no trace.
    """
    graph: Graph = model.graph
    numbers = _numbers(graph)
    operations = []
    for operation in graph.operations:
        calls = [node for node in graph.nodes if node.operation is operation]
        operations.append(
            {
                **operation_to_config(operation),
                "name": operation.name,
                "inbound_nodes": [
                    _arguments_to_config(node, graph, numbers)
                    for node in calls
                    if not node.is_input
                ],
            }
        )

    def history(tensor: Tensor) -> list[Any]:
        node, index = graph.producer(tensor)
        return [node.operation.name, numbers[node], index]

    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": operations,
        "input_layers": structure.map_structure(history, model.input_structure),
        "output_layers": structure.map_structure(history, model.output_structure),
    }


def graph_from_config(cls: Any, config: dict[str, Any], custom_objects: Any = None) -> Any:
    """Build the model that `graph_to_config` described.

    Calls are made one by one, whichever layer they belong to, as soon as their inputs exist: so a
    layer may be used at several depths.
    Raises: ConfigError when the calls do not add up to a graph.
    """
    operations: dict[str, Any] = {}
    waiting: list[tuple[str, int, Any]] = []
    for entry in config["layers"]:
        name = entry["name"]
        operations[name] = from_config(entry, custom_objects)
        waiting += [(name, i, call) for i, call in enumerate(entry["inbound_nodes"])]
    made: dict[tuple[str, int], list[Tensor]] = {
        (name, 0): operation.inbound_nodes[0].output_tensors
        for name, operation in operations.items()
        if type(operation).__name__ == "InputLayer"
    }
    while waiting:
        later = [call for call in waiting if not _make_call(call, operations, made)]
        if len(later) == len(waiting):
            raise _incomplete(later, made)
        waiting = later

    def tensor(leaf: Any) -> Tensor:
        name, node, index = leaf
        return made[name, node][index]

    inputs, outputs = (
        _map_histories(tensor, config[f"{end}_layers"]) for end in ("input", "output")
    )
    return cls(inputs, outputs, name=config.get("name"), trainable=config.get("trainable", True))


def operation_to_config(operation: Operation) -> dict[str, Any]:
    """An operation by class and constructor arguments."""
    if isinstance(operation, OpOperation):
        settings = {key: _encode(value) for key, value in vars(operation.op).items()}
        config = {"op": type(operation.op).__name__, "settings": settings, "name": operation.name}
        return {"class_name": "OpOperation", "config": config}
    return registry.to_config(operation)


def from_config(entry: dict[str, Any], custom_objects: Any = None) -> Any:
    """The object that {"class_name", "config"} describes.

    Raises: ConfigError when it is not such a description; NameLookupError for an unknown class.
    """
    if not isinstance(entry, dict) or not {"class_name", "config"} <= entry.keys():
        raise ConfigError(
            f"Improperly formatted model config: {str(entry)[:200]!r}.",
            why='a description is a dict with the keys "class_name" and "config".',
            fix="pass what `get_config()` or `to_json()` returned, unchanged.",
        )
    name, config = entry["class_name"], entry["config"]
    if name == "OpOperation":
        settings = {key: _decode(value) for key, value in config["settings"].items()}
        return OpOperation(registry.lookup("op", config["op"])(**settings), config["name"])
    return registry.rebuild(registry.lookup("layer", name, custom_objects), config, custom_objects)


def to_json(model: Any, **settings: Any) -> str:
    """The architecture, without weights, as JSON text; `settings` go to `json.dumps`."""
    return json.dumps(registry.to_config(model), **settings)


def model_from_json(text: str, custom_objects: Any = None, safe_mode: bool = True) -> Any:
    """A new model, with new weights, from `to_json`.

    Raises: ConfigError for other text; or in safe mode, for a Lambda layer saved as code.
    """
    try:
        entry = json.loads(text)
    except ValueError as error:
        raise ConfigError(
            f"Improperly formatted model config: the text is not JSON ({error}).",
            why="a model is read from the text that `to_json()` writes.",
            fix="pass that text unchanged.",
        ) from None
    with functions.safe_mode(safe_mode):
        return from_config(entry, custom_objects)


def clone_model(
    model: Any, input_tensors: Any = None, clone_function: Callable[[Any], Any] | None = None
) -> Any:
    """A new model of the same shape with new layers and new weights; sharing is kept.

    `clone_function(layer)` may return another layer in the place of each.
    """
    copy_of: dict[Operation, Any] = {}
    copy = clone_function or _copy
    if not hasattr(model, "graph"):
        return _copy(model)
    if type(model).__name__ == "Sequential" and input_tensors is None:
        return type(model)([copy(layer) for layer in _stack(model)], name=model.name)
    for operation in model.graph.operations:
        if isinstance(operation, OpOperation):
            copy_of[operation] = OpOperation(operation.op, operation.name)
        elif type(operation).__name__ == "InputLayer":
            copy_of[operation] = type(operation).from_config(operation.get_config())
        else:
            copy_of[operation] = copy(operation)
    inputs, outputs = _replay_on_copies(model, copy_of, input_tensors)
    return type(model)(inputs, outputs, name=model.name)


def _copy(layer: Any) -> Any:
    """A new layer from a layer's own configuration, which is trusted."""
    with functions.safe_mode(False):
        return type(layer).from_config(layer.get_config())


def _stack(model: Any) -> list[Any]:
    first = [model.input_layers[0]] if model.inputs else []
    return [*first, *model.layers]


def _replay_on_copies(model: Any, copy_of: dict[Operation, Any], given: Any) -> tuple[Any, Any]:
    graph: Graph = model.graph
    starts = structure.flatten(given) if given is not None else None
    known: dict[Tensor, Any] = {}
    for i, (tensor, node) in enumerate(zip(graph.inputs, graph.input_nodes, strict=True)):
        known[tensor] = starts[i] if starts else copy_of[node.operation].output
    for node in graph.nodes:
        if node.is_input:
            continue
        args, kwargs = node.arguments.fill_in(known)
        made = structure.flatten(copy_of[node.operation](*args, **kwargs))
        known.update(zip(node.output_tensors, made, strict=True))
    pick = known.__getitem__
    return tuple(
        structure.map_structure(pick, tree)
        for tree in (model.input_structure, model.output_structure)
    )  # type: ignore[return-value]


def _numbers(graph: Graph) -> dict[Node, int]:
    """Each node's number among the calls of its operation that lie in this graph."""
    count: dict[Operation, int] = {}
    numbers = {}
    for node in graph.nodes:
        numbers[node] = count.get(node.operation, 0)
        count[node.operation] = numbers[node] + 1
    return numbers


def _arguments_to_config(node: Node, graph: Graph, numbers: dict[Node, int]) -> dict[str, Any]:
    def leaf(value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        producer, index = graph.producer(value)
        history = [producer.operation.name, numbers[producer], index]
        config = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": history}
        return {"class_name": TENSOR, "config": config}

    args, kwargs = node.arguments.args, node.arguments.kwargs
    return {
        "args": [_encode(arg, leaf) for arg in args],
        "kwargs": {key: _encode(value, leaf) for key, value in kwargs.items()},
    }


def _encode(value: Any, leaf: Callable[[Any], Any] = lambda value: value) -> Any:
    if isinstance(value, Tensor):
        return leaf(value)
    if isinstance(value, tuple):
        return {"class_name": TUPLE, "items": [_encode(one, leaf) for one in value]}
    if isinstance(value, list):
        return [_encode(one, leaf) for one in value]
    if isinstance(value, dict):
        return {key: _encode(one, leaf) for key, one in value.items()}
    if isinstance(value, slice):
        return {"class_name": SLICE, "items": [value.start, value.stop, value.step]}
    if value is Ellipsis:
        return {"class_name": SLICE, "items": "..."}
    if isinstance(value, (np.ndarray, np.generic)):
        return {"class_name": ARRAY, "items": value.tolist(), "dtype": str(value.dtype)}
    return registry.to_config(value)


def _decode(value: Any, made: Any = None) -> Any:
    if isinstance(value, list):
        return [_decode(one, made) for one in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("class_name")
    if kind == TENSOR:
        name, node, index = value["config"]["keras_history"]
        return made[name, node][index]
    if kind == TUPLE:
        return tuple(_decode(one, made) for one in value["items"])
    if kind == SLICE:
        return Ellipsis if value["items"] == "..." else slice(*value["items"])
    if kind == ARRAY:
        return np.asarray(value["items"], value["dtype"])
    return {key: _decode(one, made) for key, one in value.items()}


def _make_call(call: tuple[str, int, Any], operations: Any, made: Any) -> bool:
    """Make one call if its inputs, and the earlier calls of its layer, exist."""
    name, number, arguments = call
    if number and (name, number - 1) not in made:
        return False
    try:
        args = _decode(arguments["args"], made)
        kwargs = _decode(arguments["kwargs"], made)
    except KeyError:
        return False
    made[name, number] = structure.flatten(operations[name](*args, **kwargs))
    return True


def _map_histories(function: Callable[[Any], Any], tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _map_histories(function, one) for key, one in tree.items()}
    if len(tree) == 3 and isinstance(tree[0], str):
        return function(tree)
    return type(tree)(_map_histories(function, one) for one in tree)


def _incomplete(waiting: list[tuple[str, int, Any]], made: Any) -> ConfigError:
    names = list(dict.fromkeys(name for name, _, _ in waiting))
    read = [name for _, _, arguments in waiting for name in _read_by(arguments)]
    absent = [name for name in read if name not in names and (name, 0) not in made]
    missing = (absent or names)[0]
    return ConfigError(
        "Improperly formatted model config: it holds loops or disconnected nodes. "
        f"Missing node: {missing}.",
        why=f"{', '.join(names)} cannot be called before {missing} is, "
        + ("and the config has no such layer." if absent else "which waits for them in turn."),
        fix="pass the config as `get_config()` returned it.",
    )


def _read_by(arguments: Any) -> list[str]:
    """The names of the layers whose outputs a call reads."""
    if isinstance(arguments, dict) and arguments.get("class_name") == TENSOR:
        return [arguments["config"]["keras_history"][0]]
    if isinstance(arguments, dict):
        arguments = list(arguments.values())
    if isinstance(arguments, list):
        return [name for argument in arguments for name in _read_by(argument)]
    return []
