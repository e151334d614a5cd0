"""Training runs as charts: which curves there are, how they are drawn, and the figure they form."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from funclab.callbacks.control import Monitor
from funclab.view.draw.axis import brief
from funclab.view.draw.canvas import Canvas, Font
from funclab.view.draw.chart import Chart, Line, Plot, mean
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean, folded_lines, shorten, text_width
from funclab.view.live.said import say
from funclab.view.scene.compact import bare
from funclab.view.training.record import Numbers

VALIDATION = "val_"
LONGEST_LABEL = 24
MOST_PAIRS = 8
"""Of more runs than these only one curve each is drawn: validation, where all have it."""
FEWEST_SMOOTHED = 5
COLUMN, GAP = 1000, 16
SMALL = 190, 130
"""The width and height of a plot that has to fit on a projector, beside a graph."""
HEAD, WORDS, LEADING, LEAST_WIDTH = 32, 13, 19, 560


@dataclass(frozen=True)
class Choice:
    """What a reader has chosen: a logarithmic scale, smoothed curves, runs one after another."""

    log: bool = False
    smooth: bool = False
    joined: bool = False

    @property
    def key(self) -> str:
        return " ".join(name for name in ("log", "smooth") if getattr(self, name))


def charts_of(names: Iterable[str], outputs: list[str]) -> list[Numbers]:
    """A chart for every loss and metric, in order; validation goes with what it validates."""
    charts: dict[str, Numbers] = {}
    for name in names:
        base = name.removeprefix(VALIDATION)
        if base == "learning_rate":
            continue
        quantity, output = parts(base, outputs)
        title = clean(quantity.replace("_", " "))
        facts = {"key": base, "title": title, "output": clean(output or ""), "upward": up(base)}
        charts.setdefault(base, facts)
    return list(charts.values())


def parts(name: str, outputs: list[str]) -> tuple[str, str | None]:
    """What is measured, and at which output: `main_output_loss` is the loss at main_output."""
    for output in sorted(outputs, key=len, reverse=True):
        if name.startswith(f"{output}_"):
            return name.removeprefix(f"{output}_"), output
    return name, None


def up(name: str) -> bool:
    """Whether larger is better, as for an accuracy."""
    return Monitor(name, "auto", 0).upward


def limit_of(name: str, lines: Sequence[Line]) -> float:
    """The largest value that can be: 1 for fractions, such as accuracies."""
    fractions = up(name) and not any(value > 1 for line in lines for value in line.values)
    return 1.0 if fractions else math.inf


class RunCharts:
    """The charts of some runs: of several that are compared, or of the last one with the earlier
    ones behind it. `until` is the epoch that the training is meant to reach."""

    def __init__(
        self, runs: Sequence[Numbers], compared: bool, choice: Choice, until: float = 0
    ) -> None:
        self.compared, self.choice, self.until = compared, choice, until
        self.runs = [run for run in runs if run["epochs"] or run["dots"]]
        if choice.joined:
            self.runs = one_after_another(self.runs)
        self.epochs = sorted({epoch for run in self.runs for epoch in run["epochs"]})

    def chart(self, facts: Numbers) -> Chart | None:
        """One loss or metric, over all runs that have it; None if there is nothing to draw."""
        key, log = facts["key"], self.choice.log and not facts["upward"]
        lines = self._lines(key)
        last = self.runs[-1] if self.runs else None
        dots = [] if self.compared or last is None else dots_of(last, key)
        if not lines and not dots:
            return None
        chart = Chart("", self.epochs or [1], lines, dots, log, until=self._until())
        chart.limit = limit_of(facts["key"], lines)
        if not self.compared and last is not None:
            lost = [epoch for epoch, value in pairs(last, key) if value is None]
            chart.note = say("live_no_number", epoch=lost[0]) if lost else ""
        if self.choice.smooth and self.window:
            chart.window, chart.dots = self.window, []
        chart.title = " · ".join(filter(None, self._title(facts, log, chart.window)))
        return chart

    @property
    def window(self) -> int:
        """Over how many points a curve is smoothed; 0 for curves that are too short."""
        count = len(self.epochs)
        return max(3, count // 5 | 1) if count >= FEWEST_SMOOTHED else 0

    @property
    def smoothed_epochs(self) -> int:
        """The same in epochs, of which not all may be drawn."""
        spacing = (self.epochs[-1] - self.epochs[0]) / max(1, len(self.epochs) - 1)
        return max(self.window, round(self.window * spacing))

    def _title(self, facts: Numbers, log: bool, window: int) -> list[str]:
        output = f" {say('live_at', output=facts['output'])}" if facts["output"] else ""
        return [
            f"{facts['title']}{output}",
            say("live_validation") if self._one_each and self._checked(facts["key"]) else "",
            say("live_log_scale") if log else "",
            say("live_smoothed", n=self.smoothed_epochs) if window else "",
        ]

    def _until(self) -> float:
        """A long training begins with a short axis, so that its first epochs can be seen."""
        reached = math.ceil(max([1, *self.epochs, *(d["x"] for r in self.runs for d in r["dots"])]))
        if self.until <= 30 or reached > self.until / 3:
            return self.until
        return max(20, math.ceil(reached * 1.5))

    @property
    def _one_each(self) -> bool:
        grouped = any(run["group"] for run in self.runs)
        return self.compared and len(self.runs) > MOST_PAIRS and not grouped

    def _checked(self, key: str) -> bool:
        return all(known(run, VALIDATION + key) for run in self.runs)

    def _lines(self, key: str) -> list[Line]:
        if self._one_each:
            name = VALIDATION + key if self._checked(key) else key
            return [
                line
                for i, run in enumerate(self.runs)
                for line in self._line(run, name, run["label"], i)
            ]
        if not self.compared:
            earlier = [self._earlier(run, key, i) for i, run in enumerate(self.runs[:-1])]
            return [line for lines in earlier for line in lines] + self._present(key)
        lines: list[Line] = []
        groups = dict.fromkeys(run["group"] or run["label"] for run in self.runs)
        for i, label in enumerate(groups):
            members = [run for run in self.runs if (run["group"] or run["label"]) == label]
            own = [self._line(run, key, label, i) for run in members]
            checked = say("live_of_validation", run=shorten(clean(label), LONGEST_LABEL - 12))
            name = VALIDATION + key
            others = [self._line(run, name, checked, i) for run in members]
            lines += [*together(own), *together(others)]
        return lines

    def _present(self, key: str) -> list[Line]:
        """Training, validation, and the training data evaluated again, of the run that is shown."""
        if not self.runs or not pairs(self.runs[-1], key):
            return []
        run = self.runs[-1]
        lines = self._line(run, key, say("live_training"), 0)
        lines += self._line(run, VALIDATION + key, say("live_validation"), 1)
        again = {**run, "values": run["now"]}
        lines += [replace(line, back=0.0) for line in self._line(again, key, say("live_now"), 3)]
        return lines

    def _earlier(self, run: Numbers, key: str, i: int) -> list[Line]:
        """A thin line: validation, or training where there is none."""
        lines = self._line(run, VALIDATION + key, run["label"], i)
        lines = lines or self._line(run, key, run["label"], i)
        return [replace(line, faint=True) for line in lines]

    def _line(self, run: Numbers, name: str, label: str, colour: int) -> list[Line]:
        """A curve, if there is any: a mean stands in the middle of its epoch; validation is dashed,
        and stands at the end."""
        values = dict(pairs(run, name))
        checked = name.startswith(VALIDATION)
        if not values or (checked and not known(run, name)):
            return []
        numbers = [
            math.nan if values.get(epoch) is None else values[epoch] for epoch in self.epochs
        ]
        sparse = checked or len(run["epochs"]) < len(self.epochs)
        label = shorten(clean(label), LONGEST_LABEL)
        return [Line(label, numbers, colour, checked, 0.0 if checked else 0.5, sparse)]


def together(members: list[list[Line]]) -> list[Line]:
    """The curves of a group as one: their mean, in a band from the lowest to the highest."""
    lines = [line for lines in members for line in lines]
    if len(lines) < 2:
        return lines
    columns = [
        [v for v in column if math.isfinite(v)] for column in zip(*(o.values for o in lines))
    ]
    band = [(min(c), max(c)) if c else (math.nan, math.nan) for c in columns]
    return [replace(lines[0], values=[mean(c) for c in columns], band=band, sparse=True)]


def one_after_another(runs: Sequence[Numbers]) -> list[Numbers]:
    """The runs with their epochs counted on from run to run."""
    moved, offset = [], 0
    for run in runs:
        epochs = [epoch + offset for epoch in run["epochs"]]
        dots = [{**dot, "x": dot["x"] + offset} for dot in run["dots"]]
        moved.append({**run, "epochs": epochs, "dots": dots})
        offset = epochs[-1] if epochs else offset
    return moved


def pairs(run: Numbers, name: str) -> list[tuple[int, Any]]:
    """The epochs of a run, each with its number under a name, which may be None."""
    return list(zip(run["epochs"], run["values"].get(name, ())))


def known(run: Numbers, name: str) -> list[tuple[int, Any]]:
    """The epochs with a number under a name, and the numbers."""
    return [(epoch, value) for epoch, value in pairs(run, name) if value is not None]


def dots_of(run: Numbers, key: str) -> list[tuple[float, float]]:
    values = ((dot["x"], dot["values"].get(key)) for dot in run["dots"])
    return [(x, value) for x, value in values if value is not None]


class Curves(Picture):
    """Charts side by side, perhaps under a heading and over sentences.

    Notebooks show its `svg`; `print` shows its `text`.
    """

    def __init__(
        self, charts: list[Chart], title: str, description: str, look: str, framed: bool = False
    ) -> None:
        self.charts, self.title, self.description = charts, title, description
        self.look, self.framed = look, framed

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw on a canvas; returns the size needed."""
        if not self.framed:
            return self._draw_charts(canvas)
        canvas.text_line(complex(2, 20), self.title, Font(16, bold=True))
        canvas.shift(complex(0, HEAD))
        width, height = self._draw_charts(canvas)
        canvas.close()
        width = max(width, LEAST_WIDTH, text_width(self.title, 16, bold=True) + 4)
        lines = folded_lines(self.description, width - 8, WORDS)
        for i, line in enumerate(lines):
            start = complex(2, HEAD + height + 24 + LEADING * i)
            canvas.text_line(start, line, Font(WORDS))
        return width, HEAD + height + 16 + LEADING * len(lines)

    def _draw_charts(self, canvas: Canvas) -> tuple[float, float]:
        """As many charts side by side as a notebook's column holds; the rest below."""
        x = y = width = height = 0.0
        for chart in self.charts:
            if x and x + chart.width > COLUMN:
                x, y, height = 0.0, y + height + GAP, 0.0
            Plot(canvas, chart, complex(x + 1, y + 1)).draw()
            x += chart.width + GAP
            width, height = max(width, x - GAP), max(height, chart.height)
        return width + 2, y + height + 2


