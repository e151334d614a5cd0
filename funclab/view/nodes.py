"""A layer's nodes as a table, and the way by which a tensor came about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from funclab.errors import TensorTypeError
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.view import sizes, theme, words
from funclab.view.calls import Calls, write_line
from funclab.view.canvas import Canvas
from funclab.view.diagram import MOST_CALLS, Diagram
from funclab.view.layout import place
from funclab.view.measure import text_width
from funclab.view.picture import document
from funclab.view.tables import description

TITLES = ("node", "inbound", "input shape", "output", "output shape", "write this")
MOST_ROWS = 30
COLUMN_GAP, ROW = 26, 28
LONGEST_CELL = 44


@dataclass
class NodeTable:
    """The nodes of a layer: what each call was given and made, and how to name its output."""

    name: str
    detail: str
    rows: list[tuple[str, ...]]
    special: str
    """One sentence on what is worth knowing here."""
    frozen: bool = False
    look: str = "auto"

    @property
    def title(self) -> str:
        return f"{self.name}: {words.plural(len(self.rows), 'node')}"

    @property
    def text(self) -> str:
        """The table as plain text."""
        lines = [TITLES, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(TITLES))]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            for line in lines
        ]
        return "\n".join([f"{self.name} · {self.detail}", "", *table, "", self.special])

    @property
    def table(self) -> str:
        """The table as HTML."""
        heads = "".join(f'<th scope="col">{title}</th>' for title in TITLES)
        body = "".join(
            f'<tr><th scope="row">{escape(index)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            + "</tr>"
            for index, *cells in self.rows
        )
        caption = f"<caption>{escape(f'{self.name} · {self.detail}')}</caption>"
        return (
            f'<table class="funclab-table">{caption}<thead><tr>{heads}</tr></thead>'
            f"<tbody>{body}</tbody></table><p>{escape(self.special)}</p>"
        )

    @cached_property
    def svg(self) -> str:
        """The table as a picture."""
        return draw(self)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<NodeTable of {self.title}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}


def node_table(layer: Any, look: str = "auto") -> NodeTable:
    """The nodes of a layer: index, inbound tensors, shapes, and the line that names each output.

    Raises: TensorTypeError for what is neither a layer nor an op on tensors.
    """
    if not isinstance(layer, Operation):
        raise TensorTypeError(
            f"node_table was given {layer!r}, which is not a layer.",
            why="only layers, models and ops on tensors are called, and so have nodes.",
            fix="pass a layer; the layer behind a tensor is tensor._keras_history.layer.",
        )
    return NodeTable(
        words.clean(layer.name),
        words.detail(layer),
        [_row(node) for node in layer.inbound_nodes],
        special(layer),
        words.is_frozen(layer),
        look,
    )


def _row(node: Node) -> tuple[str, ...]:
    given = [] if node.is_input else node.input_tensors
    return (
        str(node.index),
        ", ".join(words.tensor_id(None, tensor) for tensor in given) or "-",
        ", ".join(words.shape_text(tensor.shape) for tensor in given) or "-",
        ", ".join(words.tensor_id(None, tensor) for tensor in node.output_tensors),
        ", ".join(words.shape_text(tensor.shape) for tensor in node.output_tensors),
        write_line(node),
    )


def special(layer: Operation) -> str:
    """One sentence on what is worth knowing about the calls of a layer."""
    name, nodes = words.clean(layer.name), layer.inbound_nodes
    if not nodes:
        return f"{name} has never been called on a tensor, so it has no input and no output yet."
    if words.graph_of(layer) is not None:
        return (
            f"Node 0 is the model's own, from its inputs to its outputs; each call of {name} on "
            "other tensors adds a node."
        )
    if nodes[0].is_input:
        return f"{name} brings data in: nothing flows into it, and its one node is made with it."
    if len(nodes) == 1:
        what = "op" if isinstance(layer, OpOperation) else "layer"
        return f"This {what} was called once, so {name}.output is its one output."
    several = len({tuple(node.output_shapes) for node in nodes}) > 1
    shape = f" Their shapes differ, so {name}.output_shape is ambiguous too." if several else ""
    return (
        f"{name}.output is ambiguous here: {name} was called {words.times(len(nodes))}, so it has "
        f"{len(nodes)} outputs. Name the one you mean.{shape}"
    )


def draw(table: NodeTable) -> str:
    """The table drawn as the box of its layer, with a row for each node."""
    canvas = Canvas(theme.palette(table.look))
    shown = [tuple(words.shorten(cell, LONGEST_CELL) for cell in row) for row in table.rows]
    hidden = len(shown) - MOST_ROWS
    shown = shown[:MOST_ROWS]
    lines = [TITLES, *shown]
    widths = [
        max(text_width(line[i], sizes.MONO, mono=True) for line in lines) + COLUMN_GAP
        for i in range(len(TITLES))
    ]
    notes = sizes.folded_lines(table.special, max(sum(widths), 420), 13)
    notes = [f"… and {words.plural(hidden, 'more node')}", *notes] if hidden > 0 else notes
    name = words.shorten(table.name, sizes.LONGEST_NAME)
    detail_at = 28 + text_width(name, 16, bold=True) + 12
    heading = detail_at + text_width(table.detail, sizes.DETAIL) + 30
    width = max(sum(widths) + 44, heading, *(text_width(one, 13) + 48 for one in notes))
    colour = "group0" if len(table.rows) > 1 else "neutral"
    height = 78 + ROW * len(shown) + 20 * len(notes) + 14
    canvas.rect(1, 1, width - 2, height - 2, 8, "paper", colour, 1.5)
    canvas.bar(1, 1, height - 2, sizes.BAR, 8, colour)
    canvas.text_line(28, 32, name, 16, "ink", bold=True)
    canvas.text_line(detail_at, 32, table.detail, sizes.DETAIL, "soft")
    if shown:
        _draw_rows(canvas, shown, widths, width, colour)
    for i, line in enumerate(notes):
        canvas.text_line(28, 88 + ROW * len(shown) + 20 * i, line, 13, "ink")
    return document(canvas, width, height, table.title, f"{table.text}", table.look)


def _draw_rows(
    canvas: Canvas, rows: list[tuple[str, ...]], widths: list[float], width: float, colour: str
) -> None:
    starts = [28 + sum(widths[:i]) for i in range(len(widths))]
    for x, title in zip(starts, TITLES):
        canvas.text_line(x, 60, title, sizes.DETAIL, "soft", bold=True)
    for i, row in enumerate(rows):
        top = 68 + ROW * i
        canvas.rect(20, top + 2, width - 32, ROW - 4, 5, "plain", "", 0)
        for j, (x, cell) in enumerate(zip(starts, row)):
            ink = colour if j == 0 else "ink"
            canvas.text_line(x, top + 18, cell, sizes.MONO, ink, bold=j == 0, mono=True)


class Path:
    """The part of a graph behind one tensor, in the form of a model."""

    def __init__(self, tensor: Tensor) -> None:
        self.name = tensor.id
        self.graph = Graph(source_inputs(tensor), [tensor])


def source_inputs(tensor: Tensor) -> list[Tensor]:
    """The tensors without inputs of their own from which a tensor is made, oldest first."""
    seen: dict[Tensor, None] = {}
    found: list[tuple[int, Tensor]] = []
    waiting = [tensor]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen[one] = None
        operation, index, _ = one._keras_history
        node = operation.inbound_nodes[index]
        if node.is_input:
            found.append((node.time, one))
        waiting.extend(node.arguments.tensors)
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def tensor_view(tensor: Any, direction: str = "TB", look: str = "auto") -> Diagram:
    """Where a tensor comes from: every call between the inputs and it.

    Raises: TensorTypeError for what is not a symbolic tensor.
    """
    if not isinstance(tensor, Tensor) or not hasattr(tensor, "_keras_history"):
        raise TensorTypeError(
            f"tensor_view was given {tensor!r}, which is not a symbolic tensor.",
            why="only tensors made by Input and by layer calls remember where they come from.",
            fix="pass what Input(...) or a layer call returned.",
        )
    scene = Calls(Path(tensor), False, MOST_CALLS).build()
    scene.direction = direction
    calls = words.plural(len(scene.boxes) + max(0, scene.hidden - 1), "call")
    scene.title = f"Where {words.clean(tensor.id)} comes from: {calls}"
    scene.description = description(scene)
    place(scene)
    return Diagram(scene, look)
