"""A step of slow motion as a card: its pictures side by side, each with what can be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.text import text_width
from funclab.view.live.said import named, say
from funclab.view.trace.drawing import draw_frame, draw_mark, marked_area, size_of
from funclab.view.trace.frames import Frame
from funclab.view.trace.still import Still

PAD, SIGN_ROOM, GAP, LINE = 12, 30, 14, 15
HEAD, EXAMPLE = 42, 20
NAME, NUMBER = Font(12, bold=True, mono=True), Font(11, "paper", bold=True, anchor="middle")
SMALL, SOFT, TITLE = Font(11, mono=True), Font(11, "soft"), Font(11, "soft", bold=True)
SIGN, EXAMPLE_FONT = Font(20, "soft", bold=True, anchor="middle"), Font(13, bold=True)
SIGNS = {"part": "+", "sum": "=", "after": "→", "on": "|"}
"""What stands before a picture of this role, unless it is the first."""
SHOWN = {
    "compare": ("off", "on"),
    "add_into": ("part", "sum"),
    "update": ("before", "gradient", "after"),
    "held": ("held",),
    "statistic": ("before", "after"),
    "fold": ("makes", "hands"),
}
"""The roles of the pictures that a card shows, by the kind of its still; those of the others are
what a node makes, or hands on."""


@dataclass
class Figure:
    """One picture, its sign before it, its title above it, and what can be said of it below."""

    frame: Frame
    sign: str = ""
    title: str = ""
    named: bool = True

    @property
    def lines(self) -> list[tuple[str, Font]]:
        """What stands below; the statistics are on two lines."""
        frame = self.frame
        heads = [named(frame.name)] * self.named + [frame.shape] * (frame.shape != "()")
        told = frame.brief if frame.statistics["size"] > 1 or frame.odd else ""
        first, comma, rest = told.partition(", ")
        lines = [(line, SMALL if i == 0 else SOFT) for i, line in enumerate(heads)]
        return lines + [(line, SOFT) for line in (first + comma.rstrip(), rest) if line]

    @property
    def size(self) -> tuple[float, float]:
        width, height = size_of(self.frame)
        words = [text_width(line, 11, mono=font.mono) for line, font in self.lines]
        top = LINE * bool(self.title)
        room = SIGN_ROOM * bool(self.sign)
        return room + max([width, *words]), top + height + LINE * len(words) + 4

    def draw(self, canvas: Canvas, corner: complex) -> None:
        height = size_of(self.frame)[1]
        top = LINE * bool(self.title)
        if self.sign:
            middle = corner + complex(SIGN_ROOM / 2, top + height / 2 + 7)
            canvas.text_line(middle, self.sign, SIGN)
            corner += SIGN_ROOM
        if self.title:
            canvas.text_line(corner + 10j, self.title, TITLE)
        corner += complex(0, top)
        draw_frame(canvas, self.frame, corner)
        marked = marked_area(self.frame, corner)
        if marked is not None:
            draw_mark(canvas, marked)
        for i, (line, font) in enumerate(self.lines, 1):
            canvas.text_line(corner + complex(0, height + LINE * i), line, font)


@dataclass
class Card:
    """Pictures in a row under a heading, with the step's number before it."""

    heading: str
    second: str
    figures: list[Figure]
    number: str
    example: str = ""
    now: bool = False

    @property
    def size(self) -> tuple[float, float]:
        sizes = [figure.size for figure in self.figures]
        inner = sum(width for width, _ in sizes) + GAP * (len(sizes) - 1)
        heading = text_width(self.heading, 12, mono=True) + self._indent
        words = max(heading, text_width(self.second, 11), text_width(self.example, 13, bold=True))
        height = HEAD + max((height for _, height in sizes), default=0) + 8
        return max(inner, words) + 2 * PAD, height + EXAMPLE * bool(self.example)

    @property
    def _indent(self) -> float:
        return text_width(self.number, 11, bold=True) + 16

    def draw(self, canvas: Canvas, corner: complex) -> None:
        width, height = self.size
        said = "; ".join(figure.frame.spoken for figure in self.figures)
        canvas.open(f"{self.number} {self.heading}: {said}", "card")
        edge = Paint("paper", "ink", 2) if self.now else Paint("paper", "rim", 1)
        canvas.rect(area(corner, width, height), edge, 6)
        pill = area(corner + (PAD - 2 + 6j), self._indent - 6, 17)
        canvas.rect(pill, Paint("ink"), 8)
        canvas.text_line(pill.middle + 4j, self.number, NUMBER)
        canvas.text_line(corner + complex(PAD + self._indent, 18), self.heading, NAME)
        canvas.text_line(corner + (PAD + 34j), self.second, SOFT)
        flow(canvas, self.figures, corner + complex(PAD, HEAD), width)
        if self.example:
            canvas.text_line(corner + complex(PAD, height - 10), self.example, EXAMPLE_FONT)
        canvas.close()


Placed = Sequence[Figure] | Sequence[Card]


def arranged(placed: Placed, corner: complex, room: float) -> tuple[list[complex], float]:
    """Where things stand in rows that are no wider than `room`, and where the last row ends."""
    corners: list[complex] = []
    at, tallest = corner, 0.0
    for width, height in (one.size for one in placed):
        if at.real > corner.real and at.real + width > corner.real + room:
            at, tallest = complex(corner.real, at.imag + tallest + GAP), 0.0
        corners.append(at)
        at, tallest = at + width + GAP, max(tallest, height)
    return corners, at.imag + tallest


def flow(canvas: Canvas, placed: Placed, corner: complex, room: float) -> float:
    """Draw things in rows that are no wider than `room`; returns where the last row ends."""
    corners, end = arranged(placed, corner, room)
    for one, at in zip(placed, corners, strict=True):
        one.draw(canvas, at)
    return end


def card_of(still: Still, number: int, now: bool) -> Card:
    """A step as a card."""
    heading = heading_of(still)
    shown = [(role, replace(frame, small=True)) for role, frame in _shown(still)]
    figures = _figures(shown, heading, titled=False)
    return Card(heading, _second(still), figures, str(number), still.example, now)


def figures_of(still: Still) -> list[Figure]:
    """All pictures of a step, each under the name of its role."""
    return _figures(still.pictures, "", titled=True)


def _figures(pictures: list[tuple[str, Frame]], heading: str, titled: bool) -> list[Figure]:
    return [
        Figure(
            frame,
            SIGNS.get(role, "") if i else "",
            say(f"trace_role_{role}") if titled else "",
            named(frame.name) != heading,
        )
        for i, (role, frame) in enumerate(pictures)
    ]


def _shown(still: Still) -> list[tuple[str, Frame]]:
    """The pictures that the card of a step has."""
    wanted = SHOWN.get(still.kind, ("makes", "hands"))
    return [(role, frame) for role, frame in still.pictures if role in wanted]


def heading_of(still: Still) -> str:
    """The name of a step: that of what it is about."""
    shown = _shown(still)
    if still.kind in ("loss_back", "held"):
        return say("trace_the_loss" if still.kind == "loss_back" else "trace_held_heading")
    if still.kind in ("vjp", "fold") or not shown:
        return named(still.key) if still.key else say("trace_folded")
    return named(shown[-1][1].name)


def _second(still: Still) -> str:
    if still.kind == "fold":
        return f"{still.words.partition('. ')[0]}."
    if still.kind == "compare":
        return say("trace_off_on")
    if still.kind in ("vjp", "loss_back"):
        return say("trace_hands_frozen" if still.about.get("frozen") else "trace_hands")
    return still.aside
