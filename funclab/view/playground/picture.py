"""The playground as a still picture: points, surface, curve and the line that brings it back."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint, number
from funclab.view.draw.chart import Chart, Line, Plot
from funclab.view.draw.geometry import polyline
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import folded_lines, text_width
from funclab.view.live.said import say
from funclab.view.scene.diagram import Diagram

CELL, MIDDLE, BAND = 8, 128, 32
LEFT, TOP, GAP, LEADING = 14, 62, 18, 18
STRIDE = 4
"""Every so many cells a line of hatching crosses the side of the crosses."""
STRENGTH, IN_PRINT = 0.14, 0.056
"""How much darker each band is than the one before; in print both sides are grey."""

Grid = list[list[int]]


@dataclass(repr=False)
class PlaygroundPicture(Picture):
    """A drawn playground. `facts` are those of its trial, `line` the Python of its state."""

    facts: dict[str, Any]
    line: str
    graph: Diagram
    look: str = "auto"

    @property
    def title(self) -> str:
        name = self.facts["settings"]["data"] or say("play_yours")
        return f"{say('play_title')}: {name}"

    @property
    def description(self) -> str:
        return caption(self.facts)

    @property
    def grid(self) -> Grid:
        flat = np.frombuffer(base64.b64decode(self.facts["surface"]), np.uint8)
        return flat.reshape(math.isqrt(len(flat)), -1).tolist()

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Surface and curve side by side, then the model, how to read it, and its line."""
        grid = self.grid
        side = CELL * len(grid)
        canvas.text_line(complex(LEFT, 24), self.title, Font(16, bold=True))
        canvas.text_line(complex(LEFT, 52), say("play_surface"), Font(14, bold=True))
        canvas.shift(complex(LEFT, TOP))
        canvas.rect(area(0j, side, side), Paint("paper", "line", 1))
        draw_surface(canvas, grid, IN_PRINT if self.look == "print" else STRENGTH)
        draw_points(canvas, self.facts["points"], side)
        canvas.close()
        x = LEFT + side + GAP
        width = x + self._draw_curve(canvas, complex(x, 36)) + LEFT
        wide, base = self._draw_model(canvas, TOP + side + 30)
        width = max(width, wide)
        words = " ".join([*legend(self.facts), say("live_caption_middle")])
        for line in folded_lines(words, width - 2 * LEFT, 12):
            canvas.text_line(complex(LEFT, base), line, Font(12, "soft"))
            base += LEADING
        canvas.text_line(complex(LEFT, base + 6), self.line, Font(12, mono=True))
        return max(width, 2 * LEFT + text_width(self.line, 12, mono=True)), base + 20

    def _draw_model(self, canvas: Canvas, base: float) -> tuple[float, float]:
        """The graph under its heading; returns how wide it is, and where the next line goes."""
        heading = f"{say('play_model')}: {say('play_weights', n=self.facts['weights'])}"
        canvas.text_line(complex(LEFT, base), heading, Font(14, bold=True))
        canvas.shift(complex(0, base + 4))
        width, height = self.graph.draw(canvas)
        canvas.close()
        return width, base + height + 22

    def _draw_curve(self, canvas: Canvas, corner: complex) -> float:
        train, test = (_numbers(self.facts[name]) for name in ("train", "test"))
        if not train:
            canvas.text_line(corner + (4 + 16j), say("play_untrained"), Font(14, bold=True))
            return text_width(say("play_untrained"), 14) + 20
        lines = [
            Line(say("play_train"), train, 0, back=0.5),
            Line(say("play_test"), test, 1, dashed=True),
        ]
        chart = Chart(say("play_loss"), list(range(1, len(train) + 1)), lines)
        Plot(canvas, chart, corner).draw()
        for i, words in enumerate(folded_lines(self.description, chart.width, 12)):
            start = corner + complex(4, chart.height + 22 + LEADING * i)
            canvas.text_line(start, words, Font(12, "soft"))
        return chart.width


def caption(facts: dict[str, Any]) -> str:
    """What the picture shows, as a sentence."""
    settings = facts["settings"]
    name = settings["data"] or say("play_yours")
    key = f"play_caption_{'one' if settings['branches'] == 1 else 'many'}"
    shape = say(
        key,
        n=settings["branches"],
        layers=settings["layers"],
        units=settings["units"],
        shared=say("play_shared" if settings["shared"] else "play_separate"),
    )
    if not facts["epochs"]:
        return say("play_caption_new", data=name, shape=shape)
    train, test = (_told(facts[part][-1]) for part in ("train", "test"))
    key = "play_caption_once" if facts["epochs"] == 1 else "play_caption"
    return say(key, data=name, shape=shape, n=facts["epochs"], train=train, test=test)


