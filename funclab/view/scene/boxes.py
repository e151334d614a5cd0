"""Boxes: a heading, numbered ports, and in the layers face a row for each call."""

from __future__ import annotations

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.marks import lock_path, mark_path
from funclab.view.scene import sizes
from funclab.view.scene.layout.ports import TAB, has_tabs, offset
from funclab.view.scene.scene import Box, End, Group, Row, Scene

NAME = Font(sizes.NAME, bold=True)
DETAIL = Font(sizes.DETAIL, "soft")
PILL = Font(sizes.PILL, "on-colour", bold=True, anchor="middle")
TAB_NUMBER = Font(11, bold=True, anchor="middle")
VALUE, ARROW = Font(sizes.MONO, mono=True), Font(sizes.MONO, "soft", mono=True)

ROUND, DOUBLE = 8, 4
PILL_HEIGHT = 18
PORT = 3.5
ROW_LEFT, ROW_INSET, ARROW_GAP, SHAPE_GAP = 16, 8, 6, 18


def draw_box(canvas: Canvas, scene: Scene, box: Box, group: Group | None) -> None:
    """Draw a box. One with something inside is left open; whoever draws that closes it."""
    data = {"key": box.key}
    if box.first:
        data["first"] = box.first
    kind = "box" if box.inside is None else "box frame"
    canvas.open(box.title, kind, **data)
    colour, fill = colours(box, group)
    folded = box.role == "fold"
    if box.wrapper:
        canvas.rect(box.grown(DOUBLE), Paint("", colour, 1.2), ROUND + DOUBLE)
    canvas.rect(box, Paint(fill, colour, 1.5, "5 4" if folded else ""), ROUND)
    if not folded:
        canvas.bar(box, sizes.BAR, ROUND, colour)
    _draw_heading(canvas, box, group, colour)
    _draw_pill(canvas, box, colour)
    if scene.face == "calls":
        _draw_tabs(canvas, scene, box, colour)
    for row, centre in zip(box.rows, sizes.row_centres(box), strict=True):
        _draw_row(canvas, box, row, box.y + centre, colour)
    if box.inside is None:
        canvas.close()


def colours(box: Box, group: Group | None) -> tuple[str, str]:
    """The colours of a box's line and filling."""
    name = "neutral"
    if group is not None:
        name = f"group{group.colour}"
    elif box.role in ("input", "output"):
        name = box.role
    return name, "plain" if name == "neutral" else f"{name}-fill"


def _draw_heading(canvas: Canvas, box: Box, group: Group | None, colour: str) -> None:
    texts = sizes.box_texts(box)
    start = box.corner + sizes.BAR + sizes.PAD
    canvas.text_line(start + 42j, texts.detail, DETAIL)
    start += 0j if texts.detail or box.note or box.inside else 8j
    if box.note:
        canvas.text_line(start + 58j, box.note, Font(sizes.SMALL, "soft"))
    if group is not None:
        canvas.path(mark_path(group.mark, start + (7 + 19j)), Paint(colour))
        start += sizes.MARK
    canvas.text_line(start + 24j, texts.name, NAME)


def _draw_pill(canvas: Canvas, box: Box, colour: str) -> None:
    """The node index in its pill, and before it the lock of frozen weights."""
    text = sizes.box_texts(box).pill
    end = complex(box.right - 10, box.y + 10)
    if text:
        end -= sizes.pill_width(text)
        _pill(canvas, end, text, colour)
    if box.frozen:
        canvas.path(lock_path(end - sizes.LOCK + (2 + 2j)), Paint("soft"))


def _pill(canvas: Canvas, corner: complex, text: str, colour: str) -> None:
    width = sizes.pill_width(text)
    canvas.rect(area(corner, width, PILL_HEIGHT), Paint(colour), PILL_HEIGHT / 2)
    canvas.text_line(corner + width / 2 + 13j, text, PILL)


def _draw_tabs(canvas: Canvas, scene: Scene, box: Box, colour: str) -> None:
    """Ports on the sides that face the flow, numbered where there are several."""
    sides = ((box.inputs, False), (box.outputs, True))
    for count, leaving in sides:
        for i in range(count if has_tabs(box, count) else 0):
            middle = _tab(scene, box, End(box.key, i, count), leaving)
            corner = middle - TAB / 2 * (1 + 1j)
            canvas.rect(area(corner, TAB, TAB), Paint("paper", colour, 1.2))
            if count > 1:
                canvas.text_line(middle + 4j, str(i), TAB_NUMBER)


def _tab(scene: Scene, box: Box, end: End, leaving: bool) -> complex:
    """The middle of a port, on the side that faces the flow."""
    across = offset(scene, box, end, leaving, False)
    half = 1 if leaving else -1
    if scene.direction == "LR":
        return box.middle + half * box.width / 2 + across * 1j
    return box.middle + half * box.height / 2 * 1j + across


def _draw_row(canvas: Canvas, box: Box, row: Row, y: float, colour: str) -> None:
    """A call: its number, what it was given, an arrow, and the shapes of what it made."""
    index, wide, _ = sizes.row_columns(box)
    height = sizes.row_height(row)
    canvas.open(f"node {row.index}", "row", row=str(row.index))
    corner = complex(box.x + ROW_LEFT, y - height / 2)
    frame = area(corner, box.width - ROW_LEFT - ROW_INSET, height)
    canvas.rect(frame, Paint("paper", colour, 1, "4 3" if row.note else ""), 5)
    _pill(canvas, complex(frame.x + 2, y - PILL_HEIGHT / 2), sizes.node_words(row.index), colour)
    start = complex(frame.x + 2 + index, y + 4)
    if row.note:
        canvas.text_line(start, row.note, DETAIL)
    else:
        inputs, shapes = sizes.row_texts(row)
        _draw_lines(canvas, start, inputs)
        start += wide + ARROW_GAP if wide else 0
        canvas.text_line(start, "→", ARROW)
        _draw_lines(canvas, start + SHAPE_GAP, shapes)
        for height in _spread(len(row.outputs)):
            canvas.circle(complex(box.right, y + height), PORT, Paint(colour))
    canvas.close()


def _draw_lines(canvas: Canvas, start: complex, lines: list[str]) -> None:
    for line, height in zip(lines, _spread(len(lines)), strict=True):
        canvas.text_line(start + height * 1j, line, VALUE)


def _spread(count: int) -> list[float]:
    """The heights of some lines around their common middle."""
    return [sizes.LINE * (i - (count - 1) / 2) for i in range(count)]
