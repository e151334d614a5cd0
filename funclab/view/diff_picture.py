"""Two models side by side, with a numbered mark at every call that differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from funclab.view.canvas import Canvas, Font, Paint
from funclab.view.diagram import diagram
from funclab.view.diff import Difference
from funclab.view.drawing import draw_scene
from funclab.view.measure import text_width
from funclab.view.picture import picture_of
from funclab.view.scene import Box, Scene

APART, HEAD, LINE = 40, 34, 20
SIGNS = {"added": "+", "removed": "−", "changed": "~", "rewired": "↷", "shared": "◆", "calls": "#"}
PILL = 11


@dataclass
class DiffPicture:
    """Both graphs; the number in each mark is that of a sentence below."""

    difference: Difference
    left: Any
    right: Any
    look: str = "auto"
    scenes: list[Scene] = field(init=False)

    def __post_init__(self) -> None:
        self.scenes = [diagram(one).scene for one in (self.left, self.right)]

    @property
    def svg(self) -> str:
        return picture_of(self)

    @property
    def title(self) -> str:
        return f"Differences, {self.difference.title}"

    @property
    def description(self) -> str:
        return " ".join(f"{entry.sentence}." for entry in self.difference)

    @property
    def text(self) -> str:
        return self.difference.text

    @property
    def table(self) -> str:
        return self.difference.table

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        left, right = self.scenes
        names = (self.difference.left, self.difference.right)
        self._draw_side(canvas, left, 0, names[0])
        self._draw_side(canvas, right, left.width + APART, names[1])
        width, y = left.width + APART + right.width, HEAD + max(left.height, right.height) + 12
        for number, line in enumerate(self._lines(), 1):
            text = f"{number}. {line}"
            canvas.text_line(complex(14, y + LINE * number), text, Font(13))
            width = max(width, text_width(text, 13) + 40)
        return width, y + LINE * (len(self._lines()) + 1)

    def _lines(self) -> list[str]:
        return [f"{SIGNS.get(one.kind, '·')} {one.kind}: {one.sentence}" for one in self.difference]

    def _draw_side(self, canvas: Canvas, scene: Scene, x: float, name: str) -> None:
        canvas.text_line(complex(x + 14, 22), name, Font(15, bold=True))
        canvas.shift(complex(x, HEAD))
        draw_scene(canvas, scene)
        side = "left" if scene is self.scenes[0] else "right"
        boxes = {box.key: box for box in scene.boxes}
        placed: dict[str, int] = {}
        for number, entry in enumerate(self.difference, 1):
            for key in getattr(entry, side):
                if key in boxes:
                    self._mark(canvas, boxes[key], str(number), placed.get(key, 0))
                    placed[key] = placed.get(key, 0) + 1
        canvas.close()

    @staticmethod
    def _mark(canvas: Canvas, box: Box, number: str, before: int) -> None:
        canvas.rect(box.grown(4), Paint("", "fault", 2, "6 3"), 11)
        middle = complex(box.x + 2 + before * 24, box.y - 4)
        canvas.circle(middle, PILL, Paint("fault"))
        font = Font(12, "on-colour", bold=True, anchor="middle")
        canvas.text_line(middle + 4j, number, font)
