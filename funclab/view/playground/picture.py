"""The pictures of the playground: points, surface, curve; and all in one still, with its line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.chart import HEIGHT, WIDTH, Chart, Line, Plot
from funclab.view.draw.geometry import area, mark_path, polyline
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import text_width
from funclab.view.scene.diagram import Diagram

CELL, MIDDLE, BAND = 8, 128, 32
LEFT, TOP, GAP, LEADING = 14, 62, 18, 18
SOFT = Font(12, "soft")
STRIDE = 4
"""How many cells there are between the lines of hatching on the side of the crosses."""
STRENGTH, IN_PRINT = 0.14, 0.056
"""How much darker each band is than the one before; in print both sides are grey."""
ON_A_WALL = 104, 118
"""The size of the curve on a projector, where it is beside everything else."""

Grid = list[list[int]]


@dataclass(repr=False)
class Surface(Picture):
    """The model's outputs: bands of colour, hatching, and the line between the two sides."""

    values: Grid
    look: str = "auto"

    title = property(lambda self: say("play_surface"))
    description = title

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        side = CELL * len(self.values)
        canvas.rect(area(0j, side, side), Paint("paper", "line", 1))
        strength = IN_PRINT if self.look == "print" else STRENGTH
        for band, data in sorted(bands(self.values).items()):
            colour = "group0" if band > 0 else "input"
            canvas.path(data, Paint("", colour, CELL, "", strength * abs(band)))
        canvas.path(hatching(self.values), Paint("", "group0", 0.8))
        canvas.path(contour(self.values), Paint("", "ink", 2))
        return side, side


@dataclass(repr=False)
class Points(Picture):
    """Circles and crosses; test points are smaller, and hollow or thin."""

    points: list[list[int]]
    side: float
    look: str = "auto"

    title = property(lambda self: say("play_points"))
    description = title

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        shapes: dict[tuple[int, int], str] = {}
        for x, y, cross, tested in self.points:
            middle, size = complex(x, y) * self.side / 1000, 2.4 if tested else 3.2
            shape = cross_at(middle, size) if cross else mark_path("circle", middle, size)
            shapes[cross, tested] = shapes.get((cross, tested), "") + shape
        for (cross, tested), data in sorted(shapes.items(), reverse=True):
            if cross:
                canvas.path(data, Paint("", "paper", 4.4))
                canvas.path(data, Paint("", "group0", 1.2 if tested else 2.2))
            else:
                fill, stroke = ("paper", "input") if tested else ("input", "paper")
                canvas.path(data, Paint(fill, stroke, 1))
        return self.side, self.side


