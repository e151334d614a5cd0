"""The names of Keras 2 and 1, for course notebooks from 2016 to 2019.

`funclab.install_as_keras()` enables them for a session: old modules such as `keras.backend` and
`keras.layers.core` (`paths`), old argument names (`spelling`), and old methods (`methods`).
"""

from __future__ import annotations

import importlib
import sys

import numpy as np

from funclab.errors import GraphError

from funclab import initializers, losses, registry
from funclab.keras2 import backend
from funclab.keras2.methods import give_old_methods
from funclab.keras2.paths import Face, Finder, module_of
from funclab.keras2.spelling import accept_old_names

__all__ = ["install_as_keras"]


def install_as_keras(tensorflow: bool = False) -> None:
    """From now on, in this process, `import keras` and `from keras.layers import ...` give funclab.

    Code written for Keras 2 or Keras 1 runs too: their modules, such as `keras.backend`, their
    names of arguments, and their methods are then supported.

    tensorflow: whether `import tensorflow as tf` and `from tensorflow.keras.layers import ...` also
        give funclab: tf.keras, tf.data and some 250 functions of tensors, such as tf.reduce_mean
        and tf.nn.softmax. Any other use of TensorFlow is an error that says what to write.

    Raises: GraphError (a RuntimeError) if the real Keras is already loaded, or if a real TensorFlow
        is installed that would be hidden; in these cases nothing changes.
    """
    loaded = sys.modules.get("keras")
    if loaded is not None and not isinstance(loaded, Face):
        raise GraphError(
            "keras is already imported in this session, so it cannot stand for funclab.",
            why=f"`keras` is the module of {getattr(loaded, '__file__', 'another library')}, and "
            "code that holds it would mix two libraries.",
            fix="restart the kernel and call funclab.install_as_keras() before importing keras.",
        )
    if tensorflow:
        importlib.import_module("funclab.keras2.tensorflow").install()
    install()


def install() -> None:
    """From now on, in this process, `import keras` gives funclab, with the names of Keras 2.

    `numpy.random.seed` then makes weights and shuffling reproducible, as it did in Keras 2.
    """
    if not isinstance(sys.modules.get("keras"), Face):
        accept_old_names()
        give_old_methods()
        registry.register("loss", losses.cosine_similarity, "cosine_proximity")
        initializers.draw_from(np.random.Generator(np.random.get_bit_generator()))  # type: ignore[attr-defined]
        sys.modules["keras.backend"] = backend
        sys.meta_path.insert(0, Finder())
        module_of("keras")
