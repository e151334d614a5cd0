"""The names of Keras 2 and 1, for course notebooks from 2016 to 2019.

`funclab.install_as_keras()` enables them for a session: old modules such as `keras.backend` and
`keras.layers.core` (`paths`), old argument names (`spelling`), and old methods (`methods`).
"""

from __future__ import annotations

import sys

import numpy as np

from funclab import initializers, losses, registry
from funclab.keras2 import backend
from funclab.keras2.methods import give_old_methods
from funclab.keras2.paths import Face, Finder, module_of
from funclab.keras2.spelling import accept_old_names

__all__ = ["Face", "install"]


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
