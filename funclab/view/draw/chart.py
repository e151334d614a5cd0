"""A line chart: axes with round numbers, lines told apart by mark, dash and colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import COLOURS, MARKS, area, closed, mark_path, polyline
from funclab.view.draw.sentences import say
from funclab.view.draw.text import shorten, text_width

MARGIN = 0.06
WIDTH, HEIGHT = 330, 132
TOP, BOTTOM, INSET = 32, 28, 8
TICK, LABEL, SPACING, TITLE = 11, 12, 17, 13
MOST_MARKS, MARKS_IN_ALL, DOT = 16, 90, 3
FAINT = ("1 3", "6 3", "2 2", "8 3 2 3")
"""Dashes of earlier runs, so that one can be told from another."""
LONGEST_TITLE = 60


@dataclass
class Axis:
    """A span of values. `low` and `high` are logarithms if `log`."""

    low: float
    high: float
    log: bool = False

    def fraction(self, value: float) -> float:
        """How far up the axis a value is: 0 at the bottom, 1 at the top."""
        return ((math.log(value) if self.log else value) - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Round values within the span, each with its text."""
        if self.log:
            chosen = log_ticks(math.exp(self.low), math.exp(self.high))
        else:
            chosen = ticks(self.low, self.high)
        return [(value, brief(value, 6)) for value in chosen]


def axis_of(values: Sequence[float], log: bool = False, limit: float = math.inf) -> Axis:
    """An axis for finite values, with a margin.

    If no value is negative, the axis does not go below zero; `limit` is the largest possible value.

    >>> axis_of([0.25], limit=1)
    Axis(low=0.11, high=0.39, log=False)
    """
    low, high = min(values, default=0.1 if log else 0), max(values, default=1)
    bottom = 0 if low >= 0 and not log else -math.inf
    if log:
        low, high = math.log(low), math.log(high)
    if high - low < 1e-9 * max(1, abs(high)):
        reach = 0.4 if log else abs(low) / 2 or 0.5
        low, high = low - reach, high + reach
    margin = (high - low) * MARGIN
    top = limit + (limit - low) * MARGIN / 3
    return Axis(max(low - margin, bottom), min(high + margin, top), log)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers within a span, at most `most`.

    >>> ticks(0.13, 0.72)
    [0.2, 0.4, 0.6]
    """
    rough = (high - low) / most
    exponent = math.floor(math.log10(rough))
    power = 10.0**exponent
    step = next(power * i for i in (1, 2, 2.5, 5, 10) if power * i >= rough)
    first = math.ceil(low / step)
    return [round(i * step, 2 - exponent) for i in range(first, math.floor(high / step) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Numbers for a logarithmic axis: powers of ten, with others between where there is room.

    >>> log_ticks(0.02, 3)
    [0.03, 0.1, 0.3, 1.0, 3.0]
    """
    decades = math.log10(high / low)
    heads = (1,) if decades > 4 else (1, 3) if decades > 1.2 else (1, 1.5, 2, 3, 5, 7)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [float(f"{head}e{power}") for power in powers for head in heads]
    within = [value for value in values if low <= value <= high]
    return within if len(within) > 1 else ticks(low, high, 3)


def brief(value: float, figures: int = 3) -> str:
    """A number in at most this many significant figures.

    >>> brief(0.03214), brief(12.54), brief(0.0000214), brief(float("nan")), brief(1.275, 6)
    ('0.0321', '12.5', '2.1e-5', 'nan', '1.275')
    """
    if not math.isfinite(value):
        return str(value)
    if 1e-3 <= abs(value) < 1e5 or value == 0:
        return f"{value:.{figures}g}"
    head, _, power = f"{value:.{figures - 2}e}".partition("e")
    return f"{float(head):g}e{int(power)}"


