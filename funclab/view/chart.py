"""A small line chart: axes with round numbers, lines told apart by mark, dash and colour."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from funclab.view.canvas import Canvas
from funclab.view.marks import mark_path
from funclab.view.measure import text_width
from funclab.view.scene import COLOURS, MARKS

WIDTH, HEIGHT = 330, 190
LEFT, TOP, BOTTOM = 58, 40, 44
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
        return (low, high) if high > low else (low - 0.5, high + 0.5)


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

    def __init__(self, canvas: Canvas, chart: Chart, x: float, y: float) -> None:
        self.canvas, self.chart, self.x, self.y = canvas, chart, x, y
        low, high = chart.span()
        margin = (high - low) * 0.06
        self.low, self.high = low - margin, high + margin
        self.left, self.right = x + LEFT, x + LEFT + WIDTH
        self.base = y + TOP + HEIGHT

    def draw(self) -> None:
        chart = self.chart
        self.canvas.rect(self.x, self.y, chart.width, chart.height, 8, "paper", "rim", 1)
        self.canvas.text_line(self.x + 18, self.y + 24, chart.title, 14, "ink", bold=True)
        self._axes()
        for line in chart.lines:
            self._line(line)
        self._labels()

    def _across(self, epoch: float) -> float:
        first, last = self.chart.epochs[0], self.chart.epochs[-1]
        along = (epoch - first) / (last - first) if last > first else 0.5
        return self.left + 8 + along * (WIDTH - 16)

    def _up(self, value: float) -> float:
        return self.base - HEIGHT * (value - self.low) / (self.high - self.low)

    def _axes(self) -> None:
        canvas = self.canvas
        for value in ticks(self.low, self.high):
            at = self._up(value)
            canvas.path(
                f"M{self.left:.1f},{at:.1f}L{self.right:.1f},{at:.1f}", stroke="rim", width=0.5
            )
            canvas.text_line(self.left - 8, at + 4, f"{value:g}", 11, "soft", anchor="end")
        line = f"M{self.left:.1f},{self.base:.1f}L{self.right:.1f},{self.base:.1f}"
        canvas.path(line, stroke="line", width=1)
        for epoch in self._whole_epochs():
            canvas.text_line(
                self._across(epoch), self.base + 16, f"{epoch:g}", 11, "soft", anchor="middle"
            )
        middle = (self.left + self.right) / 2
        canvas.text_line(middle, self.base + 34, "epoch", 12, "soft", anchor="middle")

    def _whole_epochs(self) -> list[float]:
        first, last = self.chart.epochs[0], self.chart.epochs[-1]
        if first == last:
            return [first]
        return [one for one in ticks(first, last, 8) if one == int(one)]

    def _line(self, line: Line) -> None:
        data, joined = "", False
        for epoch, value in zip(self.chart.epochs, line.values):
            if math.isfinite(value):
                data += f"{'L' if joined else 'M'}{self._across(epoch):.1f},{self._up(value):.1f}"
            joined = math.isfinite(value)
        if data:
            dash = "5 4" if line.dashed else ""
            self.canvas.path(data, stroke=colour_of(line), width=2, dash=dash)
        step = math.ceil(len(self.chart.epochs) / MOST_MARKS)
        for epoch, value in list(zip(self.chart.epochs, line.values))[::step]:
            if math.isfinite(value):
                self._mark(line, self._across(epoch), self._up(value))

    def _mark(self, line: Line, x: float, y: float) -> None:
        shape = mark_path(MARKS[(line.colour + 1) % len(MARKS)], x, y, 4)
        colour = colour_of(line)
        self.canvas.path(shape, "paper" if line.dashed else colour, colour, 1.4)

    def _labels(self) -> None:
        """The name of each line where it ends, moved apart where names would overlap."""
        ends = []
        for line in self.chart.lines:
            known = [value for value in line.values if math.isfinite(value)]
            ends.append((self._up(known[-1]) if known else self.y + TOP, line))
        ends.sort(key=lambda pair: pair[0])
        places = apart([at for at, _ in ends], SPACING, self.y + TOP, self.base)
        for at, (_, line) in zip(places, ends):
            self._mark(line, self.right + 14, at)
            self.canvas.text_line(self.right + 26, at + 4, line.label, LABEL, "ink")


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
