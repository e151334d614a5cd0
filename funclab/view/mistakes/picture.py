"""The static picture of the view: its present face, what is chosen, and what it does not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import polyline
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.samples import draw_sample
from funclab.view.draw.sentences import say
from funclab.view.draw.text import shorten
from funclab.view.learned.drawn import Samples

LEFT, TOP, GAP, PANEL = 16, 68, 32, 300
HEADING, TEXT, SMALL = Font(17, bold=True), Font(13), Font(12, "soft")
ACROSS, CARD = 4, 74
"""How many samples stand side by side, and how wide and high each is with its label."""


@dataclass(repr=False)
class MistakesPicture(Picture):
    """A face of the view, and beside it the part that is chosen, with its first samples."""

    title: str
    counts: str
    face: Picture
    part: dict[str, Any]
    notes: list[str]
    samples: Samples | None
    labels: dict[int, str]
    look: str

    @property
    def description(self) -> str:
        parts = self.counts, self.face.description, self.part["title"], *self.part["words"]
        return " ".join([*parts, *self.notes])

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        return self.face.grid

    @property
    def text(self) -> str:
        words = [self.part["title"], *self.part["words"], "", *self.notes]
        return "\n".join([self.face.text, "", *words])

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(complex(LEFT, 24), self.title, HEADING)
        canvas.text_line(complex(LEFT, 44), self.counts, SMALL)
        canvas.shift(complex(LEFT, TOP))
        width, height = self.face.draw(canvas)
        canvas.close()
        left = LEFT + width + GAP
        top = TOP + 14.0
        top = canvas.prose(complex(left, top), [self.part["title"]], PANEL, Font(15, bold=True), 20)
        top = canvas.prose(complex(left, top + 2), self.part["words"], PANEL, TEXT, 18)
        top = self._draw_samples(canvas, left, top)
        bar = top + 4
        top = canvas.prose(complex(left + 12, top + 14), self.notes, PANEL - 12, SMALL, 16)
        canvas.path(polyline([complex(left, bar), complex(left, top - 8)]), Paint("", "group0", 3))
        return left + PANEL + LEFT, max(TOP + height, top) + 12

    def _draw_samples(self, canvas: Canvas, left: float, top: float) -> float:
        """The first samples of the part; returns where they end."""
        if self.samples is None:
            return top
        for n, i in enumerate(self.part["samples"][: 2 * ACROSS]):
            sample = self.samples.sample(i)
            corner = complex(left + n % ACROSS * CARD, top + n // ACROSS * (CARD + 8))
            canvas.open(f"{self.labels[i]}, {self.samples.text(i)}", "box")
            draw_sample(canvas, sample, corner, CARD - 16, CARD - 22)
            label = shorten(f"#{i}", 10)
            canvas.text_line(corner + complex(0, CARD - 6), label, Font(11, "label", mono=True))
            canvas.close()
        rows = -(-len(self.part["samples"][: 2 * ACROSS]) // ACROSS)
        return top + rows * (CARD + 8) + 4


@dataclass(repr=False)
class ListPicture(Picture):
    """The mistakes of largest loss, or the predictions that are farthest off, as cards."""

    title: str
    heading: str
    listed: list[int]
    labels: dict[int, dict[str, Any]]
    samples: Samples | None
    look: str = "auto"

    @property
    def description(self) -> str:
        return " ".join([self.heading, *(self.labels[i]["words"] for i in self.listed)])

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        wide, high, across = 108, 104, 4
        canvas.text_line(15j, self.heading, Font(13, bold=True))
        for n, i in enumerate(self.listed):
            corner = complex(n % across * wide, 28 + n // across * high)
            told = self.labels[i]
            canvas.open(told["words"], "box", key=str(i))
            if self.samples is not None:
                draw_sample(canvas, self.samples.sample(i), corner, wide - 16, high - 44)
            lines = f"#{i}  {told.get('sure', '')}", shorten(told["label"], 15)
            for k, line in enumerate(lines):
                place = corner + complex(0, high - 26 + 15 * k)
                canvas.text_line(place, line, Font(11, "ink" if k else "label", mono=True))
            canvas.close()
        if not self.listed:
            canvas.text_line(40j, say("mistakes_none"), TEXT)
        rows = max(1, -(-len(self.listed) // across))
        return wide * across, 28 + rows * high
