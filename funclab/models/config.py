"""A graph as plain data, in Keras 3's format; and from that data again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from funclab import registry
from funclab.errors import ConfigError, FunclabError
from funclab.files import json_lines
from funclab.graph import structure
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.layers import functions
from funclab.layers.input import InputLayer
from funclab.models.numbering import count_as_keras, count_own_calls
from funclab.models.ops import OWN, op_arguments, op_from_config, op_to_config
from funclab.registry import sharing, user_classes

if TYPE_CHECKING:
    from funclab.models.model import Model

TENSOR, ARRAY, SLICE, ELLIPSIS = "__keras_tensor__", "__numpy__", "__slice__", "__ellipsis__"
KERAS_ARRAY = "__tensor__"
"""An array of Keras' backend, for example as the value of a setting."""
MASK = "__mask__"
"""The mask of a tensor, which Keras 2 passes also to calls where Keras 3 passes none."""

FILLED_IN = ("training", "mask")
"""Call arguments that Keras writes for every call, whether or not the user passed them."""

MOST_LEVELS = 400
"""Of lists and dicts in one another: a config may have a hundred models, one inside the other."""

SKETCH: ContextVar[Any] = ContextVar("sketch", default=None)
"""While only the graph of a model is read: the `Sketch` that says what stands for layers that
cannot be made."""

AUTOMATIC = re.compile(r"(not_equal|any|logical_and|logical_or)(_\d+)?")
"""Names that Keras gives to the ops that make masks."""

MASKS = ("query_mask", "value_mask", "key_mask")
"""Arguments that Keras writes where a tensor of the call carries a mask."""


@sharing.writes
def graph_to_config(model: Model) -> dict[str, Any]:
    """Every operation of the model's graph with the calls that belong to it.

    Nodes are numbered anew, within this graph: calls of a shared layer elsewhere are not counted.
    Where a call of a nested functional model makes an output, Keras 3 counts from 1.
    """
    graph: Graph = model.graph
    numbers, names = _numbers(graph), _names(graph)
    operations = []
    for operation in graph.operations:
        entry = operation_to_config(operation) | {"name": names[operation]}
        if operation.name != names[operation]:
            entry["config"] = {**entry["config"], "name": names[operation]}
        entry["inbound_nodes"] = [
            _arguments_to_config(node, graph, numbers, names)
            for node in graph.nodes
            if node.operation is operation and not node.is_input
        ]
        operations.append(entry)

    def history(tensor: Tensor) -> list[Any]:
        node, index = graph.producer(tensor)
        return [names[node.operation], numbers[node] + _first_call(node.operation), index]

    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": operations,
        "input_layers": structure.map_structure(history, model.input_structure),
        "output_layers": structure.map_structure(history, model.output_structure),
    }


@sharing.reads
def graph_from_config(cls: Any, config: dict[str, Any], custom_objects: Any = None) -> Any:
    """Build the model that `graph_to_config` described.

    Calls are made one by one, whichever layer they belong to, as soon as their inputs exist, so
    that a layer may be used at several depths.
    Raises: ConfigError when the calls do not form a complete graph.
    """
    operations: dict[str, Any] = {}
    waiting: list[tuple[str, int, Any]] = []
    config = count_own_calls(config)
    for entry in config["layers"]:
        name = entry["name"]
        operations[name] = from_config(entry, custom_objects)
        waiting += [(name, i, call) for i, call in enumerate(entry["inbound_nodes"])]
    made: dict[tuple[str, int], Any] = {
        (name, 0): operation.inbound_nodes[0].output_tensors
        for name, operation in operations.items()
        if isinstance(operation, InputLayer)
    }
    while waiting:
        later = [call for call in waiting if not _make_call(call, operations, made)]
        if len(later) == len(waiting):
            raise _incomplete(later, made)
        waiting = later

    def tensor(leaf: Any) -> Tensor:
        name, node, index = leaf
        return _made(made, name, node - _first_call(operations[name]))[index]

    inputs, outputs = (
        _map_histories(tensor, config[f"{end}_layers"]) for end in ("input", "output")
    )
    return cls(inputs, outputs, name=config.get("name"), trainable=config.get("trainable", True))


@sharing.writes
def operation_to_config(operation: Operation) -> dict[str, Any]:
    """An operation by class, constructor arguments, and how it was built and compiled."""
    if isinstance(operation, OpOperation):
        return op_to_config(operation)
    entry = registry.to_config(operation)
    for part in ("build_config", "compile_config"):
        config = getattr(operation, f"get_{part}", lambda: None)()
        entry |= {part: registry.to_config(config)} if config else {}
    return entry


@sharing.reads
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

    def make() -> Any:
        return op_from_config(entry) if is_op(entry) else _layer(entry, custom_objects)

    sketch = SKETCH.get()
    return sharing.made_once(entry, (lambda: sketch.make(entry, make)) if sketch else make)


def is_op(entry: dict[str, Any]) -> bool:
    """Whether an op is described, not a layer."""
    module = entry.get("module") or ""
    return module == OWN or module.startswith("keras.src.ops")


