"""Training runs as charts: which curves there are, how they are drawn, and the picture they form,
live or for a History."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from funclab.callbacks.base import History
from funclab.callbacks.control import Monitor
from funclab.errors import ArgumentError
from funclab.view.draw import theme
from funclab.view.draw.canvas import Canvas, Font
from funclab.view.draw.chart import HEIGHT, WIDTH, Chart, Line, Plot, brief, mean
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, shorten, text_width
from funclab.view.scene.diagram import bare
from funclab.view.training.record import Numbers, outputs_of, summary

VALIDATION = "val_"
LONGEST_LABEL = 28
MOST_PAIRS = 6
"""If there are more runs, each has only one curve: validation, if all of them have it."""
FEWEST_SMOOTHED = 5
COLUMN, GAP = 800, 16
"""The width of a notebook's output in a window of 1280 beside the file browser, and a gap."""
SMALL = 190, 160
"""The width and height of a plot that has to fit beside a graph on a projector."""
BESIDE, MULTIPLES = (290, 104), (144, 84)
"""Those of a plot beside a graph, and of more than `FEW` plots in a grid."""
ALONE, ALONE_ON_A_WALL = (570, 300), (400, 190)
"""The width and height of the only plot of a view that compares runs: beside it are their names."""
FEW = 2
HEAD, LEADING, LEAST_WIDTH = 32, 19, 560


def charts_of(names: Iterable[str], outputs: list[str]) -> list[Numbers]:
    """A chart for every loss and metric, in order, each together with its validation."""
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
    """The largest possible value: 1 for fractions, such as accuracies."""
    fractions = up(name) and not any(value > 1 for line in lines for value in line.values)
    return 1.0 if fractions else math.inf


