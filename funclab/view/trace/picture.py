"""Slow motion as one still picture: the graph, the current step, and all steps in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.frame_drawing import draw_frame, size_of
from funclab.view.draw.frames import Frame
from funclab.view.draw.geometry import Area, area, curved, next_to, of_length
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.sentences import named, say
from funclab.view.draw.text import folded_lines, text_width
from funclab.view.scene.drawing import draw_scene
from funclab.view.scene.scene import Scene
from funclab.view.trace.stills import PHASES, Still, place_of, spine

WIDTH, BESIDE = 1080, 640
"""How wide the picture is, and how wide a graph may be to fit beside the current step."""
PAD, GAP, SIGN_ROOM = 12, 14, 30
TITLE, LEAD, HEADING, WORDS = Font(16, bold=True), Font(12, "soft"), Font(14, bold=True), Font(13)
NUMBER, SENTENCE, NOW = Font(12, bold=True, anchor="end"), Font(12), Font(12, bold=True)
NAME, SMALL = Font(11, mono=True), Font(11, "soft")
ROLE = Font(11, "soft", bold=True)
SIGN = Font(20, "soft", bold=True, anchor="middle")
TAG = Font(11, "paper", bold=True)
LOW = 50
"""Below this height, a part that a tag names is full of words itself."""
SIGNS = {"part": "+", "sum": "=", "after": "→", "on": "|"}
"""The sign before a picture with this role, unless it is the first."""
MOST_TOLD = {"forward": 12, "backward": 12, "update": 6}
"""How many steps of each phase are described in words."""
BACK = "7 4"
"""The dashes of an edge along which gradients flow."""


@dataclass(repr=False)
class TracePicture(Picture):
    """A trace at one of its steps; the others follow in words."""

    title: str
    stills: Sequence[Still]
    scene: Scene
    step: int
    look: str

    @property
    def description(self) -> str:
        return " ".join(still.words for still in self.stills[:40])

    @property
    def grid(self) -> tuple[Cells, list[Cells]]:
        titles = [say(f"trace_{column}") for column in ("step", "words", "pictures")]
        rows: list[Cells] = []
        for number, still in enumerate(self.stills):
            pictures = "; ".join(frame.spoken for _, frame in still.pictures)
            rows.append((str(number), still.words, pictures))
        return titles, rows

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        """Graph and current step side by side if there is room; then the steps in words."""
        width = max(WIDTH, self.scene.width + 2 * PAD)
        top = self._draw_title(canvas)
        draw_marked(canvas, self.scene, self.stills[self.step], complex(PAD, top))
        low = top + self.scene.height + GAP
        beside = self.scene.width <= BESIDE
        corner = complex(self.scene.width + 2 * PAD, top) if beside else complex(PAD, low)
        y = max(low, self._draw_step(canvas, corner, width - PAD - corner.real))
        for phase in PHASES:
            y = self._draw_phase(canvas, phase, y, width - 2 * PAD)
        return width, canvas.prose(complex(PAD, y + 8), self._legends(), width - 2 * PAD, LEAD) - 5

    def _legends(self) -> list[str]:
        """What colours, outlines and names mean, if there are any."""
        still = self.stills[self.step]
        legend = still.legend(self.look)
        if any(frame.mark is not None for _, frame in still.pictures):
            legend = f"{legend} {say('trace_legend_marks')} {say('trace_legend_scale')}"
        updated = any(each.kind == "update" for each in self.stills)
        batch = say("trace_legend_batch") if updated else ""
        stepping = dict.fromkeys(each.about.get("stepping") for each in self.stills)
        before = say("trace_before_why")
        explained = any(before in each.words for each in self.stills)
        return list(filter(None, [legend, batch, *stepping, before * explained]))

    def _draw_title(self, canvas: Canvas) -> float:
        canvas.text_line(complex(PAD, 26), named(self.title), TITLE)
        last = [phase for phase in PHASES if any(still.phase == phase for still in self.stills)][-1]
        leads = [say(f"trace_lead_{last}", n=len(spine(self.stills))), say("trace_lead_drawn")]
        return canvas.prose(PAD + 46j, leads, WIDTH, LEAD) - 2

    def _draw_step(self, canvas: Canvas, corner: complex, room: float) -> float:
        """The current step in words, and with all its pictures; returns how far down it reaches."""
        still = self.stills[self.step]
        inner, left = room - 2 * PAD, corner.real + PAD
        lines = folded_lines(still.words, inner, 13)
        figures = [
            Figure(frame, SIGNS.get(role, "") if i else "", say(f"trace_role_{role}"))
            for i, (role, frame) in enumerate(still.pictures)
        ]
        start = complex(left, corner.imag + 38 + 18 * len(lines))
        corners, end = arranged(figures, start, inner)
        end += 22 * bool(still.example)
        canvas.rect(area(corner, room, end + 10 - corner.imag), Paint("plain", "ink", 2), 8)
        heading = say("trace_now", step=place_of(self.stills, self.step))
        canvas.text_line(corner + (PAD + 22j), heading, HEADING)
        for i, line in enumerate(lines):
            canvas.text_line(complex(left, corner.imag + 44 + 18 * i), line, WORDS)
        for figure, figure_corner in zip(figures, corners):
            figure.draw(canvas, figure_corner)
        if still.example:
            canvas.text_line(complex(left, end - 4), still.example, HEADING)
        return end + 10 + GAP

    def _draw_phase(self, canvas: Canvas, phase: str, y: float, room: float) -> float:
        """The steps of a phase, each with its number and a sentence; returns where they end."""
        numbered = enumerate(spine(self.stills), 1)
        steps = [(number, i) for number, i in numbered if self.stills[i].phase == phase]
        if not steps:
            return y
        canvas.text_line(complex(PAD, y + 16), say(f"trace_heading_{phase}"), HEADING)
        y += 38
        for number, i in steps[: MOST_TOLD[phase]]:
            canvas.text_line(complex(PAD + 20, y), str(number), NUMBER)
            font = NOW if i == self.step else SENTENCE
            y = canvas.prose(complex(PAD + 28, y), [self.stills[i].words], room - 28, font)
        more = len(steps) - MOST_TOLD[phase]
        if more > 0:
            y = canvas.prose(complex(PAD + 28, y), [say("trace_more", n=more)], room, LEAD)
        return y


@dataclass
class Figure:
    """One picture, with its sign before it, its role above it, and its description below."""

    frame: Frame
    sign: str
    role: str

    @property
    def lines(self) -> list[tuple[str, Font]]:
        """The lines below the picture; the statistics take two lines."""
        frame = self.frame
        brief = frame.brief if frame.statistics["size"] > 1 or frame.odd else ""
        told = (
            [brief]
            if frame.words
            else brief.replace(", ", ",\n", 1).replace("; ", "\n").split("\n")
        )
        lines = [frame.shape, *told]
        shown = [(line, SMALL) for line in lines if line not in ("", "()")]
        return [(named(frame.name), NAME), *shown]

    @property
    def size(self) -> tuple[float, float]:
        width, height = size_of(self.frame)
        words = [text_width(line, 11, mono=font.mono) for line, font in self.lines]
        return SIGN_ROOM * bool(self.sign) + max([width, *words]), height + 15 * len(words) + 19

    def draw(self, canvas: Canvas, corner: complex) -> None:
        height = size_of(self.frame)[1]
        if self.sign:
            canvas.text_line(corner + complex(SIGN_ROOM / 2, 22 + height / 2), self.sign, SIGN)
            corner += SIGN_ROOM
        canvas.text_line(corner + 10j, self.role, ROLE)
        draw_frame(canvas, self.frame, corner + 15j)
        for i, (line, font) in enumerate(self.lines, 2):
            canvas.text_line(corner + complex(0, height + 15 * i), line, font)


def arranged(figures: Sequence[Figure], start: complex, room: float) -> tuple[list[complex], float]:
    """Where figures go in rows that are no wider than `room`, and where the last row ends."""
    corners: list[complex] = []
    corner, tallest = start, 0.0
    for width, height in (figure.size for figure in figures):
        if corner != start and corner.real + width > start.real + room:
            corner, tallest = complex(start.real, corner.imag + tallest + GAP), 0.0
        corners.append(corner)
        corner, tallest = corner + width + GAP, max(tallest, height)
    return corners, corner.imag + tallest


# The graph, with the current step marked in it.
def draw_marked(canvas: Canvas, scene: Scene, still: Still, corner: complex) -> None:
    """The scene with its corner at a point; the step's box has a ring, and its edges are strong:
    dashed, with a backward arrow, if gradients flow along them."""
    canvas.shift(corner)
    draw_scene(canvas, scene)
    areas: dict[str, Area] = {}
    for inside, origin in scene.placed():
        parts = {item.key: item for item in inside.items()}
        parts |= {group.name: group for group in inside.groups if group.width}
        for key, part in parts.items():
            areas[key] = area(part.corner + origin, part.width, part.height).grown(4)
        for edge in inside.edges if still.phase != "update" else ():
            out = still.phase == "forward" and edge.source.key == still.key
            if out or (edge.source.key, edge.target.key) in still.flows:
                points = [complex(x, y) + origin for x, y in edge.path]
                _draw_flow(canvas, points, still.phase == "backward")
    for key, block in scene.holders.items():
        areas[key] = areas[block]
    for key in still.marks:
        if key in areas:
            canvas.rect(areas[key], Paint("", "ink", 1.5, "2 3"), 10)
    ring = next((areas[key] for key in still.anchors if key in areas), None)
    if ring is not None:
        canvas.rect(ring, Paint("", "ink", 2.5), 10)
        low = ring.height < LOW
        others = [part.grown(-4) for part in areas.values() if low or not part.contains(ring)]
        _draw_tag(canvas, ring, still.sign, others)
    canvas.close()


def _draw_flow(canvas: Canvas, points: list[complex], back: bool) -> None:
    colour = "group0" if back else "input"
    canvas.path(curved(points), Paint("", colour, 3.5, BACK if back else ""))
    if back:
        start = points[0]
        following = next((point for point in points if point != start), start + 1j)
        canvas.arrow(start, of_length(start - following, 10), colour)


def _draw_tag(canvas: Canvas, ring: Area, words: str, others: list[Area]) -> None:
    """Words at a corner of a ring where there is no other part, or to the right of it."""
    width = text_width(words, 11, bold=True) + 14
    pill = next_to(ring, width, 18, others)
    canvas.rect(pill, Paint("ink"), 9)
    canvas.text_line(pill.corner + (7 + 13j), words, TAG)
