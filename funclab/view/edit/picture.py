"""The picture of a draft: the graph, with what fails in red, and the code below it."""

from __future__ import annotations

from typing import Any

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean, shorten
from funclab.view.edit.building import Build
from funclab.view.scene import graph_text
from funclab.view.scene.diagram import Diagram, diagram

EMPTY, ROOM = (400.0, 120.0), (560.0, 452.0)
CODE, LINE, MARGIN = Font(12, mono=True), 20, 16
LONGEST_LINE = 110
UNKNOWN = "?"


def drawn(
    build: Build, face: str, look: str, focus: str = "", choice: str | None = None
) -> Diagram | None:
    """The graph of a draft: a call that fails has a red line around it, what leads to no output a
    dashed one, and a shape that is not known is a question mark; None for Inputs alone."""
    sketch = build.sketch
    if sketch is None:
        return None
    picture = diagram(sketch, face, look=look, focus=focus, room=ROOM, choice=choice)
    keys = build.draft.keys
    failed = {keys[key] for key in build.errors}
    forgotten = {keys[key] for key in build.forgotten}
    unknown = {
        clean(tensor.id)
        for key in (*build.errors, *build.unknown)
        for tensor in build.nodes[key].output_tensors
    }
    for scene in picture.scene.walk():
        for box in scene.boxes:
            inside = {box.key, *box.members}
            if inside & failed:
                box.outline = ""
                box.title = f"{box.title} {say('edit_failed', name=box.key)}."
            elif inside <= forgotten:
                box.outline, box.outlined = "4 4", "label"
                box.title = f"{box.title} {say('edit_forgotten')}."
            for name in unknown:
                said = say("scene_shaped", name=name, shape="()")
                box.title = box.title.replace(said, say("scene_shaped", name=name, shape=UNKNOWN))
        for plate in scene.plates:
            if plate.name in unknown:
                plate.shape, plate.title = UNKNOWN, UNKNOWN
        scene.description = graph_text.description(scene)
    return picture


class EditPicture(Picture):
    """What is shown without a page: the graph, the error if there is one, and the code."""

    word = "Edit"

    def __init__(self, build: Build, title: str, lines: list[str], look: str, face: str) -> None:
        self.build, self.title, self.lines, self.look = build, title, lines, look
        self.graph = drawn(build, face, look)

    @property
    def told(self) -> list[str]:
        """The sentences of the first error, or of what a model still needs."""
        error: Any = self.build.error
        if error is None:
            return []
        return [getattr(error, "what", str(error)), *_reasons(error)]

    @property
    def description(self) -> str:
        graph = self.graph.description if self.graph is not None else say("edit_caption_empty")
        return " ".join([graph, *self.told])

    @property
    def text(self) -> str:
        return "\n".join([self.title, "", *self.told, *([""] if self.told else []), *self.lines])

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        width, y = EMPTY[0], 40.0
        canvas.text_line(complex(MARGIN, 24), shorten(self.title, 60), Font(15, bold=True))
        if self.graph is not None:
            canvas.shift(complex(MARGIN, y))
            wide, high = self.graph.draw(canvas)
            canvas.close()
            width, y = max(width, wide + 2 * MARGIN), y + high + 12
        width = max(width, 560)
        for i, sentence in enumerate(self.told):
            font = Font(13, "fault" if not i else "soft", bold=not i)
            begin = complex(MARGIN, y + LINE)
            y = canvas.prose(begin, [sentence], width - 2 * MARGIN - 10, font, LINE) - LINE
        lines = [shorten(line, LONGEST_LINE) for line in self.lines]
        longest = max(map(len, lines), default=0) * 7.3 + 2 * MARGIN + 16
        width = max(width, longest)
        strip = area(complex(MARGIN, y + 12), width - 2 * MARGIN, LINE * len(lines) + 16)
        canvas.rect(strip, Paint("sunken", "rule", 1), 8)
        for i, line in enumerate(lines):
            canvas.text_line(strip.corner + complex(12, 22 + LINE * i), line, CODE)
        return width, strip.bottom + MARGIN


def _reasons(error: Any) -> list[str]:
    why, fix = getattr(error, "why", ""), getattr(error, "fix", "")
    return [say("edit_why", why=why), say("edit_fix", fix=fix)] if why else []
