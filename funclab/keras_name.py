"""`import keras` may mean funclab, so that an existing notebook runs unchanged."""

from __future__ import annotations

import importlib
import sys

from funclab.errors import GraphError


def install_as_keras(tensorflow: bool = False) -> None:
    """From now on, in this process, `import keras` and `from keras.layers import ...` give funclab.

    Code written for Keras 2 or Keras 1 runs too: their modules, such as `keras.backend`, their
    names of arguments, and their methods are then supported.

    tensorflow: whether `import tensorflow as tf` and `from tensorflow.keras.layers import ...` also
        give funclab, for notebooks that use only Keras from TensorFlow. Any other use of TensorFlow
        is an error that says where to find it.

    Raises: GraphError (a RuntimeError) if the real Keras is already loaded, or if a real TensorFlow
        is installed that would be hidden; in these cases nothing changes.
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
    if tensorflow:
        importlib.import_module("funclab.keras2.tensorflow").install()
    keras2.install()
