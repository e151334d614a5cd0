"""The curves of a training run, as a picture that stays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from funclab.callbacks.base import History
from funclab.errors import ArgumentError
from funclab.view.draw import theme
from funclab.view.draw.chart import Chart, Line
from funclab.view.draw.picture import html_grid, text_grid
from funclab.view.draw.text import clean, plural
from funclab.view.training.curves import VALIDATION, Curves, limit_of, line_of, parts
from funclab.view.training.record import summary


class HistoryCurves(Curves):
    """The curves of one History, with their numbers as a table."""

    word = "Curves"

    @property
    def rows(self) -> list[list[str]]:
        """The numbers: a heading, then a line for each epoch."""
        lines = [line for chart in self.charts for line in chart.lines]
        heading = ["epoch", *(line.label for line in lines)]
        return [heading] + [
            [str(epoch), *(f"{line.values[i]:.4g}" for line in lines)]
            for i, epoch in enumerate(self.charts[0].epochs)
        ]

    @property
    def text(self) -> str:
        """The numbers as a table of text."""
        titles, *rows = self.rows
        return "\n".join([self.title, "", *text_grid(titles, rows, right=True)])

    @property
    def table(self) -> str:
        """The numbers as an HTML table."""
        titles, *rows = self.rows
        return html_grid(self.title, titles, rows)


def history_plot(history: Any, look: str | None = None) -> Curves:
    """The curves of a training run: losses in one chart, each metric in its own.

    Validation is dashed with open marks; outputs differ in colour and mark. Epochs count from 1. A
    training value is the mean over its epoch and stands in the middle of it; validation is measured
    at its end, and stands there.

    `history`: what `fit` returned, or its dict `history.history`. `look`: "auto", "light", "dark",
    "print" or "projector"; the one chosen for all pictures unless given.

    Raises: ArgumentError when there is nothing to draw.
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
    outputs = list(getattr(history.model, "output_names", None) or [])
    charts: dict[str, Chart] = {}
    for name in run["values"]:
        quantity, output = parts(name.removeprefix(VALIDATION), outputs)
        colour = 0 if output is None else 1 + outputs.index(output)
        chart = charts.setdefault(quantity, Chart(quantity, run["epochs"]))
        chart.lines += filter(None, [line_of(run, name, name, colour, run["epochs"])])
    for quantity, chart in charts.items():
        chart.limit = limit_of(quantity, chart.lines)
    name = clean(getattr(history.model, "name", "") or "")
    title = f"Training{f' of {name}' if name else ''}: {plural(len(history.epoch), 'epoch')}"
    description = " ".join(sentence(line) for chart in charts.values() for line in chart.lines)
    return HistoryCurves(list(charts.values()), title, description, theme.chosen(look))


History.plot = history_plot


def history_of(logs: Mapping[str, Any]) -> History:
    """The History that such lists of numbers are from."""
    history = History()
    for epoch in range(max(map(len, logs.values()), default=0)):
        brought = {
            name: float(values[epoch]) for name, values in logs.items() if len(values) > epoch
        }
        history.on_epoch_end(epoch, brought)
    return history


def sentence(line: Line) -> str:
    """How a curve goes, in words."""
    values = [value for value in line.values if math.isfinite(value)]
    if not values:
        return f"{line.label} is nan in every epoch."
    first, last = values[0], values[-1]
    if first == last:
        return f"{line.label} stays at {first:.4g}."
    verb = "falls" if last < first else "rises"
    return f"{line.label} {verb} from {first:.4g} to {last:.4g}."
