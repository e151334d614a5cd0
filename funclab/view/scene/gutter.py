"""The code of a model beside its picture: for each call one line, at the height of its box."""

from __future__ import annotations

from itertools import pairwise

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import polyline
from funclab.view.draw.text import text_width
from funclab.view.scene.scene import Scene

CODE = Font(12, "soft", mono=True)
LETTER = text_width("0", 12, mono=True)
LEFT, TIE, GAP = 8, 24, 10
"""The room before a line, the least length of the hairline after it, and the room at its ends."""
LONGEST, MOST_BOXES, WIDEST = 36, 14, 420
"""The most characters of a line, and the most boxes and the widest column that have a gutter."""
DENSITIES = ("full", "two lines")


def longest_line(scene: Scene, width: float) -> int:
    """How many characters a line of code at the left of a scene may have, so that both fit into a
    width; 0 for a scene whose calls are not one below the other, each in a box of its own."""
    boxes = sorted(scene.boxes, key=lambda box: box.y)
    column = scene.direction == "TB" and scene.density in DENSITIES and scene.face == "calls"
    if not (column and 0 < len(boxes) <= MOST_BOXES):
        return 0
    if any(box.gathers or box.rows or box.inside is not None for box in boxes):
        return 0
    if any(above.bottom > below.y for above, below in pairwise(boxes)):
        return 0
    if max(box.right for box in boxes) - min(box.x for box in boxes) > WIDEST:
        return 0
    return min(LONGEST, int((width - scene.width - LEFT - TIE - 2 * GAP) / LETTER))


def gutter_width(scene: Scene) -> float:
    """How much wider a picture is for the code at its left."""
    longest = max((len(line) for line in scene.code.values()), default=0)
    return LEFT + round(longest * LETTER) + TIE + 2 * GAP if longest else 0


def draw_gutter(canvas: Canvas, scene: Scene) -> None:
    """Draw the lines, each tied to its box by a hairline."""
    width = gutter_width(scene)
    for box in scene.boxes:
        line, y = scene.code[box.key], box.y + box.height / 2
        start, end = LEFT + len(line) * LETTER + GAP, width + box.x - GAP
        canvas.open(line, "line", key=box.key)
        canvas.text_line(complex(LEFT, y + 4), line, CODE)
        canvas.path(polyline([complex(start, y), complex(end, y)]), Paint("", "rule", 1))
        canvas.close()
