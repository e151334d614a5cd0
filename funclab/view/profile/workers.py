"""Where the time of training steps on a cluster goes, as a picture: a bar for each worker."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from funclab.view.draw.canvas import Canvas, Font, Paint, number
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.sentences import few, say, titles
from funclab.view.draw.text import clean, shorten, text_width
from funclab.view.profile.picture import (
    DETAIL,
    HEADING,
    HEIGHT,
    LEFT,
    NAME,
    NUMBER,
    TAKEN,
    THICK,
    WIDTH,
)

SHARE, SHARES, BAR, LONGEST_BAR = 214, 56, 326, 160
"""Where the bars of samples and those of time begin, and how long the longest of each is."""
STRIPE = 4
LONGEST_NAME, LONGEST_EVENT = 24, 160
MOST, MOST_EVENTS, MOST_NAMES = 40, 8, 4
"""The number of workers with a bar of their own, of events, and of names in an event."""
PARTS = ("compute", "wait", "transfer")
MUCH_WAIT, MUCH_TRANSFER = 0.25, 0.5


class Row(NamedTuple):
    """The totals of a worker: samples, steps, and seconds of computing, waiting and transfer."""

    name: str
    samples: int
    steps: int
    compute: float
    wait: float
    transfer: float

    @property
    def times(self) -> list[float]:
        """The average seconds of a step: compute, wait, transfer."""
        parts = (self.compute, self.wait, self.transfer)
        return [seconds / max(1, self.steps) for seconds in parts]


@dataclass(repr=False)
class Workers(Picture):
    """The workers of a training run. Notebooks show its `svg` and a link to Dask's dashboard;
    `print` shows its `text`.

    events: who joined and who was lost: (seconds, address, what happened).
    repeats: how many steps had to be restarted.
    dashboard: the address of Dask's dashboard; "" without one.
    """

    rows: list[Row]
    events: Sequence[tuple[float, str, str]]
    repeats: int
    dashboard: str
    look: str
    numeric = True

    @property
    def title(self) -> str:
        return say("workers_title", n=len(self.rows))

    @property
    def samples(self) -> int:
        return sum(row.samples for row in self.rows)

    def share(self, row: Row) -> float:
        return row.samples / max(1, self.samples)

    @property
    def caption(self) -> list[str]:
        """How a step's time is split, and what follows from it."""
        steps = sum(row.steps for row in self.rows)
        if not steps:
            return [say("workers_none")]
        sums = [sum(getattr(row, part) for row in self.rows) for part in PARTS]
        whole = sum(sums) or 1.0
        split = {part: f"{seconds / whole:.0%}" for part, seconds in zip(PARTS, sums)}
        texts = [say("workers_caption", time=told([whole / steps]), **split)]
        if sums[1] > MUCH_WAIT * whole:
            texts.append(say("workers_waits"))
        if sums[2] > MUCH_TRANSFER * whole:
            texts.append(say("workers_sends"))
        if self.repeats:
            texts.append(say("workers_repeats", n=self.repeats))
        return [*texts, say("workers_legend")]

    @property
    def history(self) -> list[str]:
        """The last events, one on each line; the same event for several workers in a row is one."""
        lines = []
        for what, group in groupby(self.events, key=lambda event: event[2]):
            all_of = list(group)
            names = few([clean(name) for _, name, _ in all_of], MOST_NAMES)
            seconds = all_of[0][0] - self.events[0][0]
            line = say("workers_event", t=f"{seconds:,.1f}", names=names, what=clean(what))
            lines.append(shorten(line, LONGEST_EVENT))
        before = len(lines) - MOST_EVENTS
        return [*[say("workers_before", n=before)] * (before > 0), *lines[-MOST_EVENTS:]]

    @property
    def foot(self) -> list[str]:
        told_of = say("workers_dashboard", address=clean(self.dashboard))
        return [*self.history, *[told_of] * bool(self.dashboard)]

    @property
    def description(self) -> str:
        told_of = [
            say(
                "workers_row", name=clean(row.name), detail=self.detail(row),
                share=f"{self.share(row):.0%}",
                **{part: told([seconds]) for part, seconds in zip(PARTS, row.times)},
            )
            for row in self.rows
        ]  # fmt: skip
        return " ".join([*self.caption, *told_of, *self.foot])

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        rows = [
            (clean(row.name), f"{row.samples:,}", f"{self.share(row):.0%}", f"{row.steps:,}",
             *(f"{seconds * 1e3:,.2f}" for seconds in row.times))
            for row in self.rows
        ]  # fmt: skip
        return (titles("workers_titles") if rows else ()), rows

    @property
    def text(self) -> str:
        return "\n".join([super().text, *[""] * bool(self.foot and self.rows), *self.foot])

    def detail(self, row: Row) -> str:
        """How much a worker has done, and whether it is lost."""
        done = say("workers_done", samples=row.samples, steps=row.steps)
        last = [what for _, name, what in self.events if name == row.name][-1:]
        return done + "".join(f", {what.partition(':')[0]}" for what in last if what != "joined")

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(complex(LEFT, 26), self.title, HEADING)
        y = 48.0
        if self.rows:
            self._draw_key(canvas, y + 10)
            y += 22
        longest = max((sum(row.times) for row in self.rows), default=0.0) or 1.0
        shown = sorted(self.rows, key=lambda row: -sum(row.times[:1]))[:MOST]
        for row in [row for row in self.rows if row in shown]:
            canvas.shift(y * 1j)
            self._draw_row(canvas, row, longest)
            canvas.close()
            y += HEIGHT
        hidden = len(self.rows) - len(shown)
        texts = [*[say("workers_hidden", n=hidden)] * (hidden > 0), *self.caption]
        for paragraph in (texts, self.foot):
            y = canvas.prose(complex(LEFT, y + 18), paragraph, WIDTH - 2 * LEFT, DETAIL) - 8
        return WIDTH, y + 4

    def _draw_key(self, canvas: Canvas, y: float) -> None:
        """The headings of the columns, and a key to the parts of a bar."""
        canvas.text_line(complex(LEFT, y), say("workers_worker"), DETAIL)
        canvas.text_line(complex(SHARE, y), say("workers_share"), DETAIL)
        x = float(BAR)
        for part in PARTS:
            draw_parts(canvas, complex(x, y - 9), [12 * (part == name) for name in PARTS], 10)
            label = say(f"workers_{part}")
            canvas.text_line(complex(x + 17, y), label, DETAIL)
            x += 17 + text_width(label, DETAIL.size) + 14
        end = Font(DETAIL.size, DETAIL.ink, anchor="end")
        canvas.text_line(complex(WIDTH - LEFT, y), say("workers_step"), end)

    def _draw_row(self, canvas: Canvas, row: Row, longest: float) -> None:
        canvas.open(f"{clean(row.name)}: {told(row.times)}", "step")
        canvas.text_line(complex(LEFT, 17), shorten(row.name, LONGEST_NAME), NAME)
        canvas.text_line(complex(LEFT, 32), self.detail(row), DETAIL)
        share = self.share(row)
        for part, paint in ((1.0, Paint("paper", "rim")), (share, Paint("neutral"))):
            canvas.rect(area(complex(SHARE, 12), max(part * SHARES, 0.5), THICK - 4), paint, 2)
        canvas.text_line(complex(SHARE + SHARES + 6, 22), f"{share:.0%}", DETAIL)
        widths = [seconds / longest * LONGEST_BAR for seconds in row.times]
        draw_parts(canvas, complex(BAR, 10), widths, THICK)
        canvas.text_line(complex(WIDTH - LEFT, 17), told([sum(row.times)]), NUMBER)
        split = Font(DETAIL.size, DETAIL.ink, mono=True, anchor="end")
        canvas.text_line(complex(WIDTH - LEFT, 32), told(row.times), split)
        canvas.close()

    def link(self) -> dict[str, str]:
        """A link to the dashboard, as notebook output; empty if it is not a web address.

        It is below the picture: JupyterLab shows pictures as images, in which no link works.
        """
        if not self.dashboard.startswith(("http://", "https://")):
            return {}
        address = html.escape(clean(self.dashboard))
        words = html.escape(say("workers_link"))
        markup = f'<a href="{address}" target="_blank" rel="noopener">{words}</a>'
        return {"text/html": markup, "text/plain": f"<{say('workers_link')}>"}

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for bundle in filter(None, (self._repr_mimebundle_(), self.link())):
            display(bundle, raw=True)