@dataclass
class Line:
    """One curve. Dashes are for validation; mark and colour go together.

    `back` is how far before the end of its epoch a value belongs: the mean over an epoch stands in
    its middle, half an epoch back, and what is measured at the end stands there. A `sparse` curve
    was not measured at every epoch: it continues over gaps. A `faint` one is of an earlier run.
    `band` is the lowest and the highest value at each epoch, of a line that stands for several.
    """

    label: str
    values: list[float]
    colour: int = 0
    dashed: bool = False
    back: float = 0.0
    sparse: bool = False
    faint: bool = False
    band: list[tuple[float, float]] = field(default_factory=list)

    @property
    def last(self) -> float:
        """The last finite number of the curve; nan if there is none."""
        return next((value for value in reversed(self.values) if math.isfinite(value)), math.nan)

    @property
    def end(self) -> str:
        """What is written at its end: the last value, be it nan, or the last one measured."""
        return brief(self.last if self.sparse else self.values[-1])

    @property
    def paint_colour(self) -> str:
        if self.faint:
            return "line"
        return f"group{self.colour % COLOURS}" if self.colour else "ink"

    def smoothed(self, window: int) -> list[float]:
        """The mean of the `window` values around each value, nan left out."""
        half = window // 2
        return [
            mean(self.values[max(0, i - half) : i + half + 1]) if math.isfinite(value) else value
            for i, value in enumerate(self.values)
        ]


@dataclass
class Chart:
    """Curves with a common axis of epochs, and perhaps dots: (epochs gone by, value).

    `window` smooths the curves over this many epochs, and says so; thin lines keep the values.
    `limit` is the largest possible value, and `until` the least end of the axis of epochs.
    """

    title: str
    epochs: list[int]
    lines: list[Line] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    log: bool = False
    note: str = ""
    """What is written across it, in the colour of faults."""
    window: int = 0
    limit: float = math.inf
    until: float = -math.inf
    wide: float = WIDTH
    least: float = HEIGHT
    """The width of the plot, and its height if the names need no more."""
    margin: float = 0
    """The least room for the numbers of the axis, so that charts below each other are in line."""
    named: bool = True
    """Whether the names of the curves stand at their ends, or only marks and numbers."""

    @property
    def left(self) -> float:
        """The room for the numbers of the axis."""
        numbers = [text_width(text, TICK) for _, text in self.axis().ticks]
        return max(self.margin, 12 + max(numbers, default=20))

    @property
    def width(self) -> float:
        return max(
            self.left + self.wide + 28 + self.names + self.numbers,
            text_width(self.heading, TITLE, bold=True),
        )

    @property
    def heading(self) -> str:
        return shorten(self.title, LONGEST_TITLE)

    @property
    def names(self) -> float:
        """The room for the names at the ends."""
        labels = [text_width(line.label, LABEL, bold=True) for line in self.lines if self.named]
        return max(labels, default=0)

    @property
    def numbers(self) -> float:
        """The room for the numbers at the ends."""
        return max((text_width(line.end, LABEL, mono=True) for line in self.lines), default=0) + 12

    @property
    def tall(self) -> float:
        """The height of the plot: there is a row for each name."""
        return max(self.least, SPACING * len(self.lines))

    @property
    def height(self) -> float:
        return TOP + self.tall + BOTTOM

    @property
    def along(self) -> tuple[float, float]:
        """The first and the last place on the axis of epochs."""
        first = self.epochs[0] - any(line.back for line in self.lines)
        return min([first, *(x for x, _ in self.dots)]), max(self.epochs[-1], self.until)

    def axis(self) -> Axis:
        """The axis of values, which covers all curves, and all dots but the outliers."""
        known = [v for line in self.lines for v in line.values if self.shows(v)]
        known += [v for line in self.lines for pair in line.band for v in pair if self.shows(v)]
        dots = sorted(value for _, value in self.dots if self.shows(value))
        if dots:
            known += [dots[round(part * (len(dots) - 1))] for part in (0.03, 0.97)]
        return axis_of(known, self.log, self.limit)

    def shows(self, value: float) -> bool:
        """Whether a value has a place on the axis."""
        return math.isfinite(value) and (value > 0 or not self.log)


