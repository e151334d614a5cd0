"""What every picture of an error has: what is wrong above it, and under it what to write."""

from __future__ import annotations

from collections.abc import Callable

from funclab.view.canvas import Canvas, Font
from funclab.view.measure import text_width
from funclab.view.sizes import folded_lines
from funclab.view.words import shorten

LEFT, TOP, HEADING, FIX, LINE = 14, 44, 15, 13, 20
NARROWEST, LONGEST_TITLE, LONGEST_FIX, LONGEST_WORD = 480, 80, 420, 60


def headed(
    canvas: Canvas,
    title: str,
    fix: str,
    draw: Callable[[Canvas], tuple[float, float]],
) -> tuple[float, float]:
    """Draw a picture between its heading and its repair; returns the size of the whole."""
    title = shorten(title, LONGEST_TITLE)
    canvas.text_line(complex(LEFT, 26), title, Font(HEADING, "fault", bold=True))
    canvas.shift(complex(0, TOP))
    width, height = draw(canvas)
    canvas.close()
    width = max(width, NARROWEST, text_width(title, HEADING, bold=True) + 2 * LEFT)
    y = TOP + height + 26
    label = Font(FIX, bold=True)
    canvas.text_line(complex(LEFT, y), "Fix:", label)
    indent = LEFT + text_width("Fix:", FIX, bold=True) + 8
    words = " ".join(shorten(word, LONGEST_WORD) for word in fix.split())
    for line in folded_lines(shorten(words, LONGEST_FIX), width - indent - LEFT, FIX):
        canvas.text_line(complex(indent, y), line, Font(FIX))
        y += LINE
    return width, y
