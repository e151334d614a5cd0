"""The calls of a layer that is in a model and in a model inside it, numbered as Keras counts them.

While Keras 3 reads a `.keras` file, it makes a layer once for all the places that have the same
number. A layer's calls are then those of all models read so far, and a call is found by its number
among these. funclab counts calls within each model; it writes how many to subtract.
"""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

from funclab.registry import sharing

BEFORE = "calls_before"
"""How many calls of a layer Keras has made when it reads those of this model."""


def count_as_keras(entry: dict[str, Any]) -> dict[str, Any]:
    """Number the calls in the config of a model, in place, as Keras counts them."""
    if any(sharing.KEY in part for part in sharing.walk(entry)):
        _Reader().read(entry)
    return entry


def count_own_calls(config: dict[str, Any]) -> dict[str, Any]:
    """The config of a graph with calls counted within it."""
    before = {entry["name"]: -int(entry[BEFORE]) for entry in config["layers"] if BEFORE in entry}
    if before:
        config = copy.deepcopy(config)
        _move_all(config, before)
    return config


class _Reader:
    """Reads a config as Keras does, and counts the calls of every layer."""

    def __init__(self) -> None:
        self.calls: Counter[Any] = Counter()
        self.done: set[int] = set()

    def read(self, part: Any) -> None:
        if isinstance(part, list):
            for item in part:
                self.read(item)
        if not isinstance(part, dict) or part.get(sharing.KEY) in self.done:
            return
        config = part.get("config")
        if not isinstance(config, dict):
            for item in part.values():
                self.read(item)
        elif "input_layers" in config:
            self._read_graph(config)
        elif part.get("class_name") == "Sequential":
            self._read_stack(config["layers"])
        else:
            self.read(list(config.values()))
        if sharing.KEY in part:
            self.done.add(part[sharing.KEY])

    def _read_graph(self, config: dict[str, Any]) -> None:
        layers = config["layers"]
        for entry in layers:
            self.read(entry)
        before = {entry["name"]: self.calls[_key(entry)] for entry in layers}
        for entry in layers:
            self.calls[_key(entry)] += len(entry["inbound_nodes"])
            if before[entry["name"]]:
                entry[BEFORE] = before[entry["name"]]
        _move_all(config, before)

    def _read_stack(self, layers: list[Any]) -> None:
        """Keras calls all layers of a Sequential again whenever it adds one."""
        added: list[Any] = []
        for entry in layers:
            self.read(entry)
            added.append(_key(entry))
            if layers[0].get("class_name") == "InputLayer":
                self.calls.update(added[1:])


def _key(entry: dict[str, Any]) -> Any:
    """What tells a layer apart from others."""
    return entry.get(sharing.KEY, id(entry))


def _move_all(config: dict[str, Any], by: dict[str, int]) -> None:
    """Raise the numbers in all references of a graph to calls of its layers."""
    for entry in config["layers"]:
        for part in sharing.walk(entry["inbound_nodes"]):
            if "keras_history" in part:
                _move(part["keras_history"], by)
    for end in ("input_layers", "output_layers"):
        _move(config[end], by)


def _move(history: Any, by: dict[str, int]) -> None:
    if isinstance(history, dict):
        history = list(history.values())
    if len(history) == 3 and isinstance(history[0], str):
        history[1] += by.get(history[0], 0)
    else:
        for part in history:
            _move(part, by)
