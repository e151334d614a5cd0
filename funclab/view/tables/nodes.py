"""A layer's nodes as a table: the inputs and outputs of each call, and how to name its output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from funclab.errors import TensorTypeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.shape_math import show
from funclab.view.draw.canvas import Canvas, Font, Paint, shown
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Picture, html_grid, text_grid
from funclab.view.draw.sentences import say, titles
from funclab.view.draw.text import clean, folded_lines, shorten, text_width
from funclab.view.scene import sizes, words
from funclab.view.scene.calls import write_line
from funclab.view.scene.nodes import means, special

TITLES = titles("nodes_titles")


MOST_ROWS, LONGEST_CELL = 30, 44
LEFT, TOP, ROW, GAP = 28, 68, 28, 26
NAME, NOTE, NOTE_LINE = 16, 13, 20
NARROWEST = 420


@dataclass(repr=False)
class NodeTable(Picture):
    """The nodes of a layer. Notebooks show its `svg`; `print` shows its `text`."""

    name: str
    detail: str
    rows: list[tuple[str, ...]]
    special: str
    """One sentence on what is worth knowing here."""
    look: str = "auto"

    @property
    def title(self) -> str:
        return say("nodes_title", name=self.name, detail=self.detail, n=len(self.rows))

    @property
    def text(self) -> str:
        """The table as plain text."""
        table = text_grid(TITLES, self.rows) if self.rows else []
        return "\n".join([self.title, "", *table, "", self.special])

    @property
    def table(self) -> str:
        """The table as HTML."""
        return f"{html_grid(self.title, TITLES, self.rows)}<p>{shown(self.special)}</p>"

    @property
    def description(self) -> str:
        """The table in sentences."""
        sentences = [
            say("nodes_row", i=i, takes=takes, shape=shape, makes=makes, result=result)
            for i, takes, shape, makes, result, _ in self.rows
        ]
        return " ".join([*sentences, self.special])

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw the box of the layer with a row for each node."""
        titles, *rows = [
            [shorten(cell, LONGEST_CELL) for cell in row] for row in [TITLES, *self.rows]
        ]
        hidden = len(rows) - MOST_ROWS
        rows = rows[:MOST_ROWS]
        starts = column_starts([titles, *rows])
        name = shorten(self.name, sizes.LONGEST_NAME)
        detail_at = LEFT + text_width(name, NAME, bold=True) + 12
        heading = detail_at + text_width(self.detail, sizes.DETAIL) + LEFT
        width = max(starts[-1], heading, NARROWEST)
        notes = [say("nodes_more", n=hidden)] if hidden > 0 else []
        notes += folded_lines(self.special, width - LEFT - 16, NOTE)
        below = TOP + ROW * len(rows) if rows else TOP - ROW
        height = below + NOTE_LINE * len(notes) + 16
        colour = "group0" if len(rows) > 1 else "neutral"
        frame = area(1 + 1j, width - 2, height - 2)
        canvas.rect(frame, Paint("paper", colour, 1.5), 8)
        canvas.bar(frame, colour)
        canvas.text_line(LEFT + 32j, name, Font(NAME, bold=True))
        canvas.text_line(detail_at + 32j, self.detail, Font(sizes.DETAIL, "soft"))
        if rows:
            draw_cells(canvas, titles, starts, 60, Font(sizes.DETAIL, "soft", bold=True))
        for top, row in enumerate(rows):
            y = TOP + ROW * top
            canvas.rect(area(complex(20, y + 2), width - 32, ROW - 4), Paint("plain"), 5)
            draw_cells(canvas, row, starts, y + 18, Font(sizes.MONO, mono=True))
        for i, line in enumerate(notes, 1):
            canvas.text_line(complex(LEFT, below + NOTE_LINE * i), line, Font(NOTE))
        return width, height

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {**super()._repr_mimebundle_(), "text/plain": self.text}


def column_starts(lines: list[list[str]]) -> list[float]:
    """Where each column starts, and where the last one ends."""
    starts = [float(LEFT)]
    for column in zip(*lines):
        widest = max(text_width(cell, sizes.MONO, mono=True) for cell in column)
        starts.append(starts[-1] + widest + GAP)
    return starts


def draw_cells(canvas: Canvas, cells: list[str], starts: list[float], y: float, font: Font) -> None:
    for cell, x in zip(cells, starts):
        canvas.text_line(complex(x, y), cell, font)


def node_table(layer: Any, look: str = "auto") -> NodeTable:
    """The nodes of a layer: index, inbound tensors, shapes, and the line that names each output.

    Raises: TensorTypeError for what is neither a layer nor an op on tensors.
    """
    if not isinstance(layer, Operation):
        raise TensorTypeError(
            f"node_table was given {layer!r}, which is not a layer.",
            why="only layers, models and ops on tensors are called, and so have nodes.",
            fix="pass a layer; the one behind a tensor t is t._keras_history.layer.",
        )
    name, detail = clean(layer.name), words.detail(layer)
    rows = [_row(node) for node in layer.inbound_nodes]
    return NodeTable(name, detail, rows, " ".join([special(layer), *_means(layer)]), look)


def _means(layer: Operation) -> list[str]:
    """What the numbers that a layer makes mean, if it is known and the same for all its calls."""
    outputs = [tensor for node in layer.inbound_nodes for tensor in node.output_tensors]
    told = {means(tensor, {}) for tensor in outputs[:MOST_ROWS]}
    return [say("nodes_output", means=text) for text in told if text and len(told) == 1]


def _row(node: Node) -> tuple[str, ...]:
    cells = []
    for tensors in ([] if node.is_input else node.input_tensors, node.output_tensors):
        cells.append(", ".join(words.tensor_id(None, tensor) for tensor in tensors) or "-")
        cells.append(", ".join(show(tensor.shape) for tensor in tensors) or "-")
    return (str(node.index), *cells, write_line(node))
