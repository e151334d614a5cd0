"""The picture of a weight's values, in the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.chart import brief
from funclab.view.draw.frame_drawing import draw_frame, size_of
from funclab.view.draw.frames import NAMED, frame_of, with_names
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say

LABEL = Font(11, "soft")
BARS, NARROWEST, HEIGHT = 24, 240, 70


class Values(Picture):
    """The values of a weight: the picture that slow motion shows, above their histogram. `names`
    are those along its axes; of more rows with names than there is room for, the first are drawn,
    as a mean over several words would say nothing."""

    def __init__(
        self, name: str, values: Array, look: str, names: Sequence[Sequence[str]] = ()
    ) -> None:
        rows = names[0][:NAMED] if len(names) == values.ndim == 2 else ()
        frame = frame_of(name, values[: len(rows)] if rows else values)
        self.look, self.frame = look, with_names(frame, [rows, *names[1:]] if rows else names)
        if rows and len(rows) < len(values):
            first = say("values_first", k=len(rows), n=len(values))
            note = "; ".join(filter(None, [first, frame.note]))
            whole = frame_of(name, values)
            facts = {"shape": whole.shape, "statistics": whole.statistics}
            self.frame = replace(self.frame, note=note, **facts)
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
        told = [say("values_are", **numbers), note, self._largest, say("frame_legend")]
        return " ".join(filter(None, told))

    @property
    def _largest(self) -> str:
        largest = self.frame.largest
        return f"{largest[0].upper()}{largest[1:]}." if largest else ""

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
