"""The words of every view: what a layer does, its weights as arithmetic, names made to fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from funclab import shapes
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.operation import times as times
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.view.draw.text import clean, shorten

# What describes a layer best, by the names of its arguments, in this order.
_SIZES = ("units", "filters", "output_dim", "n", "rate", "stddev", "mask_value", "target_shape")
_WINDOWS = ("kernel_size", "pool_size", "size", "cropping", "dims")


def graph_of(layer: Any) -> Graph | None:
    """The graph inside a model; None for what has none."""
    graph = getattr(layer, "graph", None)
    return graph if isinstance(graph, Graph) else None


def calls_by_layer(graph: Graph | None) -> dict[Operation, list[Node]]:
    """The calls in a graph of every layer and op, in order."""
    found: dict[Operation, list[Node]] = {}
    for node in graph.nodes if graph is not None else []:
        found.setdefault(node.operation, []).append(node)
    return found


def inner_layer(layer: Any) -> Any:
    """The layer that a wrapper such as TimeDistributed applies; None for other layers."""
    if graph_of(layer) is not None:
        return None
    held = [getattr(layer, name, None) for name in ("layer", "forward_layer")]
    return next((one for one in held if isinstance(one, Operation)), None)


def shape_text(shape: Sequence[int | None]) -> str:
    return shapes.show(shape)


def tensor_id(graph: Graph | None, tensor: Tensor) -> str:
    """`layer[node:tensor]`, with the stand-in's name where the graph was cut."""
    own = graph.stand_ins.get(tensor, tensor) if graph is not None else tensor
    return clean(own.id)


def detail(layer: Any) -> str:
    """What a layer does, in a few words.

    >>> from funclab.layers import Dense
    >>> detail(Dense(64, activation="relu"))
    'Dense 64 · relu'
    """
    if not getattr(layer, "is_layer", True):
        return f"op {type(layer.op).__name__}"
    words = [kind(layer)]
    inner = inner_layer(layer)
    if inner is not None:
        return f"{words[0]} of {detail(inner)}"
    words[0] += _first(layer, _SIZES)
    window = _first(layer, _WINDOWS).strip()
    words += [window] if window else []
    activation = _activation(layer)
    words += [activation] if activation else []
    words += ["all steps"] if getattr(layer, "return_sequences", False) is True else []
    return " · ".join(words)


def kind(layer: Any) -> str:
    """The class of a layer, or of the op behind an operator."""
    return clean(type(getattr(layer, "op", layer)).__name__)


def _first(layer: Any, names: Iterable[str]) -> str:
    for name in names:
        value = getattr(layer, name, None)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return f" {value:g}"
        if isinstance(value, (tuple, list)) and value and all(isinstance(i, int) for i in value):
            return " " + "×".join(map(str, value))
    return ""


def _activation(layer: Any) -> str:
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", type(function).__name__ if function is not None else "")
    return "" if name in ("", "linear") else shorten(name, 20)


def count(variables: Iterable[Variable]) -> int:
    """How many numbers the variables hold; nothing is allocated."""
    return sum(shapes.size(variable.shape) or 0 for variable in variables)


def weights_of(layer: Any) -> list[Variable]:
    return list(getattr(layer, "weights", []))


def arithmetic(layer: Any) -> str:
    """The weights of a layer as a sum of products of lengths.

    >>> from funclab.layers import Dense
    >>> dense = Dense(64)
    >>> dense.build((None, 64))
    >>> arithmetic(dense)
    '64×64 + 64 = 4,160'
    """
    weights = weights_of(layer)
    total = f"{count(weights):,}"
    if graph_of(layer) is not None or len(weights) > 4:
        return f"{len(weights)} arrays, {total} numbers"
    terms = ["×".join(map(str, one.shape)) or "1" for one in weights]
    return total if terms == [total] else f"{' + '.join(terms)} = {total}"


def is_frozen(layer: Any) -> bool:
    """Whether a layer has weights and training leaves all of them alone."""
    return bool(weights_of(layer)) and not layer.trainable_weights


def value_text(value: Any) -> str:
    """A setting as it is shown in a box: `3×3`, `0.5`, `relu`."""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple)):
        return "×".join(map(value_text, value))
    name = getattr(value, "__name__", None)
    return shorten(name or (str(value) if isinstance(value, (str, int)) else kind(value)), 20)
