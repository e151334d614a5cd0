"""The table of a layer's nodes, drawn as the box of the layer with a row for each node."""

from __future__ import annotations

from collections.abc import Sequence

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.text import folded_lines, plural, shorten, text_width
from funclab.view.scene import sizes

MOST_ROWS, LONGEST_CELL = 30, 44
LEFT, TOP, ROW, GAP = 28, 68, 28, 26
NAME, NOTE, NOTE_LINE = 16, 13, 20
NARROWEST = 420

Row = Sequence[str]


def draw_nodes(
    canvas: Canvas, name: str, detail: str, lines: Sequence[Row], note: str
) -> tuple[float, float]:
    """Draw the table, whose first line are its titles; returns its size."""
    titles, *rows = [[shorten(cell, LONGEST_CELL) for cell in line] for line in lines]
    hidden = len(rows) - MOST_ROWS
    rows = rows[:MOST_ROWS]
    starts = _starts([titles, *rows])
    name = shorten(name, sizes.LONGEST_NAME)
    detail_at = LEFT + text_width(name, NAME, bold=True) + 12
    heading = detail_at + text_width(detail, sizes.DETAIL) + LEFT
    width = max(starts[-1], heading, NARROWEST)
    notes = folded_lines(note, width - LEFT - 16, NOTE)
    if hidden > 0:
        notes.insert(0, f"… and {plural(hidden, 'more node')}")
    below = TOP + ROW * len(rows) if rows else TOP - ROW
    height = below + NOTE_LINE * len(notes) + 16
    colour = "group0" if len(rows) > 1 else "neutral"
    frame = area(1 + 1j, width - 2, height - 2)
    canvas.rect(frame, Paint("paper", colour, 1.5), 8)
    canvas.bar(frame, sizes.BAR, 8, colour)
    canvas.text_line(LEFT + 32j, name, Font(NAME, bold=True))
    canvas.text_line(detail_at + 32j, detail, Font(sizes.DETAIL, "soft"))
    if rows:
        _draw_cells(canvas, titles, starts, 60j, Font(sizes.DETAIL, "soft", bold=True))
    for i, row in enumerate(rows):
        top = (TOP + ROW * i) * 1j
        canvas.rect(area(20 + top + 2j, width - 32, ROW - 4), Paint("plain"), 5)
        _draw_cells(canvas, row, starts, top + 18j, Font(sizes.MONO, mono=True))
    start = LEFT + below * 1j
    for line in notes:
        start += NOTE_LINE * 1j
        canvas.text_line(start, line, Font(NOTE))
    return width, height


def _starts(lines: list[list[str]]) -> list[float]:
    """Where each column starts, and where the last one ends."""
    starts = [float(LEFT)]
    for column in zip(*lines, strict=True):
        widest = max(text_width(cell, sizes.MONO, mono=True) for cell in column)
        starts.append(starts[-1] + widest + GAP)
    return starts


def _draw_cells(
    canvas: Canvas, cells: list[str], columns: list[float], level: complex, font: Font
) -> None:
    for cell, column in zip(cells, columns, strict=False):
        canvas.text_line(column + level, cell, font)
