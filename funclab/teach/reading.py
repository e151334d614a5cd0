"""Questions about models that read headlines: whether order and padding matter, where words end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab import layers
from funclab.datasets import headlines
from funclab.graph.node import Node
from funclab.graph.shape_math import Array
from funclab.models.model import Functional
from funclab.teach.graphs import calls_within, fresh_copy

LONGEST = 24
"""The number of words that a model reads in a check, if its Input leaves it open."""
TURNED = ("man bites dog", "dog bites man", "baker feeds goose at school", "goose feeds baker")


def embeddings(model: Functional) -> list[Any]:
    nodes = calls_within(model)
    return [node for node in nodes if isinstance(node.operation, layers.Embedding)]


def where_words_end(model: Functional) -> Node:
    """The first call that reads several rows and returns one; if there is none, the last call."""
    for node in calls_within(model):
        rows = any(len(tensor.shape) == 3 for tensor in node.arguments.tensors)
        if rows and len(node.output_tensors[0].shape) == 2:
            return node
    return model.outputs[0].node


def order_matters(model: Functional, scales: Sequence[float] = (1,)) -> bool:
    """Whether a model's output can change when two words of a headline are swapped.

    `scales`: factors for its initial weights, of which any may show a change. With small weights,
    attention looks at all words equally, and their order hardly matters; with large ones the
    output can saturate, whatever the order.
    """
    copy, x = fresh_copy(model), headlines_for(model)
    weights = copy.get_weights()
    for scale in scales:
        copy.set_weights([scale * weight for weight in weights])
        first, second = np.asarray(copy(x))[:2]
        if not np.allclose(first, second, atol=1e-6):
            return True
    return False


def add_to_zeros(model: Functional) -> None:
    """Change the embedding of padding: if the model leaves padding out, no output changes."""
    for layer in dict.fromkeys(node.operation for node in embeddings(model)):
        [table] = layer.get_weights()
        table[0] += 1
        layer.set_weights([table])


def headlines_for(model: Functional) -> list[Array]:
    """Short headlines for a model, the first two with the same words; zeros for other inputs."""
    x: list[Array] = []
    for tensor in model.inputs:
        size = tensor.shape[1] or LONGEST
        rows = np.zeros((len(TURNED), size), tensor.dtype)
        if "int" in tensor.dtype:
            numbers = headlines.ids(TURNED)[:, :size]
            rows[:, : numbers.shape[1]] = numbers
        x.append(rows)
    return x
