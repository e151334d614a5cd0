"""Checks for data that have the right shape but cannot be used, done before the first step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from funclab.errors import DataError, Instead, Item
from funclab.errors.words import plural
from funclab.files.stored import Stored
from funclab.graph.graph import Graph
from funclab.graph.shape_math import Array
from funclab.layers import Embedding
from funclab.models.inputs import check_ids_finite
from funclab.models.model import Functional, Model

_embeddings: WeakKeyDictionary[Graph, list[tuple[int, Embedding]]] = WeakKeyDictionary()
"""For each graph the embeddings that read an input directly, with the number of that input."""

Side = tuple[str, Sequence[Array | None], Callable[[], Sequence[str]]]


def input_names(model: Model, inputs: Sequence[Any]) -> list[str]:
    """The names of a model's inputs; for a model without a graph, numbers."""
    if isinstance(model, Functional) and model.inputs is not None:
        return model.input_names
    return [f"input {i}" for i in range(len(inputs))]


def check_lengths(sides: Sequence[Side]) -> None:
    """Refuse arrays with different numbers of samples. A side is "input", "target" or
    "sample_weight", its arrays, and a function for their names."""
    lengths = {len(array) for _, arrays, _ in sides for array in arrays if array is not None}
    if len(lengths) < 2 and 0 not in lengths:
        return
    counts = [
        (side, len(array), name)
        for side, arrays, names in sides
        for array, name in zip(arrays, names())
        if array is not None
    ]
    first, first_name = counts[0][1:]
    for side, count, name in counts:
        if count != first:
            words = {
                "input": "All input arrays (x) should have the same number of samples.",
                "target": "Input arrays should have the same number of samples as target arrays.",
                "sample_weight": "Sample weights (sample_weight) should have the same number of "
                "samples as inputs.",
            }[side]
            kind = {"input": "input", "target": "target", "sample_weight": "weight"}[side]
            raise DataError(
                f"{words} Found {first} input samples and {count} {kind} samples. "
                "(Data cardinality is ambiguous.)",
                why=f"row i of every array belongs to sample i, but {first_name} has {first} rows "
                f"and the {kind} for {name} has {count}.",
                fix="pass arrays of one set, such as x_train with y_train; print(len(x), len(y)) "
                "shows both. Or cut the longer one, if its last rows belong to nothing.",
                facts=_counts((first_name, first), (f"{kind} {name}", count)),
            )
    raise DataError(
        f"The data hold no samples: the array for {first_name} has length 0.",
        why="there is nothing to compute a loss or prediction from.",
        fix="check how the arrays were loaded or cut, for example print(x.shape).",
    )


def _counts(array: tuple[str, int], other: tuple[str, int]) -> Instead:
    """For the picture of an error: two arrays, and the number of samples in each."""
    items = [Item("array", name, plural(count, "sample")) for name, count in (array, other)]
    return Instead("Every sample needs a row in each array", items, note=f"{array[1]} ≠ {other[1]}")


def check_ids(model: Functional, inputs: Sequence[Array | None]) -> None:
    """Refuse ids that an input passes directly to an Embedding without a row for them."""
    if model.graph not in _embeddings:
        _embeddings[model.graph] = [
            (i, node.operation)
            for i, tensor in enumerate(model.inputs)
            for node in model.graph.consumers(tensor)
            if isinstance(node.operation, Embedding)
        ]
    for i, layer in _embeddings[model.graph]:
        array = inputs[i]
        if array is None or not array.size or isinstance(array, (np.memmap, Stored)):
            continue  # the op itself checks its ids
        check_ids_finite(model.input_names[i], array, layer)
        low, high = int(array.min()), int(array.max())
        if low < 0 or high >= layer.input_dim:
            wrong = low if low < 0 else high
            index = np.argwhere(array.astype(int) == wrong)[0].tolist()
            raise DataError(
                f"indices{index} = {wrong} is not in [0, {layer.input_dim}): the input "
                f"{model.input_names[i]} holds an id for which {layer.name} has no row.",
                why=f"{layer.name} is an Embedding of {layer.input_dim} rows; the ids given go "
                f"from {low} to {high}.",
                fix="number the ids from 0."
                if low < 0
                else f"make it Embedding({high + 1}, {layer.output_dim}), or number the ids from 0 "
                "without gaps.",
                graph=layer,
                facts=Instead(
                    f"{layer.name} has no row for the id {wrong}",
                    [
                        Item("array", model.input_names[i], f"ids from {low} to {high}"),
                        Item("layer", layer.name, f"Embedding of {layer.input_dim} rows"),
                    ],
                    note=f"{wrong} is not in [0, {layer.input_dim})",
                ),
            )
