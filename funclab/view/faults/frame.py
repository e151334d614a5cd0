"""What every picture of an error has: what is wrong above it, and under it what to write."""

from __future__ import annotations

from typing import ClassVar

from funclab.view.draw.area import area
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.picture import Picture
from funclab.view.draw.text import folded_lines, prose, shorten, text_width
from funclab.view.scene.sizes import BAR

LEFT, TOP, HEADING, FIX, LINE = 22, 44, 15, 13, 20
NARROWEST, LONGEST_TITLE, LONGEST_FIX, LONGEST_WORD = 480, 80, 420, 60


class Fault(Picture):
    """A picture between its heading and its repair.

    All of it lies on a sheet of its own: a front end that shows SVG as an image (JupyterLab) does
    not tell it whether the page around is dark.
    """

    word = "Fault"
    fits: ClassVar[bool] = True
    fix: str

    def draw_fault(self, canvas: Canvas) -> tuple[float, float]:
        """Draw what is between heading and repair; returns its size."""
        raise NotImplementedError

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        title = shorten(prose(self.title), LONGEST_TITLE)
        width, height = self.draw_fault(Canvas(canvas.palette))
        width = max(width, NARROWEST, text_width(title, HEADING, bold=True) + 2 * LEFT)
        indent = LEFT + text_width("Fix:", FIX, bold=True) + 8
        words = " ".join(shorten(word, LONGEST_WORD) for word in prose(self.fix).split())
        lines = folded_lines(shorten(words, LONGEST_FIX), width - indent - LEFT, FIX)
        y = TOP + height + 26
        sheet = area(1 + 1j, width + 2, y + LINE * len(lines) - 6)
        canvas.rect(sheet, Paint("paper", "fault", 1.2), 8)
        canvas.bar(sheet, BAR, 8, "fault")
        canvas.text_line(complex(LEFT, 28), title, Font(HEADING, "fault", bold=True))
        canvas.shift(complex(0, TOP))
        self.draw_fault(canvas)
        canvas.close()
        canvas.text_line(complex(LEFT, y), "Fix:", Font(FIX, bold=True))
        for i, line in enumerate(lines):
            canvas.text_line(complex(indent, y + LINE * i), line, Font(FIX))
        return sheet.right + 1, sheet.bottom + 1
