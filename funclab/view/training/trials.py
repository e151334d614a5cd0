"""The live view of a sweep: a table of its trials, best first, and the curves of the best ones."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar
from weakref import WeakMethod

from funclab.view.draw.canvas import Canvas, Font
from funclab.view.draw.chart import brief
from funclab.view.draw.picture import Cells
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, shorten
from funclab.view.tables.nodes import column_starts, draw_cells
from funclab.view.training.control import StopControl
from funclab.view.training.curves import Curves, charts_of
from funclab.view.training.kernels import kernel_name
from funclab.view.training.record import Numbers, rest_after, summary
from funclab.view.training.view import TrainingView

MOST_CURVES, MOST_ROWS, STILL_ROWS = 12, 50, 20
"""The most trials with curves, in the table of a page, and in the table of a still picture."""
LONGEST_CELL, LONGEST_ERROR = 40, 240
LONGEST_PAUSE = 2.0
"""The longest pause between two drawings of the view, in seconds, if trials end faster."""
ROW, TEXT = 22, 13


@dataclass(repr=False)
class TrialCurves(Curves):
    """The curves of the best trials above a table of trials, as a still picture."""

    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    @property
    def grid(self) -> tuple[Cells, list[Cells]]:
        """The table of trials."""
        return self.heads, [*self.rows]

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        width, height = super().draw(canvas)
        if not self.rows:
            return width, height
        rows = [[shorten(text, LONGEST_CELL) for text in row] for row in self.rows[:STILL_ROWS]]
        lines = [self.heads, *rows]
        starts = column_starts(lines)
        for i, line in enumerate(lines):
            font = Font(TEXT, "ink" if i else "soft", bold=not i, mono=bool(i))
            draw_cells(canvas, line, starts, height + ROW * (i + 1), font)
        return max(width, starts[-1]), height + ROW * len(lines) + 8


class TrialsView(TrainingView):
    """The trials of a sweep: curves of the best ones, and a table."""

    blank_state: ClassVar[dict[str, Any]] = {**TrainingView.blank_state, "table": True}
    feed: TrialsFeed | None = None
    """What keeps it up to date; the sweep itself must not keep views that nobody has any more."""

    def open(self) -> None:
        if self.feed is not None and self.comm is None:  # closed, and now displayed again
            self.feed.listen()
        super().open()

    def close(self) -> None:
        super().close()
        if self.feed is not None and self.feed.control is not None:
            self.feed.control.close()

    def picture(self) -> TrialCurves:
        curves, status = super().picture(), self.status
        rows = status["rows"] if self.state["table"] else []
        words = f"{status['words']} {curves.description}" if rows else curves.description
        return TrialCurves(
            curves.charts, self.title, words, curves.look, curves.framed, status["heads"], rows
        )


class TrialsFeed:
    """Shows a sweep in a view, and redraws it as trials end.

    `sweep` has `trials`, `results`, `ranked(trials)`, `count`, `monitor`, `names`, `running`,
    `stopped`, `error`, `background` and `cancel()`. `settings` are those of the view.
    """

    def __init__(self, sweep: Any, settings: dict[str, Any]) -> None:
        self.sweep, self.serial, self.due = sweep, 0, 0.0
        state = {key: settings.pop(key) for key in TrialsView.blank_state if key in settings}
        facts = {"charts": charts_of(["loss"], []), "layers": [], "compared": True, "sweep": True}
        self.view = TrialsView(facts=facts, call="sweep.view($)", state=state, **settings)
        self.control: StopControl | None = None
        self.listen()
        self.view.feed = self
        self.tell()

    def listen(self) -> None:
        """Hear the button of the page, as long as the sweep runs."""
        if self.sweep.running:
            self.control = StopControl(self.act)
            self.view.control = self.control.model_id

    def told(self) -> Callable[[], None]:
        """What calls `tell`, as long as somebody has the view: the sweep does not keep it."""
        tell = WeakMethod(self.tell)
        return lambda: call() if (call := tell()) else None

    def tell(self) -> None:
        """A trial or the sweep has ended: draw the view, unless it has just been drawn."""
        if self.sweep.running and time.perf_counter() < self.due:
            return
        begun, spent = time.perf_counter(), time.process_time()
        ended = [trial for trial in self.sweep.trials if trial.values]
        best = sorted(self.sweep.ranked(ended)[:MOST_CURVES], key=lambda trial: trial.number)
        names = dict.fromkeys(name for trial in ended for name in trial.values)
        with self.view.hold_sync():
            self.view.title = say("sweep_title", n=len(self.sweep.results), all=self.sweep.count)
            if names:
                self.view.facts = {**self.view.facts, "charts": charts_of(names, [])}
            runs = [summary(trial.history, trial.values_label) for trial in best]
            self.view.show_runs(runs, self.status())
        self.due = begun + min(LONGEST_PAUSE, rest_after(spent))
        if self.control is not None and not self.sweep.running:
            self.control.close()

    def status(self) -> Numbers:
        """The progress of the sweep, in numbers, in words, and as a table."""
        sweep, self.serial = self.sweep, self.serial + 1
        heads, rows = self._table()
        hidden = len(rows) - MOST_ROWS
        return {
            "phase": self._phase(),
            "serial": self.serial,
            "done": len(sweep.results),
            "of": sweep.count,
            "words": self._words(),
            "heads": heads,
            "rows": rows[:MOST_ROWS],
            "more": say("sweep_more", n=hidden) if hidden > 0 else "",
            "mode": "background" if sweep.background else "sweep",
            "kernel": kernel_name(),
        }

    def _phase(self) -> str:
        if self.sweep.running:
            return "running"
        return "failed" if self.sweep.error else "stopped" if self.sweep.stopped else "over"

    def _words(self) -> str:
        sweep, trials = self.sweep, self.sweep.trials
        failed = sum(bool(trial.error) for trial in trials)
        best = next((t for t in sweep.ranked(trials) if not math.isnan(t.score)), None)
        sentences = [
            say(f"sweep_{self._phase()}", n=len(sweep.results), all=sweep.count),
            say("sweep_errors", n=failed) if failed else "",
            say("sweep_best", label=clean(best.label), key=sweep.monitor, value=brief(best.score))
            if best
            else "",
            say("sweep_curves", n=MOST_CURVES) if len(trials) - failed > MOST_CURVES else "",
        ]
        return " ".join(filter(None, sentences))

    def _table(self) -> tuple[list[str], list[list[str]]]:
        """A row for each trial, best first: its settings, and its numbers at the end."""
        trials = self.sweep.ranked(self.sweep.trials)
        measured = list(dict.fromkeys(name for trial in trials for name in trial.values))
        errors = any(trial.error for trial in trials)
        heads = ["trial", *self.sweep.names, "epochs", *measured, "seconds"]
        rows = []
        for trial in trials:
            settings = [cell(trial.config.get(name)) for name in self.sweep.names]
            ends = [cell(trial.values.get(name, [""])[-1]) for name in measured]
            epochs = "" if trial.error else str(trial.epochs)
            row = [str(trial.number), *settings, epochs, *ends, f"{trial.seconds:.2f}"]
            error = shorten(clean(trial.error), LONGEST_ERROR)
            rows.append([*row, error] if errors else row)
        return [clean(head) for head in ([*heads, "error"] if errors else heads)], rows

    def act(self, content: Numbers) -> None:
        """Do what the button asks, or answer a page that asks whether its messages arrive here."""
        if content.get("do") == "stop":
            self.sweep.cancel()
        answer = {"kind": "ack", "id": content.get("id"), "problem": "", "status": self.status()}
        self.view.send(answer)


def cell(value: Any) -> str:
    """A value as it is written in a cell of the table."""
    if isinstance(value, float):
        return brief(value) if math.isfinite(value) else str(value)
    return shorten(clean(str(value)), LONGEST_CELL)