class Plot:
    """A chart being drawn with its upper left corner at `corner`, on a background of its own."""

    def __init__(self, canvas: Canvas, chart: Chart, corner: complex) -> None:
        self.canvas, self.chart, self.axis = canvas, chart, chart.axis()
        self.paper = area(corner, chart.width, chart.height)
        self.along = chart.along
        self.left = corner.real + chart.left
        self.right = self.left + chart.wide
        self.top = corner.imag + TOP
        self.base = self.top + chart.tall

    def draw(self) -> None:
        start = self.paper.corner + 16j
        self.canvas.text_line(start, self.chart.heading, Font(TITLE, bold=True))
        self.canvas.shift(0j, scale=self._scale())
        self._to_come()
        self._axes()
        self._dots()
        for line in sorted(self.chart.lines, key=lambda line: not line.faint):
            self._band(line)
            self._line(line)
        self._labels()
        if self.chart.note:
            middle = complex((self.left + self.right) / 2, self.top + 16)
            font = Font(LABEL, "fault", bold=True, anchor="middle")
            self.canvas.text_line(middle, self.chart.note, font)
        self.canvas.close()

    def _scale(self) -> str:
        """What a script needs to place a value: the frame, the epochs, and the axis."""
        left, right = self.left + INSET, self.right - INSET
        axis = self.axis
        numbers = (left, right, *self.along, self.top, self.base, axis.low, axis.high)
        return " ".join(f"{number:.6g}" for number in (*numbers, axis.log))

    def _across(self, epoch: float) -> float:
        first, last = self.along
        along = (epoch - first) / (last - first) if last > first else 0.5
        return self.left + INSET + along * (self.chart.wide - 2 * INSET)

    def _up(self, value: float) -> float:
        return self.base - (self.base - self.top) * self.axis.fraction(value)

    def _to_come(self) -> None:
        """The epochs that the training has still to run, on a ground of their own."""
        first, last = self.chart.epochs[-1], self.along[1]
        if last <= first:
            return
        start, words = self._across(first), say("epochs_to_come", n=round(last - first))
        ground = area(complex(start, self.top), self.right - start, self.base - self.top)
        self.canvas.rect(ground, Paint("sunken"), 4)
        if ground.width > text_width(words, TICK) + 8:
            middle = complex(ground.middle.real, self.top + 14)
            self.canvas.text_line(middle, words, Font(TICK, "label", anchor="middle"))

    def _axes(self) -> None:
        font = Font(TICK, "label", anchor="end")
        for value, text in self.axis.ticks:
            level = self._up(value)
            self._level(level, Paint("", "rule", 1))
            self.canvas.text_line(complex(self.left - 8, level + 4), text, font)
        self._level(self.base, Paint("", "line", 1))
        font = Font(TICK, "label", anchor="middle")
        first, last = self.along
        most = min(8, int(self.chart.wide // 30))
        epochs = ticks(first, last, most) if last > first else [first]
        for epoch in (epoch for epoch in epochs if epoch == int(epoch)):
            start = complex(self._across(epoch), self.base + 16)
            self.canvas.text_line(start, f"{epoch:g}", font)
        start = complex(self.right + 14, self.base + 16)
        self.canvas.text_line(start, say("epoch"), Font(TICK, "label"))

    def _level(self, y: float, paint: Paint) -> None:
        ends = [complex(self.left, y), complex(self.right, y)]
        self.canvas.path(polyline(ends), paint)

    def _dots(self) -> None:
        """Single batches; those beyond the frame as arrowheads at its edge."""
        colour = next((line.paint_colour for line in self.chart.lines if not line.faint), "ink")
        inside = beyond = ""
        for epoch, value in self.chart.dots:
            if not self.chart.shows(value):
                continue
            x, y = self._across(epoch), self._up(value)
            if y < self.top - INSET:
                beyond += mark_path("triangle", complex(x, self.top - 5), DOT)
            elif y <= self.base:
                inside += f"M{x:.1f},{y - DOT / 2:.1f}L{x:.1f},{y + DOT / 2:.1f}"
        if self.chart.dots:
            self.canvas.shift(0j, dots="")
            self.canvas.path(inside, Paint("", colour, DOT, opacity=0.4))
            self.canvas.close()
        if beyond:
            self.canvas.path(beyond, Paint(colour, opacity=0.4))

    def _band(self, line: Line) -> None:
        """From the lowest to the highest value of the runs that a line stands for."""
        for ends in stretches(line.band, lambda pair: self.chart.shows(pair[0])):
            low = [complex(self._at(line, i), self._up(pair[0])) for i, pair in ends]
            high = [complex(self._at(line, i), self._up(pair[1])) for i, pair in ends]
            outline = closed([*low, *reversed(high)])
            self.canvas.path(outline, Paint(line.paint_colour, opacity=0.18))

    def _at(self, line: Line, i: int) -> float:
        return self._across(self.chart.epochs[i] - line.back)

    def _line(self, line: Line) -> None:
        """The curve, and marks on some of its points.

        It is broken where a value is not a number, but not where nothing was measured in between.
        """
        points = self._points(line, line.values)
        smooth = self.chart.window and not line.faint
        for stretch in points:
            self._path(stretch, line, thin=bool(smooth))
        if smooth:
            points = self._points(line, line.smoothed(self.chart.window))
            for stretch in points:
                self._path(stretch, line)
        known = [point for stretch in points for point in stretch]
        most = min(MOST_MARKS, MARKS_IN_ALL // len(self.chart.lines))
        step = math.ceil(len(known) / max(most, 3)) or 1
        for point in known[(len(known) - 1) % step :: step] * (not line.faint):
            self._mark(line, point)

    def _points(self, line: Line, values: list[float]) -> list[list[complex]]:
        pieces = [
            [complex(self._at(line, i), self._up(value)) for i, value in stretch]
            for stretch in stretches(values, self.chart.shows)
        ]
        joined = [[point for piece in pieces for point in piece]]
        return joined if line.sparse and pieces else pieces

    def _path(self, points: list[complex], line: Line, thin: bool = False) -> None:
        dash = FAINT[line.colour % len(FAINT)] if line.faint else "5 4" if line.dashed else ""
        width = 1 if thin else 1.2 if line.faint else 2
        paint = Paint("", line.paint_colour, width, dash, opacity=0.45 if thin else 1)
        self.canvas.path(polyline(points), paint)

    def _mark(self, line: Line, middle: complex) -> None:
        mark = MARKS[(line.colour + 1) % len(MARKS)]
        colour = line.paint_colour
        fill = "paper" if line.dashed else colour
        self.canvas.path(mark_path(mark, middle, 4), Paint(fill, colour, 1.4))

    def _labels(self) -> None:
        """The name of each line where it ends, moved apart where names would overlap."""
        ends = sorted((self._end(line), i) for i, line in enumerate(self.chart.lines))
        places = apart([level for level, _ in ends], SPACING, self.top, self.base)
        far = self.right + 28 + self.chart.names + self.chart.numbers
        for level, (_, i) in zip(places, ends):
            line = self.chart.lines[i]
            start = complex(self.right + 14, level)
            if line.faint:
                self._path([start - 6, start + 6], line)
            else:
                self._mark(line, start)
            name = Font(LABEL, "soft" if line.faint else line.paint_colour, bold=not line.faint)
            if self.chart.named:
                self.canvas.text_line(start + (12 + 4j), line.label, name)
            self.canvas.shift(0j, end=str(i))
            font = Font(LABEL, "ink", mono=True, anchor="end")
            self.canvas.text_line(complex(far, level + 4), line.end, font)
            self.canvas.close()

    def _end(self, line: Line) -> float:
        return self._up(line.last) if self.chart.shows(line.last) else self.top


def stretches(values: list[Any], shows: Callable[[Any], bool]) -> list[list[tuple[int, Any]]]:
    """Runs of neighbouring values that can be shown, each value with its index."""
    pieces: list[list[tuple[int, Any]]] = [[]]
    for i, value in enumerate(values):
        if shows(value):
            pieces[-1].append((i, value))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def mean(values: list[float]) -> float:
    """The mean of the finite values; nan for none."""
    known = [value for value in values if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan


def apart(wanted: list[float], distance: float, low: float, high: float) -> list[float]:
    """Increasing positions near the wanted ones, `distance` apart; within the limits if they fit.

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
