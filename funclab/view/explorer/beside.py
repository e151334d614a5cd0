"""The pictures beside a graph: the strip of all calls of a long model, the numbers of a weight."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from math import log2, prod

import numpy as np

from funclab.graph.node import Node
from funclab.shape_math import Array, show
from funclab.view.draw.area import area
from funclab.view.draw.axis import brief
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import closed
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean, plural, text_width
from funclab.view.live.said import say

LABEL = Font(11, "soft")
STRIP, LEFT, MIDDLE, REACH = 110, 68, 50, 44
FEATURES_REACH, BASELINE = 38, 102
NUMBER = Font(11, mono=True, anchor="middle")
PREFIX = re.compile(r"([A-Za-z]\w*?_)(\d+)_")
ROWS, COLUMNS = 24, 48
"""Fields of a heat map, at most; of larger weights each is the mean of a block."""
FIELD, BARS, NARROWEST, HEIGHT = 6, 24, 240, 70


class Strip(Picture):
    """Space reaches up from the middle, features reach down."""

    def __init__(self, nodes: Sequence[Node], width: float, look: str) -> None:
        self.nodes, self.width, self.look = nodes, width, look
        self.step = (width - LEFT - 4) / len(nodes)
        self.title = f"All {plural(len(nodes), 'call')}"
        self.description = "A bar for each call: space upwards, features downwards."

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw the bars and the prefixes; returns the size needed."""
        sizes = [glyph(node) for node in self.nodes]
        up, down = (max(size) for size in zip(*sizes, strict=True))
        last = len(sizes) - 1
        bars: dict[str, list[str]] = {"rim": [], "input": [], "output": []}
        for i, (space, features) in enumerate(sizes):
            x, wide = LEFT + i * self.step, max(0.5, self.step - (self.step > 3))
            top = MIDDLE - REACH * space / up
            bottom = MIDDLE + 2 + FEATURES_REACH * features / down
            corners = [complex(x, top), complex(x + wide, top)]
            corners += [complex(x + wide, bottom), complex(x, bottom)]
            role = "input" if self.nodes[i].is_input else "output" if i == last else "rim"
            bars[role].append(closed(corners))
        for colour, paths in bars.items():
            canvas.path(" ".join(paths), Paint(colour))
        canvas.text_line(4 + 30j, "space", LABEL)
        canvas.text_line(4 + 76j, "features", LABEL)
        self._draw_prefixes(canvas)
        return self.width, STRIP

    def _draw_prefixes(self, canvas: Canvas) -> None:
        """The number of each block under its calls, and before them what all begin with."""
        matches = [PREFIX.match(node.operation.name) for node in self.nodes]
        stems = Counter(match[1] for match in matches if match)
        if not stems:
            return
        stem = stems.most_common(1)[0][0]
        canvas.text_line(4 + BASELINE * 1j, stem, Font(11, "soft", mono=True))
        at = LEFT
        for number, run in groupby(
            match[2] if match and match[1] == stem else "" for match in matches
        ):
            size = len(list(run)) * self.step
            if number:
                canvas.rect(area(complex(at + 1, BASELINE - 12), size - 2, 1), Paint("line"))
                if text_width(number, 11, mono=True) < size:
                    canvas.text_line(complex(at + size / 2, BASELINE + 1), number, NUMBER)
            at += size


def glyph(node: Node) -> tuple[float, float]:
    """How high and how deep the bar of a call is: its positions and features, as logarithms."""
    shape = [size or 1 for size in node.output_shapes[0][1:]] or [1]
    *space, features = shape
    positions = prod(space) ** (1 / len(space)) if space else 1
    return 3 + 2 * log2(max(1, positions)), 3 + 2 * log2(max(1, features))


class Values(Picture):
    """The picture of an array. The area of a field grows with the size of its number; a field
    above zero is full, one below zero a frame, so that colour is never the only sign.
    """

    def __init__(self, name: str, values: Array, look: str) -> None:
        self.look, self.shape = look, show(values.shape)
        self.values = values.ravel()[np.isfinite(values.ravel())]
        self.map = blocks(values)
        self.title = f"{clean(name)} {self.shape}"

    @property
    def description(self) -> str:
        """The numbers that sum the array up."""
        if not self.values.size:
            return say("values_none")
        numbers = {
            "low": self.values.min(),
            "high": self.values.max(),
            "mean": self.values.mean(),
            "spread": self.values.std(),
        }
        return say("values_are", **{name: brief(float(value)) for name, value in numbers.items()})

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw the heat map, and under it the histogram; returns the size needed."""
        height, width = (FIELD * size for size in self.map.shape)
        canvas.rect(area(4 + 4j, width, height), Paint("paper", "rim"))
        top = np.abs(self.map).max(initial=0) or 1
        squares: dict[bool, list[str]] = {True: [], False: []}
        for (row, column), value in np.ndenumerate(self.map):
            corner = complex(4 + FIELD * column, 4 + FIELD * row)
            squares[bool(value > 0)] += field(corner, value / top)
        canvas.path(" ".join(squares[True]), Paint("group0"))
        canvas.path(" ".join(squares[False]), Paint("", "input"))
        width = max(width, NARROWEST)
        self._draw_histogram(canvas, 16 + height, width)
        return width + 8, height + HEIGHT + 40

    def _draw_histogram(self, canvas: Canvas, top: float, width: float) -> None:
        if not self.values.size:
            return
        counts, edges = np.histogram(self.values, BARS)
        for i, count in enumerate(counts):
            high = HEIGHT * count / counts.max()
            corner = complex(4 + width / BARS * i, top + HEIGHT - high)
            canvas.rect(area(corner, width / BARS - 1, high), Paint("neutral"))
        below = (top + HEIGHT + 14) * 1j
        canvas.text_line(4 + below, brief(float(edges[0])), LABEL)
        end = Font(11, "soft", anchor="end")
        canvas.text_line(4 + width + below, brief(float(edges[-1])), end)


def field(corner: complex, share: float) -> list[str]:
    """The path of a square whose area is a share of its field's, if it can be seen."""
    side = FIELD * min(1, abs(share)) ** 0.5
    first = corner + (FIELD - side) / 2 * (1 + 1j)
    square = [first, first + side, first + side * (1 + 1j), first + side * 1j]
    return [closed(square)] if side >= 0.7 else []


def blocks(values: Array) -> Array:
    """An array as a matrix of few fields: its last axis across, the means of blocks."""
    matrix = np.atleast_2d(values.astype(float)) if values.ndim < 2 else values.astype(float)
    matrix = matrix.reshape(-1, matrix.shape[-1])
    for axis, most in ((0, ROWS), (1, COLUMNS)):
        size = matrix.shape[axis]
        starts = np.unique(np.linspace(0, size, min(size, most) + 1).astype(int)[:-1])
        sums = np.add.reduceat(matrix, starts, axis) if size else matrix
        sizes = np.diff([*starts, size])
        matrix = sums / (sizes[:, None] if axis == 0 else sizes)
    return matrix
