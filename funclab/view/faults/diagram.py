"""A scene in which something is marked: boxes framed in red, edges that break off."""

from __future__ import annotations

from dataclasses import dataclass

from funclab.view.draw.area import Points
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import curved
from funclab.view.draw.text import clean, shorten, text_width
from funclab.view.faults.frame import headed
from funclab.view.scene import tables
from funclab.view.scene.diagram import Diagram
from funclab.view.scene.scene import Box, Edge, Scene

NOTE, SHAPE = 13, 12
LONGEST_NOTE = 60
DROP, HALF_GAP = 34, 0.14
BETWEEN, BELOW, HEADING = 60, 44, 34
ASIDE = 8


@dataclass(frozen=True)
class Gap:
    """Where an edge breaks: the shape that comes, and the one that would do ("" if unknown).

    `note` stands there instead when it is not a matter of shapes.
    """

    given: str
    wanted: str = ""
    note: str = ""

    @property
    def lines(self) -> list[str]:
        if self.note:
            return [self.note]
        return [f"given {self.given}", f"wanted {self.wanted}"] if self.wanted else [self.given]


class FaultDiagram(Diagram):
    """A picture in which some boxes are marked, each with a few words beside it.

    Edges in `gaps` into the box `broken` are double, red and cut: the call that was tried and does
    not exist.
    """

    word = "Fault"

    def __init__(
        self,
        scene: Scene,
        title: str,
        fix: str,
        notes: dict[str, str],
        broken: str = "",
        gaps: dict[tuple[str, int], Gap] | None = None,
        frames: bool = True,
        headings: dict[str, complex] | None = None,
        quiet: tuple[str, ...] = (),
    ) -> None:
        super().__init__(scene)
        self.fix, self.notes, self.broken, self.gaps = fix, notes, broken, gaps or {}
        self.frames, self.headings, self.quiet = frames, headings or {}, quiet
        self.cut: list[Edge] = []
        scene.title, scene.description = clean(title), self._sentences(clean(title))
        if broken:
            self._break_off()

    def _sentences(self, title: str) -> str:
        names = {box.key: box.name for box in self.scene.boxes}
        marked = [f"{names[key]}: {note}." for key, note in self.notes.items() if note]
        shapes = [f"At the gap: {', '.join(gap.lines)}." for gap in self.gaps.values()]
        all_boxes = tables.description(self.scene)
        return clean(
            " ".join([f"{title}.", *marked, *shapes, f"To mend it: {self.fix}", all_boxes])
        )

    def _break_off(self) -> None:
        """Take the edges that break out of the scene, and make room for what stands at the gap."""
        call = next(box for box in self.scene.boxes if box.key == self.broken)
        for edge in self.scene.edges:
            if edge.target.key == self.broken:
                (x, y), (end_x, end_y) = edge.path[-2:]
                edge.path[-2:] = [(x, y + DROP), (end_x, end_y + DROP)]
        self.cut = [one for one in self.scene.edges if self._gap(one) is not None]
        self.scene.edges = [one for one in self.scene.edges if one not in self.cut]
        call.y += DROP
        self.scene.height += DROP

    def _gap(self, edge: Edge) -> Gap | None:
        if edge.target.key != self.broken:
            return None
        return self.gaps.get((edge.source.key, edge.target.index))

    @property
    def text(self) -> str:
        return f"{super().text}\n\nFix: {self.fix}"

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        return headed(canvas, self.title, self.fix, self._draw_scene)

    def _draw_scene(self, canvas: Canvas) -> tuple[float, float]:
        top = HEADING if self.headings else 0
        if self.headings:
            self._draw_headings(canvas)
        canvas.shift(complex(ASIDE, top))
        width, height = super().draw(canvas)
        for edge in self.cut:
            width = max(width, draw_cut(canvas, edge, self._gap(edge) or Gap("")))
        for box in self.scene.boxes:
            if box.key in self.notes:
                width = max(width, self._mark(canvas, box, self.notes[box.key]))
        canvas.close()
        return width + ASIDE, height + top

    def _draw_headings(self, canvas: Canvas) -> None:
        for heading, start in self.headings.items():
            place = start + complex(14 + ASIDE, 14)
            canvas.text_line(place, shorten(heading, 32), Font(NOTE, "soft", bold=True))

    def _mark(self, canvas: Canvas, box: Box, note: str) -> float:
        """A red frame around the box, and the note to its right; returns where it ends."""
        if self.frames:
            dash = "6 4" if box.key == self.broken else ""
            canvas.rect(box.grown(4), Paint("", "fault", 2.5, dash), 11)
        if not note:
            return 0
        quiet = box.key in self.quiet
        start = complex(box.right + 14, box.middle.imag + 5)
        if any(box.right < one.x and one.y < box.bottom and box.y < one.bottom for one in
               [*self.scene.boxes, *self.scene.groups]):  # fmt: skip
            start = complex(box.x, box.y - 12)
        text = f"{'' if quiet else '✗ '}{shorten(note, LONGEST_NOTE)}"
        canvas.text_line(start, text, Font(NOTE, "soft" if quiet else "fault", bold=True))
        return start.real + text_width(text, NOTE, bold=True) + 12


