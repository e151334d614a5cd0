"""What every picture of an error has: what is wrong above it, and under it what to write."""

from __future__ import annotations

from collections.abc import Callable

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.text import folded_lines, shorten, text_width
from funclab.view.scene.sizes import BAR

LEFT, TOP, HEADING, FIX, LINE = 22, 44, 15, 13, 20
NARROWEST, LONGEST_TITLE, LONGEST_FIX, LONGEST_WORD = 480, 80, 420, 60


def headed(
    canvas: Canvas,
    title: str,
    fix: str,
    draw: Callable[[Canvas], tuple[float, float]],
) -> tuple[float, float]:
    """Draw a picture between its heading and its repair; returns the size of the whole.

    All of it lies on a sheet of its own: a front end that shows SVG as an image (JupyterLab) does
    not tell it whether the page around is dark.
    """
    title = shorten(title, LONGEST_TITLE)
    width, height = draw(Canvas(canvas.palette))
    width = max(width, NARROWEST, text_width(title, HEADING, bold=True) + 2 * LEFT)
    indent = LEFT + text_width("Fix:", FIX, bold=True) + 8
    words = " ".join(shorten(word, LONGEST_WORD) for word in fix.split())
    lines = folded_lines(shorten(words, LONGEST_FIX), width - indent - LEFT, FIX)
    y = TOP + height + 26
    sheet = area(1 + 1j, width + 2, y + LINE * len(lines) - 6)
    canvas.rect(sheet, Paint("paper", "fault", 1.2), 8)
    canvas.bar(sheet, BAR, 8, "fault")
    canvas.text_line(complex(LEFT, 28), title, Font(HEADING, "fault", bold=True))
    canvas.shift(complex(0, TOP))
    draw(canvas)
    canvas.close()
    canvas.text_line(complex(LEFT, y), "Fix:", Font(FIX, bold=True))
    for i, line in enumerate(lines):
        canvas.text_line(complex(indent, y + LINE * i), line, Font(FIX))
    return sheet.right + 1, sheet.bottom + 1
