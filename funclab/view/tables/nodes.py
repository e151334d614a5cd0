"""A layer's nodes as a table: what each call was given and made, and how to name its output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from funclab.errors import TensorTypeError
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.view.draw.canvas import Canvas, shown
from funclab.view.draw.grid import html_grid, text_grid
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean, plural
from funclab.view.scene import words
from funclab.view.scene.faces import write_line
from funclab.view.tables.node_picture import draw_nodes

TITLES = ("node", "inbound", "input shape", "output", "output shape", "write this")


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
        return f"{self.name}, {self.detail}: {plural(len(self.rows), 'node')}"

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
            f"Node {index} takes {given} of shape {shape} and makes {made} of shape {result}."
            for index, given, shape, made, result, _ in self.rows
        ]
        return " ".join([*sentences, self.special])

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw on a canvas; returns the size needed."""
        return draw_nodes(canvas, self.name, self.detail, [TITLES, *self.rows], self.special)

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
            fix="pass a layer; the one behind a tensor t is t._keras_history.layer.",
        )
    name, detail = clean(layer.name), words.detail(layer)
    rows = [_row(node) for node in layer.inbound_nodes]
    return NodeTable(name, detail, rows, special(layer), look)


def _row(node: Node) -> tuple[str, ...]:
    given = [] if node.is_input else node.input_tensors
    made = node.output_tensors
    columns = [_names(given), _shapes(given), _names(made), _shapes(made)]
    return (str(node.index), *columns, write_line(node))


def _names(tensors: list[Tensor]) -> str:
    return ", ".join(words.tensor_id(None, tensor) for tensor in tensors) or "-"


def _shapes(tensors: list[Tensor]) -> str:
    return ", ".join(words.shape_text(tensor.shape) for tensor in tensors) or "-"


def special(layer: Operation) -> str:
    """One sentence on what is worth knowing about the calls of a layer."""
    name, nodes = clean(layer.name), layer.inbound_nodes
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
    shapes = {tuple(node.output_shapes) for node in nodes}
    also = f" Their shapes differ, so {name}.output_shape is ambiguous too."
    return (
        f"{name}.output is ambiguous here: {name} was called {words.times(len(nodes))}, so it has "
        f"{len(nodes)} outputs. Name the one you mean.{also if len(shapes) > 1 else ''}"
    )
