"""The table of counts as a picture: a row for each true class, a column for each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.sentences import say, titles
from funclab.view.draw.text import shorten, text_width
from funclab.view.mistakes.counting import OTHER, Table, interval

HEADS, HEIGHT, LOW = 40, 34, 23
"""The height of the headings, of a row of many, and of one where there is little room."""
TALL, LEAST = 396, 230
"""How high all rows together may be, and how high where there is little room."""
FEW, HIGH = 5, 52
"""Up to how many rows are higher, and how high."""
NARROW, WIDE, ACROSS = 29, 76, 340
"""The least and the greatest width of a column, and how wide all of them together should be."""
SHARE, RANGE = 50, 52
"""How wide the columns of shares and of their intervals are."""
NAME, NUMBER = Font(12, bold=True, mono=True), Font(12, mono=True)
SMALL = Font(11, "label")
DEEPEST = 0.42
"""The most of its colour that is behind a number, so that the number can be read."""


def percent(share: float) -> str:
    """
    >>> percent(0.125), percent(0.996), percent(1.0)
    ('12 %', '99.6 %', '100 %')
    """
    return f"{share:.1%}".replace("%", " %") if 0.99 <= share < 1 else f"{share:.0%}"[:-1] + " %"


def between(count: int, total: int) -> str:
    """The 95 % interval of a share in words."""
    low, high = interval(count, total)
    return say("mistakes_interval", low=f"{low:.0%}"[:-1], high=f"{high:.0%}"[:-1])


def span_of(count: int, total: int) -> str:
    """The same in a column of such intervals.

    >>> span_of(4, 50)
    '3–19'
    """
    low, high = interval(count, total)
    return f"{low:.0%}–{high:.0%}".replace("%", "")


@dataclass(repr=False)
class TablePicture(Picture):
    """Counts, or percents of the truth; beside each row, how many of it are right."""

    title: str
    tally: Table
    names: list[str]
    percent: bool
    low: bool
    look: str
    numeric = True

    @property
    def description(self) -> str:
        return say("mistakes_table_words", rows=[self.row_in_words(i) for i in self.rows])

    @property
    def rows(self) -> range:
        return range(len(self.tally.classes))

    def name(self, row: int) -> str:
        return name_of(self.tally.classes[row], self.names)

    def row_in_words(self, row: int) -> str:
        right, total = self.tally.right[row], self.tally.totals[row]
        return say("mistakes_row_words", name=self.name(row), right=right, total=total)

    def cell_in_words(self, row: int, column: int) -> str:
        """What a cell says: its count, its share of the row, and the interval of that."""
        count, total = int(self.tally.counts[row, column]), self.tally.totals[row]
        told = {"truth": self.name(row), "given": self.name(column), "n": count, "total": total}
        if not total:
            return say("mistakes_cell_empty", **told)
        share, around = percent(count / total), between(count, total)
        return say("mistakes_cell_words", share=share, interval=around, **told)

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        first, right, around = titles("mistakes_titles")
        heads = first, *map(self.name, self.rows), right, around
        rows = [
            (self.name(i), *(self.written(i, j) or "0" for j in self.rows), *self.shares(i))
            for i in self.rows
        ]
        return heads, rows

    def written(self, row: int, column: int) -> str:
        """What stands in a cell; nothing for 0."""
        count = int(self.tally.counts[row, column])
        if self.percent and count:
            return f"{count / self.tally.totals[row]:.0%}"[:-1]
        return f"{count:,}" if count else ""

    def shares(self, row: int) -> tuple[str, str]:
        """How many of a row are right, and the interval of that."""
        right, total = self.tally.right[row], self.tally.totals[row]
        return (percent(right / total), span_of(right, total)) if total else ("–", "–")

    # Sizes.
    @property
    def column(self) -> float:
        across = ACROSS - 40 * self.low
        return max(NARROW, min(WIDE, across / len(self.rows)))

    @property
    def row(self) -> float:
        """The height of a row."""
        most, whole = (LOW, LEAST) if self.low else (HEIGHT, TALL)
        return min(HIGH if len(self.rows) <= FEW else most, whole / len(self.rows))

    @property
    def left(self) -> float:
        """The room for the names of the rows."""
        longest = max(text_width(self.short(i, 14), 12, mono=True) for i in self.rows)
        return max(longest, text_width(say("mistakes_truth"), 11)) + 12

    @property
    def size(self) -> tuple[float, float]:
        width = self.left + self.column * len(self.rows) + SHARE + RANGE
        return width, HEADS + self.row * len(self.rows) + 4

    def short(self, row: int, most: int) -> str:
        return shorten(self.name(row), most)

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        row = self.row
        self._draw_heads(canvas)
        for i in self.rows:
            y = HEADS + row * i
            canvas.text_line(
                complex(self.left - 12, y + row / 2 + 4),
                self.short(i, 14),
                Font(12, bold=True, mono=True, anchor="end"),
            )
            for j in self.rows:
                self._draw_cell(canvas, i, j, complex(self.left + self.column * j, y), row)
            self._draw_shares(canvas, i, y + row / 2 + 4)
        return self.size

    def _draw_heads(self, canvas: Canvas) -> None:
        columns = self.column * len(self.rows)
        middle = complex(self.left + columns / 2, 13)
        canvas.text_line(middle, say("mistakes_said"), Font(12, bold=True, anchor="middle"))
        canvas.text_line(complex(self.left - 12, 33), say("mistakes_truth"), _at_end(SMALL))
        most = max(2, int((self.column - 4) / 7.3))
        for j in self.rows:
            start = complex(self.left + self.column * (j + 0.5), 33)
            font = Font(12, bold=True, mono=True, anchor="middle")
            canvas.text_line(start, self.short(j, most), font)
        end = self.left + columns + SHARE
        canvas.text_line(complex(end, 33), say("mistakes_right"), _at_end(SMALL))
        canvas.text_line(complex(end + RANGE, 33), say("mistakes_95"), _at_end(SMALL))

    def _draw_cell(self, canvas: Canvas, i: int, j: int, corner: complex, row: float) -> None:
        canvas.open(self.cell_in_words(i, j), "box", key=f"{i} {j}")
        paper = area(corner + (1 + 1j), self.column - 2, row - 2)
        canvas.rect(paper, Paint("sunken"), 3)
        count, total = int(self.tally.counts[i, j]), self.tally.totals[i]
        mixed = i == j and self.tally.classes[i] == OTHER
        right = i == j and not mixed
        if count:
            # A tenth of the truth taken for one other class is much.
            depth = count / total if right or mixed else min(1.0, 0.25 + 6 * count / total)
            paint = "neutral" if mixed else "output" if right else "fault"
            strength = max(0.12, round(depth * DEEPEST * (0.5 if right or mixed else 1), 2))
            canvas.rect(paper, Paint(paint, opacity=strength), 3)
            font = Font(12, bold=not right, mono=True, anchor="middle")
            canvas.text_line(paper.middle + 4j, self.written(i, j), font)
        canvas.close()

    def _draw_shares(self, canvas: Canvas, row: int, y: float) -> None:
        end = self.left + self.column * len(self.rows) + SHARE
        share, around = self.shares(row)
        canvas.text_line(complex(end, y), share, _at_end(NUMBER))
        canvas.text_line(complex(end + RANGE, y), around, _at_end(SMALL))


def name_of(number: int, names: list[str]) -> str:
    """The name of a class; of all classes without a row of their own, "other"."""
    return say("mistakes_other") if number == OTHER else names[number]


def _at_end(font: Font) -> Font:
    return Font(font.size, font.ink, font.bold, font.mono, "end")
