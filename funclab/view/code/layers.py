"""Layers as source, and the imports that they need."""

from __future__ import annotations

import builtins
import inspect
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from funclab import ops, registry
from funclab.graph.operation import Operation, OpOperation
from funclab.layers.arguments import floatx, parameters
from funclab.layers.base import Layer
from funclab.view.code.ops import op_source
from funclab.view.code.text import Chain, Group, Imports, Source, call, keywords, quote
from funclab.view.code.values import function_name, own_settings, plain, same, short_name, tree
from funclab.view.code.walk import is_functional, is_model, is_stack

RESERVED = {
    "Input", "Model", "OpOperation", "Sequential", "activations", "constraints", "initializers",
    "layers", "np", "ops", "regularizers", *dir(builtins),
}  # fmt: skip


class Layers:
    """Writes layers.

    What is `shared`, because a draft has written it twice, is one thing in several places: it is
    left to `define`, which gives it a variable.
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
        if type(layer).__name__ == "InputLayer":
            return self._input(layer)
        if is_stack(layer):
            return self._stack(layer)
        if self._has_own_from_config(type(layer)):
            config = tree(layer.get_config(), lambda leaf: plain(leaf, layer.name))
            return Chain([f"{self.class_of(layer)}.from_config", call("", [config])])
        return call(self.class_of(layer), self._settings(layer))

    def class_of(self, layer: Any) -> str:
        """How the source names a class."""
        name = type(layer).__name__
        if not type(layer).__module__.startswith("funclab."):
            return self._from("", name)
        if is_model(layer):
            name = "Model" if is_functional(layer) else name
            self.imports.rooms.add(name)
            return name
        return self._from("layers", name)

    def name(self, layer: Any) -> list[Source]:
        """The argument `name=`, unless names that are only counted are to be left out."""
        automatic = rf"{re.escape(registry.to_snake_case(type(layer).__name__))}(_\d+)?"
        if not self.names and re.fullmatch(automatic, layer.name):
            return []
        return [f"name={quote(layer.name)}"]

    def _has_own_from_config(self, cls: type) -> bool:
        owner = next(base for base in cls.__mro__ if "from_config" in vars(base))
        return not owner.__module__.startswith("funclab.")

    def _input(self, layer: Any) -> Source:
        self.imports.rooms.add("Input")
        shape = layer.batch_shape
        settings: list[Source] = [f"shape={shape[1:]}" if shape else "batch_shape=()"]
        if shape and shape[0] is not None:
            settings.append(f"batch_size={shape[0]}")
        settings += self._dtype(layer)
        settings += ["optional=True"] if layer.optional else []
        return call("Input", [*settings, *self.name(layer)])

    def _dtype(self, layer: Any) -> list[Source]:
        usual = layer.dtype == floatx() == "float32"
        return [] if usual else [f"dtype={quote(layer.dtype)}"]

    def _stack(self, model: Any) -> Source:
        first = [self._input(model.input_layers[0])] if model.inputs else []
        parts = Group("[", [*first, *map(self.reference, model.layers)], "]")
        frozen = [] if model.trainable else ["trainable=False"]
        return call(self.class_of(model), [parts, *frozen, *self.name(model)])

    def _settings(self, layer: Any) -> list[Source]:
        """The arguments of a layer's constructor; those it cannot do without by their place."""
        cls = type(layer)
        items: list[Source] = []
        by_place = cls.__module__.startswith("funclab.")
        for name, value in own_settings(layer).items():
            source = self._value(layer.name, name, value)
            by_place = by_place and parameters(cls).get(name) is inspect.Parameter.empty
            items.append(source if by_place else Chain([f"{name}=", source]))
        if not layer.trainable:
            items.append("trainable=False")
        return [*items, *self._dtype(layer), *self.name(layer)]

    def _value(self, owner: str, setting: str, value: Any) -> Source:
        def leaf(leaf: Any) -> Source:
            if isinstance(leaf, Layer):
                return self.reference(leaf)
            if hasattr(leaf, "get_config") and not isinstance(leaf, type):
                return self._object(owner, setting, leaf)
            return self._function(owner, setting, leaf) if callable(leaf) else plain(leaf, owner)

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
        """How the source names what is in a room of funclab, or is the user's own."""
        (self.imports.rooms if room else self.imports.own).add(room or name)
        return f"{room}.{name}" if room else name

    def _object(self, owner: str, setting: str, thing: Any) -> Source:
        """An initializer, regularizer or the like: by its name if it has no settings."""
        cls, short = type(thing), short_name(setting, registry.to_config(thing))
        if short is not None:
            return quote(short)
        defaults = parameters(cls)
        own = [
            (name, self._value(owner, name, value))
            for name, value in thing.get_config().items()
            if not same(value, defaults.get(name))
        ]
        here = cls.__module__.startswith("funclab.")
        room = cls.__module__.split(".")[1] if here else ""
        return call(self._from(room, cls.__name__), keywords(own))
