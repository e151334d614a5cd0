"""The base of every picture of an error, and scenes with boxes framed in red and broken edges."""

from __future__ import annotations

from typing import ClassVar

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area, curved
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, folded_lines, prose, shorten, text_width
from funclab.view.faults.fixes import Fix
from funclab.view.scene import graph_text
from funclab.view.scene.diagram import Diagram
from funclab.view.scene.scene import Box, Edge, Scene
from funclab.view.shapes.lengths import Measured, draw_lengths

LEFT, TOP, TITLE, FIX, LINE = 28, 48, 17, 13, 20
SIDE_BY_SIDE, FIXES, COLUMN = 552, 360, 28
"""Up to which width of the picture the fixes stand beside it, how wide they are, and how far."""
STRIP, CODE = 36, Font(12, bold=True, mono=True)
CROSS = Font(15, "fault", bold=True, anchor="middle")
NARROWEST, LONGEST_TITLE, LONGEST_FIX, LONGEST_WORD, LONGEST_CODE = 480, 80, 420, 44, 96
NOTE, GAP = Font(13, "fault", bold=True), Font(12, "fault", mono=True)
LONGEST_NOTE, NOTE_LINE = 60, 17
WIDEST, NARROW = 720, 600
"""Where a note at the side of a box must end, and a line of a note above it; and where there is
less room."""
DROP, HALF_GAP = 34, 9
BETWEEN, HEADING, BELOW = 60, 34, 16
ASIDE = 8
BEND = 8
"""How far above its end a wire to a side begins to turn."""


