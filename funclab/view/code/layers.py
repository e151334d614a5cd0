"""Layers as source, and the imports that they need."""

from __future__ import annotations

import builtins
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from funclab import ops, registry
from funclab.errors import NotSupportedError
from funclab.graph import structure
from funclab.graph.operation import Operation, OpOperation, is_box
from funclab.layers.arguments import floatx
from funclab.layers.base import Layer
from funclab.layers.input import InputLayer
from funclab.layers.weights import layers_within
from funclab.models import Sequential
from funclab.registry.parameters import parameters
from funclab.view.code.ops import op_source
from funclab.view.code.text import Chain, Group, Imports, Source, call, keywords, plain, tree
from funclab.view.draw.text import quote
from funclab.view.scene import words

RESERVED = {
    "Input", "Model", "OpOperation", "Sequential", "activations", "constraints", "initializers",
    "layers", "np", "ops", "regularizers", *dir(builtins),
}  # fmt: skip

KINDS = ("initializer", "regularizer", "constraint", "activation")
WINDOWS = (
    "kernel_size", "strides", "pool_size", "dilation_rate", "size", "padding", "cropping",
    "output_padding", "output_size",
)  # fmt: skip
"""Settings with one number for each axis, which may be given as one number for all."""


class Layers:
    """Writes layers.

    Layers that an earlier draft wrote twice are `shared`: `define` gives each of them a variable.
    """

    define: Callable[[Any], str]

    def __init__(self, shared: set[Operation], taken: set[str], names: bool) -> None:
        self.shared, self.names = shared, names
        self.written: Counter[Operation] = Counter()
        self.taken = {*RESERVED, *registry.registered("op"), *taken}
        self.imports = Imports()

    @property
    def twice(self) -> set[Operation]:
        """What was written more than once."""
        return {layer for layer, count in self.written.items() if count > 1}

    def reference(self, layer: Any) -> Source:
        """A layer where it is used: its variable, or its source if it is used here only."""
        self.written[layer] += 1
        if layer in self.shared or is_model(layer):
            return self.define(layer)
        return self.source(layer)

    def source(self, layer: Any) -> Source:
        """The call that makes a layer."""
        if isinstance(layer, OpOperation):
            source = op_source(layer.op, self.imports)
            return call(self.imports.op(OpOperation), [source, f"name={quote(layer.name)}"])
        if isinstance(layer, InputLayer):
            return self._input(layer)
        if is_stack(layer):
            return self._stack(layer)
        owner = next(cls for cls in type(layer).__mro__ if "from_config" in vars(cls))
        if not owner.__module__.startswith("funclab."):
            config = tree(layer.get_config(), lambda leaf: plain(leaf, layer.name))
            return Chain([f"{self.class_of(layer)}.from_config", call("", [config])])
        return call(self.class_of(layer), self._settings(layer))

    def class_of(self, layer: Any) -> str:
        """How the source names a class."""
        name = type(layer).__name__
        if not type(layer).__module__.startswith("funclab.") or is_box(layer):
            return self._from("", name)
        if is_model(layer):
            name = "Model" if is_functional(layer) else name
            self.imports.rooms.add(name)
            return name
        return self._from("layers", name)

    def common(self, layer: Any) -> list[Source]:
        """The arguments that all layers have: `trainable`, `dtype`, and a name the user gave."""
        counted = not self.names and words.is_automatic(layer)
        usual = is_model(layer) or layer.dtype == floatx() == "float32"
        trains = layer.trainable or isinstance(layer, InputLayer)
        return [
            *([] if trains else ["trainable=False"]),
            *([] if usual else [f"dtype={quote(layer.dtype)}"]),
            *([] if counted else [f"name={quote(layer.name)}"]),
        ]

    def _input(self, layer: Any) -> Source:
        self.imports.rooms.add("Input")
        shape = layer.batch_shape
        settings: list[Source] = [f"shape={shape[1:]}" if shape else "batch_shape=()"]
        if shape and shape[0] is not None:
            settings.append(f"batch_size={shape[0]}")
        settings += ["optional=True"] if layer.optional else []
        return call("Input", [*settings, *self.common(layer)])

    def _stack(self, model: Any) -> Source:
        first = [self._input(model.input_layers[0])] if model.inputs else []
        parts = Group("[", [*first, *map(self.reference, model.layers)], "]")
        return call(self.class_of(model), [parts, *self.common(model)])

    def _settings(self, layer: Any) -> list[Source]:
        """The arguments of a layer's constructor, with the required ones positional."""
        cls = type(layer)
        items: list[Source] = []
        by_place = cls.__module__.startswith("funclab.")
        for name, value in own_settings(layer).items():
            source = self._value(layer.name, name, value)
            by_place = by_place and parameters(cls).get(name) is inspect.Parameter.empty
            items.append(source if by_place else Chain([f"{name}=", source]))
        return [*items, *self.common(layer)]

    def _value(self, owner: str, setting: str, value: Any) -> Source:
        def leaf(value: Any) -> Source:
            if isinstance(value, Layer):
                return self.reference(value)
            if hasattr(value, "get_config") and not isinstance(value, type):
                return self._object(owner, setting, value)
            return self._function(owner, setting, value) if callable(value) else plain(value, owner)

        return tree(value, leaf)

    def _function(self, owner: str, setting: str, function: Any) -> Source:
        name = function_name(function, owner)
        known = registry.registered("activation").get(name) is function
        if known and setting.endswith("activation"):
            return quote(name)
        if known or getattr(ops, name, None) is function:
            return self._from("activations" if known else "ops", name)
        return self._from("", name)

    def _from(self, room: str, name: str) -> str:
        """How the source names an object of a funclab package, or one of the user's own."""
        (self.imports.rooms if room else self.imports.own).add(room or name)
        return f"{room}.{name}" if room else name

    def _object(self, owner: str, setting: str, part: Any) -> Source:
        """An initializer, regularizer or the like: by its name if it has no settings."""
        cls, config = type(part), registry.to_config(part)
        if isinstance(config, dict) and "class_name" in config:
            short = registry.to_snake_case(config["class_name"])
            if same(config, short, setting):
                return quote(short)
        defaults = parameters(cls)
        own = [
            (name, self._value(owner, name, value))
            for name, value in part.get_config().items()
            if not same(value, defaults.get(name))
        ]
        here = cls.__module__.startswith("funclab.")
        room = cls.__module__.split(".")[1] if here else ""
        return call(self._from(room, cls.__name__), keywords(own))


