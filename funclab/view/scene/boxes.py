"""Boxes: a heading, numbered ports, and in the layers face a row for each call."""

from __future__ import annotations

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import Pen, curved
from funclab.view.draw.marks import lock_path, mark_path
from funclab.view.draw.text import text_width
from funclab.view.scene import sizes
from funclab.view.scene.scene import Box, Group, Row, Scene
from funclab.view.scene.sizes import TAB, Density, density_of

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
    if box.opens:  # where a view puts the sign that opens it
        data["sign"] = f"{sizes.sign_top(box, density_of(scene)):g}"
    kind = "box" if box.inside is None else "box frame"
    canvas.open(box.title, kind, **data)
    colour, fill = colours(box, group)
    if box.gathers:
        _draw_gathered(canvas, box, group, colour, density_of(scene))
        return
    folded = box.role == "fold"
    if box.wrapper:
        canvas.rect(box.grown(DOUBLE), Paint("", colour, 1.2), ROUND + DOUBLE)
    density = density_of(scene)
    in_lines = density.rows
    radius = ROUND if density.two_lines else ROUND - 3
    pale = in_lines and colour == "neutral"
    width = 1 if in_lines else 1.5
    canvas.rect(box, Paint(fill, "rim" if pale else colour, width, "5 4" * folded), radius)
    if not folded:
        canvas.bar(box, density.bar, radius, colour)
    draw_heading(canvas, box, group, colour, density)
    _draw_ports(canvas, box, colour)
    for row, centre in zip(box.rows, sizes.row_centres(box), strict=True):
        _draw_row(canvas, box, row, box.y + centre, colour)
    if box.inside is None:
        canvas.close()


def _draw_gathered(
    canvas: Canvas, box: Box, group: Group | None, colour: str, density: Density
) -> None:
    """The frame of a repeat: two cards behind it, a tick for each repetition, the shown one
    filled. Around calls that share a prefix in their names, a pale frame.
    """
    repeats = box.role == "repeat"
    for shift in (sizes.CARDS, sizes.CARDS / 2) if repeats else ():
        corner = complex(box.right, box.bottom)
        right, low = corner.real + shift, corner.imag + shift
        pen = Pen(complex(box.x + shift + 4, box.bottom))
        turns = [complex(box.x + shift + 4, low), complex(right, low)]
        top = box.y + shift + 4
        pen.corners([*turns, complex(right, top), complex(box.right, top)], ROUND)
        canvas.path(curved(pen.points), Paint("", "rim", 1))
    paint = Paint("", colour, 1.5) if repeats else Paint("plain", "rim", 1)
    canvas.rect(box, paint, ROUND)
    title, detail, varies = sizes.repeat_texts(box, density)
    axis = 0.0
    if box.inside and not sizes.is_central(box.inside):
        axis = box.inside.axis + (box.width - box.inside.width) / 2
    start = box.corner + axis + (12 + 1j * (21 - 3 * density.rows))
    if group is not None:
        canvas.path(mark_path(group.mark, start + (7 - 5j)), Paint(colour))
        start += sizes.MARK
    canvas.text_line(start, title, Font(sizes.NAME, bold=True))
    wide = text_width(title, sizes.NAME, bold=True) + 10
    canvas.text_line(start + wide, detail, Font(sizes.SMALL, "soft"))
    for i, line in enumerate(varies, 1):
        canvas.text_line(start + i * sizes.LINE * 1j, line, Font(sizes.SMALL, "soft"))
    _draw_ticks(canvas, box, colour)
    if box.inside is None:
        canvas.close()


def _draw_ticks(canvas: Canvas, box: Box, colour: str) -> None:
    rack = sizes.ticks(box)
    step = rack.width / box.times
    for i, key in enumerate(box.starts):
        canvas.open(f"{i + 1} of {box.times}, from {key}", "tick", repetition=str(i), start=key)
        tick = area(rack.corner + i * step, max(1.0, step - min(3.0, step / 3)), rack.height)
        canvas.rect(tick, Paint("neutral" if i == box.shown else "paper", colour, 1), 1.5)
        canvas.close()


def colours(box: Box, group: Group | None) -> tuple[str, str]:
    """The colours of a box's line and filling."""
    name = "neutral"
    if group is not None:
        name = f"group{group.colour}"
    elif box.role in ("input", "output"):
        name = box.role
    return name, "plain" if name == "neutral" else f"{name}-fill"


def draw_heading(
    canvas: Canvas, box: Box, group: Group | None, colour: str, density: Density
) -> None:
    """Mark, name and detail of a box, the node index in its pill, the lock of frozen weights."""
    if box.rows:
        density = sizes.DENSITIES["full"]
    texts = sizes.box_texts(box, density)
    start = box.corner + density.bar + density.pad
    two = density.two_lines
    # The heading of an open frame stands at its top, above what is inside.
    height = density.height if box.inside is not None else box.height
    line = round(density.height * 0.42) if two else (height + density.name) / 2 - 2
    if two:
        detail = Font(density.detail, "soft")
        canvas.text_line(start + 1j * round(density.height * 0.8), texts.detail, detail)
    if box.note and density.plates:
        canvas.text_line(start + 58j, box.note, Font(sizes.SMALL, "soft"))
    if group is not None:
        canvas.path(mark_path(group.mark, start + (7 + 1j * (line - 5))), Paint(colour))
        start += sizes.MARK
    name = Font(density.name, bold=True)
    canvas.text_line(start + 1j * line, texts.name, name)
    if not two and texts.detail:
        start += text_width(texts.name, density.name, bold=True) + 8
        canvas.text_line(start + 1j * line, texts.detail, Font(density.detail, "soft"))
    middle = (line - 5) * 1j if two else 1j * height / 2
    end = complex(box.right - 10, box.y) + middle - PILL_HEIGHT / 2 * 1j
    if box.opens and not two:
        end -= sizes.SIGN
    if texts.pill:
        end -= sizes.pill_width(texts.pill)
        _pill(canvas, end, texts.pill, colour)
    if box.frozen:
        canvas.path(lock_path(end - sizes.LOCK + (2 + 2j)), Paint("soft"))


def _pill(canvas: Canvas, corner: complex, text: str, colour: str) -> None:
    width = sizes.pill_width(text)
    canvas.rect(area(corner, width, PILL_HEIGHT), Paint(colour), PILL_HEIGHT / 2)
    canvas.text_line(corner + width / 2 + 13j, text, PILL)


def _draw_ports(canvas: Canvas, box: Box, colour: str) -> None:
    """Ports where the order of several inputs matters, and on open frames."""
    for x, y, words in box.ports:
        corner = complex(x, y) - TAB / 2 * (1 + 1j)
        canvas.rect(area(corner, TAB, TAB), Paint("paper", colour, 1.2))
        canvas.text_line(complex(x, y + 4), words, TAB_NUMBER)


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
