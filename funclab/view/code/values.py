"""Settings of layers as source: what is the default is left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from funclab import registry
from funclab.errors import NotSupportedError
from funclab.graph.operation import Operation
from funclab.layers.arguments import parameters
from funclab.view.code.text import Chain, Group, Source, array, call, keywords, number, quote

KINDS = ("initializer", "regularizer", "constraint", "activation")
WINDOWS = ("kernel_size", "strides", "pool_size", "dilation_rate", "size", "padding")
"""Settings with one number for each axis, which may be given as one number for all."""


def plain(value: Any, owner: str) -> Source:
    """A value of plain Python or NumPy.

    Raises: NotSupportedError for anything else.
    """
    if isinstance(value, str):
        return quote(value)
    if value is None or value is Ellipsis or isinstance(value, (bool, slice)):
        return "..." if value is Ellipsis else repr(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return array(value, owner)
    if isinstance(value, (int, float)):
        return number(value)
    raise NotSupportedError(
        f"{owner} holds {value!r}, which cannot be written as source.",
        why=f"a {type(value).__name__} has no text from which Python could make it again.",
        fix="use numbers, strings, small arrays, or lists and dicts of them.",
    )


def tree(value: Any, leaf: Callable[[Any], Source]) -> Source:
    """Lists, tuples and dicts, with `leaf` for what is in them."""
    if isinstance(value, dict):
        items = [Chain([leaf(key), ": ", tree(item, leaf)]) for key, item in value.items()]
        return Group("{", items, "}")
    if isinstance(value, list):
        return Group("[", [tree(item, leaf) for item in value], "]")
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        fields = zip(value._fields, value)  # type: ignore[attr-defined]
        return call(type(value).__name__, keywords((k, tree(item, leaf)) for k, item in fields))
    if isinstance(value, tuple):
        return Group("(", [tree(item, leaf) for item in value], is_tuple=True)
    return leaf(value)


def own_settings(layer: Any) -> dict[str, Any]:
    """The constructor arguments of a layer that are not what it would choose by itself.

    Values are those that the layer holds, or, where it holds another thing under that name, those
    that its constructor was given.
    """
    config, defaults = layer.get_config(), parameters(type(layer))
    names = [*(name for name in defaults if name in config), *config]
    settings = {}
    for name in dict.fromkeys(names):
        if name in ("name", "trainable", "dtype", "weights"):
            continue
        if name in defaults and _chosen_anyway(layer, name, config[name], defaults[name]):
            continue
        argument = layer.constructor_arguments.get(name)
        # One number instead of equal ones, where the layer was given one.
        short = name in WINDOWS and isinstance(argument, int)
        settings[name] = argument if short else _held(layer, name, config[name])
    return settings


def _held(layer: Any, name: str, config: Any) -> Any:
    if hasattr(Operation, name) or not hasattr(layer, name):
        return layer.constructor_arguments.get(name, config)
    value = getattr(layer, name)
    same = registry.to_config(value) == config
    return value if same or callable(value) or isinstance(value, Operation) else config


def _chosen_anyway(layer: Any, name: str, config: Any, default: Any) -> bool:
    """Whether a setting follows from leaving it out."""
    if default is not None or config is None:
        return same(config, default, name)
    usual = "linear" if name.endswith("activation") else {}
    chosen = {"strides": list(getattr(layer, "pool_size", ())), "data_format": "channels_last"}
    return config == chosen.get(name, usual)


def same(config: Any, default: Any, name: str = "") -> bool:
    """Whether a configured value is what the default stands for."""
    if isinstance(config, dict) and isinstance(default, str):
        value = _by_name(name, default)
        return value is not None and registry.to_config(value) == config
    if isinstance(config, list) and type(default) is int and name in WINDOWS:
        return all(length == default for length in config)
    if isinstance(config, list) and isinstance(default, tuple):
        return tuple(config) == default
    return type(config) is type(default) and config == default


def _by_name(setting: str, name: str) -> Any:
    """What the string `name` stands for as this setting, such as a kernel_initializer."""
    kind = next((kind for kind in KINDS if setting.endswith(kind)), "")
    known = registry.registered(kind)
    return registry.get(kind, name) if name in known else None


def short_name(setting: str, config: Any) -> str | None:
    """The string that stands for an object as this setting, if it has no settings of its own."""
    if not isinstance(config, dict) or "class_name" not in config:
        return None
    name = registry.to_snake_case(config["class_name"])
    return name if same(config, name, setting) else None


def function_name(function: Any, owner: str) -> str:
    """The name of a function of the user's.

    Raises: NotSupportedError for a function without a name: its source is lost.
    """
    name = getattr(function, "__name__", "")
    if name.isidentifier():
        return name
    raise NotSupportedError(
        f"{owner} holds a function without a name, so its source is lost.",
        why="Python keeps no text of a lambda that could be written again.",
        fix=f"give {owner} a function made with `def`, or use funclab.ops directly.",
    )