def _layer(entry: dict[str, Any], custom_objects: Any) -> Any:
    cls = sharing.class_of(entry) or registry.described_by("layer", entry, custom_objects)
    with user_classes.CustomObjectScope(custom_objects or {}):
        layer = registry.rebuild(cls, entry["config"], custom_objects)
    if entry.get("build_config") and not layer.built and hasattr(layer, "compile_from_config"):
        layer.build_from_config(entry["build_config"])
    if entry.get("compile_config"):
        with user_classes.CustomObjectScope(custom_objects or {}):
            layer.compile_from_config(entry["compile_config"])
    return layer


def to_json(model: Model, **settings: Any) -> str:
    """The architecture and the settings of `compile`, without weights, as JSON text.

    Keras 3 reads it, too, and funclab reads that of Keras; but Keras refuses the text of a model
    that shares a layer with a model inside it. `settings` go to `json.dumps`.
    Raises: ConfigError when a setting is not plain data.
    """
    return as_text(model, count_as_keras(operation_to_config(model)), **settings)


def as_text(model: Model, config: dict[str, Any], **settings: Any) -> str:
    """The config of a model as JSON; see `to_json`."""
    try:
        return json.dumps(config, **settings)
    except TypeError as error:
        raise ConfigError(
            f"{model.name} cannot be written as text: {error}.",
            why="a setting of a layer, or what the function of a Lambda layer uses from around it, "
            "is not a number, text, list or dict.",
            fix="write the function as a layer of your own: a subclass of Layer with `call`.",
        ) from None


def model_from_json(json_string: str, custom_objects: Any = None, safe_mode: bool = True) -> Any:
    """A new model, with new weights, from `to_json`.

    Raises: ConfigError for other text; or in safe mode, for a Lambda layer saved as code.
    """
    try:
        entry = parsed(json_string)
    except (ValueError, TypeError, RecursionError) as error:
        if isinstance(error, FunclabError):
            raise
        raise ConfigError(
            f"Improperly formatted model config: the text is not JSON ({error}).",
            why="a model is read from the text that `to_json()` writes.",
            fix="pass that text unchanged.",
        ) from None
    with functions.safe_mode(safe_mode), sharing.apart():
        try:
            return from_config(entry, custom_objects)
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            if isinstance(error, FunclabError):
                raise
            raise ConfigError(
                f"Improperly formatted model config: {type(error).__name__}: {error}.",
                why="a part of the text is missing, or of another kind.",
                fix="pass the text that `to_json()` returned, unchanged.",
            ) from error


def parsed(text: str | bytes) -> Any:
    """JSON, with the arrays of Keras as arrays, and without its marks of shared initializers and
    other objects that are not layers."""

    def revived(item: dict[str, Any]) -> Any:
        if item.get("module") in registry.NOT_LAYERS or item.get("class_name") == "DTypePolicy":
            item.pop(sharing.KEY, None)
        if item.get("class_name") == KERAS_ARRAY:
            config = dict(item.get("config") or ())
            return np.asarray(config.get("value"), str(config.get("dtype")))
        return item

    return check_depth(json.loads(text, object_hook=revived))


def check_depth(config: Any) -> Any:
    """The config, unless it is nested so deeply that it would take minutes to build."""
    if json_lines.is_deeper(config, MOST_LEVELS):
        raise ConfigError(
            f"The config is nested too deeply: in more than {MOST_LEVELS} levels.",
            why="each model or layer inside another takes four; no model of use has so many.",
            fix="pass the text that `to_json()` returned, unchanged.",
        )
    return config


def _first_call(operation: Any) -> int:
    """The number that Keras' `output_layers` give to the first call of an operation."""
    nested = hasattr(operation, "graph") or hasattr(operation, "input_structure")
    return int(nested and type(operation).__name__ != "Sequential")


def _numbers(graph: Graph) -> dict[Node, int]:
    """Each node's number among the calls of its operation that lie in this graph."""
    count: dict[Operation, int] = {}
    numbers = {}
    for node in graph.nodes:
        numbers[node] = count.get(node.operation, 0)
        count[node.operation] = numbers[node] + 1
    return numbers


def _names(graph: Graph) -> dict[Operation, str]:
    """Each operation's name in a file.

    Keras makes ops for masks while it reads a file, and names them not_equal, any ... even if the
    file uses these names. So where there are masks, the user's own such ops get other names.
    """
    masked = any(tensor.mask is not None for node in graph.nodes for tensor in node.output_tensors)
    return {
        operation: f"own_{operation.name}"
        if masked and isinstance(operation, OpOperation) and AUTOMATIC.fullmatch(operation.name)
        else operation.name
        for operation in graph.operations
    }