def draw_cut(canvas: Canvas, edge: Edge, gap: Gap) -> float:
    """A double red edge with a gap, and at the gap the two shapes that do not fit."""
    *before, last = pieces(edge.path)
    first, rest, middle = split(last, 0.5 - HALF_GAP, 0.5 + HALF_GAP)
    for piece in [*before, first, rest]:
        for shift in (-2, 2):
            points = [complex(x + shift, y) for x, y in piece]
            canvas.path(curved(points), Paint("", "fault", 2))
    cross = Font(15, "fault", bold=True, anchor="middle")
    canvas.text_line(middle + 5j, "✗", cross)
    lines = gap.lines
    font = Font(SHAPE, "fault", mono=True)
    start = middle + complex(12, 4 if len(lines) == 1 else -4)
    for i, line in enumerate(lines):
        canvas.text_line(start + 15j * i, line, font)
    return start.real + max(text_width(line, SHAPE, mono=True) for line in lines) + 12


def pieces(path: Points) -> list[Points]:
    """The curves of a path: four points each."""
    return [path[i : i + 4] for i in range(0, len(path) - 1, 3)]


def split(curve: Points, begin: float, end: float) -> tuple[Points, Points, complex]:
    """A cubic curve before and after a gap, and the middle of the gap."""
    first, _ = halves(curve, begin)
    _, rest = halves(curve, end)
    middle = halves(curve, (begin + end) / 2)[0][-1]
    return first, rest, complex(*middle)


def halves(curve: Points, t: float) -> tuple[Points, Points]:
    """A cubic curve cut at t. Source: de Casteljau's algorithm."""
    rows = [[complex(*point) for point in curve]]
    while len(rows[-1]) > 1:
        line = rows[-1]
        rows.append([a + (b - a) * t for a, b in zip(line, line[1:], strict=False)])
    first = [(row[0].real, row[0].imag) for row in rows]
    return first, [(row[-1].real, row[-1].imag) for row in reversed(rows)]


def joined(first: Scene, second: Scene, below: bool) -> complex:
    """Put a second scene beside the first, or below it, as one; returns where the second begins."""
    away = 1j * (first.height + BELOW) if below else first.width + BETWEEN + 0j
    for one in [*second.items(), *second.groups]:
        one.x, one.y = one.x + away.real, one.y + away.imag
    paths = [edge.path for edge in second.edges]
    for path in [*paths, *(tie for group in second.groups for tie in group.ties)]:
        path[:] = [(x + away.real, y + away.imag) for x, y in path]
    for kind in ("boxes", "plates", "edges", "groups"):
        getattr(first, kind).extend(getattr(second, kind))
    first.width = max(first.width, away.real + second.width)
    first.height = max(first.height, away.imag + second.height)
    return away
