"""The pictures of a landscape: losses on a plane in bands, the path on it, losses by epoch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funclab.view.draw.canvas import Canvas, Font, Paint, number
from funclab.view.draw.chart import Axis, Chart, Line, Plot, axis_of, brief, ticks
from funclab.view.draw.contour import contours
from funclab.view.draw.geometry import area, closed, mark_path, polyline
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import text_width
from funclab.view.landscape.losses import Plane

SIDE, SMALL, LEFT, TOP = 348, 200, 52, 44
"""The side of the plane, also where there is little room, and where it begins."""
WIDTH, BELOW, PAD = 734, 48, 16
BANDS = 10
STRENGTHS = np.linspace(0.0, 0.8, BANDS + 1)
"""How strong the colour of each band is, from the highest losses to the lowest."""
END, LABEL = Font(11, "label", anchor="end"), Font(12, "label")
DOTS = 9
"""About how many epochs of a path have a dot."""


def levels_of(plane: Plane) -> Any:
    """The losses between bands, from high to low, at equal distances of their logarithms."""
    low, high = max(plane.least, 1e-6), max(plane.most, 2e-6)
    return np.exp(np.linspace(math.log(high), math.log(low), BANDS + 1))[1:]


def told(loss: float) -> str:
    """A loss as it is written."""
    return f"{loss:.3f}" if loss >= 0.001 else brief(loss)


def real(value: float, form: str = "g") -> str:
    """A number as it is written: with a real minus sign."""
    return f"{value:{form}}".replace("-", "−")


@dataclass(repr=False)
class PlanePicture(Picture):
    """A plane with its path, and the losses along it, perhaps with title and caption."""

    title: str
    plane: Plane
    epochs: list[int]
    axes: tuple[str, str]
    caption: list[str] = field(default_factory=list)
    arrows: bool = False
    side: float = SIDE
    look: str = "auto"

    @property
    def description(self) -> str:
        low, high = told(self.plane.least), told(self.plane.most)
        words = [say("landscape_plane_told", low=low, high=high)]
        if self.epochs:
            first, last = told(self.plane.real[0]), told(self.plane.real[-1])
            words.append(say("landscape_path_told", first=first, last=last, n=self.epochs[-1]))
        return " ".join(words)

    @property
    def grid(self) -> tuple[list[str], list[list[str]]]:
        titles = [say(f"landscape_column_{name}") for name in ("epoch", "real", "shadow")]
        sides = zip(self.epochs, self.plane.real, self.plane.shadow)
        return titles, [[str(epoch), told(a), told(b)] for epoch, a, b in sides]

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        height = TOP + self.side + BELOW
        if not self.caption:
            self._draw(canvas)
            return (WIDTH if self.side == SIDE else LEFT + self.side + 2 * PAD), height
        canvas.text_line(complex(PAD, 26), self.title, Font(15, bold=True))
        canvas.shift(28j)
        self._draw(canvas)
        canvas.close()
        end = canvas.prose(complex(PAD, height + 42), self.caption, WIDTH - 2 * PAD, Font(13))
        return WIDTH, end

    def _draw(self, canvas: Canvas) -> None:
        self.across = Axis(float(self.plane.a[0]), float(self.plane.a[-1]))
        self.up = Axis(float(self.plane.b[0]), float(self.plane.b[-1]))
        around = "landscape_losses" if self.epochs else "landscape_around"
        canvas.text_line(complex(LEFT, 18), say(around), Font(13, bold=True))
        if self.side == SIDE:
            canvas.text_line(complex(LEFT, 34), self._share(), LABEL)
        self._bands(canvas)
        self._axes(canvas)
        if self.arrows:
            self._arrows(canvas)
        self._path(canvas)
        if self.side < SIDE:
            return
        if self.epochs:
            self._chart(canvas)
        self._scale(canvas)

    def _share(self) -> str:
        if not self.epochs:
            return say("landscape_random")
        if self.arrows:
            return say("landscape_whole")
        share = 100 * float(self.plane.share.sum())
        return say("landscape_share", share=f"{share:.1f}")

    def point(self, a: float, b: float) -> complex:
        """Where a place of the plane is in the picture."""
        part = complex(self.across.fraction(a), 1 - self.up.fraction(b))
        return complex(LEFT, TOP) + self.side * part

    def _bands(self, canvas: Canvas) -> None:
        """Each band lies on the weaker ones, and adds what is missing to its colour."""
        grid = np.nan_to_num(self.plane.losses, nan=1e30, posinf=1e30)
        grid = -np.log(np.maximum(grid, 1e-9))[None, ::-1]
        corner = np.array([[LEFT, TOP]], "float64")
        canvas.rect(area(complex(LEFT, TOP), self.side, self.side), Paint("paper"))
        for i, level in enumerate(levels_of(self.plane)[:-1], 1):
            opacity = 1 - (1 - STRENGTHS[i]) / (1 - STRENGTHS[i - 1])
            data = "".join(contours(grid, -math.log(level), self.side, corner, True))
            if data:
                canvas.path(data, Paint("neg", opacity=float(opacity)))
                line = "".join(contours(grid, -math.log(level), self.side, corner, False))
                canvas.path(line, Paint("", "paper", 0.6))
        canvas.rect(
            area(complex(LEFT + 0.5, TOP + 0.5), self.side - 1, self.side - 1), Paint("", "line", 1)
        )

    def _axes(self, canvas: Canvas) -> None:
        below, base = Font(11, "label", anchor="middle"), TOP + self.side
        for value in ticks(self.across.low, self.across.high):
            x = self.point(value, self.up.low).real
            canvas.text_line(complex(x, base + 16), real(value), below)
        for value in ticks(self.up.low, self.up.high):
            y = self.point(self.across.low, value).imag
            canvas.text_line(complex(LEFT - 8, y + 4), real(value), END)
        first, second = self.axes
        middle = complex(LEFT + self.side / 2, base + 34)
        words = f"→ {first} · ↑ {second}"
        canvas.text_line(middle, words, Font(12, "label", anchor="middle"))

    def _arrows(self, canvas: Canvas) -> None:
        """The way downhill at some places; a longer arrow is a steeper slope."""
        origin = self.point(0, 0)
        steps = [(a, b, self.point(da, db) - origin) for a, b, da, db in self.plane.slopes()]
        longest = max((abs(step) for *_, step in steps), default=0)
        for a, b, step in steps:
            if not abs(step):
                continue
            start, ahead = self.point(a, b), step / abs(step)
            end = start + (6 + 30 * abs(step) / longest) * ahead
            canvas.path(polyline([start, end]), Paint("", "soft", 1.2))
            canvas.arrow(end + 2 * ahead, 6 * ahead, "soft")

    def _path(self, canvas: Canvas) -> None:
        points = [self.point(a, b) for a, b in self.plane.places]
        if not points:
            canvas.path(mark_path("circle", self.point(0, 0), 6), Paint("paper", "ink", 1.5))
            self._name(canvas, self.point(0, 0), say("landscape_here"))
            return
        canvas.path(polyline(points), Paint("", "paper", 4.5))
        canvas.path(polyline(points), Paint("", "ink", 1.75))
        every = math.ceil(len(points) / DOTS)
        for i, point in enumerate(points):
            ends = i in (0, len(points) - 1)
            title = say("landscape_at", n=self.epochs[i], loss=told(self.plane.real[i]))
            canvas.open(title, "step", key=str(i))
            if ends or i % every == 0:
                fill = "group0" if i == 0 else "paper"
                canvas.circle(point, 5 if ends else 3, Paint(fill, "ink", 1.5))
            else:
                canvas.circle(point, 0.5, Paint("ink"))
            canvas.close()
        self._name(canvas, points[0], say("landscape_start"))
        if abs(points[-1] - points[0]) > 24:
            self._name(canvas, points[-1], say("landscape_end"))

    def _name(self, canvas: Canvas, point: complex, word: str) -> None:
        """A word beside a point, on a ground of its own, within the plane."""
        wide = text_width(word, 12, bold=True)
        left = min(point.real + 9, LEFT + self.side - wide - 6)
        level = min(point.imag + 18, TOP + self.side - 6)
        ground = area(complex(left - 3, level - 12), wide + 6, 16)
        canvas.rect(ground, Paint("paper", opacity=0.85), 3)
        canvas.text_line(complex(left, level), word, Font(12, bold=True))

    def _chart(self, canvas: Canvas) -> None:
        real, shadow = say("landscape_real"), say("landscape_shadow")
        lines = [Line(real, self.plane.real)]
        if not self.arrows:
            lines.append(Line(shadow, self.plane.shadow, 1, dashed=True))
        chart = Chart(say("landscape_by_epoch"), self.epochs, lines, wide=128, least=180)
        Plot(canvas, chart, complex(LEFT + SIDE + 24, 2)).draw()

    def _scale(self, canvas: Canvas) -> None:
        """What the colours mean: a cell for each band, with the losses at their ends."""
        left, top, wide = LEFT + SIDE + 36, 316, 22
        canvas.text_line(complex(left, top - 10), say("landscape_colours"), Font(12, bold=True))
        for i, strength in enumerate(STRENGTHS[:-1]):
            corner = complex(left + i * wide, top)
            ends = [corner, corner + wide, corner + wide + 18j, corner + 18j]
            canvas.path(closed(ends), Paint("neg", opacity=float(strength)))
        canvas.rect(area(complex(left, top), wide * BANDS, 18), Paint("", "line", 1))
        levels = levels_of(self.plane)
        ends = (self.plane.most, levels[BANDS // 2 - 1], self.plane.least)
        for i, (loss, anchor) in enumerate(zip(ends, ("", "middle", "end"))):
            place = complex(left + i * wide * BANDS / 2, top + 34)
            canvas.text_line(place, told(loss), Font(11, "label", anchor=anchor))


@dataclass(repr=False)
class LinePicture(Picture):
    """The loss on the straight line between two models."""

    title: str
    along: list[float]
    losses: list[float]
    names: tuple[str, str]
    caption: list[str]
    side: float = SIDE
    look: str = "auto"

    @property
    def description(self) -> str:
        return say("landscape_line_told", hill=told(self.hill), **dict(zip("ab", self.ends)))

    @property
    def ends(self) -> tuple[str, str]:
        """The losses of the two models."""
        return told(self._loss(0)), told(self._loss(1))

    @property
    def hill(self) -> float:
        """The highest loss between the two."""
        between = [loss for t, loss in zip(self.along, self.losses) if 0 <= t <= 1]
        return max(between, default=math.nan)

    def _loss(self, t: float) -> float:
        return self.losses[min(range(len(self.along)), key=lambda i: abs(self.along[i] - t))]

    @property
    def grid(self) -> tuple[list[str], list[list[str]]]:
        titles = [say("landscape_column_along"), say("loss")]
        return titles, [[real(t, ".2f"), told(loss)] for t, loss in zip(self.along, self.losses)]

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        if self.caption:
            canvas.text_line(complex(PAD, 26), self.title, Font(15, bold=True))
            canvas.shift(28j)
        axis = axis_of([loss for loss in self.losses if math.isfinite(loss)])
        small = self.side < SIDE
        wide, high = (400, 280) if small else (WIDTH, 440)
        left, right, top, base = LEFT, wide - 40, TOP, high - 40

        def at(t: float, loss: float) -> complex:
            across = (t - self.along[0]) / (self.along[-1] - self.along[0])
            return complex(
                left + across * (right - left), base - axis.fraction(loss) * (base - top)
            )

        canvas.text_line(complex(left, 18), say("landscape_line"), Font(13, bold=True))
        for value, text in axis.ticks:
            level = at(0, value).imag
            canvas.path(polyline([complex(left, level), complex(right, level)]), Paint("", "rule"))
            canvas.text_line(complex(left - 8, level + 4), text, END)
        canvas.path(polyline([complex(left, base), complex(right, base)]), Paint("", "line"))
        points = [at(t, loss) for t, loss in zip(self.along, self.losses) if math.isfinite(loss)]
        canvas.path(polyline(points), Paint("", "ink", 2))
        for i, (t, loss) in enumerate(zip(self.along, self.losses)):
            if not math.isfinite(loss):
                continue
            title = say("landscape_line_at", t=real(t, ".2f"), loss=told(loss))
            canvas.open(title, "step", key=str(i))
            canvas.circle(at(t, loss), 2.5, Paint("ink"))
            canvas.close()
        for t, name in zip((0, 1), self.names):
            x = at(t, axis.low).real
            canvas.path(polyline([complex(x, top), complex(x, base)]), Paint("", "line", 1, "4 4"))
            canvas.circle(at(t, self._loss(t)), 6, Paint("paper", "ink", 1.75))
            words = f"{name} ({number(t)})"
            canvas.text_line(complex(x, base + 18), words, Font(12, bold=True, anchor="middle"))
        if self.caption:
            canvas.close()
            high = canvas.prose(complex(PAD, high + 40), self.caption, wide - 2 * PAD, Font(13))
        return wide, high
