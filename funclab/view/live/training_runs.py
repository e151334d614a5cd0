"""Runs side by side: the figure that stays, and `compare_runs`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from funclab.callbacks.base import History
from funclab.errors import ArgumentError
from funclab.view import words
from funclab.view.canvas import Canvas, Font
from funclab.view.chart import Chart, Line
from funclab.view.history import VALIDATION, Curves, sentence
from funclab.view.live.training_record import Numbers, summary
from funclab.view.picture import picture_of

LONGEST_LABEL = 26


class RunsFigure(Curves):
    """Each loss and metric in a chart of its own, every run a line; validation is dashed."""

    @property
    def title(self) -> str:
        longest = max((len(chart.epochs) for chart in self.charts), default=0)
        return f"Training of {self.name}: {words.plural(longest, 'epoch')}"

    @property
    def description(self) -> str:
        """What the curves say, in sentences."""
        lines = [(chart, line) for chart in self.charts for line in chart.lines]
        return " ".join(f"{chart.title}: {sentence(line)}" for chart, line in lines)

    @property
    def svg(self) -> str:
        return picture_of(self)


class NoRuns:
    """What is shown before the first epoch is over."""

    title = "Training has not begun"
    description = text = "The curves appear when the first epoch is over."
    table = ""

    def __init__(self, look: str) -> None:
        self.look = look

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(complex(8, 24), self.description, Font(14, "soft"))
        return 420, 40


def runs_picture(name: str, runs: Sequence[Numbers], charts: Sequence[Numbers], look: str) -> str:
    """The curves of runs as SVG."""
    drawn = [chart for one in charts if (chart := _chart(one, runs)) is not None]
    return RunsFigure(drawn, words.clean(name), look).svg if drawn else picture_of(NoRuns(look))


def _chart(facts: Numbers, runs: Sequence[Numbers]) -> Chart | None:
    """One loss or metric, over all runs that have it."""
    epochs = sorted({epoch for run in runs for epoch in run["epochs"]})
    output = f" at {facts['output']}" if facts["output"] else ""
    chart = Chart(f"{facts['title']}{output}", epochs)
    for i, run in enumerate(runs):
        for name in (facts["key"], VALIDATION + facts["key"]):
            if any(value is not None for value in run["values"].get(name, ())):
                chart.lines.append(_line(run, name, i, epochs, len(runs) > 1))
    return chart if chart.lines else None


def _line(run: Numbers, name: str, i: int, epochs: list[int], several: bool) -> Line:
    known = dict(zip(run["epochs"], run["values"][name]))
    values = [math.nan if known.get(epoch) is None else known[epoch] for epoch in epochs]
    validation = name.startswith(VALIDATION)
    label = "validation" if validation else "training"
    if several:
        label = words.shorten(run["label"], LONGEST_LABEL - 12) + validation * ", validation"
    return Line(label, values, i, validation)


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
            f"compare_runs was given {words.plural(len(histories), 'run')} and "
            f"{words.plural(len(names), 'label')}.",
            why="every run has one label.",
            fix='write compare_runs(first, second, labels=["shared", "separate"]).',
        )
    named = [name or f"run {i + 1}" for i, name in enumerate(names)]
    return [summary(one, str(name)) for one, name in zip(histories, named)]
