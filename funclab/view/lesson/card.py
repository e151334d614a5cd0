"""Sheets of a lesson: a heading, some sentences, and perhaps a graph in which places are marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from funclab.graph.graph import Graph, source_inputs
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, folded_lines, prose, shorten, text_width
from funclab.view.scene import graph_text, words
from funclab.view.scene.calls import Calls, Piece
from funclab.view.scene.diagram import Diagram
from funclab.view.scene.layout.place import place
from funclab.view.scene.scene import Box, Scene

LEFT, TOP, LINE, WIDTH = 22, 28, 19, 620
HEADING, TEXT = 15, 13
LONGEST_NOTE = 48
SIGNS = {"fault": "✗ ", "input": "☞ "}


class Marked(Diagram):
    """A drawn graph in which some boxes are framed, each with a few words: the places to look at.

    `ink` is "fault" for a mistake, "input" for a hint.
    """

    def __init__(self, scene: Scene, notes: Mapping[str, str], ink: str) -> None:
        super().__init__(scene)
        self.notes, self.ink = dict(notes), ink

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.shift(4 + 18j)
        width, height = super().draw(canvas)
        for box in self.scene.boxes:
            if box.key in self.notes:
                width = max(width, self._mark(canvas, box, self.notes[box.key]))
        canvas.close()
        return width + 8, height + 22

    def _mark(self, canvas: Canvas, box: Box, note: str) -> float:
        """A frame around the box, and the note beside it, on top of a line that comes in there, or
        above the box if something else is there; returns where the note ends."""
        canvas.shift(0, mark=self.ink)  # a script finds it by this, to scroll to it
        canvas.rect(box.grown(4), Paint("", self.ink, 2.5), 11)
        text = SIGNS[self.ink] + shorten(note, LONGEST_NOTE)
        beside = [
            other
            for other in [*self.scene.boxes, *self.scene.groups]
            if box.right < other.x and other.y < box.bottom and box.y < other.bottom
        ]
        start = complex(box.right + 14, box.middle.imag + 5)
        if any(x >= box.right for x, *_ in box.ports):
            start -= 17j
        if beside:
            start = complex(box.x, box.y - 8)
        width = text_width(text, 12, bold=True) + 4
        if beside:  # an edge may pass there
            canvas.rect(area(start - (2 + 12j), width, 15), Paint("paper"), 3)
        canvas.text_line(start, text, Font(12, self.ink, bold=True))
        canvas.close()
        return start.real + width


def drawn_graph(name: str, tensors: Sequence[Tensor], layers: Sequence[Operation]) -> Scene:
    """All calls behind some tensors, whether one model contains them or not, and next to them
    layers that were never called."""
    inputs = list(dict.fromkeys(x for tensor in tensors for x in source_inputs(tensor)))
    scene = Scene(clean(name), "calls")
    if tensors:
        piece = Piece(name, Graph(inputs, list(dict.fromkeys(tensors))))
        scene = Calls(piece, False).build()
    for layer in layers:
        box = Box(layer.name, clean(layer.name), words.detail(layer), outputs=0)
        box.title = say("lesson_never_called", name=box.name)
        scene.boxes.append(box)
    scene.title = clean(name)
    place(scene)
    scene.description = graph_text.description(scene)
    return scene


@dataclass(repr=False)
class Card(Picture):
    """A sheet: `title`, then `paragraphs`, then a picture. Its bar has the colour of `ink`."""

    title: str
    paragraphs: list[str]
    inner: Picture | None = None
    ink: str = "neutral"
    look: str = "auto"
    name: str = field(default="")
    """What `repr` shows, if not the title."""

    fits: ClassVar[bool] = True

    @property
    def description(self) -> str:
        inner = [self.inner.description] if self.inner is not None else []
        return clean(" ".join([self.title, *self.paragraphs, *inner]))

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        drawn = Canvas(canvas.palette)
        width, height = self.inner.draw(drawn) if self.inner is not None else (0, 0)
        width = max(width, WIDTH)
        lines = [
            line for text in self.paragraphs for line in folded_lines(prose(text), width - 20, TEXT)
        ]
        top = TOP + LINE * len(lines) + 10
        sheet = area(1 + 1j, width + 2 * LEFT, top + height + 8 * bool(height))
        canvas.rect(sheet, Paint("paper", "rim", 1.2), 8)
        canvas.bar(sheet, self.ink)
        ink = self.ink if self.ink in ("fault", "output", "input") else "ink"
        canvas.text_line(complex(LEFT, TOP), prose(self.title), Font(HEADING, ink, bold=True))
        for i, line in enumerate(lines, 1):
            canvas.text_line(complex(LEFT, TOP + LINE * i + 3), line, Font(TEXT))
        if self.inner is not None:
            canvas.shift(complex(LEFT, top))
            self.inner.draw(canvas)
            canvas.close()
        return sheet.right + 1, sheet.bottom + 1

    def __repr__(self) -> str:
        return f"<{self.name or self.title}>"


def bare_inner(inner: Any) -> str:
    """The SVG of the picture in a card, for a live view; empty if there is none."""
    from funclab.view.scene.diagram import bare

    return "" if inner is None else bare(inner)
