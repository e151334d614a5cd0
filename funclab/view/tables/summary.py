"""The summary of a model as a table of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from funclab.errors import NameLookupError, import_for
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.shape_math import show
from funclab.graph.value import Variable
from funclab.models.late import shown
from funclab.models.model import Model
from funclab.registry.parameters import check_kind, wrong_value
from funclab.view.draw.text import clean
from funclab.view.scene import words

UNITS = ("B", "KB", "MB", "GB", "TB")
Entry = tuple[Any, list[Node], Graph | None, int]
"""A layer to list: its calls, the graph around them, and how deep it is nested."""
Cells = list[list[str]]
WIDEST = 100
"""Longest line, when neither `line_length` nor `positions` is given."""

NODE_WIDTH = 9
"""The column of nodes, where `positions` has none for it, as in Keras."""
BY_CALL = ("Output Shape", "Node", "Connected to")
"""Columns with a line for each call; the lines of one call are side by side."""


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
    MissingPackageError if pandas, which makes the DataFrame, is not installed.
    """
    model = shown(model)
    check_kind("summary", "line_length", line_length, "int | None")
    if print_fn is not None and not callable(print_fn):
        raise wrong_value("summary", "print_fn", print_fn, "a function of a line", "print")
    if as_frame:
        return _frame(_layers(model, expand_nested, layer_range))
    layers = list(_layers(model, expand_nested, layer_range))
    for line in _lines(model, layers, line_length, positions, show_trainable):
        (print_fn or print)(line)


def _frame(layers: Iterable[Entry]) -> Any:
    """The layers as a pandas DataFrame: shapes are tuples, and counts are numbers."""
    pandas = import_for("summary(as_frame=True)", "pandas")
    rows = [
        {
            "layer": clean(layer.name),
            "type": words.kind(layer),
            "depth": depth,
            "output shapes": [shape for node in calls for shape in node.output_shapes],
            "params": words.count(words.weights_of(layer)),
            "trainable params": words.count(getattr(layer, "trainable_weights", [])),
            "nodes": [node.index for node in calls],
            "inputs": [words.tensor_id(graph, x) for node in calls for x in node.arguments.tensors],
        }
        for layer, calls, graph, depth in layers
    ]
    return pandas.DataFrame(rows)


def _lines(
    model: Model,
    layers: list[Entry],
    line_length: int | None,
    positions: Sequence[float] | None,
    show_trainable: bool,
) -> Iterator[str]:
    """The lines that `print_summary` prints."""
    graph = words.graph_of(model)
    titles = ["Layer (type)", "Output Shape", "Param #"]
    titles += ["Node"] if graph is not None else []
    titles += ["Connected to"] if graph is not None and not _is_chain(graph) else []
    titles += ["Trainable"] if show_trainable else []
    rows = [_cells(*entry, titles) for entry in layers]
    yield f'Model: "{clean(model.name)}"'
    yield from ruled(titles, rows, column_widths(titles, rows, line_length, positions))
    yield from _totals(model)


def _is_chain(graph: Graph) -> bool:
    """Whether a reader can tell the wiring from the order of the rows alone."""
    chain = all(len(node.arguments.tensors) < 2 for node in graph.nodes)
    calls = [node.operation for node in graph.nodes]
    forks = [tensor for node in graph.nodes for tensor in node.arguments.tensors]
    return chain and len({*forks}) == len(forks) and len({*calls}) == len(calls)


def _layers(model: Model, expand: bool, chosen: Sequence[str] | None) -> Iterator[Entry]:
    """The layers to list: their calls, the graph around them, and how deep they are nested."""
    graph = words.graph_of(model)
    layers = list(model.layers) if graph is None else list(graph.operations)
    calls = words.calls_by_layer(graph)
    for layer in _in_range(layers, chosen):
        waiting = [(layer, calls.get(layer, []), graph, 0)]
        while waiting:
            yield waiting[-1]
            here, _, _, depth = waiting.pop()
            own, wrapped = words.graph_of(here), words.inner_layer(here)
            nested = [
                (each, nodes, own, depth + 1) for each, nodes in words.calls_by_layer(own).items()
            ]
            nested += [(wrapped, [], None, depth + 1)] if wrapped is not None else []
            waiting.extend(reversed(nested) if expand else [])


def _in_range(layers: list[Any], chosen: Sequence[str] | None) -> list[Any]:
    if chosen is None:
        return layers
    if isinstance(chosen, str) or len(chosen) != 2:
        example = f'("{layers[0].name}", "{layers[-1].name}")'
        raise wrong_value("summary", "layer_range", chosen, "two layer names", example)
    ends = []
    for pattern, end in zip(chosen, (0, -1)):
        names = [layer.name for layer in layers]
        places = [i for i, name in enumerate(names) if pattern == name or re.match(pattern, name)]
        if not places:
            raise NameLookupError(
                f"Passed layer_range does not match any layer name in the model: {pattern!r}.",
                why=f"the layers are {', '.join(names)}.",
                fix="use one of these names, or a regular expression that matches one.",
            )
        ends.append(places[end])
    return layers[min(ends) : max(ends) + 1]


