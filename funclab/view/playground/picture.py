"""The pictures of the playground: points, the answer, how to read it, the losses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from funclab.view.draw.canvas import Canvas, Font, Paint, number, tenths
from funclab.view.draw.chart import axis_of, brief, stretches, ticks
from funclab.view.draw.geometry import area, closed, mark_path, polyline
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import text_width
from funclab.view.playground.bands import ANSWER, IN_PRINT, SIDES, Bands
from funclab.view.playground.network import HEAD, head

SIDE = 256
"""The width and height of the answer, and the width of what is beside it."""
THUMB = 40
READING, CURVE = 16, 72
"""The heights of the line on how to read the answer, and of the losses."""
MOST_STEPS = 240
"""About how many points of a curve have a pixel of their own."""


@dataclass(repr=False)
class Surface(Picture):
    """The model's answers over the plane: ten bands, and the line where it is undecided.

    `sums` (n, n) are what the answer adds up, 0 where it is undecided. `reach` is the largest
    number that a model without classes has to answer; 0 with classes.
    """

    sums: Any
    reach: float
    look: str
    side: float = SIDE

    title = property(lambda self: say("play_surface"))
    description = title

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.rect(area(0j, self.side, self.side), Paint("paper"))
        activation = "linear" if self.reach else "sigmoid"
        bands = Bands(self.sums[None], [0j], self.side, activation, self.reach or 1)
        bands.fill(canvas, ANSWER, self.look)
        bands.middle(canvas, Paint("", "ink", 2))
        canvas.rect(area(0.5 + 0.5j, self.side - 1, self.side - 1), Paint("", "rule", 1))
        return self.side, self.side


@dataclass(repr=False)
class Points(Picture):
    """Circles and crosses; test points are smaller, and hollow or thin."""

    points: list[list[int]]
    side: float
    look: str = "auto"
    size: float = 2.8

    title = property(lambda self: say("play_points"))
    description = title

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        shapes: dict[tuple[int, int], str] = {}
        for x, y, cross, tested in self.points:
            middle, size = complex(x, y) * self.side / 1000, self.size * (0.8 if tested else 1)
            shape = cross_at(middle, size) if cross else dot(middle, size)
            shapes[cross, tested] = shapes.get((cross, tested), "") + shape
        for (cross, tested), data in sorted(shapes.items(), reverse=True):
            if cross:
                width = self.size * (0.4 if tested else 0.68)
                canvas.path(data, Paint("", "paper", width + self.size * 0.7))
                canvas.path(data, Paint("", "pos", width))
            else:
                fill, stroke = ("paper", "neg") if tested else ("neg", "paper")
                canvas.path(data, Paint(fill, stroke, self.size / 2.8))
        return self.side, self.side


@dataclass(repr=False)
class Answer(Picture):
    """The box of the last layer, above the surface."""

    classes: bool
    look: str = "auto"

    title = property(lambda self: say("play_answer"))
    description = title

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        kind = "Dense 1 · sigmoid" if self.classes else "Dense 1 · linear"
        head(canvas, area(1 + 1j, SIDE - 2, HEAD - 2), "answer", kind, "output")
        return SIDE, HEAD


@dataclass(repr=False)
class Reading(Picture):
    """The colours of the answer, from one side to the other, with the marks of the points."""

    classes: bool
    look: str
    wide: float = SIDE

    title = property(lambda self: say("play_bands"))

    @property
    def ends(self) -> tuple[str, str]:
        """What the model says on either side."""
        kind = "" if self.classes else "_values"
        return say(f"play_low{kind}"), say(f"play_high{kind}")

    @property
    def description(self) -> str:
        return say("play_bands_told", **dict(zip(("low", "high"), self.ends)))

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        low, high = self.ends
        canvas.path(mark_path("circle", 6 + 8j, 4.4), Paint("neg"))
        canvas.path(cross_at(self.wide - 6 + 8j, 3.4), Paint("", "pos", 2.2))
        canvas.text_line(16 + 12j, low, Font(12, "soft"))
        canvas.text_line(self.wide - 16 + 12j, high, Font(12, "soft", anchor="end"))
        start, end = 24 + text_width(low, 12), self.wide - 24 - text_width(high, 12)
        strengths, wide = ANSWER[1], (end - start) / 10
        for i, strength in enumerate([*reversed(strengths), *strengths]):
            colour, _ = SIDES[i >= 5]
            corner = complex(start + i * wide, 3)
            ends = [corner, corner + wide, corner + wide + 10j, corner + 10j]
            faded = IN_PRINT if self.look == "print" else 1
            canvas.path(closed(ends), Paint(colour, opacity=strength * faded))
        return self.wide, READING


@dataclass(repr=False)
class Losses(Picture):
    """The training and test loss after every epoch."""

    train: list[float]
    test: list[float]
    look: str = "auto"
    wide: float = SIDE

    title = property(lambda self: say("loss"))

    @property
    def description(self) -> str:
        """The loss after the last epoch, for readers who cannot see the curve."""
        if not self.train:
            return say("play_untrained")
        train, test = loss_text(self.train[-1]), loss_text(self.test[-1])
        return say("play_caption_losses", n=len(self.train), train=train, test=test)

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(12j, say("play_loss"), Font(13, bold=True))
        known = [loss for loss in (*self.train, *self.test) if math.isfinite(loss)]
        self.axis = axis_of(known or [0.0, 1.0])
        self.left, self.right, self.top, self.base = 38, self.wide - 6, 24, CURVE - 19
        if self.train:
            self._ends(canvas)
        else:
            middle = complex(self.wide / 2, (self.top + self.base) / 2 + 4)
            words = Font(12, "soft", anchor="middle")
            canvas.text_line(middle, say("play_untrained"), words)
        self._axes(canvas)
        self._curve(canvas, self.test, 0, Paint("", "group1", 1.75, "5 4"))
        self._curve(canvas, self.train, 0.5, Paint("", "ink", 1.75))
        return self.wide, CURVE

    def _ends(self, canvas: Canvas) -> None:
        """What each curve is, and where it has come to."""
        test = f"{say('play_test')} {loss_text(self.test[-1], short=True)}"
        train = f"{say('training')} {loss_text(self.train[-1], short=True)}"
        place = complex(self.wide, 12)
        canvas.text_line(place, test, Font(12, "group1", bold=True, anchor="end"))
        place -= text_width(test, 12, bold=True) + 16
        canvas.text_line(place, train, Font(12, bold=True, anchor="end"))

    def _axes(self, canvas: Canvas) -> None:
        font = Font(11, "label", anchor="end")
        levels = ticks(self.axis.low, self.axis.high, 3) if self.train else []
        apart = self._up(levels[0]) - self._up(levels[1]) if len(levels) > 1 else 14
        for value in levels[:: math.ceil(14 / apart)]:
            level = self._up(value)
            ends = [complex(self.left, level), complex(self.right, level)]
            canvas.path(polyline(ends), Paint("", "rule", 1))
            canvas.text_line(complex(self.left - 6, level + 4), brief(value), font)
        ends = [complex(self.left, self.base), complex(self.right, self.base)]
        canvas.path(polyline(ends), Paint("", "line", 1))
        last = f"{say('epoch')} {len(self.train)}"
        canvas.text_line(complex(self.wide, CURVE - 4), last, font)
        room = self.wide - text_width(last, 11) - 12
        for epoch in ticks(0, max(len(self.train), 1), 3):
            x = self._across(epoch)
            if epoch == int(epoch) and x + 14 < room:
                place = Font(11, "label", anchor="middle")
                canvas.text_line(complex(x, CURVE - 4), f"{epoch:g}", place)

    def _across(self, epoch: float) -> float:
        return self.left + (self.right - self.left) * epoch / max(len(self.train), 1)

    def _up(self, value: float) -> float:
        return self.base - (self.base - self.top) * self.axis.fraction(value)

    def _curve(self, canvas: Canvas, losses: list[float], back: float, paint: Paint) -> None:
        """A curve through the epochs, broken where a loss is no number. What is the mean over an
        epoch stands in its middle, half an epoch `back`."""
        every = math.ceil(len(losses) / MOST_STEPS) or 1
        for stretch in stretches(losses, math.isfinite):
            drawn = [*stretch[:-1:every], *stretch[-1:]]
            points = [complex(self._across(i + 1 - back), self._up(loss)) for i, loss in drawn]
            if len(points) == 1:
                points = [points[0] - 3, *points]
            if points:
                canvas.path(polyline(points), paint)


def loss_text(loss: float, short: bool = False) -> str:
    """A loss as it is written in sentences; a `short` one is "nan" if it is no number."""
    if not math.isfinite(loss):
        return "nan" if short else say("play_no_number")
    return f"{loss:.3f}" if loss >= 0.001 else f"{loss:.2g}"


def cross_at(middle: complex, size: float) -> str:
    """Two strokes of a cross: where each begins, and its step."""
    far = number(2 * size)
    first, second = middle - size * (1 + 1j), middle - size * (1 - 1j)
    return f"M{tenths(first)}l{far},{far}M{tenths(second)}l{far},-{far}"


def dot(middle: complex, size: float) -> str:
    """A small disc, as an octagon: as round as its few pixels can show, and a third as long."""
    ends = [size * (1 + 0j) * 1j ** (k / 2) for k in range(8)]
    steps = " ".join(tenths(after - before) for before, after in pairwise(ends))
    return f"M{tenths(middle + ends[0])}l{steps}Z"
