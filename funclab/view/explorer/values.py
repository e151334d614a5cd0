"""The numbers of one weight: a heat map of them, and a histogram."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.shape_math import show
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.chart import brief
from funclab.view.draw.geometry import area, closed
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean
from funclab.view.live.said import say

Array = np.ndarray[Any, Any]
ROWS, COLUMNS = 24, 48
"""Fields of a heat map, at most; of larger weights each is the mean of a block."""
FIELD, BARS, NARROWEST, HEIGHT = 6, 24, 240, 70
LABEL = Font(11, "soft")


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
