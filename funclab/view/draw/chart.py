"""A small line chart: axes with round numbers, lines told apart by mark, dash and colour."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from funclab.view.draw.area import area
from funclab.view.draw.axis import brief, log_ticks, ticks
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import polyline
from funclab.view.draw.marks import COLOURS, MARKS, mark_path
from funclab.view.draw.text import text_width

WIDTH, HEIGHT = 270, 180
LEFT, TOP, BOTTOM, INSET = 58, 40, 44, 8
LABEL, SPACING = 12, 17
MOST_MARKS = 16
FAINT = ("1 3", "6 3", "2 2", "8 3 2 3")
"""Dashes of earlier runs, so that one can be told from another."""


@dataclass
class Line:
    """One curve. Dashes are for validation; mark and colour go together.

    `back` is how far before the end of its epoch a value belongs: the mean over an epoch stands in
    its middle, half an epoch back, and what is measured at the end stands there. A `sparse` curve
    was not measured at every epoch: it goes on over gaps. A `faint` one is of an earlier run.
    """

    label: str
    values: list[float]
    colour: int = 0
    dashed: bool = False
    back: float = 0.0
    sparse: bool = False
    faint: bool = False

    @property
    def last(self) -> float:
        """The last number of the curve; nan if it holds none."""
        return next((one for one in reversed(self.values) if math.isfinite(one)), math.nan)

    @property
    def end(self) -> str:
        """What is written at its end: the last number, or that there is none any more."""
        return brief(self.last if self.sparse else self.values[-1])


@dataclass
class Chart:
    """Curves with a common axis of epochs, and perhaps dots: (epochs gone by, value)."""

    title: str
    epochs: list[int]
    lines: list[Line] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    log: bool = False
    note: str = ""
    """What is written across it, in the colour of faults."""
    size: tuple[float, float] = (WIDTH, HEIGHT)
    """The room for the curves."""

    @property
    def width(self) -> float:
        return LEFT + self.size[0] + 28 + self.names + self.numbers + 12

    @property
    def names(self) -> float:
        """The room for the names at the ends."""
        return max((text_width(line.label, LABEL) for line in self.lines), default=0)

    @property
    def numbers(self) -> float:
        """The room for the numbers at the ends."""
        return max((text_width(line.end, LABEL) for line in self.lines), default=0) + 12

    @property
    def height(self) -> float:
        return max(TOP + self.size[1] + BOTTOM, TOP + SPACING * len(self.lines) + 20)

    @property
    def along(self) -> tuple[float, float]:
        """The first and the last place on the axis of epochs."""
        first = self.epochs[0] - any(line.back for line in self.lines)
        return min([first, *(x for x, _ in self.dots)]), self.epochs[-1]

    def span(self) -> tuple[float, float]:
        """The least and the greatest value; of dots, all but the farthest out."""
        known = [v for line in self.lines for v in line.values if self.shows(v)]
        dots = sorted(value for _, value in self.dots if self.shows(value))
        if dots:
            known += [dots[round(part * (len(dots) - 1))] for part in (0.03, 0.97)]
        low, high = min(known, default=0.1 if self.log else 0), max(known, default=1)
        if high > low:
            return low, high
        reach = max(0.5, abs(low) * 0.1)
        return (low / 1.5, low * 1.5) if self.log else (low - reach, high + reach)

    def shows(self, value: float) -> bool:
        """Whether a value has a place on the axis."""
        return math.isfinite(value) and (value > 0 or not self.log)


class Plot:
    """A chart being drawn, whose upper left corner is given, on paper of its own."""

    def __init__(self, canvas: Canvas, chart: Chart, corner: complex) -> None:
        self.canvas, self.chart = canvas, chart
        self.paper = area(corner, chart.width, chart.height)
        low, high = (math.log(one) if chart.log else one for one in chart.span())
        margin = (high - low) * 0.06
        self.low, self.high = low - margin, high + margin
        self.left = corner.real + LEFT
        self.right = self.left + chart.size[0]
        self.top = corner.imag + TOP
        self.base = self.top + chart.size[1]

    def draw(self) -> None:
        self.canvas.rect(self.paper, Paint("paper", "rim", 1), 8)
        start = self.paper.corner + (18 + 24j)
        self.canvas.text_line(start, self.chart.title, Font(14, bold=True))
        self._axes()
        self._dots()
        for line in sorted(self.chart.lines, key=lambda one: not one.faint):
            self._line(line)
        self._labels()
        if self.chart.note:
            middle = complex((self.left + self.right) / 2, self.top + 16)
            font = Font(LABEL, "fault", bold=True, anchor="middle")
            self.canvas.text_line(middle, self.chart.note, font)

    def _across(self, epoch: float) -> float:
        first, last = self.chart.along
        along = (epoch - first) / (last - first) if last > first else 0.5
        return self.left + INSET + along * (self.chart.size[0] - 2 * INSET)

    def _up(self, value: float) -> float:
        if self.chart.log:
            value = math.log(value)
        part = (value - self.low) / (self.high - self.low)
        return self.base - self.chart.size[1] * part

    def _axes(self) -> None:
        font = Font(11, "soft", anchor="end")
        chosen = ticks(self.low, self.high)
        if self.chart.log:
            chosen = log_ticks(math.exp(self.low), math.exp(self.high))
        for value in chosen:
            level = self._up(value)
            self._level(level, Paint("", "rim", 0.5))
            self.canvas.text_line(complex(self.left - 8, level + 4), f"{value:g}", font)
        self._level(self.base, Paint("", "line", 1))
        font = Font(11, "soft", anchor="middle")
        for epoch in self._whole_epochs():
            start = complex(self._across(epoch), self.base + 16)
            self.canvas.text_line(start, f"{epoch:g}", font)
        start = complex((self.left + self.right) / 2, self.base + 34)
        self.canvas.text_line(start, "epoch", Font(12, "soft", anchor="middle"))

    def _level(self, y: float, paint: Paint) -> None:
        ends = [complex(self.left, y), complex(self.right, y)]
        self.canvas.path(polyline(ends), paint)

    def _whole_epochs(self) -> list[float]:
        first, last = self.chart.along
        if first == last:
            return [first]
        return [one for one in ticks(first, last, 8) if one == int(one)]

    def _dots(self) -> None:
        """Single batches; those beyond the frame as arrowheads at its edge."""
        bold = [line for line in self.chart.lines if not line.faint]
        colour = colour_of(bold[0]) if bold else "ink"
        inside = beyond = ""
        for epoch, value in self.chart.dots:
            if not self.chart.shows(value):
                continue
            place = complex(self._across(epoch), self._up(value))
            if place.imag < self.top - INSET:
                beyond += mark_path("triangle", complex(place.real, self.top - 5), 3)
            elif place.imag <= self.base:
                inside += mark_path("circle", place, 2)
        if not inside + beyond:
            return
        self.canvas.parts.append('<g opacity="0.4">')
        self.canvas.path(inside + beyond, Paint(colour))
        self.canvas.close()

    def _line(self, line: Line) -> None:
        """The curve, and marks on some of its points.

        It is broken where a value is no number, but not where nothing was measured in between.
        """
        stretches: list[list[complex]] = [[]]
        for epoch, value in zip(self.chart.epochs, line.values, strict=True):
            if self.chart.shows(value):
                stretches[-1].append(complex(self._across(epoch - line.back), self._up(value)))
            elif not line.sparse:
                stretches.append([])
        for stretch in filter(None, stretches):
            self._path(stretch, line)
        known = [point for stretch in stretches for point in stretch]
        step = math.ceil(len(known) / MOST_MARKS) or 1
        for point in known[(len(known) - 1) % step :: step] * (not line.faint):
            self._mark(line, point)

    def _path(self, points: list[complex], line: Line) -> None:
        dash = FAINT[line.colour % len(FAINT)] if line.faint else "5 4" if line.dashed else ""
        paint = Paint("", colour_of(line), 1.2 if line.faint else 2, dash)
        self.canvas.path(polyline(points), paint)

    def _mark(self, line: Line, middle: complex) -> None:
        mark = MARKS[(line.colour + 1) % len(MARKS)]
        colour = colour_of(line)
        fill = "paper" if line.dashed else colour
        self.canvas.path(mark_path(mark, middle, 4), Paint(fill, colour, 1.4))

    def _labels(self) -> None:
        """The name of each line where it ends, moved apart where names would overlap."""
        ends = [(self._end(line), i) for i, line in enumerate(self.chart.lines)]
        ends.sort()
        wanted = [level for level, _ in ends]
        places = apart(wanted, SPACING, self.top, self.base)
        far = self.right + 28 + self.chart.names + self.chart.numbers
        for level, (_, i) in zip(places, ends, strict=True):
            line = self.chart.lines[i]
            start = complex(self.right + 14, level)
            if line.faint:
                self._path([start - 6, start + 6], line)
            else:
                self._mark(line, start)
            self.canvas.text_line(start + (12 + 4j), line.label, Font(LABEL))
            font = Font(LABEL, "soft", anchor="end")
            self.canvas.text_line(complex(far, level + 4), line.end, font)

    def _end(self, line: Line) -> float:
        return self._up(line.last) if self.chart.shows(line.last) else self.top


def colour_of(line: Line) -> str:
    return "line" if line.faint else f"group{line.colour % COLOURS}"


def apart(wanted: list[float], distance: float, low: float, high: float) -> list[float]:
    """Growing places near the wanted ones, `distance` apart; within the limits if they fit.

    >>> apart([10, 11, 30], 5, 0, 100)
    [10, 15, 30]
    """
    places: list[float] = []
    for at in wanted:
        places.append(max(at, places[-1] + distance) if places else max(at, low))
    limit = high
    for i in range(len(places) - 1, -1, -1):
        places[i] = min(places[i], limit)
        limit = places[i] - distance
    return places
