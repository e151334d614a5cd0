"""A layer's constructor arguments as plain data, and layers from such data."""

from __future__ import annotations

from functools import cache
from types import FunctionType
from typing import Any

import numpy as np

from funclab import ops, registry
from funclab.graph import structure
from funclab.graph.operation import Operation
from funclab.layers.arguments import KERAS_2_KEYWORDS
from funclab.registry import sharing, user_classes
from funclab.registry.parameters import parameters

NOT_WRITTEN = {
    "activity_regularizer", "ELU.alpha", "LeakyReLU.alpha", "autocast", "flash_attention",
    "gptq_unpacked_column_size", "implementation", "input_length", "lora_alpha", "lora_rank",
    "quantization_config", "use_cudnn",
}  # fmt: skip
"""Arguments that Keras' configs omit while they are at their defaults, of all or of one class."""


PLAIN = {str, int, float, bool, type(None)}
"""The types of values that are plain data already."""
MOST_SHOWN = 6
"""How many values of an argument a layer's repr shows."""


def settings(layer: Any) -> dict[str, Any]:
    """The constructor arguments of a layer, without those that every layer has."""
    defaults, skip = parameters(type(layer)), _elsewhere(type(layer))
    kept = {
        name: _kept(layer, name, argument)
        for name, argument in layer.constructor_arguments.items()
        if name not in skip
    }
    return {
        name: value if type(value) in PLAIN else registry.to_config(value)
        for name, value in kept.items()
        if NOT_WRITTEN.isdisjoint((name, f"{type(layer).__name__}.{name}"))
        or name not in defaults
        or value != defaults[name]
    }


def with_functions(layer: Any) -> dict[str, Any]:
    """The config of a layer, with the functions that it was given: they may lack a name."""
    config, given = layer.get_config(), layer.constructor_arguments.items()
    functions = {k: x for k, x in given if isinstance(x, FunctionType) and k in config}
    return {**config, **functions}


@cache
def _elsewhere(cls: type) -> set[str]:
    """The arguments of a class that are not among its settings."""
    other = set(KERAS_2_KEYWORDS) - set(parameters(cls))
    return {"name", "trainable", "dtype", "weights", *other}


def brief(value: Any) -> str:
    """An argument in the form a layer's repr shows: the first and last of many values; an object's
    class and settings."""
    if isinstance(value, Operation):
        return repr(value)
    config = registry.to_config(value)
    if isinstance(config, dict) and isinstance(config.get("config"), dict):
        pairs = [f"{name}={brief(part)}" for name, part in config["config"].items()]
        return f"{config['class_name']}({', '.join(pairs)})"
    if isinstance(config, dict) and config.get("class_name") == "function":
        return config["config"]
    if not isinstance(config, list):
        return str(config)
    whole = list(value)
    shown = [brief(part) if not isinstance(part, str) else repr(part) for part in whole]
    if len(whole) > MOST_SHOWN:
        return f"[{', '.join(shown[:3])}, ..., {shown[-1]}] ({len(whole)} values)"
    return f"[{', '.join(shown)}]"


def rebuilt(value: Any, custom_objects: Any) -> Any:
    """A setting, with layers and named functions rebuilt if the config describes any."""
    if isinstance(value, list):
        return [rebuilt(item, custom_objects) for item in value]
    if not isinstance(value, dict) or not {"class_name", "config"} <= value.keys():
        return value
    if value.get("module") in registry.NOT_LAYERS:  # Identity is an initializer, too
        return value
    name = value["class_name"]
    if name == "__numpy__":  # how Keras writes an array
        return np.asarray(value["config"]["value"], value["config"]["dtype"])
    if name == "function":
        known = {**vars(ops), **registry.all_names(), **user_classes.known(custom_objects)}
        if value["config"] in known:
            return user_classes.known(custom_objects).get(value["config"], value["config"])
        return registry.described_by("function", value, custom_objects)
    cls = sharing.class_of(value)
    if cls is None and user_classes.is_own(value):
        cls = registry.described_by("class", value, custom_objects)
    elif cls is None:
        known = {**registry.registered("layer"), **user_classes.known(custom_objects)}
        cls = known.get(user_classes.class_name(value, custom_objects))
        if not (isinstance(cls, type) and issubclass(cls, Operation)):
            return value
    return sharing.made_once(value, lambda: registry.rebuild(cls, value["config"], custom_objects))


def _kept(layer: Any, name: str, argument: Any) -> Any:
    """The attribute named like a constructor argument, unless it holds layers made from it."""
    kept = getattr(layer, name, argument)
    if type(kept) in PLAIN:
        return kept
    return argument if _holds_layers(kept) and not _holds_layers(argument) else kept


def _holds_layers(value: Any) -> bool:
    return any(isinstance(leaf, Operation) for leaf in structure.flatten(value))
