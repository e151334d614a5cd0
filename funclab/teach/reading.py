"""What checks ask of models that read headlines: do order and padding count, where words end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab import layers
from funclab.graph.node import Node
from funclab.models.model import Functional
from funclab.shape_math import Array
from funclab.teach.graphs import calls_within, fresh_copy, maker

LONGEST = 24
"""The number of words that a model reads in a check, where its Input leaves it open."""
TURNED = ("man bites dog", "dog bites man", "baker feeds goose at school", "goose feeds baker")


def embeddings(model: Functional) -> list[Any]:
    nodes = calls_within(model)
    return [node for node in nodes if isinstance(node.operation, layers.Embedding)]


def where_words_end(model: Functional) -> Node:
    """The first call that reads rows and returns one; the last call when there is none."""
    for node in calls_within(model):
        rows = any(len(tensor.shape) == 3 for tensor in node.arguments.tensors)
        if rows and len(node.output_tensors[0].shape) == 2:
            return node
    return maker(model.outputs[0])


def order_matters(model: Functional, scales: Sequence[float] = (1,)) -> bool:
    """Whether a model can answer otherwise when two words of a headline change places.

    `scales`: factors of its first weights, of which any may show it. Attention whose weights are
    small looks at all words alike, and their order hardly shows; large ones can make an answer
    that is certain, whatever the order.
    """
    copy, x = fresh_copy(model), headlines_for(model)
    weights = copy.get_weights()
    for scale in scales:
        copy.set_weights([scale * weight for weight in weights])
        first, second = np.asarray(copy(x))[:2]
        if not np.allclose(first, second, atol=1e-6):
            return True
    return False


def add_to_zeros(model: Any) -> None:
    """Change the vectors that stand for no word: where padding is left out, no answer changes."""
    for layer in dict.fromkeys(node.operation for node in embeddings(model)):
        [table] = layer.get_weights()
        table[0] += 1
        layer.set_weights([table])


def headlines_for(model: Functional) -> list[Array]:
    """Short headlines for a model, the first two with the same words; zeros where it reads more."""
    from funclab.datasets import headlines

    x: list[Array] = []
    for tensor in model.inputs:
        size = tensor.shape[1] or LONGEST
        rows = np.zeros((len(TURNED), size), tensor.dtype)
        if "int" in tensor.dtype:
            numbers = headlines.ids(TURNED)[:, :size]
            rows[:, : numbers.shape[1]] = numbers
        x.append(rows)
    return x
