"""The curves of a training run, as a picture that stays."""

from __future__ import annotations

import math
from typing import Any

from funclab.callbacks.base import History
from funclab.errors import ArgumentError
from funclab.view.draw import defaults
from funclab.view.draw.chart import Chart, Line
from funclab.view.draw.grid import html_grid, text_grid
from funclab.view.draw.text import clean, plural, shorten
from funclab.view.training.curves import LONGEST_LABEL, VALIDATION, Curves, limit_of, parts


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
    logs = getattr(history, "history", history)
    series = {name: list(map(float, values)) for name, values in dict(logs).items() if len(values)}
    if not series:
        raise ArgumentError(
            "This History holds no epochs, so there is nothing to draw.",
            why="curves come from `fit`, which writes a value for each epoch.",
            fix="call history_plot on what model.fit(...) returns, after at least one epoch.",
        )
    count = max(map(len, series.values()))
    own: list[int] = list(getattr(history, "epoch", None) or [])
    numbers = own if len(own) == count else list(range(count))
    epochs = [number + 1 for number in numbers]
    model = getattr(history, "model", None)
    outputs = list(getattr(model, "output_names", None) or [])
    charts: dict[str, Chart] = {}
    for name, values in series.items():
        quantity, output = parts(name.removeprefix(VALIDATION), outputs)
        chart = charts.setdefault(quantity, Chart(quantity, epochs))
        checked = name.startswith(VALIDATION)
        chart.lines.append(
            Line(
                shorten(name, LONGEST_LABEL),
                by_epoch(history, name, values, numbers),
                0 if output is None else 1 + outputs.index(output),
                dashed=checked,
                back=0.0 if checked or name == "learning_rate" else 0.5,
                sparse=len(values) < count,
            )
        )
    for quantity, chart in charts.items():
        chart.limit = limit_of(quantity, chart.lines)
    name = clean(getattr(model, "name", "") or "")
    title = f"Training{f' of {name}' if name else ''}: {plural(count, 'epoch')}"
    told = " ".join(sentence(line) for chart in charts.values() for line in chart.lines)
    return HistoryCurves(list(charts.values()), title, told, defaults.chosen(look))


History.plot = history_plot


def by_epoch(history: Any, name: str, values: list[float], epochs: list[int]) -> list[float]:
    """A value for every epoch: nan where none was measured, as with `validation_freq=5`."""
    own = getattr(history, "epochs_of", {}).get(name, epochs)
    measured = dict(zip(own, values))
    return [measured.get(epoch, math.nan) for epoch in epochs]


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
