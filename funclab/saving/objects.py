"""Objects of any kind as plain data, in Keras 3's format; and from that data again."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from funclab import activations, ops, registry
from funclab.errors import ConfigError
from funclab.graph.operation import Operation
from funclab.layers import functions
from funclab.models.config import from_config, operation_to_config
from funclab.registry import sharing, user_classes

NUMPY, TUPLE, SLICE, ELLIPSIS = "__numpy__", "__tuple__", "__slice__", "__ellipsis__"
BYTES, LAMBDA = "__bytes__", "__lambda__"


@sharing.writes
def serialize_keras_object(obj: Any) -> Any:
    """Plain data (for JSON) from which `deserialize_keras_object` makes an equal object.

    obj: a layer, model, optimizer, loss, metric, function, array, number or text; or lists, tuples
        and dicts of these.
    Raises: ConfigError for an object that no file can hold.

    >>> serialize_keras_object(np.array([1, 2]))
    {'class_name': '__numpy__', 'config': {'value': [1, 2], 'dtype': 'int64'}}
    """
    if obj is None or isinstance(obj, (str, int, float, bool)):
        return obj
    if isinstance(obj, (list, tuple)):
        items = [serialize_keras_object(item) for item in obj]
        return tuple(items) if isinstance(obj, tuple) else items
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, bytes):
        return _entry(BYTES, value=obj.decode("utf-8"))
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, np.ndarray):
        return _entry(NUMPY, value=obj.tolist(), dtype=str(obj.dtype))
    if isinstance(obj, slice):
        return _entry(SLICE, start=obj.start, stop=obj.stop, step=obj.step)
    if obj is Ellipsis:
        return _entry(ELLIPSIS)
    if isinstance(obj, Operation):
        return operation_to_config(obj)
    if hasattr(obj, "get_config") and not isinstance(obj, type):
        return registry.to_config(obj)
    if isinstance(obj, types.FunctionType):
        return _function(obj)
    raise ConfigError(
        f"Cannot serialize object {obj!r} of type {type(obj)}.",
        why="it has no `get_config` method, which says how to make it again.",
        fix="write `get_config` in its class, or leave it out.",
    )


def _entry(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": config}


def _function(function: types.FunctionType) -> dict[str, Any]:
    name = user_classes.get_registered_name(function)
    if name == "<lambda>":
        return functions.to_config(function)
    own = function.__module__.startswith("funclab.")
    module = "builtins" if own else function.__module__
    entry = {"module": module, "class_name": "function", "config": name}
    return {**entry, "registered_name": "function"}


@sharing.reads
def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True
) -> Any:
    """The object that `serialize_keras_object`, here or in Keras, described.

    config: what it returned.
    custom_objects: classes and functions of your own, by their names.
    safe_mode: whether to refuse functions that are saved as code.
    Raises: ConfigError for an invalid config or, in safe mode, for code; NameLookupError for an
        unknown class.
    """
    with functions.safe_mode(safe_mode):
        return _revived(config, custom_objects)


def _revived(config: Any, own: Any) -> Any:
    if isinstance(config, (list, tuple)):
        return [_revived(item, own) for item in config]
    if isinstance(config, str) and config in user_classes.known(own):
        return user_classes.known(own)[config]
    if not isinstance(config, dict):
        return config
    if not {"class_name", "config"} <= config.keys():
        return {key: _revived(value, own) for key, value in config.items()}
    kind, inner = config["class_name"], config["config"]
    if kind in PLAIN:
        return PLAIN[kind](inner, own)
    if kind == LAMBDA:
        return functions.from_config(config, user_classes.known(own))
    if kind == "function":
        return _known_function(inner, own)
    module = config.get("module") or ""
    rooms = {path: kind for kind, path in registry.KERAS_MODULES.items()}
    known = (room for room in registry.KERAS_MODULES if kind in registry.registered(room))
    room = rooms.get(module) or next(known, "layer")
    if room == "layer":
        return from_config(config, own)
    return registry.get(room, config, own)


PLAIN: dict[str, Any] = {
    TUPLE: lambda config, own: tuple(_revived(config["value"], own)),
    NUMPY: lambda config, own: np.asarray(config["value"], config["dtype"]),
    BYTES: lambda config, own: config["value"].encode("utf-8"),
    SLICE: lambda config, own: slice(config["start"], config["stop"], config["step"]),
    ELLIPSIS: lambda config, own: Ellipsis,
}
"""Values that are not Keras objects, by the names of their classes in a config."""


def _known_function(name: str, own: Any) -> Any:
    if name in user_classes.known(own):
        return user_classes.known(own)[name]
    for kind in ("activation", "loss", "metric", *registry.KERAS_MODULES):
        if name in registry.registered(kind):
            return registry.registered(kind)[name]
    for room in (activations, ops):
        if name in getattr(room, "__all__", dir(room)):
            return getattr(room, name)
    raise ConfigError(
        f"Unknown function: {name!r}.",
        why="neither funclab nor custom_objects has a function of that name.",
        fix=f"pass it, custom_objects={{{name!r}: ...}}, or register it with "
        "@register_keras_serializable().",
    )
