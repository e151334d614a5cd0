"""Values over the plane as areas of colour: stronger where they are further from the middle."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from funclab.view.draw.canvas import Canvas, Paint
from funclab.view.draw.contour import contours

Array = Any
ANSWER = (0.0, 0.24, 0.5, 0.76, 0.94), (0.1, 0.19, 0.28, 0.37, 0.46)
NEURON = (0.15, 0.45, 0.75), (0.26, 0.5, 0.75)
"""From which parts of the way to an extreme a band begins on either side of the middle, and how
strong its colour is: ten bands for the answer, seven for a neuron, whose middle has no colour."""
SIDES = (("neg", -1), ("pos", 1))
IN_PRINT = 0.4
"""How much fainter bands are in print, where both sides are grey and one is hatched."""


def activated(activation: str, part: float, reach: float = 1.0) -> float:
    """What a neuron adds up where its value is this part of the way to its extreme; `reach` is
    the extreme of an activation that has none."""
    if activation in ("tanh", "sigmoid"):
        return float(np.arctanh(part)) * (2 if activation == "sigmoid" else 1)
    return part * reach


class Bands:
    """Grids (count, n, n) of what neurons add up, drawn in squares with these corners."""

    def __init__(
        self, grids: Array, corners: list[complex], side: float, activation: str, reach: float = 1
    ) -> None:
        self.grids, self.side, self.activation, self.reach = grids, side, activation, reach
        self.corners = np.array([(corner.real, corner.imag) for corner in corners])

    def fill(self, canvas: Canvas, kind: tuple[Any, Any], look: str) -> None:
        """Draw the bands: each lies on the weaker ones, and adds what is missing to its colour."""
        parts, strengths = kind
        faded = IN_PRINT if look == "print" else 1
        layers = [1 - (1 - more) / (1 - less) for less, more in pairwise((0.0, *strengths))]
        for colour, sign in SIDES:
            if self.activation == "relu" and sign < 0:
                continue  # what is below zero does not leave the neuron
            for part, opacity in zip(parts, layers):
                level = activated(self.activation, part, self.reach)
                data = "".join(contours(sign * self.grids, level, self.side, self.corners, True))
                if data:
                    canvas.path(data, Paint(colour, opacity=opacity * faded))
        if look == "print":
            canvas.path(self._hatching(), Paint("", "ink", 0.7))

    def middle(self, canvas: Canvas, paint: Paint) -> None:
        """Draw the lines on which a neuron adds up to nothing."""
        lines = contours(self.grids, 0.0, self.side, self.corners, False)
        canvas.path("".join(lines), paint)

    def _hatching(self) -> str:
        """Strokes through what is above the middle: over each other point of each other line."""
        cell = self.side / (self.grids.shape[1] - 1)
        grids, rows, columns = np.nonzero(self.grids[:, 1:-1:2, 1:-1:2] > 0)
        long = f"l{2 * cell:.1f},-{2 * cell:.1f}"
        places = self.corners[grids] + 2 * cell * np.stack([columns, rows + 1], axis=1)
        return "".join(f"M{x:.1f},{y:.1f}{long}" for x, y in places[(rows + columns) % 2 == 0])
