"""The slow motion as one picture: the graph, the present step, and all steps as cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.grid import html_grid, text_grid
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import folded_lines
from funclab.view.live.said import named, say
from funclab.view.scene.scene import Scene
from funclab.view.trace.cards import (
    GAP,
    PAD,
    arranged,
    card_of,
    figures_of,
    flow,
    heading_of,
)
from funclab.view.trace.fold import spine
from funclab.view.trace.mark import draw_marked
from funclab.view.trace.still import PHASES, Still, listed_names

WIDTH, BESIDE = 1080, 640
"""How wide the picture is, and how wide a graph may be to stand beside the present step."""
TITLE, LEAD, HEADING, WORDS = Font(16, bold=True), Font(12, "soft"), Font(14, bold=True), Font(13)
MOST_CARDS = {"forward": 10, "backward": 9, "update": 4}
MOST_NAMES = 24
"""As many of the steps without a card are named."""
FIRST, LAST = ("loss", "add_into", "held", "compare"), ("input", "seed", "fold", "statistic")
"""What gets a card before all others where there are not enough, and what after them."""


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
        titles = tuple(say(f"trace_{column}") for column in ("step", "words", "pictures"))
        rows = [
            (str(number), still.words, "; ".join(frame.spoken for _, frame in still.pictures))
            for number, still in enumerate(self.stills)
        ]
        return titles, rows

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Graph and present step side by side where there is room; then the cards, in rows."""
        width = max(WIDTH, self.scene.width + 2 * PAD)
        top = self._draw_title(canvas)
        draw_marked(canvas, self.scene, self.stills[self.step], complex(PAD, top))
        low = top + self.scene.height + GAP
        beside = self.scene.width <= BESIDE
        corner = complex(self.scene.width + 2 * PAD, top) if beside else complex(PAD, low)
        y = max(low, self._draw_step(canvas, corner, width - PAD - corner.real))
        for phase in PHASES:
            y = self._draw_phase(canvas, phase, y, width - 2 * PAD)
        return width, self._lines(canvas, self._legends(), y + 8, width - 2 * PAD) - 5

    def _lines(self, canvas: Canvas, texts: Sequence[str], y: float, width: float) -> float:
        """Draw soft sentences, each from a new line on; returns where the next line goes."""
        for line in (line for text in texts for line in folded_lines(text, width, 12)):
            canvas.text_line(complex(PAD, y), line, LEAD)
            y += 17
        return y

    def _legends(self) -> list[str]:
        """What colours, outlines and names mean, as far as there are any."""
        found = [say("trace_legend_print" if self.look == "print" else "trace_legend")]
        frames = [frame for still in self.stills for _, frame in still.pictures]
        if any(frame.odd for frame in frames):
            found[0] += f" {say('trace_legend_odd')}"
        if any(frame.mark is not None for frame in frames):
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
        last = [phase for phase in PHASES if any(still.phase == phase for still in self.stills)][-1]
        leads = [say(f"trace_lead_{last}", n=len(spine(self.stills))), say("trace_lead_drawn")]
        return self._lines(canvas, leads, 46, WIDTH) - 2

    def _draw_step(self, canvas: Canvas, corner: complex, room: float) -> float:
        """The present step in words, and with all its pictures; returns how far down it reaches."""
        still = self.stills[self.step]
        inner, left = room - 2 * PAD, corner.real + PAD
        lines, figures = folded_lines(still.words, inner, 13), figures_of(still)
        start = complex(left, corner.imag + 38 + 18 * len(lines))
        end = arranged(figures, start, inner)[1] + 22 * bool(still.example)
        canvas.rect(area(corner, room, end + 10 - corner.imag), Paint("plain", "ink", 2), 8)
        canvas.text_line(corner + (PAD + 22j), say("trace_now", step=self._where()), HEADING)
        for i, line in enumerate(lines):
            canvas.text_line(complex(left, corner.imag + 44 + 18 * i), line, WORDS)
        flow(canvas, figures, start, inner)
        if still.example:
            canvas.text_line(complex(left, end - 4), still.example, HEADING)
        return end + 10 + GAP

    def _where(self) -> str:
        """Which step it is, and which part of a fold."""
        shown = spine(self.stills)
        number = sum(step <= self.step for step in shown)
        start = shown[number - 1]
        at = {"i": number, "n": len(shown)}
        if start == self.step:
            return say("trace_step_of", **at)
        return say("trace_part_of", **at, part=self.step - start, parts=self.stills[start].fold)

    def _draw_phase(self, canvas: Canvas, phase: str, y: float, room: float) -> float:
        steps = {step: number for number, step in enumerate(spine(self.stills), 1)}
        own = [step for step in steps if self.stills[step].phase == phase]
        if not own:
            return y
        chosen = sorted(sorted(own, key=self._rank)[: MOST_CARDS[phase]])
        cards = [card_of(self.stills[step], steps[step], step == self.step) for step in chosen]
        canvas.text_line(complex(PAD, y + 16), say(f"trace_heading_{phase}"), HEADING)
        y = flow(canvas, cards, complex(PAD, y + 26), room) + GAP
        names = [f"{steps[i]} {heading_of(self.stills[i])}" for i in own if i not in chosen]
        if not names:
            return y
        more = say("trace_more", names=listed_names(names, MOST_NAMES))
        return self._lines(canvas, [more], y + 4, room) + 10

    def _rank(self, step: int) -> int:
        """Which steps get a card before others: the present one first."""
        kind = self.stills[step].kind
        return 0 if step == self.step else 1 if kind in FIRST else 3 if kind in LAST else 2
