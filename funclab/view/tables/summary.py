"""The summary of a model as a table of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, NameLookupError
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

WIDEST = 100
"""Longest line, when neither `line_length` nor `positions` is given."""
BY_CALL = ("Output Shape", "Node", "Connected to")
"""Columns with a line for each call, which stand side by side."""
UNITS = ("B", "KB", "MB", "GB", "TB")


@dataclass
class Row:
    """A layer of the table. A cell is a list of lines; those of one call stand side by side."""

    cells: list[list[str]] = field(default_factory=list)


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print the layers of a model, their shapes, weights, nodes and inputs.

    Each layer is listed once, with a line for each call of it in this model: the call's node index
    and the tensors it was given, written `layer[node:tensor]`. Weights that several layers share
    count once in the totals. No weight is allocated.

    `line_length` is the width in characters; `positions` where each column ends, as parts of that
    width or in characters; `print_fn` is called with each line; `layer_range` are two names (or
    regular expressions), of the first and the last layer to be listed.

    Raises: ArgumentError, NameLookupError for positions or a range that do not fit.
    """
    write = print_fn or print
    for line in summary_lines(
        model, line_length, positions, expand_nested, show_trainable, layer_range
    ):
        write(line)


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
        Row(_cells(layer, calls, inside, depth, titles))
        for layer, calls, inside, depth in _layers(model, expand_nested, layer_range)
    ]
    widths = _widths(titles, rows, line_length, positions)
    yield f'Model: "{clean(model.name)}"'
    yield from _table(titles, rows, widths)
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


def _widths(
    titles: list[str],
    rows: list[Row],
    line_length: int | None,
    positions: Sequence[float] | None,
) -> list[int]:
    if positions is not None:
        return _given_widths(titles, positions, line_length or WIDEST)
    wanted = [
        max([len(title), *(len(line) for row in rows for line in row.cells[i])])
        for i, title in enumerate(titles)
    ]
    smallest = [min(len(title), width) for title, width in zip(titles, wanted, strict=True)]
    free = (line_length or WIDEST) - 3 * len(titles) - 1
    while sum(wanted) > free and wanted != smallest:
        room = [width - least for width, least in zip(wanted, smallest, strict=True)]
        wanted[int(np.argmax(room))] -= 1
    if line_length is not None:
        wanted[0] += max(0, free - sum(wanted))
    return wanted


def _given_widths(titles: list[str], positions: Sequence[float], line_length: int) -> list[int]:
    ends = list(positions)[: len(titles)]
    if len(ends) < len(titles) or any(a >= b for a, b in zip([0, *ends], ends)):
        raise ArgumentError(
            f"`positions` must be {len(titles)} growing numbers, not {list(positions)}.",
            why=f"each says where a column ends; the columns are {', '.join(titles)}.",
            fix="leave `positions` out, or give one number for each column.",
        )
    if ends[-1] <= 1:
        ends = [int(line_length * end) for end in ends]
    return [max(3, int(end - start) - 3) for start, end in zip([0, *ends], ends)]


def _table(titles: list[str], rows: list[Row], widths: list[int]) -> Iterator[str]:
    yield _rule("┏", "━", "┳", "┓", widths)
    yield from _lines([[title] for title in titles], titles, widths, "┃")
    yield _rule("┡", "━", "╇", "┩", widths)
    for i, row in enumerate(rows):
        if i:
            yield _rule("├", "─", "┼", "┤", widths)
        yield from _lines(row.cells, titles, widths, "│")
    yield _rule("└", "─", "┴", "┘", widths)


def _rule(left: str, line: str, cross: str, right: str, widths: list[int]) -> str:
    return left + cross.join(line * (width + 2) for width in widths) + right


def _lines(cells: list[list[str]], titles: list[str], widths: list[int], bar: str) -> Iterator[str]:
    """The printed lines of a row: long cells go on below, calls stay side by side."""
    wrapped = [
        [_wrap(line, width) for line in cell] for cell, width in zip(cells, widths, strict=True)
    ]
    together = [i for i, title in enumerate(titles) if title in BY_CALL]
    for parts in zip_longest(*(wrapped[i] for i in together), fillvalue=[""]):
        tallest = max(map(len, parts))
        for part in parts:
            part += [""] * (tallest - len(part))
    columns = [[line for part in parts for line in part] for parts in wrapped]
    for texts in zip_longest(*columns, fillvalue=""):
        padded = [
            text.rjust(width) if title == "Param #" else text.ljust(width)
            for text, title, width in zip(texts, titles, widths, strict=True)
        ]
        yield f"{bar} {f' {bar} '.join(padded)} {bar}"


def _wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken at a space or bracket if there is one."""
    lines = []
    while len(text) > width:
        at = max(text.rfind(" ", 1, width + 1), text.rfind("[", 1, width + 1))
        at = at if text[:at].strip() and at > 0 else width
        lines.append(text[:at])
        text = text[at:].lstrip()
    return [*lines, text]


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
