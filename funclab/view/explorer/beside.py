"""The pictures beside a graph: the strip of all calls of a long model, and a weight's values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from funclab.graph.node import Node
from funclab.graph.shape_math import Array
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.chart import brief
from funclab.view.draw.geometry import area, closed
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import text_width
from funclab.view.scene.sizes import extents
from funclab.view.trace.drawing import draw_frame, size_of
from funclab.view.trace.frames import frame_of

LABEL = Font(11, "soft")
STRIP, LEFT, MIDDLE, REACH = 110, 68, 50, 44
FEATURES_REACH, BASELINE = 38, 102
NUMBER = Font(11, mono=True, anchor="middle")
PREFIX = re.compile(r"([A-Za-z]\w*?_)(\d+)_")
BARS, NARROWEST, HEIGHT = 24, 240, 70


class Strip(Picture):
    """Space reaches up from the middle, features reach down."""

    def __init__(self, nodes: Sequence[Node], width: float, look: str) -> None:
        self.nodes, self.width, self.look = nodes, width, look
        self.step = (width - LEFT - 4) / len(nodes)
        self.title, self.description = say("strip_title", n=len(nodes)), say("strip_bars")

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw the bars and the prefixes; returns the size needed."""
        shapes = (node.output_shapes[0][1:] for node in self.nodes)
        sizes = [extents([length or 1 for length in shape]) for shape in shapes]
        down, up = (max(size) for size in zip(*sizes, strict=True))
        last = len(sizes) - 1
        bars: dict[str, list[str]] = {"rim": [], "input": [], "output": []}
        for i, (features, space) in enumerate(sizes):
            x, wide = LEFT + i * self.step, max(0.5, self.step - (self.step > 3))
            top = MIDDLE - REACH * space / up
            bottom = MIDDLE + 2 + FEATURES_REACH * features / down
            corners = [complex(x, top), complex(x + wide, top)]
            corners += [complex(x + wide, bottom), complex(x, bottom)]
            role = "input" if self.nodes[i].is_input else "output" if i == last else "rim"
            bars[role].append(closed(corners))
        for colour, paths in bars.items():
            canvas.path(" ".join(paths), Paint(colour))
        canvas.text_line(4 + 30j, say("strip_space"), LABEL)
        canvas.text_line(4 + 76j, say("strip_features"), LABEL)
        self._draw_prefixes(canvas)
        return self.width, STRIP

    def _draw_prefixes(self, canvas: Canvas) -> None:
        """The number of each block under its calls, after the prefix that all of them share."""
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
