"""Ops on tensors in configs: under the names of Keras 3, where it has the same op."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from funclab import registry
from funclab.config import floatx, image_data_format
from funclab.errors import ConfigError, NotSupportedError
from funclab.graph.node import observed
from funclab.graph.operation import OpOperation
from funclab.graph.tensor import OPERATORS
from funclab.ops import composed
from funclab.ops.base import ARGUMENTS
from funclab.ops.indexing import GetItem
from funclab.ops.own_gradient import OwnGradient

IN_THE_CALL = {
    "GetItem": "key",
    "FullLike": "fill_value",
    "Pad": "constant_values",
    "Quantile": "q",
    "Nanquantile": "q",
}
"""Settings that Keras passes to the call instead."""
TAKES_A_LIST = ("Concatenate", "Stack")
OWN = "funclab.ops"
"""The module that the config of an op names when Keras does not have that op."""


def op_to_config(operation: OpOperation) -> dict[str, Any]:
    """An op by class and settings."""
    if isinstance(operation.op, OwnGradient):
        raise NotSupportedError(
            f"{operation.name} cannot be saved: it is a function with custom_gradient.",
            why="a file has names and numbers, not the code of a function.",
            fix="call the function in the `call` of a layer of your own.",
            graph=operation,
        )
    (room, name), settings = _keras_class(operation.op), dict(vars(operation.op))
    if not room:
        name, module = type(operation.op).__name__, OWN
    else:
        module = f"keras.src.ops.{room}"
        settings.pop(IN_THE_CALL.get(name, ""), None)
        kept = ("negative_slope",) if name == "LeakyRelu" else ()
        if name in ("Relu", "Relu6", "LeakyRelu"):
            settings = {key: settings[key] for key in kept}
        settings = {ARGUMENTS.get(key, key): value for key, value in settings.items()}
        if isinstance(operation.op, composed.Composed):
            settings = _filled_in(name, settings)
    config = {"name": operation.name, **settings}
    return {"module": module, "class_name": name, "config": config, "registered_name": name}


def _filled_in(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a function as Keras' function passes them to its class."""
    implied = {"data_format": image_data_format()}
    if name == "MultiHot":
        implied["dtype"] = floatx()
    return {
        key: implied.get(key) if value is None else value
        for key, value in settings.items()
        if key != "bias"
    }


def op_arguments(operation: OpOperation, args: list[Any]) -> list[Any]:
    """What a call of the op gets in Keras, for what it got here."""
    _, name = _keras_class(operation.op)
    if name in TAKES_A_LIST:
        return [args]
    if isinstance(operation.op, GetItem):
        key = list(operation.op.parts())
        return [*args, key[0] if len(key) == 1 and isinstance(key[0], int) else key]
    if name in IN_THE_CALL:
        return [*args, getattr(operation.op, IN_THE_CALL[name], None)]
    return args


def op_from_config(entry: dict[str, Any]) -> Callable[..., Any]:
    """A function that calls the op, under the name it has in the config.

    Raises: ConfigError when funclab has no such op.
    """
    name, config = entry["class_name"], dict(entry["config"])
    own_name = config.pop("name")
    if entry.get("module") == OWN:
        kind = composed.kind_of(name) if name in composed.FUNCTIONS else registry.lookup("op", name)
        return OpOperation(kind(**config), own_name)
    wanted = _renamed().get(name) or composed.function_name(name)
    function = OPERATORS.get(wanted)
    function = {"GetItem": _get_item, "Einsum": _einsum, "Pad": _pad}.get(name, function)
    if function is None:
        raise ConfigError(
            f"The operation {own_name} is a {name} of Keras, which funclab does not have.",
            why=f"funclab.ops has no function {wanted}.",
            fix="build the model in Keras without it, or with a layer that does the same.",
        )
    settings = _taken(function, own_name, config)
    inputs = composed.kind_of(wanted).inputs if wanted in composed.FUNCTIONS else ()

    def call(*args: Any, **kwargs: Any) -> Any:
        if inputs and not inputs[0].startswith("*"):
            names = inputs
            if len(args) > len(inputs):  # the call has settings, too, as output_shape
                known = composed.signature_of(wanted).parameters
                names = tuple(name for name in known if name not in settings)
            args, kwargs = (), {**dict(zip(names, args)), **kwargs}
        with observed() as made:
            outputs = function(*args, **settings, **_taken(function, own_name, kwargs))
        for i, node in enumerate(reversed(made)):  # a function may be a chain of several ops
            node.operation.name = f"{own_name}_part_{i}" if i else own_name
        return outputs

    return call


@functools.cache
def _renamed() -> dict[str, str]:
    """The functions whose classes in Keras have other names, by these."""
    functions = composed.FUNCTIONS.items()
    paths = {name: getattr(function, "keras", None) or "" for name, function in functions}
    return {path.partition(".")[2]: name for name, path in paths.items()}


def _keras_class(op: Any) -> tuple[str, str]:
    """The module and the class of Keras for an op; that of Relu depends on its settings."""
    if getattr(op, "bias", None) is not None:
        return "", ""
    room, name = composed.keras_class(type(op))
    if name == "Relu":
        kinds = {(0.0, None, 0.0): "Relu", (0.0, 6.0, 0.0): "Relu6"}
        only_slope = "" if op.threshold or op.max_value is not None else "LeakyRelu"
        name = kinds.get((op.negative_slope, op.max_value, op.threshold), only_slope)
    return room if name else "", name


def _taken(function: Any, name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, without those that are off and not arguments of the function."""
    known = inspect.signature(function).parameters
    refused = [key for key, value in settings.items() if key not in known and value]
    if refused:
        raise ConfigError(
            f"The operation {name} has {refused[0]}={settings[refused[0]]!r}.",
            why=f"Keras has the setting {refused[0]}; funclab does not.",
            fix=f"build the model in Keras without {refused[0]}.",
        )
    return {key: value for key, value in settings.items() if key in known}


def _pad(x: Any, constant_values: Any = None, pad_width: Any = 0, mode: str = "constant") -> Any:
    """`pad` as Keras' class has it: the constant is passed to the call."""
    return OPERATORS["pad"](x, pad_width, mode, constant_values)


def _get_item(x: Any, key: Any) -> Any:
    return OPERATORS["get_item"](x, tuple(key) if isinstance(key, (list, tuple)) else key)


def _einsum(*operands: Any, subscripts: str) -> Any:
    return OPERATORS["einsum"](subscripts, *operands)
