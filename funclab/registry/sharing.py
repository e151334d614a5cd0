"""Layers that occur more than once in a config.

Each place in a config describes the whole layer. Where one layer is in several places (in a model
and in a model inside it, say), these have the same number, under the key with which Keras 3 marks
shared objects; whoever reads the config makes that layer once.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from funclab.registry.within import within

KEY = "shared_object_id"


class Numbers:
    """The layers in a config that is being written, numbered from 1."""

    def __init__(self) -> None:
        self.layers: list[Any] = []
        self._by_id: dict[int, int] = {}

    def of(self, layer: Any) -> int:
        if id(layer) not in self._by_id:
            self.layers.append(layer)
            self._by_id[id(layer)] = len(self.layers)
        return self._by_id[id(layer)]


_numbers: ContextVar[Numbers | None] = ContextVar("numbers", default=None)
_layers: ContextVar[dict[int, Any] | None] = ContextVar("layers", default=None)
"""The layers made so far from the config that is being read, by their numbers."""


def writes(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that returns a config: all that the outermost one calls share numbers."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if _numbers.get() is not None:
            return function(*args, **kwargs)
        numbers = Numbers()
        with within(_numbers, numbers):
            config = function(*args, **kwargs)
        return _only_shared(config) if numbers.layers else config

    return wrapped


def reads(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that makes layers from a config: all that the outermost one calls make
    each shared layer once."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        known = _layers.get()
        with within(_layers, {} if known is None else known):
            return function(*args, **kwargs)

    return wrapped


@contextmanager
def apart() -> Iterator[None]:
    """Within the block, configs have nothing to do with those that are written or read around it.

    For code of users, which may load another model in the constructor of a layer.
    """
    with within(_numbers, None), within(_layers, None):
        yield


@contextmanager
def copying() -> Iterator[None]:
    """Within the block, layers are made from configs of other layers: each is copied once."""
    with within(_numbers, Numbers()), within(_layers, {}):
        yield


def numbered(entry: dict[str, Any], layer: Any) -> dict[str, Any]:
    """The description of a layer, with its number."""
    numbers = _numbers.get()
    if numbers is None or not hasattr(layer, "inbound_nodes") or _is_input(entry):
        return entry
    return {**entry, KEY: numbers.of(layer)}


def class_of(entry: dict[str, Any]) -> type | None:
    """While layers are being copied: the class of the layer that is described."""
    numbers, number = _numbers.get(), entry.get(KEY)
    return None if numbers is None or number is None else type(numbers.layers[number - 1])


def made_once(entry: dict[str, Any], make: Callable[[], Any]) -> Any:
    """The layer that is described: what `make` returns, or the one made before of that number."""
    layers, number = _layers.get(), entry.get(KEY)
    if layers is None or type(number) is not int or _is_input(entry):
        return make()
    if number not in layers:
        layer = make()
        layers[number] = layer
    return layers[number]


def keep(layer: Any, copy: Any) -> Any:
    """While layers are being copied: the copy of a layer, kept for all who hold that layer."""
    numbers, layers = _numbers.get(), _layers.get()
    if numbers is not None and layers is not None:
        layers[numbers.of(layer)] = copy
    return copy


def _is_input(entry: dict[str, Any]) -> bool:
    """Inputs have no state: a model and a model inside it that begin at one may have two."""
    return entry.get("class_name") == "InputLayer"


def walk(config: Any) -> Iterator[dict[str, Any]]:
    """All dicts in a config, at any depth. No recursion: models may be nested deeply."""
    waiting = [config]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += reversed(part.values())
        elif isinstance(part, (list, tuple)):
            waiting += reversed(part)


def _only_shared(config: Any) -> Any:
    """The config with numbers, counted from 1, only where several places have the same."""
    entries = [part for part in walk(config) if type(part.get(KEY)) is int]
    count = Counter(entry[KEY] for entry in entries)
    order: dict[int, int] = {}
    for entry in {id(entry): entry for entry in entries}.values():
        number = entry.pop(KEY)
        if count[number] > 1:
            entry[KEY] = order.setdefault(number, len(order) + 1)
    return config