@dataclass(repr=False)
class Losses(Picture):
    """The training and test loss after every epoch."""

    train: list[float]
    test: list[float]
    look: str = "auto"

    title = property(lambda self: say("loss"))

    @property
    def description(self) -> str:
        """The loss after the last epoch, for readers who cannot see the curve."""
        if not self.train:
            return say("play_untrained")
        train, test = loss_text(self.train[-1]), loss_text(self.test[-1])
        return say("play_caption_losses", n=len(self.train), train=train, test=test)

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        if not self.train:
            words = say("play_untrained")
            canvas.text_line(4 + 30j, words, Font(14, bold=True))
            return text_width(words, 14, bold=True) + 20, 48
        lines = [
            Line(say("training"), self.train, 0, back=0.5),
            Line(say("play_test"), self.test, 1, dashed=True),
        ]
        wide, high = ON_A_WALL if self.look == "projector" else (WIDTH, HEIGHT)
        epochs = list(range(1, len(self.train) + 1))
        chart = Chart(self.title, epochs, lines, least=high, wide=wide)
        Plot(canvas, chart, 1 + 1j).draw()
        return chart.width + 2, chart.height + 2


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

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Surface and curve side by side, then the model, how to read it, and its line."""
        facts = self.facts
        canvas.text_line(complex(LEFT, 24), self.title, Font(16, bold=True))
        canvas.text_line(complex(LEFT, 52), say("play_surface"), Font(14, bold=True))
        side, _ = _placed(canvas, Surface(facts["grid"], self.look), complex(LEFT, TOP))
        _placed(canvas, Points(facts["points"], side), complex(LEFT, TOP))
        corner = complex(LEFT + side + GAP, 36)
        wide, high = _placed(canvas, Losses(facts["train"], facts["test"]), corner)
        start = corner + complex(4, high + 22)
        canvas.prose(start, [self.description], max(wide, 300), SOFT, LEADING)
        base = TOP + side + 30
        canvas.text_line(complex(LEFT, base), heading(facts), Font(14, bold=True))
        graph_width, graph_height = _placed(canvas, self.graph, complex(0, base + 4))
        width = max(corner.real + max(wide, 300) + LEFT, graph_width)
        base += graph_height + 22
        start = complex(LEFT, base)
        base = canvas.prose(start, [legend(facts)], width - 2 * LEFT, SOFT, LEADING)
        canvas.text_line(complex(LEFT, base + 6), self.line, Font(12, mono=True))
        return max(width, 2 * LEFT + text_width(self.line, 12, mono=True)), base + 20


def _placed(canvas: Canvas, picture: Picture, corner: complex) -> tuple[float, float]:
    """Draw a picture in another; returns its size."""
    canvas.shift(corner)
    size = picture.draw(canvas)
    canvas.close()
    return size


def heading(facts: dict[str, Any]) -> str:
    """The heading above the graph."""
    return f"{say('play_model')}: {say('play_weights', n=facts['weights'])}"


def caption(facts: dict[str, Any]) -> str:
    """What the picture shows, as a sentence."""
    settings, epochs = facts["settings"], facts["epochs"]
    count = "one" if settings["branches"] == 1 else "many"
    sharing = say("play_with_shared" if settings["shared"] else "play_with_separate")
    shape = {**settings, "n": settings["branches"], "shared": sharing}
    values = {
        "data": settings["data"] or say("play_yours"),
        "shape": say(f"play_caption_{count}", **shape),
    }
    if not epochs:
        return say("play_caption_new", **values)
    train, test = (loss_text(facts[part][-1]) for part in ("train", "test"))
    return say("play_caption", **values, n=epochs, train=train, test=test)


def legend(facts: dict[str, Any], look: str = "auto") -> str:
    """How to read the pictures; on a projector, where there is little room, only the surface."""
    kind = "" if facts["classes"] else "_values"
    low, high = (f"({x:g}, {y:g})" for x, y in (facts["low"], facts["high"]))
    texts = [
        say(f"play_legend_marks{kind}"),
        say(f"play_legend_side{kind}"),
        say("play_legend_lines", low=low, high=high),
        say("caption_middle") if facts["epochs"] and look != "projector" else "",
        say(f"play_ways_{facts['settings']['branches']}"),
    ]
    return " ".join(filter(None, texts))


def loss_text(loss: float) -> str:
    """A loss as it is written in sentences."""
    if not math.isfinite(loss):
        return say("play_no_number")
    return f"{loss:.3f}" if loss >= 0.001 else f"{loss:.2g}"


def bands(grid: Grid) -> dict[int, str]:
    """Lines as thick as a row, by how far their values are from the middle."""
    paths: dict[int, str] = {}
    for y, row in enumerate(grid):
        x = 0
        for band, cells in groupby(round((value - MIDDLE) / BAND) for value in row):
            width = len([*cells])
            if band:
                line = f"M{x * CELL},{y * CELL + CELL // 2}h{width * CELL}"
                paths[band] = paths.get(band, "") + line
            x += width
    return paths


def hatching(grid: Grid) -> str:
    """Diagonal strokes through the cells above the middle."""
    return "".join(
        f"M{x * CELL},{(y + 1) * CELL}l{CELL},-{CELL}"
        for y, row in enumerate(grid)
        for x, value in enumerate(row)
        if value > MIDDLE and (x + y) % STRIDE == 0
    )


def contour(grid: Grid) -> str:
    """The line on which the output is undecided, between the centres of cells."""
    strokes = []
    for y in range(len(grid) - 1):
        for x in range(len(grid) - 1):
            around = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
            far = [grid[row][column] - MIDDLE - 0.5 for column, row in around]
            if min(far) > 0 or max(far) < 0:
                continue
            middles = [CELL * complex(column + 0.5, row + 0.5) for column, row in around]
            ends = [
                middles[i] + (middles[i - 3] - middles[i]) * far[i] / (far[i] - far[i - 3])
                for i in range(4)
                if (far[i] > 0) != (far[i - 3] > 0)
            ]
            strokes += [polyline([*pair]) for pair in zip(ends[::2], ends[1::2], strict=True)]
    return "".join(strokes)


def cross_at(middle: complex, size: float) -> str:
    ends = [middle + size * way for way in (-1 - 1j, 1 + 1j, 1 - 1j, -1 + 1j)]
    return polyline(ends[:2]) + polyline(ends[2:])
