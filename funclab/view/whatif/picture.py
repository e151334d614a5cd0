"""The still picture of a sample, its answers and its maps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.view.draw.canvas import Canvas, Font, Paint
from funclab.view.draw.geometry import area
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import shorten, text_width
from funclab.view.whatif import words
from funclab.view.whatif.cells import IMAGE, ROW, WORDS, Part
from funclab.view.whatif.maps import REGION
from funclab.view.whatif.study import Study
from funclab.view.whatif.trust import Trust

MOST_WORDS = 80
"""How many words of an input are drawn: a page has them all."""
WIDTH, LINE, GAP = 760.0, 17.0, 16.0
SIDE, BARS = 152.0, 176.0
LEVELS, MARKED = 8, 9
"""How many strengths of a colour there are; from which side on a square below zero has a bar."""
SHOWN = 10
NAME, HEAD, PLAIN = Font(13, bold=True), Font(12, "soft"), Font(12)
VALUE = Font(12, mono=True)


@dataclass
class WhatIfPicture(Picture):
    """A state of the view: the sample and the answers to it, and the maps of its face."""

    study: Study
    state: dict[str, Any]
    trust: Trust | None
    look: str

    def __post_init__(self) -> None:
        study, state = self.study, self.state
        self.before = study.answering.values(study.sample(state["sample"]))[0]
        self.sample = study.changed(state)
        self.after = study.answering.values(self.sample)[0]
        self.changed = bool(state["changes"]) or state["blank"]
        self.at = study.target(state)

    @property
    def title(self) -> str:
        return say("whatif_title", name=self.study.model.name)

    @property
    def description(self) -> str:
        said = words.headline(self.study, self.state, self.before, self.after)
        return f"{said} {self.limits}"

    @property
    def limits(self) -> str:
        return words.limits(self.study, self.trust)[self.state["face"]]

    @property
    def names(self) -> list[str]:
        """The maps of the face."""
        face = self.state["face"]
        return self.study.maps.names if face == "all" else [face] * (face != "change")

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        canvas.text_line(complex(0, 16), self.title, Font(15, bold=True))
        said = words.headline(self.study, self.state, self.before, self.after)
        top = canvas.prose(complex(0, 42), [said], WIDTH, Font(17), 24)
        low = self._sample(canvas, top)
        beside = all(part.kind in (IMAGE, ROW) for part in self.study.cells.parts) and low > top
        left, top = (SIDE + 32, top) if beside else (0.0, low + GAP)
        low = max(low, self._bars(canvas, left, top, say("whatif_now"), self.before))
        if self.changed:
            left += BARS + 40
            low = max(low, self._bars(canvas, left, top, say("whatif_after"), self.after))
        low = self._maps(canvas, low + GAP)
        low = self._features(canvas, low)
        heading = say("whatif_limits")
        canvas.text_line(complex(0, low + LINE), heading, Font(12, bold=True))
        low = canvas.prose(complex(0, low + 2 * LINE), [self.limits], WIDTH, HEAD)
        return WIDTH, low

    def _sample(self, canvas: Canvas, top: float) -> float:
        """The inputs with places, one under the other."""
        for part, values in self._parts(self.study.cells.values(self.sample)):
            if part.kind != ROW:
                top = grid(canvas, part, values, complex(0, top), ink=True) + 8
        return top

    def _parts(self, numbers: Array) -> list[tuple[Part, Array]]:
        cells = self.study.cells
        return [
            (part, numbers[start : start + part.count])
            for part, start in zip(cells.parts, cells.starts)
        ]

    def _bars(self, canvas: Canvas, left: float, top: float, head: str, values: Array) -> float:
        """The ten largest answers, each as a bar."""
        targets = self.study.answering.targets
        canvas.text_line(complex(left, top), head, NAME)
        shown = sorted(sorted(range(len(targets)), key=lambda i: -abs(values[i]))[:SHOWN])
        for i in shown:
            top += LINE
            target, here = targets[i], i == self.at
            font = Font(12, "ink" if here else "soft", bold=here, anchor="end")
            names = (shorten(target.name, most) for most in range(10, 0, -1))
            name = next(name for name in names if text_width(name, 12, here) <= 56)
            canvas.text_line(complex(left + 56, top), name, font)
            size = min(1.0, max(0.0, float(values[i]))) if target.is_probability else 0.0
            if size:
                box = area(complex(left + 62, top - 10), max(1, 100 * size), 11)
                canvas.rect(box, Paint("ink" if here else "rim"), 2)
            place = complex(left + 68 + 100 * size, top)
            canvas.text_line(place, words.amount(float(values[i]), target), VALUE)
        return top

    def _maps(self, canvas: Canvas, top: float) -> float:
        """The maps of inputs with places, each below its name and its question."""
        placed = [part for part in self.study.cells.parts if part.kind != ROW]
        if not placed or not self.names:
            return top
        target = self.study.answering.targets[self.at]
        wide = placed[0].kind != IMAGE
        low, left = top, 0.0
        for name in self.names:
            numbers = self.study.mapped(self.state)[name]
            scale = float(np.abs(numbers).max(initial=0)) or 1.0
            canvas.text_line(complex(left, top + LINE), say(f"whatif_{name}"), NAME)
            head = words.map_head(self.study, name, target.name)
            y = canvas.prose(
                complex(left, top + 2 * LINE), [head], WIDTH if wide else SIDE, HEAD, 15
            )
            y = y if wide else top + 2 * LINE + 45
            values = self.study.cells.values(self.sample)
            for (part, scores), (_, held) in zip(self._parts(numbers), self._parts(values)):
                if part.kind != ROW:
                    labels = held if part.kind == WORDS else None
                    y = grid(canvas, part, scores / scale, complex(left, y), labels=labels) + 8
            low = max(low, y)
            if wide:
                top = y + 4
            else:
                left += SIDE + 48
        return low

    def _features(self, canvas: Canvas, top: float) -> float:
        """A line for each feature: its value, and a bar for each map."""
        study = self.study
        rows = [(part, start) for part, start in zip(study.cells.parts, study.cells.starts)
                if part.kind == ROW]  # fmt: skip
        if not rows:
            return top
        values = study.cells.values(self.sample)
        names = [name for name in self.names if name != REGION]  # it has places only
        maps = {name: study.mapped(self.state)[name] for name in names}
        for column, name in enumerate(maps):
            canvas.text_line(complex(300 + 150 * column, top + LINE), say(f"whatif_{name}"), NAME)
        top += LINE
        for part, start in rows:
            for cell in range(start, start + min(part.count, 24)):
                top += LINE
                label = shorten(part.said(cell - start), 26)
                canvas.text_line(complex(0, top), label, Font(12, "soft"))
                said = words.value_name(part, float(values[cell]))
                canvas.text_line(complex(200, top), shorten(said, 12), VALUE)
                for column, numbers in enumerate(maps.values()):
                    scale = float(np.abs(numbers).max(initial=0)) or 1.0
                    size = 40 * float(numbers[cell]) / scale
                    middle = 340 + 150 * column
                    box = area(complex(middle + min(0.0, size), top - 10), abs(size), 10)
                    canvas.rect(box, Paint("pos" if size > 0 else "neg"))
                    text = words.signed(float(numbers[cell]))
                    canvas.text_line(complex(middle + 46, top), text, VALUE)
        return top + 4


def grid(
    canvas: Canvas,
    part: Part,
    values: Array,
    corner: complex,
    ink: bool = False,
    labels: Array | None = None,
) -> float:
    """An input as squares, or words in a line; returns where it ends. With `ink`, the input's own
    values; else a map from -1 to 1, `labels` being the ids of the words."""
    if part.kind == WORDS:
        return _line(
            canvas, part, values if labels is None else labels, corner, None if ink else values
        )
    if part.kind == IMAGE:
        side = max(2.0, np.floor(SIDE / max(part.rows, part.columns)))
        high = side
    else:
        side, high = max(2.0, min(24.0, WIDTH / part.columns)), max(6.0, min(24.0, 96 / part.rows))
    if ink:
        span = float((part.high - np.minimum(part.low, 0)).max()) or 1.0
        values = (values - min(0.0, float(part.low.min()))) / span
    paths: dict[int, list[str]] = defaultdict(list)
    signs = []
    for cell, value in enumerate(values):
        row, column = divmod(cell, part.columns)
        level = round(min(1.0, max(-1.0, float(value))) * LEVELS)
        x, y = corner.real + column * side, corner.imag + row * high
        if level:
            paths[level].append(f"M{x:g},{y + high / 2:g}h{side:g}")
        if level < 0 and min(side, high) >= MARKED:
            signs.append(f"M{x + side / 4:g},{y + high / 2:g}h{side / 2:g}")
    for level, data in sorted(paths.items()):
        colour = "ink" if ink else "pos" if level > 0 else "neg"
        paint = Paint("", colour, high, opacity=abs(level) / LEVELS)
        canvas.path("".join(data), paint)
    if signs:
        canvas.path("".join(signs), Paint("", "paper", 1.2))
    box = area(corner, part.columns * side, part.rows * high)
    canvas.rect(box, Paint("", "rim", 0.8))
    return corner.imag + part.rows * high


def _line(canvas: Canvas, part: Part, ids: Array, corner: complex, scores: Array | None) -> float:
    """Words from left to right; with scores, a bar above or below each."""
    left, top = 0.0, corner.imag
    step = LINE if scores is None else LINE + 32
    for i, number in enumerate(ids[:MOST_WORDS]):
        word = shorten(words.value_name(part, float(number)), 14)
        wide = max(24.0, text_width(word, 12) + 12)
        if left + wide > WIDTH:
            left, top = 0.0, top + step
        middle = complex(corner.real + left, top + LINE - 4)
        canvas.text_line(middle, word, PLAIN)
        if scores is not None:
            size = 14 * float(scores[i])
            box = area(middle + complex(0, 20 - max(0.0, size)), wide - 12, abs(size))
            canvas.rect(box, Paint("pos" if size > 0 else "neg"))
            canvas.path(
                f"M{middle.real:g},{middle.imag + 20:g}h{wide - 12:g}", Paint("", "line", 1)
            )
        left += wide
    if len(ids) > MOST_WORDS:
        top += step
        left_out = say("inside_more", n=len(ids) - MOST_WORDS)
        canvas.text_line(complex(corner.real, top + LINE - 4), left_out, PLAIN)
    return top + step
