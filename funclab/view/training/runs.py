"""Runs side by side: the figure that stays, and `compare_runs`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from funclab.callbacks.base import History
from funclab.errors import ArgumentError
from funclab.view.draw.canvas import Canvas, Font
from funclab.view.draw.chart import Chart, Line
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean, folded_lines, plural, shorten, text_width
from funclab.view.live.said import say
from funclab.view.training.captions import told
from funclab.view.training.history import VALIDATION, Curves
from funclab.view.training.record import Numbers, summary

LONGEST_LABEL = 26
HEAD, WORDS, LEADING, LEAST_WIDTH = 32, 13, 19, 560


class RunsFigure(Curves):
    """Each loss and metric in a chart of its own, under a title and over what the curves say."""

    def __init__(self, charts: list[Chart], title: str, told: str, look: str) -> None:
        super().__init__(charts, look=look)
        self._title, self.told = title, told

    @property
    def title(self) -> str:
        return self._title

    @property
    def description(self) -> str:
        """What the curves say, in sentences."""
        return self.told

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """The title, the charts, and the sentences; returns the size needed."""
        canvas.text_line(complex(2, 20), self.title, Font(16, bold=True))
        canvas.shift(complex(0, HEAD))
        width, height = super().draw(canvas)
        canvas.close()
        width = max(width, LEAST_WIDTH, text_width(self.title, 16, bold=True) + 4)
        lines = folded_lines(self.told, width - 8, WORDS)
        for i, line in enumerate(lines):
            place = complex(2, HEAD + height + 24 + LEADING * i)
            canvas.text_line(place, line, Font(WORDS))
        return width, HEAD + height + 16 + LEADING * len(lines)


class NoRuns(Picture):
    """What is shown before the first epoch is over."""

    title = "Training has not begun"
    description = "The curves appear when the first epoch is over."

    def __init__(self, look: str) -> None:
        self.look = look

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(complex(8, 24), self.description, Font(14, "soft"))
        return 420, 40


def runs_picture(title: str, runs: Sequence[Numbers], facts: Numbers, state: Numbers) -> Picture:
    """The curves of runs. `state` is that of the view, with its look."""
    compared, charts = facts["compared"], facts["charts"]
    found = [_chart(one, runs, compared, state["log"]) for one in charts]
    drawn = [chart for chart in found if chart is not None]
    if not drawn:
        return NoRuns(state["look"])
    if not compared:
        epochs = max(run["epochs"][-1] for run in runs if run["epochs"])
        title = f"{title}: {plural(epochs, 'epoch')}"
        title += f", {clean(runs[-1]['label'])}" * (len(runs) > 1)
    return RunsFigure(drawn, title, told(runs, charts, compared), state["look"])


def _chart(facts: Numbers, runs: Sequence[Numbers], compared: bool, log: bool) -> Chart | None:
    """One loss or metric, over all runs that have it."""
    epochs = sorted({epoch for run in runs for epoch in run["epochs"]})
    output = f" at {facts['output']}" if facts["output"] else ""
    log = log and not facts["upward"]
    scale = f" · {say('live_log_scale')}" if log else ""
    chart = Chart(f"{facts['title']}{output}{scale}", epochs, log=log)
    for i, run in enumerate(runs):
        if compared:
            chart.lines += _both(run, facts["key"], i, epochs)
        elif run is runs[-1]:
            chart.lines += _present(run, facts["key"], epochs)
            chart.dots = _dots(run, facts["key"])
            lost = [epoch for epoch, value in _pairs(run, facts["key"]) if value is None]
            chart.note = say("live_no_number", epoch=lost[0]) if lost else ""
        else:
            chart.lines += _earlier(run, facts["key"], i, epochs)
    return chart if chart.lines else None


def _both(run: Numbers, key: str, i: int, epochs: list[int]) -> list[Line]:
    """Training and validation of a run that is compared with others, in a colour of its own."""
    label = shorten(clean(run["label"]), LONGEST_LABEL - 12)
    lines = [_line(run, key, label, i, epochs)]
    name = say("live_of_validation", run=label)
    return [*lines, *_validation(run, key, name, i, epochs)] if _pairs(run, key) else []


def _present(run: Numbers, key: str, epochs: list[int]) -> list[Line]:
    """Training, validation, and the training data judged again, of the run that is shown."""
    if not _pairs(run, key):
        return []
    lines = [_line(run, key, say("live_training"), 0, epochs)]
    lines += _validation(run, key, say("live_validation"), 1, epochs)
    if run["now"].get(key):
        again = {**run, "values": run["now"]}
        lines.append(replace(_line(again, key, say("live_now"), 3, epochs), back=0.0))
    return lines


def _earlier(run: Numbers, key: str, i: int, epochs: list[int]) -> list[Line]:
    """A thin line: validation, or training where there is none."""
    label = shorten(clean(run["label"]), LONGEST_LABEL)
    lines = _validation(run, key, label, i, epochs)
    if not lines and _pairs(run, key):
        lines = [_line(run, key, label, i, epochs)]
    return [replace(line, faint=True) for line in lines]


def _validation(run: Numbers, key: str, label: str, i: int, epochs: list[int]) -> list[Line]:
    """The line of validation, if there is any: dashed, and placed at the ends of epochs."""
    name = VALIDATION + key
    if all(value is None for _, value in _pairs(run, name)):
        return []
    line = _line(run, name, label, i, epochs)
    return [replace(line, dashed=True, back=0.0, sparse=True)]


def _line(run: Numbers, name: str, label: str, colour: int, epochs: list[int]) -> Line:
    known = dict(_pairs(run, name))
    values = [math.nan if known.get(epoch) is None else known[epoch] for epoch in epochs]
    return Line(label, values, colour, back=0.5, sparse=len(run["epochs"]) < len(epochs))


def _pairs(run: Numbers, name: str) -> list[tuple[int, Any]]:
    return list(zip(run["epochs"], run["values"].get(name, ())))


def _dots(run: Numbers, key: str) -> list[tuple[float, float]]:
    values = ((dot["x"], dot["values"].get(key)) for dot in run["dots"])
    return [(x, value) for x, value in values if value is not None]


def labelled(histories: Sequence[Any], labels: Sequence[str] | None) -> list[Numbers]:
    """Histories as plain data, each with a name of its own.

    Raises: ArgumentError for something else, or for the wrong number of labels.
    """
    for one in histories:
        if not isinstance(one, History):
            raise ArgumentError(
                f"compare_runs was given {one!r}, which is not a History.",
                why="it draws what `fit` returns.",
                fix="write compare_runs(first, second) with first = model.fit(...).",
            )
    names = [*labels] if labels is not None else [one.run for one in histories]
    if len(names) != len(histories) or not histories:
        raise ArgumentError(
            f"compare_runs was given {plural(len(histories), 'run')} and "
            f"{plural(len(names), 'label')}.",
            why="every run has one label.",
            fix='write compare_runs(first, second, labels=["shared", "separate"]).',
        )
    named = [name or f"run {i + 1}" for i, name in enumerate(names)]
    return [summary(one, str(name)) for one, name in zip(histories, named)]