def draw_parts(canvas: Canvas, corner: complex, widths: Sequence[float], height: float) -> None:
    """A bar of three parts: full for computing, empty for waiting, striped for transfer."""
    full, empty, striped = widths
    canvas.rect(area(corner, max(sum(widths), 0.5), height), TAKEN, 2)
    canvas.rect(area(corner, full, height), Paint("neutral"), 2)
    if striped:
        start = corner + full + empty
        lines = [start, *(start + x for x in range(2, round(striped), STRIPE))]
        stripes = "".join(f"M{number(at.real)},{number(at.imag)}l0,{height:g}" for at in lines)
        canvas.path(stripes, Paint("", "ink", 1.3))


def told(seconds: Sequence[float]) -> str:
    """Times in one unit: `3.1 + 0.2 + 9.8 ms`."""
    factor, unit = (1.0, "s") if sum(seconds) >= 1 else (1e3, "ms")
    numbers = [value * factor for value in seconds]
    texts = [f"{n:,.0f}" if n >= 100 or not n else f"{n:.{1 + (n < 1)}f}" for n in numbers]
    return f"{' + '.join(texts)} {unit}"


def workers(record: Any, look: str) -> Workers:
    """The picture of a `funclab.distribute.ClusterRecord`, in a look of `funclab.set_look`."""
    rows = [
        Row(name, each.samples, each.steps, each.compute, each.wait, each.transfer)
        for name, each in record.workers.items()
    ]
    repeats = sum(step.repeats > 0 for step in record.steps)
    return Workers(rows, list(record.events), repeats, record.dashboard, look)
