"""The summary of a model as a table of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, MissingPackageError, NameLookupError
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.value import Variable
from funclab.view.draw.text import clean
from funclab.view.scene.words import (
    calls_by_layer,
    count,
    graph_of,
    inner_layer,
    kind,
    shape_text,
    tensor_id,
)
from funclab.view.tables.ruled import column_widths, ruled

UNITS = ("B", "KB", "MB", "GB", "TB")


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
    as_frame: bool = False,
) -> Any:
    """Print the layers of a model, their shapes, weights, nodes and inputs.

    Each layer is listed once, with a line for each call of it in this model: the call's node index
    and the tensors it was given, written `layer[node:tensor]`. Weights that several layers share
    count once in the totals. No weight is allocated.

    `line_length` is the width in characters; `positions` where each column ends, as parts of that
    width or in characters; `print_fn` is called with each line; `layer_range` are two names (or
    regular expressions), of the first and the last layer to be listed. `as_frame` prints nothing
    and returns the table as a pandas DataFrame with a row for each layer.

    Raises: ArgumentError, NameLookupError for positions or a range that do not fit;
    MissingPackageError if there is no pandas to make a DataFrame.
    """
    if as_frame:
        return summary_frame(model, expand_nested, layer_range)
    write = print_fn or print
    for line in summary_lines(
        model, line_length, positions, expand_nested, show_trainable, layer_range
    ):
        write(line)


def summary_frame(model: Any, expand_nested: bool, layer_range: Sequence[str] | None) -> Any:
    """The layers as a pandas DataFrame: shapes are tuples, and counts are numbers."""
    try:
        pandas = import_module("pandas")
    except ImportError:
        raise MissingPackageError(
            "summary(as_frame=True) needs pandas, which is not installed here.",
            why="the table is a pandas DataFrame, and funclab does not install pandas.",
            fix="run `pip install pandas`, or leave as_frame out.",
        ) from None
    rows = [
        {
            "layer": clean(layer.name),
            "type": kind(layer),
            "depth": depth,
            "output shapes": [shape for node in calls for shape in node.output_shapes],
            "params": count(getattr(layer, "weights", [])),
            "trainable params": count(getattr(layer, "trainable_weights", [])),
            "nodes": [node.index for node in calls],
            "inputs": [tensor_id(graph, one) for node in calls for one in node.arguments.tensors],
        }
        for layer, calls, graph, depth in _layers(model, expand_nested, layer_range)
    ]
    return pandas.DataFrame(rows)


def summary_lines(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> Iterator[str]:
    """The lines that `print_summary` prints."""
    graph = graph_of(model)
    titles = ["Layer (type)", "Output Shape", "Param #"]
    titles += ["Node"] if graph is not None else []
    wired = graph is not None and not _is_chain(graph)
    titles += ["Connected to"] if wired else []
    titles += ["Trainable"] if show_trainable else []
    rows = [
        _cells(layer, calls, inside, depth, titles)
        for layer, calls, inside, depth in _layers(model, expand_nested, layer_range)
    ]
    widths = column_widths(titles, rows, line_length, positions)
    yield f'Model: "{clean(model.name)}"'
    yield from ruled(titles, rows, widths)
    yield from totals(model)


def _is_chain(graph: Graph) -> bool:
    """Whether a reader can tell the wiring from the order of the rows alone."""
    chain = all(len(node.arguments.tensors) < 2 for node in graph.nodes)
    calls = [node.operation for node in graph.nodes]
    forks = [tensor for node in graph.nodes for tensor in node.arguments.tensors]
    return chain and len({*forks}) == len(forks) and len({*calls}) == len(calls)


Entry = tuple[Any, list[Node], Graph | None, int]


def _layers(model: Any, expand: bool, chosen: Sequence[str] | None) -> Iterator[Entry]:
    """The layers to list: their calls, the graph around them, and how deep they are nested."""
    graph = graph_of(model)
    layers = list(model.layers) if graph is None else list(graph.operations)
    calls = calls_by_layer(graph)
    for layer in _in_range(layers, chosen):
        waiting = [(layer, calls.get(layer, []), graph, 0)]
        while waiting:
            yield waiting[-1]
            here, _, _, depth = waiting.pop()
            own, wrapped = graph_of(here), inner_layer(here)
            nested = [(one, nodes, own, depth + 1) for one, nodes in calls_by_layer(own).items()]
            nested += [(wrapped, [], None, depth + 1)] if wrapped is not None else []
            waiting.extend(reversed(nested) if expand else [])


def _in_range(layers: list[Any], chosen: Sequence[str] | None) -> list[Any]:
    if chosen is None:
        return layers
    if isinstance(chosen, str) or len(chosen) != 2:
        raise ArgumentError(
            f"`layer_range` must be two layer names, not {chosen!r}.",
            why="the first and the last layer to be listed are named.",
            fix=f'write for example layer_range=("{layers[0].name}", "{layers[-1].name}").',
        )
    found = [[i for i, layer in enumerate(layers) if _matches(one, layer)] for one in chosen]
    for pattern, indices in zip(chosen, found, strict=True):
        if not indices:
            raise NameLookupError(
                f"Passed layer_range does not match any layer name in the model: {pattern!r}.",
                why=f"the layers are {', '.join(layer.name for layer in layers)}.",
                fix="use one of these names, or a regular expression that matches one.",
            )
    ends = [found[0][0], found[1][-1]]
    return layers[min(ends) : max(ends) + 1]


def _matches(pattern: str, layer: Any) -> bool:
    return pattern == layer.name or re.match(pattern, layer.name) is not None


def _cells(
    layer: Any, calls: list[Node], graph: Graph | None, depth: int, titles: list[str]
) -> list[list[str]]:
    blocks = [_call_lines(node, graph) for node in calls]
    shapes_of = [shape for shape, _, _ in blocks]
    if all(shape == shapes_of[0] for shape in shapes_of):
        blocks = [(shape if not i else [], *rest) for i, (shape, *rest) in enumerate(blocks)]
    name = f"{'   ' * (depth - 1)}└ {clean(layer.name)}" if depth else clean(layer.name)
    built = getattr(layer, "built", True)
    params = f"{count(getattr(layer, 'weights', [])):,}" if built else "? (not built)"
    columns = {
        "Layer (type)": [f"{name} ({kind(layer)})"],
        "Output Shape": [],
        "Param #": [params],
        "Node": [],
        "Connected to": [],
        "Trainable": [_trainable_word(layer) if "Trainable" in titles else ""],
    }
    for block in blocks:
        height = max(map(len, block))
        for title, lines in zip(("Output Shape", "Node", "Connected to"), block, strict=True):
            columns[title] += [*lines, *[""] * (height - len(lines))]
    if not blocks:
        columns["Output Shape"] = [_unconnected_shape(layer)]
        columns["Node"] = columns["Connected to"] = ["-"]
    return [columns[title] for title in titles]


def _call_lines(node: Node, graph: Graph | None) -> tuple[list[str], list[str], list[str]]:
    outputs = [shape_text(tensor.shape) for tensor in node.output_tensors]
    inputs = [tensor_id(graph, tensor) for tensor in node.arguments.tensors]
    return outputs, [str(node.index)], inputs or ["-"]


def _unconnected_shape(layer: Any) -> str:
    nodes = layer.inbound_nodes
    return shape_text(nodes[0].output_shapes[0]) if nodes else "?"


def _trainable_word(layer: Any) -> str:
    if not getattr(layer, "weights", []):
        return "-"
    return "yes" if layer.trainable_weights else "no"


def totals(model: Any) -> Iterator[str]:
    """The sums: all weights of the model, those that training changes, and the others."""
    weights, trainable = list(model.weights), list(model.trainable_weights)
    changed = {id(variable) for variable in trainable}
    others = [variable for variable in weights if id(variable) not in changed]
    yield f" Total params: {_amount(weights)}"
    yield f" Trainable params: {_amount(trainable)}"
    yield f" Non-trainable params: {_amount(others)}"


def _amount(variables: list[Variable]) -> str:
    size = sum(count([one]) * np.dtype(one.dtype).itemsize for one in variables)
    unit = 0
    value = float(size)
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{count(variables):,} ({value:.2f} {UNITS[unit]})"
