"""The picture of a weight's values, in the panel."""

from __future__ import annotations

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.chart import brief
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.trace.drawing import draw_frame, size_of
from funclab.view.trace.frames import frame_of

LABEL = Font(11, "soft")
BARS, NARROWEST, HEIGHT = 24, 240, 70


class Values(Picture):
    """The values of a weight: the picture that slow motion shows, above their histogram."""

    def __init__(self, name: str, values: Array, look: str) -> None:
        self.look, self.frame = look, frame_of(name, values)
        self.values = values.ravel()[np.isfinite(values.ravel())]
        self.title = f"{self.frame.name} {self.frame.shape}"

    @property
    def description(self) -> str:
        """The numbers that summarize the array, and how to read its picture."""
        if not self.values.size:
            return say("values_none")
        known = ("least", "greatest", "mean", "spread")
        numbers = {name: brief(self.frame.statistics[name]) for name in known}
        note = f"{self.frame.note}.".capitalize() if self.frame.note else ""
        return " ".join(filter(None, [say("values_are", **numbers), note, say("trace_legend")]))

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw the heat map, and under it the histogram; returns the size needed."""
        draw_frame(canvas, self.frame, 4 + 4j)
        width, height = size_of(self.frame)
        width, below = max(width, NARROWEST), (height + HEIGHT + 30) * 1j
        if self.values.size:
            counts, edges = np.histogram(self.values, BARS)
            for i, count in enumerate(counts):
                high = HEIGHT * count / counts.max()
                corner = complex(4 + width / BARS * i, height + 16 + HEIGHT - high)
                canvas.rect(area(corner, width / BARS - 1, high), Paint("neutral"))
            canvas.text_line(4 + below, brief(float(edges[0])), LABEL)
            end = Font(11, "soft", anchor="end")
            canvas.text_line(4 + width + below, brief(float(edges[-1])), end)
        return width + 8, height + HEIGHT + 40