class NoRuns(Picture):
    """What is shown before the first epoch is over."""

    def __init__(self, look: str) -> None:
        self.look, self.title, self.description = look, say("live_no_run"), say("live_no_curve")

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(complex(8, 24), self.description, Font(14, "soft"))
        return 420, 40


def page_chart(facts: Numbers, variants: Sequence[RunCharts], look: str) -> Numbers:
    """A chart as the page needs it: its picture for each choice, and its values to be read."""
    drawn = {
        charts.choice.key: charts.chart(facts)
        for charts in variants
        if not (charts.choice.log and facts["upward"])
    }
    for chart in drawn.values():
        if chart is not None and look == "projector":
            chart.wide, chart.least = SMALL
    first = next(iter(drawn.values()))
    if first is None:
        return {"key": facts["key"], "svgs": {}, "epochs": [], "lines": []}
    return {
        "key": facts["key"],
        "svgs": {
            key: bare(Curves([chart], spoken(chart), "", "auto" if look == "projector" else look))
            for key, chart in drawn.items()
            if chart is not None
        },
        "epochs": first.epochs if first.lines else [],
        "lines": [
            {
                "label": line.label,
                "back": line.back,
                "values": [brief(v) if math.isfinite(v) else "" for v in line.values],
            }
            for line in first.lines
        ],
    }


def spoken(chart: Chart) -> str:
    """A chart as its name for a screen reader: what it shows, and where each curve ends."""
    ends = ", ".join(f"{line.label} {line.end}" for line in chart.lines)
    return f"{chart.title}: {ends}" if ends else chart.title
