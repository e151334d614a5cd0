"""A graph as lines of text: a line for each call, and to its left the tensors on their way.

●      x[0]      InputLayer   (None, 4)
├─╮
│ ●    dense[0]  Dense 4      (None, 4)  4×4 + 4 = 20
├─╯
●      add[0]    Add          (None, 4)
"""

from __future__ import annotations

from collections import Counter

from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.shape_math import show
from funclab.view.draw.text import clean
from funclab.view.scene import words


def rails(graph: Graph) -> str:
    """The calls of a graph in order, each with what it does, its shapes and its weights."""
    lines = _Lines(graph)
    for node in graph.nodes:
        lines.add(node)
    widths = [max(len(row[i]) for row in lines.rows if i < len(row)) for i in range(5)]
    told = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in lines.rows)
    return "\n".join(told)


class _Lines:
    """The lines so far. A column holds the call whose outputs are on their way in it."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.rows = graph, list[list[str]]()
        self.columns: list[Node | None] = []
        self.just_left: int | None = None
        self.parents = {
            node: list(dict.fromkeys(graph.parents(node))) if node not in graph.input_nodes else []
            for node in graph.nodes
        }
        self.readers = Counter(node for each in self.parents.values() for node in each)
        self.counted: set[int] = set()

    def add(self, node: Node) -> None:
        """The line of a call, after one in which the tensors that it takes meet."""
        taken = sorted(self.columns.index(parent) for parent in self.parents[node])
        self.readers.subtract(self.parents[node])
        calls = self.columns
        ended = [i for i in taken if (one := calls[i]) is not None and not self.readers[one]]
        column = ended[0] if ended else self._free()
        before = [held is not None for held in self.columns]
        for i in ended:
            self.columns[i] = None
        self.columns[column] = node
        if {*taken} - {column}:
            self.rows.append([self._meeting(before, {*taken}, column)])
        signs = ["●" if held is node else "│" if held else " " for held in self.columns]
        self.rows.append([" ".join(signs), *self._told(node)])
        self.just_left = column if not self.readers[node] else None
        if not self.readers[node]:
            self.columns[column] = None
        while self.columns and self.columns[-1] is None:
            self.columns.pop()

    def _free(self) -> int:
        """The first column that holds nothing; not that of an output in the line above."""
        free = [i for i, held in enumerate(self.columns) if held is None and i != self.just_left]
        while not free:
            if len(self.columns) != self.just_left:
                free.append(len(self.columns))
            self.columns.append(None)
        return free[0]

    def _meeting(self, before: list[bool], taken: set[int], column: int) -> str:
        """The line in which the columns `taken` meet that of the call; `before` says which columns
        held something above it."""
        low, high = min(column, *taken), max(column, *taken)
        line = ""
        for i, held in enumerate(self.columns):
            up, down = before[i], held is not None
            sign = "│" if up else "─" if low < i < high else " "
            if i == column or i in taken:
                sign = SIGNS[up, down, i > low, i < high]
            line += sign + ("─" if low <= i < high else " ")
        return line.rstrip()

    def _told(self, node: Node) -> list[str]:
        layer = node.operation
        shapes = ", ".join(map(show, node.output_shapes))
        weights = "" if id(layer) in self.counted else words.arithmetic(layer)
        self.counted.add(id(layer))
        return [clean(node.key), words.call_words(node), shapes, weights]


SIGNS = {
    (True, True, True, True): "┼",
    (True, True, True, False): "┤",
    (True, True, False, True): "├",
    (True, False, True, True): "┴",
    (True, False, True, False): "╯",
    (True, False, False, True): "╰",
    (False, True, True, True): "┬",
    (False, True, True, False): "╮",
    (False, True, False, True): "╭",
}
"""The sign for a column from which lines go up, down, left and right."""
