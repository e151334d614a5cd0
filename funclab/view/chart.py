"""A small line chart: axes with round numbers, lines told apart by mark, dash and colour."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from funclab.view.canvas import Canvas, Font, Paint
from funclab.view.geometry import polyline
from funclab.view.marks import mark_path
from funclab.view.measure import text_width
from funclab.view.scene import COLOURS, MARKS, area

WIDTH, HEIGHT = 270, 180
LEFT, TOP, BOTTOM, INSET = 58, 40, 44, 8
LABEL, SPACING = 12, 17
MOST_MARKS = 16


@dataclass
class Line:
    """One curve. Dashes are for validation; mark and colour go together."""

    label: str
    values: list[float]
    colour: int = 0
    dashed: bool = False


@dataclass
class Chart:
    """Curves with a common axis of epochs."""

    title: str
    epochs: list[int]
    lines: list[Line] = field(default_factory=list)

    @property
    def width(self) -> float:
        labels = [text_width(line.label, LABEL) for line in self.lines]
        return LEFT + WIDTH + 34 + max(labels, default=0) + 10

    @property
    def height(self) -> float:
        return max(TOP + HEIGHT + BOTTOM, TOP + SPACING * len(self.lines) + 20)

    def span(self) -> tuple[float, float]:
        known = [v for line in self.lines for v in line.values if math.isfinite(v)]
        low, high = min(known, default=0), max(known, default=1)
        reach = max(0.5, abs(low) * 0.1)
        return (low, high) if high > low else (low - reach, high + reach)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers within a span, at most `most`.

    >>> ticks(0.13, 0.72)
    [0.2, 0.4, 0.6]
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * i for i in (1, 2, 2.5, 5, 10) if power * i >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 12) for i in range(first, math.floor(high / step) + 1)]


class Plot:
    """A chart being drawn, whose upper left corner is given, on paper of its own."""

    def __init__(self, canvas: Canvas, chart: Chart, corner: complex) -> None:
        self.canvas, self.chart = canvas, chart
        self.paper = area(corner, chart.width, chart.height)
        low, high = chart.span()
        margin = (high - low) * 0.06
        self.low, self.high = low - margin, high + margin
        self.left = corner.real + LEFT
        self.right = self.left + WIDTH
        self.top = corner.imag + TOP
        self.base = self.top + HEIGHT

    def draw(self) -> None:
        self.canvas.rect(self.paper, Paint("paper", "rim", 1), 8)
        start = self.paper.corner + (18 + 24j)
        self.canvas.text_line(start, self.chart.title, Font(14, bold=True))
        self._axes()
        for line in self.chart.lines:
            self._line(line)
        self._labels()

    def _across(self, epoch: float) -> float:
        first, last = self.chart.epochs[0], self.chart.epochs[-1]
        along = (epoch - first) / (last - first) if last > first else 0.5
        return self.left + INSET + along * (WIDTH - 2 * INSET)

    def _up(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low)
        return self.base - HEIGHT * part

    def _axes(self) -> None:
        font = Font(11, "soft", anchor="end")
        for value in ticks(self.low, self.high):
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
        first, last = self.chart.epochs[0], self.chart.epochs[-1]
        if first == last:
            return [first]
        return [one for one in ticks(first, last, 8) if one == int(one)]

    def _line(self, line: Line) -> None:
        """The curve, broken where a value is no number, and marks on some of its points."""
        stretches: list[list[complex]] = [[]]
        for epoch, value in zip(self.chart.epochs, line.values, strict=True):
            if math.isfinite(value):
                stretches[-1].append(complex(self._across(epoch), self._up(value)))
            else:
                stretches.append([])
        dash = "5 4" if line.dashed else ""
        for stretch in stretches:
            if stretch:
                self.canvas.path(polyline(stretch), Paint("", colour_of(line), 2, dash))
        known = [point for stretch in stretches for point in stretch]
        step = math.ceil(len(self.chart.epochs) / MOST_MARKS)
        for point in known[::step]:
            self._mark(line, point)

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
        for level, (_, i) in zip(places, ends, strict=True):
            line = self.chart.lines[i]
            start = complex(self.right + 14, level)
            self._mark(line, start)
            self.canvas.text_line(start + (12 + 4j), line.label, Font(LABEL))

    def _end(self, line: Line) -> float:
        known = [value for value in line.values if math.isfinite(value)]
        return self._up(known[-1]) if known else self.top


def colour_of(line: Line) -> str:
    return f"group{line.colour % COLOURS}"


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
