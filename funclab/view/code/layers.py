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
from funclab.view.code.ops import Written, op_source
from funclab.view.code.text import Chain, Group, Source, call, keywords, quote
from funclab.view.code.values import function_name, own_settings, plain, same, short_name, tree
from funclab.view.code.walk import is_functional, is_model, is_stack
from funclab.view.draw.text import listed

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
        self.own: set[str] = set()
        """Classes and functions of the user's, by name."""
        self.rooms: set[str] = set()
        self.modules: dict[str, set[str]] = {}

    def imports(self, body: str) -> list[str]:
        """The lines before the first call."""
        lines = ["import numpy as np", ""] if "np." in body else []
        first = sorted(self.rooms, key=lambda name: (name.islower(), name))
        lines += [f"from funclab import {', '.join(first)}"] if first else []
        for module, names in sorted(self.modules.items()):
            lines.append(f"from {module} import {', '.join(sorted(names))}")
        if self.own:
            lines += ["", f"# Yours, to be defined before: {listed(sorted(self.own))}."]
        return lines

    @property
    def twice(self) -> set[Operation]:
        """What was written more than once."""
        return {one for one, count in self.written.items() if count > 1}

    def is_shared(self, operation: Operation) -> bool:
        return operation in self.shared

    def reference(self, layer: Any) -> Source:
        """A layer where it is used: its variable, or its source if it is used here only."""
        self.written[layer] += 1
        if self.is_shared(layer) or is_model(layer):
            return self.define(layer)
        return self.source(layer)

    def source(self, layer: Any) -> Source:
        """The call that makes a layer."""
        if isinstance(layer, OpOperation):
            return self._op(layer)
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
            self.own.add(name)
            return name
        if is_model(layer):
            self.rooms.add("Model" if is_functional(layer) else name)
            return "Model" if is_functional(layer) else name
        self.rooms.add("layers")
        return f"layers.{name}"

    def name(self, layer: Any) -> list[Source]:
        """The argument `name=`, unless names that are only counted are to be left out."""
        automatic = rf"{re.escape(registry.to_snake_case(type(layer).__name__))}(_\d+)?"
        if not self.names and re.fullmatch(automatic, layer.name):
            return []
        return [f"name={quote(layer.name)}"]

    def note(self, written: Written) -> None:
        """Import what an op call needs."""
        if written.function:
            self.rooms.add("ops")
        if written.op is not None:
            self.modules.setdefault(written.op.__module__, set()).add(written.op.__name__)

    def _has_own_from_config(self, cls: type) -> bool:
        theirs = next(one for one in cls.__mro__ if "from_config" in vars(one))
        return not theirs.__module__.startswith("funclab.")

    def _input(self, layer: Any) -> Source:
        self.rooms.add("Input")
        shape = layer.batch_shape
        settings: list[Source] = [f"shape={shape[1:]}" if shape else "batch_shape=()"]
        if shape and shape[0] is not None:
            settings.append(f"batch_size={shape[0]}")
        if layer.dtype != "float32" or floatx() != "float32":
            settings.append(f"dtype={quote(layer.dtype)}")
        settings += ["optional=True"] if layer.optional else []
        return call("Input", [*settings, *self.name(layer)])

    def _stack(self, model: Any) -> Source:
        first = [self._input(model.input_layers[0])] if model.inputs else []
        parts = Group("[", [*first, *map(self.reference, model.layers)], "]")
        frozen = [] if model.trainable else ["trainable=False"]
        return call(self.class_of(model), [parts, *frozen, *self.name(model)])

    def _op(self, operation: OpOperation) -> Source:
        written = op_source(operation.op)
        self.note(written)
        self.modules.setdefault("funclab.graph.operation", set()).add("OpOperation")
        return call("OpOperation", [written.source, f"name={quote(operation.name)}"])

    def _settings(self, layer: Any) -> list[Source]:
        """The arguments of a layer's constructor; those it cannot do without by their place."""
        cls, settings = type(layer), own_settings(layer)
        here = cls.__module__.startswith("funclab.")
        items: list[Source] = []
        by_place = here
        for name, value in settings.items():
            source = self._value(layer.name, name, value)
            by_place = by_place and parameters(cls).get(name) is inspect.Parameter.empty
            items.append(source if by_place else Chain([f"{name}=", source]))
        if not layer.trainable:
            items.append("trainable=False")
        if layer.dtype != "float32" or floatx() != "float32":
            items.append(f"dtype={quote(layer.dtype)}")
        return [*items, *self.name(layer)]

    def _value(self, owner: str, setting: str, value: Any) -> Source:
        def leaf(one: Any) -> Source:
            if isinstance(one, Layer):
                return self.reference(one)
            if hasattr(one, "get_config") and not isinstance(one, type):
                return self._object(owner, setting, one)
            return self._function(owner, setting, one) if callable(one) else plain(one, owner)

        return tree(value, leaf)

    def _function(self, owner: str, setting: str, function: Any) -> Source:
        name = function_name(function, owner)
        known = registry.registered("activation").get(name) is function
        if known and setting.endswith("activation"):
            return quote(name)
        if known or getattr(ops, name, None) is function:
            room = "activations" if known else "ops"
            self.rooms.add(room)
            return f"{room}.{name}"
        self.own.add(name)
        return name

    def _object(self, owner: str, setting: str, thing: Any) -> Source:
        """An initializer, regularizer or the like: by its name if it has no settings."""
        config, cls = registry.to_config(thing), type(thing)
        short = short_name(setting, config)
        if short is not None:
            return quote(short)
        defaults = parameters(cls)
        own = {
            name: value
            for name, value in thing.get_config().items()
            if not same(value, defaults.get(name))
        }
        name = cls.__name__
        room = cls.__module__.split(".")[1] if cls.__module__.startswith("funclab.") else ""
        (self.rooms if room else self.own).add(room or name)
        items = keywords((key, self._value(owner, key, value)) for key, value in own.items())
        return call(f"{room}.{name}" if room else name, items)