def is_stack(model: Any) -> bool:
    """A Sequential, or a subclass that is made like one."""
    return _made_here(model) and isinstance(model, Sequential)


def is_functional(model: Any) -> bool:
    """A model made as Model(inputs, outputs), not by a constructor of its own."""
    return words.graph_of(model) is not None and _made_here(model) and not is_stack(model)


def is_model(layer: Any) -> bool:
    return is_functional(layer) or is_stack(layer)


def _made_here(model: Any) -> bool:
    return type(model).__init__.__module__.startswith("funclab.")


def models_inside(model: Any) -> list[Any]:
    """The functional models in a model, at any depth, and itself if it is one; each once."""

    def inside(layer: Any) -> list[Any]:
        if is_functional(layer) or is_stack(layer):
            return layer.graph.operations if is_functional(layer) else layer.layers
        held = structure.flatten(list(getattr(layer, "constructor_arguments", {}).values()))
        return [leaf for leaf in held if isinstance(leaf, Operation)]

    return [layer for layer in layers_within(model, inside) if is_functional(layer)]


def thawed(model: Any, path: str) -> Iterator[str]:
    """The lines that make parts trainable again that `trainable=False` has frozen with the rest.

    Setting `trainable` reaches all layers inside, so outer layers come first.
    """
    if not model.trainable:
        yield from _differences(model, path, False)


def _differences(layer: Any, path: str, state: bool) -> Iterator[str]:
    for i, inner in enumerate(getattr(layer, "sublayers", [])):
        names = [name for name, value in vars(layer).items() if value is inner]
        attribute = names[0] if names else f"sublayers[{i}]"
        if is_model(layer):
            attribute = f"get_layer({quote(inner.name)})"
        if inner.trainable != state:
            yield f"{path}.{attribute}.trainable = {inner.trainable}"
        yield from _differences(inner, f"{path}.{attribute}", inner.trainable)


def own_settings(layer: Any) -> dict[str, Any]:
    """The constructor arguments of a layer that differ from what it would choose by itself.

    Values are those that the layer holds, or, where it holds something else under that name, those
    that its constructor was given. What `adapt` has learned is included.
    """
    config = getattr(layer, "learned_config", layer.get_config)()
    settings = {}
    for name in own_names(layer, config):
        argument = layer.constructor_arguments.get(name)
        # One number instead of equal ones, where the layer was given one.
        short = name in WINDOWS and isinstance(argument, int)
        settings[name] = argument if short else _held(layer, name, config[name])
    return settings


def own_names(layer: Any, config: dict[str, Any]) -> Iterator[str]:
    """The names of the settings in a config that differ from what the layer would choose."""
    defaults = parameters(type(layer))
    for name in dict.fromkeys([*(name for name in defaults if name in config), *config]):
        if name in ("name", "trainable", "dtype", "weights"):
            continue
        if name not in defaults or not _chosen_anyway(layer, name, config[name], defaults[name]):
            yield name


def _held(layer: Any, name: str, config: Any) -> Any:
    if hasattr(Operation, name) or not hasattr(layer, name):
        return layer.constructor_arguments.get(name, config)
    value = getattr(layer, name)
    same = registry.to_config(value) == config
    return value if same or callable(value) or isinstance(value, Operation) else config


def _chosen_anyway(layer: Any, name: str, config: Any, default: Any) -> bool:
    """Whether a layer would choose this setting if it were left out."""
    if default is not None or config is None:
        return same(config, default, name)
    usual = "linear" if name.endswith("activation") else {}
    chosen = {
        "strides": list(getattr(layer, "pool_size", ())),
        "data_format": "channels_last",
        "value_dim": getattr(layer, "key_dim", None),
    }
    return config == chosen.get(name, usual)


def same(config: Any, default: Any, name: str = "") -> bool:
    """Whether a configured value is the same as the default."""
    if isinstance(config, dict) and isinstance(default, str):
        kind = next((kind for kind in KINDS if name.endswith(kind)), "")
        return default in registry.registered(kind) and _config_of(kind, default) == config
    if isinstance(config, list) and type(default) is int and name in (*WINDOWS, "axis"):
        return bool(config) and all(length == default for length in config)
    if isinstance(config, list) and isinstance(default, tuple):
        return tuple(config) == default
    return type(config) is type(default) and config == default


@cache
def _config_of(kind: str, name: str) -> Any:
    """The config of an object of funclab with its default settings."""
    return registry.to_config(registry.get(kind, name))


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
