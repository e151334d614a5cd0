"""`import keras` may mean funclab, so that an existing notebook runs unchanged."""

from __future__ import annotations

import importlib
import sys

from funclab.errors import GraphError


def install_as_keras() -> None:
    """From now on, in this process, `import keras` and `from keras.layers import ...` give funclab.

    Code written for Keras 2, and for 1, runs too: its modules, such as `keras.backend`, the names
    of its arguments, and its methods are known from then on.

    Raises: GraphError (a RuntimeError) when the real Keras is loaded already; nothing changes then.
    """
    keras2 = importlib.import_module("funclab.keras2")
    loaded = sys.modules.get("keras")
    if loaded is not None and not isinstance(loaded, keras2.Face):
        raise GraphError(
            "keras is already imported in this session, so it cannot stand for funclab.",
            why=f"`keras` is the module of {getattr(loaded, '__file__', 'another library')}, and "
            "code that holds it would mix two libraries.",
            fix="restart the kernel and call funclab.install_as_keras() before importing keras.",
        )
    keras2.install()