def _cells(
    layer: Any, calls: list[Node], graph: Graph | None, depth: int, titles: list[str]
) -> list[list[str]]:
    """The lines of each cell of a row; the lines of one call are side by side."""
    name = f"{'   ' * (depth - 1)}└ {clean(layer.name)}" if depth else clean(layer.name)
    built = getattr(layer, "built", True)
    columns: dict[str, list[str]] = {
        "Layer (type)": [f"{name} ({words.kind(layer)})"],
        "Output Shape": [],
        "Param #": [f"{words.count(words.weights_of(layer)):,}" if built else "? (not built)"],
        "Node": [],
        "Connected to": [],
    }
    if "Trainable" in titles:
        trains = "yes" if words.weights_of(layer) and layer.trainable_weights else "no"
        columns["Trainable"] = [trains if words.weights_of(layer) else "-"]
    alike = len({tuple(node.output_shapes) for node in calls}) == 1
    for i, node in enumerate(calls):
        block = {
            "Output Shape": [] if i and alike else list(map(show, node.output_shapes)),
            "Node": [str(node.index)],
            "Connected to": [words.tensor_id(graph, x) for x in node.arguments.tensors] or ["-"],
        }
        height = max(map(len, block.values()))
        for title, lines in block.items():
            columns[title] += [*lines, *[""] * (height - len(lines))]
    if not calls:
        made = [shape for node in layer.inbound_nodes[:1] for shape in node.output_shapes[:1]]
        columns["Output Shape"] = [*map(show, made)] or ["?"]
        columns["Node"] = columns["Connected to"] = ["-"]
    return [columns[title] for title in titles]


def _totals(model: Model) -> Iterator[str]:
    """The sums: all weights of the model, those that training changes, and the others."""
    weights, trainable = list(model.weights), list(model.trainable_weights)
    changed = {id(variable) for variable in trainable}
    others = [variable for variable in weights if id(variable) not in changed]
    yield f" Total params: {_amount(weights)}"
    yield f" Trainable params: {_amount(trainable)}"
    yield f" Non-trainable params: {_amount(others)}"


def _amount(variables: list[Variable]) -> str:
    size = sum(words.count([v]) * np.dtype(v.dtype).itemsize for v in variables)
    unit = max(i for i in range(len(UNITS)) if i == 0 or size >= 1024**i)
    return f"{words.count(variables):,} ({size / 1024**unit:.2f} {UNITS[unit]})"


def column_widths(
    titles: list[str], rows: list[Cells], line_length: int | None, positions: Sequence[float] | None
) -> list[int]:
    """How wide each column is: as wide as its text, unless the line is then too long."""
    if positions is not None:
        return _given_widths(titles, positions, line_length or WIDEST)
    wanted = [
        max([len(title), *(len(line) for row in rows for line in row[i])])
        for i, title in enumerate(titles)
    ]
    smallest = [min(len(title), width) for title, width in zip(titles, wanted)]
    free = (line_length or WIDEST) - 3 * len(titles) - 1
    while sum(wanted) > free and wanted != smallest:
        room = [width - least for width, least in zip(wanted, smallest)]
        wanted[int(np.argmax(room))] -= 1
    if line_length is not None:
        wanted[0] += max(0, free - sum(wanted))
    return wanted


def _given_widths(titles: list[str], positions: Sequence[float], line_length: int) -> list[int]:
    ends = list(positions)[: len(titles)]
    if len(ends) == len(titles) - 1:  # Keras' columns, which have no column of nodes
        node, scale = titles.index("Node"), line_length if ends[-1] <= 1 else 1
        ends = [int(end * scale) + NODE_WIDTH * (i >= node) for i, end in enumerate(ends)]
        ends.insert(node, ends[node - 1] + NODE_WIDTH)
    if len(ends) < len(titles) or any(a >= b for a, b in zip([0, *ends], ends)):
        wanted = f"{len(titles)} growing numbers, the ends of the columns {', '.join(titles)}"
        raise wrong_value("summary", "positions", list(positions), wanted, "None")
    if ends[-1] <= 1:
        ends = [int(line_length * end) for end in ends]
    return [max(3, int(end - start) - 3) for start, end in zip([0, *ends], ends)]


def ruled(titles: list[str], rows: list[Cells], widths: list[int]) -> Iterator[str]:
    """The printed lines of a table; a cell is a list of lines, those of a call side by side."""
    yield _rule("┏", "━", "┳", "┓", widths)
    yield from _ruled([[title] for title in titles], titles, widths, "┃")
    yield _rule("┡", "━", "╇", "┩", widths)
    for i, row in enumerate(rows):
        if i:
            yield _rule("├", "─", "┼", "┤", widths)
        yield from _ruled(row, titles, widths, "│")
    yield _rule("└", "─", "┴", "┘", widths)


def _rule(left: str, line: str, cross: str, right: str, widths: list[int]) -> str:
    return left + cross.join(line * (width + 2) for width in widths) + right


def _ruled(cells: list[list[str]], titles: list[str], widths: list[int], bar: str) -> Iterator[str]:
    """The printed lines of a row: long cells are wrapped, and calls stay side by side."""
    wrapped = [[_wrap(line, width) for line in cell] for cell, width in zip(cells, widths)]
    together = [i for i, title in enumerate(titles) if title in BY_CALL]
    for parts in zip_longest(*(wrapped[i] for i in together), fillvalue=[""]):
        tallest = max(map(len, parts))
        for part in parts:
            part += [""] * (tallest - len(part))
    columns = [[line for part in parts for line in part] for parts in wrapped]
    for texts in zip_longest(*columns, fillvalue=""):
        padded = [
            text.rjust(width) if title == "Param #" else text.ljust(width)
            for text, title, width in zip(texts, titles, widths)
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
