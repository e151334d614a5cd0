"""The plane: a mark for each row, written as its label; wrong answers have a circle around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import polyline
from funclab.view.draw.picture import Cells, Picture
from funclab.view.draw.sentences import say, titles
from funclab.view.draw.text import clean, shorten

ROOM = (726, 432)
"""The width and height of the plane."""
RIM, LINE = 14, 16
"""What is left free around the marks, and above and below them for a line of text."""
COLOURS = ("input", "group0", "group1", "output", "group2", "group3", "ink", "group4", "neutral")
LONGEST, LONGEST_WORD = 3, 14
"""The most letters of a mark, and of a word."""
LETTER = 6.7
"""The width of a letter of a mark."""
LEAD, FARTHEST = 13, 9
"""How far words that lie on each other are moved apart, and how many times at most."""
POINT = "•"


def marks_of(labels: Sequence[str]) -> dict[str, str]:
    """A short mark for each label: as many of its first letters as tell it from the others, at most
    three, else its number.

    >>> marks_of(["cat", "cow", "dog"])
    {'cat': 'ca', 'cow': 'co', 'dog': 'do'}
    """
    known = sorted({*labels}, key=lambda label: (len(label), label))
    for length in range(1, LONGEST + 1):
        marks = {label: clean(label[:length]) for label in known}
        if len({*marks.values()}) == len(known):
            return marks
    return {label: str(i + 1) for i, label in enumerate(known)}


def fitted(places: Array) -> Array:
    """Places in the picture: to the same scale in both directions, in the middle of the room.

    Shapes: (n, 2), returns (n, 2).
    """
    width, height = ROOM[0] - 2 * RIM, ROOM[1] - 2 * RIM - 2 * LINE
    low, high = places.min(axis=0), places.max(axis=0)
    span = np.maximum(high - low, 1e-12)
    scale = min(width / span[0], height / span[1])
    middle = (low + high) / 2
    across = RIM + width / 2 + (places[:, 0] - middle[0]) * scale
    down = RIM + LINE + height / 2 - (places[:, 1] - middle[1]) * scale
    return np.stack([across, down], axis=1).round(1)


def apart(where: Array, words: Sequence[str]) -> Array:
    """How far down the middle of each word stands: where its row is, or if a word is there, in the
    nearest line above or below in which there is none.

    Shapes: (n, 2), returns (n,).
    """
    halves = np.array([len(word) * LETTER / 2 + 1 for word in words])
    steps = sorted(range(-FARTHEST, FARTHEST + 1), key=abs)
    down, done = where[:, 1].copy(), np.zeros(len(where), bool)
    for i in np.argsort(down, kind="stable"):
        beside = done & (np.abs(where[:, 0] - where[i, 0]) < halves + halves[i])
        lines = (where[i, 1] + LEAD * step for step in steps)
        inside = (y for y in lines if LINE + 8 <= y <= ROOM[1] - LINE - 8)
        free = (y for y in inside if not (np.abs(down[beside] - y) < LEAD - 0.01).any())
        down[i], done[i] = next(free, down[i]), True
    return down


@dataclass(repr=False)
class PlanePicture(Picture):
    """The plane of one face, and what is said beside it."""

    title: str
    face: str
    places: Array
    labels: list[str]
    wrong: Array | None
    axes: list[str]
    beside: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    look: str = "auto"

    @property
    def description(self) -> str:
        return " ".join([self.title, *self.axes, *self.beside])

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        counts = {label: self.labels.count(label) for label in sorted({*self.labels})}
        if len(counts) < 2 or len(counts) > 40:
            return (), ()
        wrong = [0] * len(self.labels) if self.wrong is None else self.wrong.tolist()
        missed = dict.fromkeys(counts, 0)
        for label, one in zip(self.labels, wrong):
            missed[label] += int(one)
        marks = marks_of(self.labels)
        rows = [(label, marks[label], str(n), str(missed[label])) for label, n in counts.items()]
        return titles("embedding_titles"), rows

    def plane(self, canvas: Canvas) -> None:
        """Only the marks, with the axes."""
        where = fitted(self.places)
        for i, axis in enumerate(self.axes):  # each where its axis ends
            at = complex(RIM, 12) if i else complex(ROOM[0] - RIM, ROOM[1] - 4)
            canvas.text_line(at, axis, Font(11, "label", anchor="start" if i else "end"))
        if self.wrong is not None:
            canvas.open(say("embedding_circles"), "edge")
            for x, y in where[self.wrong].tolist():
                canvas.circle(complex(x, y), 9, Paint("", "fault", 1.4))
            canvas.close()
        marks = list(self.marks())
        down = apart(where, [mark for mark, _ in marks]) if self.words else where[:, 1]
        for (x, y), moved in zip(where.tolist(), down.tolist()):
            if moved != y:
                canvas.path(polyline([complex(x, y), complex(x, moved)]), Paint("", "rim", 1))
        canvas.open(say("embedding_marks", n=len(where)), "shape")
        for x, y, (mark, ink) in zip(where[:, 0].tolist(), down.tolist(), marks):
            font = Font(11, ink, bold=True, mono=True, anchor="middle")
            half = len(mark) * LETTER / 2  # a word at the rim stays whole
            canvas.text_line(complex(min(max(x, half), ROOM[0] - half), y + 4), mark, font)
        canvas.close()

    def marks(self) -> Iterator[tuple[str, str]]:
        """What is written for each row, and its colour: a word, the mark of its label, or a dot."""
        if self.words:
            yield from ((shorten(word, LONGEST_WORD), "ink") for word in self.words)
            return
        marks = marks_of(self.labels)
        order = {label: i for i, label in enumerate(sorted(marks, key=lambda k: (len(k), k)))}
        for label in self.labels or [""] * len(self.places):
            place = order.get(label, COLOURS.index("ink"))
            # After a colour was used twice, the marks alone tell labels apart.
            ink = COLOURS[place % len(COLOURS)] if place <= len(COLOURS) else "soft"
            yield marks.get(label, POINT) or POINT, ink

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        self.plane(canvas)
        return ROOM


@dataclass(repr=False)
class StillPicture(Picture):
    """The plane with its title, and what is said of it."""

    shown: PlanePicture
    counts: str
    look: str

    @property
    def title(self) -> str:
        return self.shown.title

    @property
    def description(self) -> str:
        return f"{self.counts} {self.shown.description}"

    @property
    def grid(self) -> tuple[Cells, Sequence[Cells]]:
        return self.shown.grid

    @property
    def text(self) -> str:
        return "\n".join([self.title, self.counts, "", *self.shown.axes, *self.shown.beside])

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        width, height = ROOM
        canvas.text_line(complex(16, 24), self.title, Font(17, bold=True))
        canvas.text_line(complex(16, 44), self.counts, Font(12, "soft"))
        canvas.shift(complex(8, 56))
        self.shown.plane(canvas)
        canvas.close()
        left, top = width + 40, 84.0
        for i, words in enumerate(self.shown.beside):
            begin = top
            last = i == len(self.shown.beside) - 1
            top = canvas.prose(complex(left, top), [words], 280, Font(12, "soft"), 17) + 8
            if last:
                side = [complex(left - 12, begin - 12), complex(left - 12, top - 16)]
                canvas.path(polyline(side), Paint("", "group0", 3))
        return left + 296, max(56 + height, top) + 12