def _arguments_to_config(
    node: Node, graph: Graph, numbers: dict[Node, int], names: dict[Operation, str]
) -> dict[str, Any]:
    def leaf(value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        producer, index = graph.producer(value)
        history = [names[producer.operation], numbers[producer], index]
        config = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": history}
        return {"class_name": TENSOR, "config": config}

    args, kwargs = list(node.arguments.args), node.arguments.kwargs
    if isinstance(node.operation, OpOperation):
        args = op_arguments(node.operation, args)
    call = {
        "args": [_encode(arg, leaf) for arg in args],
        "kwargs": {key: _encode(value, leaf) for key, value in kwargs.items()},
    }
    passed = [name for name in kwargs if name in FILLED_IN or name in MASKS]
    return {**call, "passed": passed} if passed else call


def _encode(value: Any, leaf: Callable[[Any], Any] = lambda value: value) -> Any:
    if isinstance(value, Tensor):
        return leaf(value)
    if isinstance(value, (list, tuple)):
        return [_encode(item, leaf) for item in value]
    if isinstance(value, dict):
        return {key: _encode(item, leaf) for key, item in value.items()}
    if isinstance(value, slice):
        config = {"start": value.start, "stop": value.stop, "step": value.step}
        return {"class_name": SLICE, "config": config}
    if value is Ellipsis:
        return {"class_name": ELLIPSIS, "config": {}}
    if isinstance(value, np.ndarray) and value.ndim:
        config = {"value": value.tolist(), "dtype": str(value.dtype)}
        return {"class_name": ARRAY, "config": config}
    return registry.to_config(value)


def _decode(value: Any, made: Any = None) -> Any:
    if isinstance(value, list):
        return [_decode(item, made) for item in value]
    if not isinstance(value, dict):
        return value
    kind, config = value.get("class_name"), value.get("config", {})
    if kind == TENSOR:
        name, node, index = config["keras_history"]
        return _made(made, name, node)[index]
    if kind == MASK:
        return _mask(_decode(config, made))
    if kind == SLICE:
        return slice(config["start"], config["stop"], config["step"])
    if kind == ELLIPSIS:
        return Ellipsis
    if kind == ARRAY:
        return np.asarray(config["value"], config["dtype"])
    return {key: _decode(item, made) for key, item in value.items()}


def _mask(tensor: Tensor) -> Tensor | None:
    """The mask of a tensor, made by ops of the graph; None if it has none."""
    if tensor.mask is None:
        return None
    layer: Any = tensor.node.operation
    inputs = tensor.node.arguments.args[0]
    masks = layer.compute_mask(inputs, structure.map_structure(_mask, inputs))
    return masks[tensor.index] if isinstance(masks, list) else masks


def _made(made: Any, name: str, number: int) -> list[Tensor]:
    """The outputs of a call. If it could not be made but is needed, its error is raised."""
    outputs = made[name, number]
    if isinstance(outputs, FunclabError):
        raise outputs
    return outputs


def _make_call(call: tuple[str, int, Any], operations: Any, made: Any) -> bool:
    """Make one call if its inputs, and the earlier calls of its layer, exist."""
    name, number, arguments = call
    if number and (name, number - 1) not in made:
        return False
    try:
        args = _decode(arguments["args"], made)
        kwargs = _decode(_own_arguments(arguments, args), made)
    except KeyError:
        return False
    operation = operations[name]
    if not any(isinstance(leaf, Tensor) for leaf in structure.flatten([args, kwargs])):
        raise ConfigError(
            f"Improperly formatted model config: {name} is called on no tensor.",
            why="a call in a graph takes the output of another call.",
            fix="pass the config as `get_config()` returned it.",
        )
    if (sketch := SKETCH.get()) is not None:
        made[name, number] = structure.flatten(sketch.call(operation, args, kwargs))
        return True
    try:
        made[name, number] = structure.flatten(operation(*args, **kwargs))
    except FunclabError as error:
        if isinstance(operation, Operation):
            raise
        made[name, number] = error  # an op of Keras that perhaps only a mask needs
    return True


def _own_arguments(arguments: dict[str, Any], args: list[Any]) -> dict[str, Any]:
    """The keyword arguments of a call, without those that are filled in automatically.

    In a graph, Keras passes on `training` of the whole model, whatever the call said, and the masks
    that earlier layers have made; but `mask` only where a single argument holds tensors.
    """
    own = {**arguments["kwargs"]}
    passed = arguments.get("passed", ())
    leaves = [leaf for leaf in structure.flatten(args) if isinstance(leaf, Tensor)]
    masked = any(leaf.mask is not None for leaf in leaves)
    by_name = [key for key in own if key not in FILLED_IN and _read_by(own[key])]
    if "training" in own and "training" not in passed:
        del own["training"]
    for key in [key for key in own if key == "mask" or key in MASKS]:
        filled_in = masked and not (key == "mask" and by_name)
        if key not in passed and (filled_in or not any(structure.flatten(own[key]))):
            del own[key]
    return own


def _map_histories(function: Callable[[Any], Any], tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _map_histories(function, item) for key, item in tree.items()}
    if len(tree) == 3 and isinstance(tree[0], str):
        return function(tree)
    return type(tree)(_map_histories(function, item) for item in tree)


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
    """The names of the layers whose outputs a call, or an argument of it, reads."""
    tensors = [part for part in sharing.walk(arguments) if part.get("class_name") == TENSOR]
    return [tensor["config"]["keras_history"][0] for tensor in tensors]