class Fault(Picture):
    """A picture between its heading and its fix.

    It has a background of its own: in a front end that shows SVG as an image (JupyterLab), it
    cannot know whether the page around it is dark.
    """

    word = "Fault"
    fits: ClassVar[bool] = True
    stacked = False
    """Whether the fixes stand below, for places that are narrower than both together."""
    alone = False
    """Whether heading and fixes stand elsewhere, for places that are lower than all together."""
    fix: str
    after: str = ""
    """What is said under the fixes."""

    @property
    def fixes(self) -> list[Fix]:
        """What to do; a subclass may give several, each with its code."""
        return [Fix(self.fix)]

    @property
    def lift(self) -> float:
        """How far what is drawn stands out above its own corner."""
        return 0

    def draw_fault(self, canvas: Canvas) -> tuple[float, float]:
        """Draw what is between heading and fix; returns its size."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        return f"{super().text}\n\nFix: {self.fix}"

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        if self.alone:
            canvas.shift(complex(0, self.lift))
            width, height = self.draw_fault(canvas)
            canvas.close()
            return width, height + self.lift
        title = shorten(prose(self.title), LONGEST_TITLE)
        width, height = self.draw_fault(Canvas(canvas.palette))
        beside = width <= SIDE_BY_SIDE and self.look != "projector" and not self.stacked
        total = width + COLUMN + FIXES + LEFT if beside else max(width, NARROWEST)
        total = max(total, text_width(title, TITLE, bold=True) + 2 * LEFT)
        corner = complex(width + COLUMN, TOP) if beside else complex(LEFT, TOP + height + 8)
        room = total - corner.real - LEFT
        end = self._draw_fixes(Canvas(canvas.palette), corner, room)
        sheet = area(1 + 1j, total, max(end, TOP + height if beside else 0) + 8)
        canvas.rect(sheet, Paint("paper", "fault", 1.2), 12)
        canvas.rect(area(10 + 14j, 4, sheet.height - 26), Paint("fault"), 2)
        canvas.text_line(complex(LEFT, 32), title, Font(TITLE, "fault", bold=True))
        canvas.shift(complex(0, TOP))
        self.draw_fault(canvas)
        canvas.close()
        if beside:
            rule = area(corner - COLUMN / 2 + 4j, 1, sheet.bottom - TOP - 16)
            canvas.rect(rule, Paint("rule"))
        self._draw_fixes(canvas, corner, room)
        return sheet.right + 1, sheet.bottom + 1

    def _draw_fixes(self, canvas: Canvas, corner: complex, room: float) -> float:
        """The heading, and each fix: its words, its code on a strip; returns where they end."""
        canvas.text_line(corner + 16j, say("faults_how", n=len(self.fixes)), Font(15, bold=True))
        y = corner.imag + 40
        for fix in self.fixes:
            words = " ".join(shorten(word, LONGEST_WORD) for word in _begun(fix.text).split())
            for line in folded_lines(shorten(words, LONGEST_FIX), room, FIX):
                canvas.text_line(complex(corner.real, y), line, Font(FIX))
                y += LINE
            if fix.code:
                y = _strip(canvas, complex(corner.real, y - 8), room, fix) + 24
        if self.after:
            canvas.text_line(complex(corner.real, y + 6), self.after, Font(12, "label"))
            y += LINE + 6
        return y - 4


def _begun(text: str) -> str:
    """A sentence with a capital letter, unless it begins with code."""
    text = prose(text)
    word = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if word.isalpha() and word.islower() else text


def _strip(canvas: Canvas, corner: complex, room: float, fix: Fix) -> float:
    """Code, and the shape that it gives: at the right, or below if there is no room."""
    code = shorten(fix.code, LONGEST_CODE)
    shape = text_width(fix.shape, 12, mono=True)
    two = text_width(code, 12, mono=True) + shape + 36 > room
    place = area(corner, room, STRIP + 18 * two)
    canvas.rect(place, Paint("sunken", "rule", 1), 8)
    canvas.text_line(corner + (12 + 22j), code, CODE)
    end = complex(place.right - 12, place.bottom - 14)
    canvas.text_line(end, fix.shape, Font(12, "soft", mono=True, anchor="end"))
    return place.bottom


class FaultDiagram(Fault, Diagram):
    """A picture in which some boxes are marked, each with a few words beside it.

    Edges in `gaps` into the box `broken` are double, red and cut: the call failed and made no node.
    Each has words that are written at the gap, such as the shape that is wanted there.
    """

    def __init__(
        self,
        scene: Scene,
        title: str,
        fix: str,
        notes: dict[str, str],
        broken: str = "",
        gaps: dict[tuple[str, int], str] | None = None,
        headings: dict[str, complex] | None = None,
        fixes: list[Fix] | None = None,
        lengths: list[Measured] | None = None,
    ) -> None:
        super().__init__(scene)
        self.given_fixes, self.lengths = fixes or [Fix(fix)], lengths or []
        self.after = say("faults_unchanged") if broken else ""
        self.fix, self.notes, self.broken, self.gaps = fix, notes, broken, gaps or {}
        self.headings = headings or {}
        self.cut: list[Edge] = []
        scene.title, scene.description = clean(title), self._sentences(clean(title))
        for box in scene.boxes:
            if box.key in notes:
                box.outline = "6 4" if box.key == broken else ""
        if broken:
            self._break_off()

    @property
    def fixes(self) -> list[Fix]:
        return self.given_fixes

    @property
    def lift(self) -> float:
        return NOTE_LINE - 8 if any(map(self._above, self.scene.boxes)) else 0

    def _sentences(self, title: str) -> str:
        names = {box.key: box.name for box in self.scene.boxes}
        shapes = {plate.key: plate.shape for plate in self.scene.plates}
        notes = [f"{names[key]}: {note}." for key, note in self.notes.items() if note]
        gaps = [f"{shapes[key]} {words}".strip() for (key, _), words in self.gaps.items()]
        sentences = [f"{title}.", *notes, *(say("faults_gap", gap=gap) for gap in gaps)]
        sentences += [say("faults_fix", fix=self.fix), graph_text.description(self.scene)]
        return clean(" ".join(sentences))

    def _break_off(self) -> None:
        """Take the broken edges out of the scene, and make room for the words at the gap."""
        call = next(box for box in self.scene.boxes if box.key == self.broken)
        into = [edge for edge in self.scene.edges if edge.target.key == self.broken]
        for edge in into:
            (_, before), (_, end) = edge.path[-2:]
            low = end - BEND * (before == end)  # into a side, with the bend before it
            edge.path[:] = [(x, y + DROP * (y >= low)) for x, y in edge.path]
        self.cut = [edge for edge in into if (edge.source.key, edge.target.index) in self.gaps]
        self.scene.edges = [edge for edge in self.scene.edges if edge not in self.cut]
        call.y += DROP
        call.ports = [(x, y + DROP, number) for x, y, number in call.ports]
        self.scene.height += DROP

    def draw_fault(self, canvas: Canvas) -> tuple[float, float]:
        for heading, corner in self.headings.items():
            start = corner + complex(14 + ASIDE, 14)
            canvas.text_line(start, shorten(heading, 32), Font(13, "soft", bold=True))
        above = [len(self._above(box)) for box in self.scene.boxes]
        top = (HEADING if self.headings else 0) + NOTE_LINE * max(0, max(above) - 1)
        canvas.shift(complex(ASIDE, top))
        width, height = Diagram.draw(self, canvas)
        width = max(width, self._draw_cuts(canvas))
        for box in self.scene.boxes:
            if box.key in self.notes:
                width = max(width, self._mark(canvas, box, self.notes[box.key]))
        canvas.close()
        height += top + (BELOW if self.broken else 0)
        if self.lengths:
            wide, high = draw_lengths(canvas, complex(LEFT, height + 4), self.lengths)
            width, height = max(width, LEFT + wide), height + high + 8
        return width + ASIDE, height

    def _draw_cuts(self, canvas: Canvas) -> float:
        """Double red edges with a gap; the words of the gap are written once, after the last."""
        middles = [draw_cut(canvas, edge) for edge in self.cut]
        sources = {edge.source.key for edge in self.cut}
        for plate in self.scene.plates:
            if plate.key in sources:
                canvas.rect(plate, Paint("", "fault", 2))
        words = say("faults_or").join(dict.fromkeys(filter(None, self.gaps.values())))
        if not middles or not words:
            return 0
        start = max(middles, key=lambda middle: middle.real) + (14 + 4j)
        canvas.text_line(start, words, GAP)
        return start.real + text_width(words, GAP.size, mono=True) + 12

    def _mark(self, canvas: Canvas, box: Box, note: str) -> float:
        """The note of a box, to its right if there is room; returns where it ends."""
        if not note:
            return 0
        start = complex(box.right + 14, box.middle.imag + 5)
        lines = self._above(box)
        if box.key == self.broken:  # edges come in from above and from the sides
            start = complex(box.x, box.bottom + 20)
        elif lines:
            start = complex(box.x, box.y - 12 - NOTE_LINE * (len(lines) - 1))
        lines = lines or [_marked(note)]
        for i, line in enumerate(lines):
            canvas.text_line(start + complex(0, NOTE_LINE * i), line, NOTE)
        return start.real + max(map(_width, lines)) + 12

    def _above(self, box: Box) -> list[str]:
        """The lines of a note that stands above its box, since there is no room to the right."""
        note = self.notes.get(box.key)
        if not note or box.key == self.broken:
            return []
        beside = [
            other.x
            for other in [*self.scene.boxes, *self.scene.groups]
            if box.right < other.x and other.y < box.bottom and box.y < other.bottom
        ]
        widest = NARROW if self.stacked else WIDEST
        if not beside and box.right + 14 + _width(_marked(note)) <= widest:
            return []
        room = max(box.width, min([*beside, widest]) - 14 - box.x)
        return folded_lines(_marked(note), room, NOTE.size, bold=True)


def _marked(note: str) -> str:
    return f"✗ {shorten(note, LONGEST_NOTE)}"


def _width(note: str) -> float:
    return text_width(note, NOTE.size, bold=True)


def draw_cut(canvas: Canvas, edge: Edge) -> complex:
    """A double red edge with a gap and a cross in its last part; returns the middle of the gap."""
    turn = 1 if edge.path[-1][0] <= edge.path[0][0] else -1
    for shift in (-2, 2):
        points = [complex(x + shift, y + turn * shift) for x, y in edge.path]
        canvas.path(curved(points), Paint("", "fault", 2))
    middle = (complex(*edge.path[-4]) + complex(*edge.path[-1])) / 2
    gap = area(middle - HALF_GAP * (1 + 1j), 2 * HALF_GAP, 2 * HALF_GAP)
    canvas.rect(gap, Paint("paper"), HALF_GAP)
    canvas.text_line(middle + 5j, "✗", CROSS)
    return middle


def beside(first: Scene, second: Scene) -> complex:
    """Add a second scene to the first, next to it; returns where the second begins."""
    away = first.width + BETWEEN
    for part in [*second.items(), *second.groups]:
        part.x += away
    for box in second.boxes:
        box.ports = [(x + away, y, number) for x, y, number in box.ports]
    first.dots += [(x + away, y) for x, y in second.dots]
    paths = [edge.path for edge in second.edges]
    for path in [*paths, *(tie for group in second.groups for tie in group.ties)]:
        path[:] = [(x + away, y) for x, y in path]
    for kind in ("boxes", "plates", "edges", "groups"):
        getattr(first, kind).extend(getattr(second, kind))
    first.width = away + second.width
    first.height = max(first.height, second.height)
    return complex(away)
