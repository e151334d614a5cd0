"""`import keras` may mean funclab, so that an existing notebook runs unchanged."""

from __future__ import annotations

import importlib
import sys

from funclab.errors import GraphError
from funclab.missing import ROOMS


def install_as_keras() -> None:
    """From now on, in this process, `import keras` and `from keras.layers import ...` give funclab.

    Raises: GraphError (a RuntimeError) when the real Keras is loaded already; nothing changes then.
    """
    funclab = importlib.import_module("funclab")
    loaded = sys.modules.get("keras")
    if loaded is not None and loaded is not funclab:
        raise GraphError(
            "keras is already imported in this session, so it cannot stand for funclab.",
            why=f"`keras` is the module of {getattr(loaded, '__file__', 'another library')}, and "
            "code that holds it would mix two libraries.",
            fix="restart the kernel and call funclab.install_as_keras() before importing keras.",
        )
    sys.modules["keras"] = funclab
    for room in (*ROOMS, "saving"):
        sys.modules[f"keras.{room}"] = importlib.import_module(f"funclab.{room}")
