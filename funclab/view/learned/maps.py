"""A map of numbers as squares in a still picture, as `heat` in `learned.js` draws it on a page."""

from __future__ import annotations

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.canvas import Canvas, Paint, number
from funclab.view.draw.geometry import area

LEVELS, MARKED = 8, 9


def draw_map(
    canvas: Canvas,
    values: Array,
    corner: complex,
    side: float,
    top: float,
    grey: bool = False,
    wide: float | None = None,
) -> None:
    """Draw numbers (rows, columns) as squares with sides of this length, or as rectangles that are
    `wide`: orange above zero, blue below, the more opaque the larger they are beside `top`; large
    squares below zero have a minus. With `grey`, all are in ink."""
    wide = side if wide is None else wide
    rows, columns = values.shape
    levels = np.rint(np.clip(values / (top or 1), -1, 1) * LEVELS).astype(int)
    paths: dict[int, list[str]] = {}
    minus: list[str] = []
    for row in range(rows):
        start = 0
        for column in range(1, columns + 1):
            level = int(levels[row, start])
            if column < columns and levels[row, column] == level:
                continue
            if level:
                x, y = corner.real + start * wide, corner.imag + (row + 0.5) * side
                paths.setdefault(level, []).append(_run(x, y, (column - start) * wide))
                if level < 0 and side >= MARKED and not grey:
                    minus += [
                        _run(x + (i + 0.25) * wide, y, wide / 2) for i in range(column - start)
                    ]
            start = column
    for level, data in sorted(paths.items()):
        ink = "ink" if grey else "pos" if level > 0 else "neg"
        canvas.path("".join(data), Paint("", ink, side, opacity=abs(level) / LEVELS))
    if minus:
        canvas.path("".join(minus), Paint("", "paper", 1.2))
    canvas.rect(area(corner, columns * wide, rows * side), Paint("", "rule", 1))


def _run(x: float, y: float, length: float) -> str:
    """A horizontal line from a point."""
    return f"M{number(x)},{number(y)}h{number(length)}"
