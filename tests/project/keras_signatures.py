"""The arguments of every public function and class of Keras, and their defaults.

`KERAS_BACKEND=jax python -m tests.project.keras_signatures`, run by a Python that has Keras,
records those of Keras in keras_signatures.json.
"""

from __future__ import annotations

import importlib
import inspect
import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORD = HERE / "keras_signatures.json"
NAMES: dict[str, list[str]] = json.loads((HERE / "keras_names.json").read_text("utf-8"))

METHODS = {
    "": ("Model",),
    "callbacks": ("Callback",),
    "layers": ("Layer",),
    "metrics": ("Metric",),
    "optimizers": ("Optimizer",),
}
"""Classes whose methods are compared too, and the room of each."""
LEFT_OUT = ("applications", "backend", "models", "saving")
"""Rooms that funclab does not have, or whose functions are methods of models here."""


def arguments(thing: Any) -> dict[str, str] | None:
    """The name of each argument and its default as text, "" without one; None: not a callable."""
    try:
        parameters = inspect.signature(thing).parameters.values()
    except (TypeError, ValueError):
        return None
    return {
        name: "" if parameter.default is parameter.empty else told(parameter.default)
        for parameter in parameters
        if (name := parameter.name) not in ("self", "model")
        and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    }


def told(default: Any) -> str:
    """A default as text; lists are tuples, and an object is its class."""
    if isinstance(default, (list, tuple)):
        return f"({', '.join(map(told, default))})"
    plain = default is None or isinstance(default, (bool, int, float, str))
    return repr(default) if plain else getattr(default, "__name__", type(default).__name__)


def room(library: str, name: str) -> dict[str, dict[str, str]]:
    """The arguments of each callable in a room, as far as the room has it."""
    module = importlib.import_module(f"{library}.{name}".rstrip("."))
    found = {one: arguments(getattr(module, one, None)) for one in NAMES[name]}
    for kind in METHODS.get(name, ()):
        methods = inspect.getmembers(getattr(module, kind), callable)
        found |= {f"{kind}.{one}": arguments(it) for one, it in methods if one[0] != "_"}
    return {one: known for one, known in found.items() if known is not None}


if __name__ == "__main__":
    lines = (
        f"{json.dumps(name)}: {{\n"
        + ",\n".join(f"{json.dumps(one)}: {json.dumps(told)}" for one, told in seen.items())
        + "\n}"
        for name in NAMES
        if name not in LEFT_OUT and (seen := room("keras", name))
    )
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
