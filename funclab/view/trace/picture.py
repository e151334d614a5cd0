"""The slow motion as one picture: the graph, the present step, and all steps as cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.grid import html_grid, text_grid
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import text_width
from funclab.view.live.said import named, say
from funclab.view.scene.scene import Scene
from funclab.view.trace.cards import PAD, Card, cards_of, heading_of, rows_of, spoken
from funclab.view.trace.fold import spine
from funclab.view.trace.mark import draw_marked
from funclab.view.trace.still import PHASES, Still, listed_names

WIDTH, GAP, NARROW, BESIDE = 1080, 14, 500, 730
"""How wide the picture is, and how wide a graph may be to stand beside all else, or at least beside
the present step."""
TITLE, LEAD, HEADING, WORDS = Font(16, bold=True), Font(12, "soft"), Font(14, bold=True), Font(13)
MOST_CARDS = {"forward": 10, "backward": 9, "update": 4}
MOST_NAMES = 24
"""As many of the steps without a card are named."""
FIRST, LAST = ("loss", "add_into", "held", "compare"), ("input", "seed", "fold", "statistic")
"""What gets a card before all others where there are not enough, and what after them."""
Bounds = Callable[[float], tuple[float, float]]
"""From where to where cards may go at a height: below a graph they have the whole width."""


@dataclass(repr=False)
class TracePicture(Picture):
    """A trace at one of its steps; the others follow as small cards."""

    title: str
    stills: Sequence[Still]
    scene: Scene
    step: int = 0
    look: str = "auto"

    @property
    def description(self) -> str:
        return " ".join(still.words for still in self.stills[:40])

    @property
    def text(self) -> str:
        return "\n".join(text_grid(*self._grid()))

    @property
    def table(self) -> str:
        return html_grid(self.title, *self._grid())

    def _grid(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        titles = tuple(say(f"trace_{one}") for one in ("step", "words", "pictures"))
        rows = [
            (str(number), still.words, "; ".join(spoken(frame) for _, frame in still.pictures))
            for number, still in enumerate(self.stills)
        ]
        return titles, rows

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        left = self.scene.width + 2 * PAD if self.scene.width <= BESIDE else float(PAD)
        room = max(WIDTH, self.scene.width) - left
        top = self._draw_title(canvas)
        draw_marked(canvas, self.scene, self.stills[self.step], complex(PAD, top))
        low = top + self.scene.height + GAP
        right, y = self._draw_step(canvas, complex(left, top if left > PAD else low), room)
        if self.scene.width > NARROW:
            y = max(low, y)
        end = max(WIDTH, self.scene.width)

        def bounds(height: float) -> tuple[float, float]:
            return (left if height < low else float(PAD), end)

        for phase in PHASES:
            further, y = self._draw_phase(canvas, phase, bounds, y)
            right = max(right, further)
        bottom = max(low, y)
        legends = self._legends()
        for i, line in enumerate(legends):
            canvas.text_line(complex(PAD, bottom + 8 + 17 * i), line, LEAD)
        widest = max(text_width(line, 12) for line in legends)
        right = max(right, widest + PAD, self.scene.width + 2 * PAD)
        return right, bottom + 3 + 17 * len(legends)

    def _legends(self) -> list[str]:
        """What colours, outlines and names mean, as far as there are any."""
        found = [say("trace_legend_print" if self.look == "print" else "trace_legend")]
        pictures = [frame for still in self.stills for _, frame in still.pictures]
        if any(not all(one.counted) or not np.isfinite(one.numbers).all() for one in pictures):
            found[0] += f" {say('trace_legend_odd')}"
        if any(one.mark is not None for one in pictures):
            found.append(f"{say('trace_legend_marks')} {say('trace_legend_scale')}")
        if any(still.kind == "update" for still in self.stills):
            found.append(say("trace_legend_batch"))
        rules = (still.about.get("stepping") for still in self.stills)
        found += dict.fromkeys(rule for rule in rules if rule)
        before = say("trace_before_why")
        if any(before in still.words for still in self.stills):
            found.append(before)
        return found

    def _draw_title(self, canvas: Canvas) -> float:
        canvas.text_line(complex(PAD, 26), named(self.title), TITLE)
        phases = [one for one in PHASES if any(still.phase == one for still in self.stills)]
        n = len(spine(self.stills))
        lead = say(f"trace_lead_{phases[-1]}", n=n)
        canvas.text_line(complex(PAD, 46), lead, LEAD)
        canvas.text_line(complex(PAD, 63), say("trace_lead_drawn"), LEAD)
        return 78.0

    def _draw_step(self, canvas: Canvas, corner: complex, room: float) -> tuple[float, float]:
        """The present step in words, and with all its pictures."""
        still, shown = self.stills[self.step], spine(self.stills)
        number = sum(one <= self.step for one in shown)
        part = self.step - shown[number - 1]
        lines = wrapped(still.words, room - 4 * PAD, 13)
        rows = rows_of(still, room - 2 * PAD)
        height = 34 + 18 * len(lines) + sum(row.size[1] - 34 for row in rows) + 8
        if still.example:
            height += 22
        canvas.rect(area(corner, room - PAD, height), Paint("plain", "ink", 2), 8)
        heading = say("trace_step_of", i=number, n=len(shown))
        if part:
            parts = self.stills[self.step - part].fold
            heading = say("trace_part_of", i=number, n=len(shown), part=part, parts=parts)
        canvas.text_line(corner + (PAD + 22j), say("trace_now", step=heading), HEADING)
        y = corner.imag + 44
        for line in lines:
            canvas.text_line(complex(corner.real + PAD, y), line, WORDS)
            y += 18
        for row in rows:
            row.draw_pictures(canvas, complex(corner.real + PAD, y - 6))
            y += row.size[1] - 34
        if still.example:
            canvas.text_line(complex(corner.real + PAD, y + 6), still.example, HEADING)
        return corner.real + room, corner.imag + height + GAP

    def _chosen(self, own: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
        """The steps that get a card, in order."""

        def rank(one: tuple[int, int]) -> int:
            kind = self.stills[one[1]].kind
            if one[1] == self.step:
                return 0
            return 1 if kind in FIRST else 3 if kind in LAST else 2

        return sorted(sorted(own, key=rank)[:most])

    def _draw_phase(
        self, canvas: Canvas, phase: str, bounds: Bounds, y: float
    ) -> tuple[float, float]:
        shown = [(i, at) for i, at in enumerate(spine(self.stills), 1)]
        own = [(i, at) for i, at in shown if self.stills[at].phase == phase]
        left, end = bounds(y)
        most = MOST_CARDS[phase]
        chosen = self._chosen(own, most)
        cards = [
            card
            for i, at in chosen
            for card in cards_of(self.stills[at], i, at == self.step, end - left)
        ]
        if not cards:
            return left, y
        canvas.text_line(complex(left, y + 16), say(f"trace_heading_{phase}"), HEADING)
        right, y = flow(canvas, cards, bounds, y + 26)
        left, end = bounds(y)
        for line in self._left_out([one for one in own if one not in chosen], end - left):
            canvas.text_line(complex(left, y + 4), line, LEAD)
            y += 17
        return right, y + (GAP - 3 if len(own) > most else 0)

    def _left_out(self, steps: list[tuple[int, int]], width: float) -> list[str]:
        """The steps that get no card, by their numbers and headings."""
        if not steps:
            return []
        names = [f"{i} {heading_of(self.stills[at])}" for i, at in steps]
        return wrapped(say("trace_more", names=listed_names(names, MOST_NAMES)), width, 12)


def flow(canvas: Canvas, cards: list[Card], bounds: Bounds, y: float) -> tuple[float, float]:
    """Draw cards in rows; returns how far right and down they reach."""
    left, end = bounds(y)
    x, tallest, right = left, 0.0, 0.0
    for card in cards:
        width, height = card.size
        if x > left and x + width > end:
            y += tallest + GAP
            left, end = bounds(y)
            x, tallest = left, 0.0
        card.draw(canvas, complex(x, y))
        right, tallest = max(right, x + width + PAD), max(tallest, height)
        x += width + GAP
    return right, y + tallest + GAP


def wrapped(text: str, width: float, size: float) -> list[str]:
    """A sentence in lines that are no wider than `width`."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
