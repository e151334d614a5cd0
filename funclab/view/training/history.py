"""The curves of a training run, as a figure that stays."""

from __future__ import annotations

import math
from typing import Any

from funclab.callbacks.base import History
from funclab.errors import ArgumentError
from funclab.view.draw import defaults
from funclab.view.draw.canvas import Canvas
from funclab.view.draw.chart import Chart, Line, Plot
from funclab.view.draw.grid import html_grid, text_grid
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import clean, plural, shorten

COLUMN, GAP = 1000, 16
VALIDATION = "val_"


class Curves(Picture):
    """The curves of a training run. Notebooks show its `svg`; `print` shows its `text`."""

    def __init__(self, charts: list[Chart], name: str = "", look: str = "auto") -> None:
        self.charts, self.name, self.look = charts, name, look

    @property
    def title(self) -> str:
        epochs = len(self.charts[0].epochs)
        model = f" of {self.name}" if self.name else ""
        return f"Training{model}: {plural(epochs, 'epoch')}"

    @property
    def description(self) -> str:
        """What the curves say, in sentences."""
        lines = [line for chart in self.charts for line in chart.lines]
        return " ".join(sentence(line) for line in lines)

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Draw on a canvas; returns the size needed."""
        y = width = 0.0
        for row in self._chart_rows():
            x = 0.0
            for chart in row:
                Plot(canvas, chart, complex(x + 1, y + 1)).draw()
                x += chart.width + GAP
            width = max(width, x - GAP)
            y += max(chart.height for chart in row) + GAP
        return width + 2, y - GAP + 2

    def _chart_rows(self) -> list[list[Chart]]:
        """As many charts side by side as a notebook's column holds."""
        rows: list[list[Chart]] = [[]]
        for chart in self.charts:
            taken = sum(one.width + GAP for one in rows[-1])
            if rows[-1] and taken + chart.width > COLUMN:
                rows.append([])
            rows[-1].append(chart)
        return rows

    @property
    def rows(self) -> list[list[str]]:
        """The numbers: a heading, then a line for each epoch."""
        lines = [line for chart in self.charts for line in chart.lines]
        heading = ["epoch", *(line.label for line in lines)]
        epochs = self.charts[0].epochs
        return [heading] + [
            [str(epoch), *(f"{line.values[i]:.4g}" for line in lines)]
            for i, epoch in enumerate(epochs)
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
    """The curves of a History (or of its dict): losses in one chart, each metric in its own.

    Validation is dashed with open marks; outputs differ in colour and mark. Epochs count from 1. A
    training value is the mean over its epoch and stands in the middle of it; validation is measured
    at its end, and stands there. `look` is as in `funclab.view.scene.diagram`.

    Raises: ArgumentError when there is nothing to draw.
    """
    logs = getattr(history, "history", history)
    known = {name: list(map(float, values)) for name, values in dict(logs).items() if len(values)}
    if not known:
        raise ArgumentError(
            "This History holds no epochs, so there is nothing to draw.",
            why="curves come from `fit`, which writes a value for each epoch.",
            fix="call history_plot on what model.fit(...) returns, after at least one epoch.",
        )
    count = max(map(len, known.values()))
    given = list(getattr(history, "epoch", None) or range(count))
    epochs = [epoch + 1 for epoch in given]
    if len(epochs) != count:
        given, epochs = list(range(count)), list(range(1, count + 1))
    model = getattr(history, "model", None)
    names = list(getattr(model, "output_names", None) or [])
    charts: dict[str, Chart] = {}
    for name, values in known.items():
        base = name.removeprefix(VALIDATION)
        quantity, output = parts(base, names)
        chart = charts.setdefault(quantity, Chart(quantity, epochs))
        colour = 0 if output is None else 1 + names.index(output)
        chart.lines.append(
            Line(
                shorten(name, 28),
                by_epoch(history, name, values, given),
                colour,
                dashed=name != base,
                back=0.0 if name != base or name == "learning_rate" else 0.5,
                sparse=len(values) < count,
            )
        )
    title = clean(getattr(model, "name", "") or "")
    return Curves(list(charts.values()), title, defaults.chosen(look))


History.plot = history_plot


def by_epoch(history: Any, name: str, values: list[float], epochs: list[int]) -> list[float]:
    """A value for every epoch: nan where none was measured, as with `validation_freq=5`."""
    own = getattr(history, "epochs_of", {}).get(name, epochs)
    known = dict(zip(own, values))
    return [known.get(epoch, math.nan) for epoch in epochs]


def parts(name: str, outputs: list[str]) -> tuple[str, str | None]:
    """What is measured, and at which output: `main_output_loss` is the loss at main_output."""
    for output in sorted(outputs, key=len, reverse=True):
        if name.startswith(f"{output}_"):
            return name.removeprefix(f"{output}_"), output
    return name, None


def sentence(line: Line) -> str:
    known = [value for value in line.values if math.isfinite(value)]
    if not known:
        return f"{line.label} is never a number."
    verb = "falls" if known[-1] < known[0] else "rises" if known[-1] > known[0] else "stays"
    if verb == "stays":
        return f"{line.label} stays at {known[0]:.4g}."
    return f"{line.label} {verb} from {known[0]:.4g} to {known[-1]:.4g}."
