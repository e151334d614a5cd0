"""Data for training steps of the user's own, which may take them for anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from funclab.errors import DataError
from funclab.graph import structure
from funclab.graph.shape_math import Array
from funclab.graph.strings import STRING, as_texts, dtype_of
from funclab.models.inputs import as_array
from funclab.models.model import Model


def free_data(
    model: Model, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None
) -> tuple[list[list[Array]], tuple[Any, Any, Any]]:
    """The arrays of inputs, targets and weights, and the structure of each, for a step that may
    take them for anything.

    Raises: DataError for what is not an array of numbers or of text.
    """
    if x is None:
        raise DataError(
            f"No data was given to {model.name}: x is None.",
            why="a step is run on a batch of data.",
            fix="pass arrays as `x`, or a pipeline.",
        )
    if class_weight is not None:
        sample_weight = _by_class(y, sample_weight, class_weight)
    trees = [() if side is None else arrays_at_leaves(side) for side in (x, y, sample_weight)]
    arrays = [[_plain(leaf) for leaf in structure.flatten(tree)] for tree in trees]
    empty = tuple(structure.map_structure(lambda _: None, tree) for tree in trees)
    return arrays, empty  # type: ignore[return-value]


def arrays_at_leaves(side: Any) -> Any:
    """The side with arrays as its leaves; a list of numbers is one array."""
    return structure.map_structure(as_array, numbers_joined(side))


def numbers_joined(x: Any) -> Any:
    """Turn lists of numbers into arrays; lists of arrays stay lists."""
    if isinstance(x, (list, tuple)) and not any(
        hasattr(leaf, "shape") and len(leaf.shape) for leaf in structure.flatten(x)
    ):
        return np.asarray(x)
    return x


def _plain(array: Array) -> Array:
    if dtype_of(array) == STRING:
        return as_texts(array)
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"The data hold an array of dtype {array.dtype}, not numbers.",
            why="a step computes with numbers.",
            fix="convert it, for example with x.astype('float32').",
        )
    return array.astype("float32") if array.dtype == np.float64 else array


def _by_class(y: Any, sample_weight: Any, class_weight: Mapping[Any, float]) -> Array:
    """Weights of samples, from those of their classes."""
    labels = np.asarray(y)
    if labels.ndim > 1:
        labels = labels.argmax(-1) if labels.shape[-1] > 1 else labels[..., 0]
    weights = np.array([class_weight.get(int(label), 1.0) for label in labels], "float32")
    return weights if sample_weight is None else weights * np.asarray(sample_weight, "float32")
