"""Small helpers with Keras' names."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from funclab import initializers, meant, registry
from funclab.errors import DataError
from funclab.fields import wrong_value
from funclab.missing import guard
from funclab.shape_math import Array


def set_random_seed(seed: int) -> None:
    """Make everything random repeatable, bit for bit: weights, shuffling, dropout.

    Also seeds Python's and NumPy's global generators, as Keras does.
    """
    if not meant.is_whole(seed) or not 0 <= seed < 2**32:
        raise wrong_value(
            "set_random_seed", "seed", seed, "a whole number from 0 to 2**32 - 1", "1"
        )
    random.seed(int(seed))
    np.random.seed(seed)
    initializers.seed(seed)


def to_categorical(x: Any, num_classes: int | None = None) -> Array:
    """Class numbers as one-hot rows.

    Shapes: x (n,) or (n, 1) -> (n, num_classes); other shapes gain a last axis.
    Raises: DataError for a negative class or one beyond num_classes.

    >>> to_categorical([0, 2])
    array([[1., 0., 0.],
           [0., 0., 1.]])
    """
    labels = np.asarray(x)
    if labels.dtype.kind not in "biuf" or not (num_classes is None or meant.is_whole(num_classes)):
        raise wrong_value("to_categorical", "x", x, "class numbers", "[0, 2, 1]")
    classes = labels.astype("int64")
    shape = classes.shape[:-1] if classes.ndim > 1 and classes.shape[-1] == 1 else classes.shape
    flat = classes.reshape(-1)
    count = num_classes or (int(flat.max()) + 1 if flat.size else 0)
    if flat.size and not 0 <= flat.min() <= flat.max() < count:
        bad = int(flat.min() if flat.min() < 0 else flat.max())
        raise DataError(
            f"Class {bad} does not fit num_classes={count}.",
            why=f"classes are numbered 0 to {count - 1}.",
            fix="subtract the smallest class number, or pass a larger num_classes.",
        )
    table = np.zeros((flat.size, count))
    table[np.arange(flat.size), flat] = 1
    return table.reshape(*shape, count)


def get_source_inputs(tensor: Any) -> list[Any]:
    """The Input tensors that a tensor is computed from, in the order they were made."""
    from funclab.view.scene.diagram import source_inputs

    return source_inputs(tensor)


def plot_model(model: Any, *arguments: Any, **settings: Any) -> Any:
    """The picture of a model, where Keras keeps this function. See `funclab.plot_model`."""
    from funclab import view

    return view.plot_model(model, *arguments, **settings)


def clear_session() -> None:
    """Let automatic names begin again, as in a new session."""
    registry.reset_names()


guard(__name__)
