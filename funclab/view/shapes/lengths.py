"""The lengths that do not fit, as bars to one scale, with the part that is missing or too much."""

from __future__ import annotations

from dataclasses import dataclass

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area
from funclab.view.draw.sentences import say
from funclab.view.draw.text import shorten, text_width
from funclab.view.shapes.failure import Failure

LONGEST, BAR, ROW, HIGH = 22, 190, 22, 14
"""How long a name and the longest bar are; how far bars are apart, and how high they are."""
NAME, NUMBER = Font(12, "soft", mono=True), Font(12, bold=True, mono=True)


@dataclass(frozen=True)
class Measured:
    """A length, and how much it is short of the one it should have; below 0, how much too long."""

    name: str
    length: int
    missing: int = 0

    @property
    def whole(self) -> int:
        """How long it is, or should be, whichever is longer."""
        return max(self.length, self.length + self.missing)

    @property
    def odd(self) -> str:
        """How much is missing, or too much; "" if nothing is."""
        key = "shapes_missing" if self.missing > 0 else "shapes_too_many"
        return say(key, n=abs(self.missing)) if self.missing else ""


def measured(failure: Failure) -> list[Measured]:
    """The lengths that a failed call is about, what it wants first; none if it is about others."""
    needed, inputs = failure.needed, failure.inputs
    wanted = [] if needed is None else [(say("shapes_wanted"), needed)]
    given = [(inputs[i][0], inputs[i][1][axis] or 0) for i, axis in failure.bad]
    fits = max([n for _, n in wanted or given], default=0)
    return [Measured(name, n, fits - n) for name, n in [*wanted, *given]]


def draw_lengths(canvas: Canvas, start: complex, rows: list[Measured]) -> tuple[float, float]:
    """Draw the bars below each other; returns the width and the height needed."""
    scale = BAR / max([row.whole for row in rows], default=1)
    names = [shorten(row.name, LONGEST) for row in rows]
    left = max([text_width(name, 12, mono=True) for name in names], default=0) + 12
    width = 0.0
    for row, name in zip(rows, names):
        more = f", {row.odd}" if row.odd else ""
        canvas.open(f"{row.name}: {row.length}{more}", "row")
        canvas.text_line(start + 11j, name, NAME)
        corner = start + left
        fits = max(2, (row.whole - abs(row.missing)) * scale)
        canvas.rect(area(corner, fits, HIGH), Paint("fault" if row.missing > 0 else "rim"), 2)
        if row.missing:
            paint = Paint("", "fault", 1.25, "4 3") if row.missing > 0 else Paint("fault")
            canvas.rect(area(corner + fits, abs(row.missing) * scale, HIGH), paint, 2)
        end = corner + max(2, row.whole * scale) + 8
        canvas.text_line(end + 11j, str(row.length), NUMBER)
        end += text_width(str(row.length), 12, mono=True) + 8
        if row.odd:
            canvas.text_line(end + 11j, row.odd, Font(12, "fault"))
            end += text_width(row.odd, 12)
        canvas.close()
        width = max(width, end.real - start.real)
        start += ROW * 1j
    return width, ROW * len(rows)