class RunCharts:
    """The charts of some runs: of several that are compared, or of the last one with the earlier
    ones behind it. `joined` puts the runs one after another; `until` is the last epoch that the
    training is meant to reach."""

    def __init__(
        self, runs: Sequence[Numbers], compared: bool, joined: bool = False, until: float = 0
    ) -> None:
        self.compared, self.until = compared, until
        self.runs = [run for run in runs if run["epochs"] or run["dots"]]
        if joined:
            self.runs = in_sequence(self.runs)
        self.epochs = sorted({epoch for run in self.runs for epoch in run["epochs"]})

    def chart(self, facts: Numbers, log: bool = False, smooth: bool = False) -> Chart | None:
        """One loss or metric, over all runs that have it; None if there is nothing to draw."""
        key, log = facts["key"], log and not facts["upward"]
        lines = self._compared(key) if self.compared else self._present(key)
        last = None if self.compared or not self.runs else self.runs[-1]
        values = ((dot["x"], dot["values"].get(key)) for dot in (last["dots"] if last else []))
        dots = [(x, value) for x, value in values if value is not None]
        if not lines and not dots:
            return None
        chart = Chart("", self.epochs or [1], lines, dots, log, until=self._until())
        chart.limit = limit_of(key, lines)
        lost = [epoch for epoch, value in pairs(last, key) if value is None] if last else []
        chart.note = say("live_no_number", epoch=lost[0]) if lost else ""
        if smooth and self.window:
            chart.window, chart.dots = self.window, []
        chart.title = " · ".join(filter(None, self._title(facts, log, chart.window)))
        return chart

    @property
    def window(self) -> int:
        """How many points smoothing averages over; 0 for curves that are too short."""
        count = len(self.epochs)
        return max(3, count // 5 | 1) if count >= FEWEST_SMOOTHED else 0

    @property
    def smoothed_epochs(self) -> int:
        """The same in epochs, as not all epochs may be drawn."""
        spacing = (self.epochs[-1] - self.epochs[0]) / max(1, len(self.epochs) - 1)
        return max(self.window, round(self.window * spacing))

    def _title(self, facts: Numbers, log: bool, window: int) -> list[str]:
        output = f" {say('live_at', output=facts['output'])}" if facts["output"] else ""
        return [
            f"{facts['title']}{output}",
            say("live_validation") if self._one_each and self._checked(facts["key"]) else "",
            say("live_log") if log else "",
            say("live_smoothed", n=self.smoothed_epochs) if window else "",
        ]

    def _until(self) -> float:
        """The end of the axis; in a long training it is near at first, to show the first epochs."""
        reached = math.ceil(max([1, *self.epochs, *(d["x"] for r in self.runs for d in r["dots"])]))
        if self.until <= 30 or reached > self.until / 3:
            return self.until
        return max(20, math.ceil(reached * 1.5))

    @property
    def _one_each(self) -> bool:
        return self.compared and one_curve_each(self.runs)

    def _checked(self, key: str) -> bool:
        return all(known(run, VALIDATION + key) for run in self.runs)

    def _compared(self, key: str) -> list[Line]:
        """Training and validation of every run or group; for many runs, only one of the two."""
        names = [key, VALIDATION + key]
        if self._one_each:
            names = [VALIDATION + key if self._checked(key) else key]
        lines: list[Line] = []
        for i, (title, members) in enumerate(by_title(self.runs).items()):
            checked = say("live_of_validation", run=shorten(clean(title), LONGEST_LABEL - 12))
            for name in names:
                label = checked if len(names) > 1 and name != key else title
                lines += together([line_of(run, name, label, i, self.epochs) for run in members])
        return lines

    def _present(self, key: str) -> list[Line]:
        """The last run: training, validation, and the training data evaluated again; and, as a thin
        line, validation of each earlier run, or training if one of the two has no validation."""
        lines: list[Line | None] = []
        checked = [bool(known(run, VALIDATION + key)) for run in self.runs]
        begun = any(known(run, key) for run in self.runs[-1:])
        for i, run in enumerate(self.runs[:-1]):
            name, label = key, run["label"]
            if checked[i] and (checked[-1] or not begun):
                name = VALIDATION + key
                label = say("live_of_validation", run=shorten(clean(label), LONGEST_LABEL - 12))
            line = line_of(run, name, label, i, self.epochs)
            lines.append(line and replace(line, faint=True))
        for run in self.runs[-1:]:
            now = line_of({**run, "values": run["now"]}, key, say("live_at_now"), 3, self.epochs)
            lines += [
                line_of(run, key, say("training"), 0, self.epochs),
                line_of(run, VALIDATION + key, say("live_validation"), 1, self.epochs),
                now and replace(now, back=0.0),
            ]
        return [line for line in lines if line is not None]


def line_of(run: Numbers, name: str, label: str, colour: int, epochs: Sequence[int]) -> Line | None:
    """A curve over these epochs, if there is one: a mean is drawn at the middle of its epoch;
    validation is dashed, and drawn at the end."""
    values = dict(pairs(run, name))
    checked = name.startswith(VALIDATION)
    if not values:
        return None
    numbers = [math.nan if values.get(epoch) is None else values[epoch] for epoch in epochs]
    back = 0.0 if checked or name == "learning_rate" else 0.5
    sparse = checked or len(run["epochs"]) < len(epochs)
    return Line(shorten(clean(label), LONGEST_LABEL), numbers, colour, checked, back, sparse)


def together(members: list[Line | None]) -> list[Line]:
    """The curves of a group as one: their mean, in a band from the lowest to the highest value."""
    lines = [line for line in members if line is not None]
    if len(lines) < 2:
        return lines
    columns = [
        [v for v in column if math.isfinite(v)] for column in zip(*(o.values for o in lines))
    ]
    band = [(min(c), max(c)) if c else (math.nan, math.nan) for c in columns]
    return [replace(lines[0], values=[mean(c) for c in columns], band=band, sparse=True)]


def in_sequence(runs: Sequence[Numbers]) -> list[Numbers]:
    """The runs with their epochs numbered continuously from run to run."""
    moved, offset = [], 0
    for run in runs:
        epochs = [epoch + offset for epoch in run["epochs"]]
        dots = [{**dot, "x": dot["x"] + offset} for dot in run["dots"]]
        heat = [{**measures, "epoch": measures["epoch"] + offset} for measures in run["heat"]]
        moved.append({**run, "epochs": epochs, "dots": dots, "heat": heat})
        offset = epochs[-1] if epochs else offset
    return moved


def by_title(runs: Sequence[Numbers]) -> dict[str, list[Numbers]]:
    """The runs of each group, and each run without a group, by their titles."""
    titles: dict[str, list[Numbers]] = {}
    for run in runs:
        titles.setdefault(run["group"] or run["label"], []).append(run)
    return titles


def one_curve_each(runs: Sequence[Numbers]) -> bool:
    """Whether so many runs are compared that each has only one curve."""
    return len(runs) > MOST_PAIRS and not any(run["group"] for run in runs)


def pairs(run: Numbers, name: str) -> list[tuple[int, Any]]:
    """The epochs of a run, each with its value of a loss or metric, which may be None."""
    return list(zip(run["epochs"], run["values"].get(name, ())))


def known(run: Numbers, name: str) -> list[tuple[int, Any]]:
    """The epochs with a value of a loss or metric, and the values."""
    return [(epoch, value) for epoch, value in pairs(run, name) if value is not None]


@dataclass(repr=False)
class Curves(Picture):
    """Charts side by side, perhaps under a heading and over sentences; without charts, a sentence.

    Notebooks show its `svg`; `print` shows its `text`.
    """

    charts: list[Chart]
    title: str
    description: str
    look: str
    framed: bool = False
    numeric = True

    @property
    def grid(self) -> tuple[Cells, list[Cells]]:
        """The numbers, with a row for each epoch."""
        lines = [line for chart in self.charts for line in chart.lines]
        epochs = self.charts[0].epochs if self.charts else []
        return ["epoch", *(line.label for line in lines)], [
            [str(epoch), *(f"{line.values[i]:.4g}" for line in lines)]
            for i, epoch in enumerate(epochs)
        ]

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw on a canvas; returns the size needed."""
        if not self.charts:
            canvas.text_line(8 + 24j, self.description, Font(14, "soft"))
            return 420, 40
        if not self.framed:
            return self._draw_charts(canvas)
        canvas.text_line(complex(2, 20), self.title, Font(16, bold=True))
        canvas.shift(complex(0, HEAD))
        width, height = self._draw_charts(canvas)
        canvas.close()
        width = max(width, LEAST_WIDTH, text_width(self.title, 16, bold=True) + 4)
        start = complex(2, HEAD + height + 24)
        return width, canvas.prose(start, [self.description], width - 8, Font(13), LEADING) - 8

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


def page_charts(
    shown: Sequence[Numbers], charts: RunCharts, smooth: Sequence[bool], look: str
) -> list[Numbers]:
    """Charts as the page needs them. Those of a run stand in line; if they are many, they are small
    and have no names at the ends of their curves."""
    drawn = [chart for facts in shown if (chart := charts.chart(facts)) is not None]
    settings: dict[str, Any] = {}
    if charts.compared and len(shown) == 1 and look == "projector":
        settings = {"wide": ALONE_ON_A_WALL[0], "least": ALONE_ON_A_WALL[1]}
    elif charts.compared and len(shown) <= FEW and look != "projector":
        beside = max((chart.width - chart.wide for chart in drawn), default=0)
        wide = max(WIDTH, min(ALONE[0], COLUMN - beside))
        settings = {"wide": wide, "least": ALONE[1] if len(shown) == 1 else HEIGHT}
    elif look == "projector":
        settings = {"wide": SMALL[0], "least": SMALL[1]}
    elif not charts.compared or (len(shown) > FEW and len(charts.runs) == 1):
        many = len(shown) > FEW and len(charts.runs) == 1
        wide, least = MULTIPLES if many else BESIDE
        left = max((chart.left for chart in drawn), default=0)
        settings = {"wide": wide, "least": least, "named": not many, "margin": left}
    return [page_chart(facts, charts, smooth, look, settings) for facts in shown]


def page_chart(
    facts: Numbers,
    charts: RunCharts,
    smooth: Sequence[bool],
    look: str,
    settings: Mapping[str, Any],
) -> Numbers:
    """A chart as the page needs it: its picture for each choice, with these settings of `Chart`,
    and its values as text."""
    first, svgs = charts.chart(facts), {}
    if first is None:
        return {"key": facts["key"], "svgs": {}, "epochs": [], "lines": []}
    first = replace(first, **settings)
    for soft in smooth:
        for log in (False, True)[: 1 if facts["upward"] else 2]:
            chart = charts.chart(facts, log, soft)
            assert chart is not None
            chart = replace(chart, **settings)
            name = "log " * log + "smooth" * soft
            picture = Curves([chart], spoken(chart), "", "auto" if look == "projector" else look)
            svgs[name.strip()] = bare(picture)
    lines: list[Numbers] = []
    for line in first.lines:
        values = [brief(value) if math.isfinite(value) else "" for value in line.values]
        lines.append({"label": line.label, "back": line.back, "values": values})
    epochs = first.epochs if lines else []
    names = round(first.names)
    return {"key": facts["key"], "svgs": svgs, "epochs": epochs, "lines": lines, "names": names}


def spoken(chart: Chart) -> str:
    """A chart as its name for a screen reader: what it shows, and where each curve ends."""
    ends = ", ".join(f"{line.label} {line.end}" for line in chart.lines)
    return f"{chart.title}: {ends}" if ends else chart.title


def history_plot(history: Any, look: str | None = None) -> Curves:
    """The curves of a training run: losses in one chart, each metric in its own.

    Validation is dashed with open marks; outputs differ in colour and mark. Epochs count from 1. A
    training value is the mean over its epoch and is drawn at the middle of it; validation is
    measured at the end of the epoch, and drawn there.

    `history`: what `fit` returned, or its dict `history.history`. `look`: "auto", "light", "dark",
    "print" or "projector"; the one chosen for all pictures unless given.

    Raises: ArgumentError if there is nothing to draw.
    """
    if not isinstance(history, History):
        history = history_of(getattr(history, "history", history))
    if not history.epoch:
        raise ArgumentError(
            "This History holds no epochs, so there is nothing to draw.",
            why="curves come from `fit`, which writes a value for each epoch.",
            fix="call history_plot on what model.fit(...) returns, after at least one epoch.",
        )
    run = summary(history, "", most=len(history.epoch))
    outputs = outputs_of(history.model)
    charts: dict[str, Chart] = {}
    for name in run["values"]:
        quantity, output = parts(name.removeprefix(VALIDATION), outputs)
        colour = 0 if output is None else 1 + outputs.index(output)
        chart = charts.setdefault(quantity, Chart(quantity, run["epochs"]))
        chart.lines += filter(None, [line_of(run, name, name, colour, run["epochs"])])
    for quantity, chart in charts.items():
        chart.limit = limit_of(quantity, chart.lines)
    name = clean(getattr(history.model, "name", "") or "")
    key = "live_history_of" if name else "live_history"
    title = say(key, name=name, n=len(history.epoch))
    description = " ".join(sentence(line) for chart in charts.values() for line in chart.lines)
    return Curves(list(charts.values()), title, description, theme.chosen(look))


def history_of(logs: Mapping[str, Any]) -> History:
    """A History with these lists of numbers."""
    history = History()
    for epoch in range(max(map(len, logs.values()), default=0)):
        reached = {name: values[epoch] for name, values in logs.items() if len(values) > epoch}
        history.on_epoch_end(epoch, {name: float(value) for name, value in reached.items()})
    return history


def sentence(line: Line) -> str:
    """How a curve goes, in words."""
    values = [value for value in line.values if math.isfinite(value)]
    if not values:
        return say("live_curve_nan", label=line.label)
    first, last = values[0], values[-1]
    way = "level" if first == last else "falls" if last < first else "rises"
    return say(f"live_curve_{way}", label=line.label, first=f"{first:.4g}", last=f"{last:.4g}")