def legend(facts: dict[str, Any]) -> list[str]:
    """How to read the surface."""
    kind = "" if facts["classes"] else "_values"
    low, high = (f"({x:g}, {y:g})" for x, y in (facts["low"], facts["high"]))
    return [
        say(f"play_legend_marks{kind}"),
        say(f"play_legend_side{kind}"),
        say("play_legend_lines", low=low, high=high),
        say(f"play_ways_{facts['settings']['branches']}"),
    ]


def _told(loss: float | None) -> str:
    if loss is None:
        return say("play_no_number")
    return f"{loss:.3f}" if loss >= 0.001 else f"{loss:.2g}"


def _numbers(losses: list[float | None]) -> list[float]:
    return [math.nan if one is None else one for one in losses]


def draw_surface(canvas: Canvas, grid: Grid, strength: float = STRENGTH) -> None:
    """Bands of colour, hatching on the side of the crosses, and the line between the sides."""
    bands: dict[int, list[str]] = {}
    for y, row in enumerate(grid):
        for start, end, band in runs([round((value - MIDDLE) / BAND) for value in row]):
            if band:
                shape = f"M{start * CELL} {y * CELL}H{end * CELL}v{CELL}H{start * CELL}z"
                bands.setdefault(band, []).append(shape)
    canvas.parts.append('<g shape-rendering="crispEdges">')
    for band, shapes in sorted(bands.items()):
        colour = "group0" if band > 0 else "input"
        canvas.parts.append(f'<g opacity="{strength * abs(band):.2f}">')
        canvas.path("".join(shapes), Paint(colour))
        canvas.close()
    canvas.close()
    canvas.path(hatching(grid), Paint("", "group0", 0.8))
    canvas.path(contour(grid), Paint("", "ink", 2))


def runs(row: list[int]) -> Iterator[tuple[int, int, int]]:
    """Stretches of equal values, as (start, end, value).

    >>> list(runs([3, 3, 0]))
    [(0, 2, 3), (2, 3, 0)]
    """
    start = 0
    for i in range(1, len(row) + 1):
        if i == len(row) or row[i] != row[start]:
            yield start, i, row[start]
            start = i


def hatching(grid: Grid) -> str:
    """Diagonal strokes through the cells above the middle."""
    return "".join(
        f"M{x * CELL} {(y + 1) * CELL}l{CELL} -{CELL}"
        for y, row in enumerate(grid)
        for x, value in enumerate(row)
        if value > MIDDLE and (x + y) % STRIDE == 0
    )


def contour(grid: Grid) -> str:
    """The line on which the answer is undecided, between the middles of cells."""
    parts = []
    for y in range(len(grid) - 1):
        for x in range(len(grid) - 1):
            places = [complex(x, y), complex(x + 1, y), complex(x + 1, y + 1), complex(x, y + 1)]
            values = [grid[int(one.imag)][int(one.real)] - MIDDLE - 0.5 for one in places]
            found = [
                places[i] + (places[i - 3] - places[i]) * values[i] / (values[i] - values[i - 3])
                for i in range(4)
                if (values[i] > 0) != (values[i - 3] > 0)
            ]
            for one, other in zip(found[::2], found[1::2]):
                ends = [CELL * (end + (0.5 + 0.5j)) for end in (one, other)]
                parts.append(polyline(ends))
    return "".join(parts)


def draw_points(canvas: Canvas, points: list[list[int]], side: float) -> None:
    """Circles and crosses, those for testing smaller and hollow or thin."""
    shapes: dict[tuple[int, int], list[str]] = {}
    for x, y, cross, tested in points:
        draw = cross_at if cross else circle_at
        place = complex(x, y) * side / 1000
        shapes.setdefault((cross, tested), []).append(draw(place, 2.4 if tested else 3.2))
    for (cross, tested), one in sorted(shapes.items(), reverse=True):
        data, colour = "".join(one), "group0" if cross else "input"
        if cross:
            canvas.path(data, Paint("", "paper", 4.4))
            canvas.path(data, Paint("", colour, 1.2 if tested else 2.2))
        else:
            fill, stroke = ("paper", colour) if tested else (colour, "paper")
            canvas.path(data, Paint(fill, stroke, 1))


def circle_at(middle: complex, size: float) -> str:
    left = f"M{number(middle.real - size)} {number(middle.imag)}"
    arc = f"a{size} {size} 0 1 0"
    return f"{left}{arc} {2 * size} 0{arc} -{2 * size} 0z"


def cross_at(middle: complex, size: float) -> str:
    x, y = number(middle.real - size), number(middle.imag - size)
    width = 2 * size
    return f"M{x} {y}l{width} {width}m-{width} 0l{width} -{width}"
