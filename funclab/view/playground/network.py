"""The network of a playground: each neuron with what it computes over the plane, each weight as a
line that is as thick as the weight is large, and dashed if it is negative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from funclab.view.draw.canvas import Canvas, Font, Paint, number, tenths
from funclab.view.draw.geometry import COLOURS, MARKS, Area, area, mark_path
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.draw.text import shorten, text_width
from funclab.view.playground.bands import NEURON, Bands
from funclab.view.playground.trial import Trial

MOST, FEW = 10, 8
"""How many neurons of a layer are drawn at most, and how many of one that has more."""
TILE, LEAST, DENSE, GAP = 38, 18, 0.86, 8
"""The largest and the smallest side of a neuron; the part of its room that it takes; the room
between rows of columns, and between neurons that stand in two files."""
SINGLE = 26
"""Neurons that would be smaller than this stand in two files, at gaps."""
HEAD, LINE, WIDEST, FURTHEST = 40, 24, 132, 236
"""The heights of a head of two lines and of one, its width, and how far columns stand apart."""
LOW = 300
"""In a lower room, heads have one line."""
TAIL, MERGED, LABEL = 108, 126, 44
"""The room for lines to the answer, for the box that merges branches, for names of inputs."""
MOST_WEIGHTS = 8
STEPS = 10
"""Weights are drawn in so many widths, by their part of the layer's largest."""
CORNER = 4
NAMES = {"point": "x[0] x[1]", "swapped": "x[1] x[0]", "mirrored": "−x[0] −x[1]"}
"""What the inputs of each branch are."""


@dataclass
class Column:
    """A call, or the input of a branch: where its neurons are drawn, and how many are not."""

    name: str
    head: Area
    corners: list[complex]
    side: float
    more: int

    def out(self, i: int) -> complex:
        return self.corners[i] + complex(self.side, self.side / 2)

    def into(self, i: int) -> complex:
        return self.corners[i] + self.side / 2 * 1j


@dataclass(repr=False)
class Network(Picture):
    """The network of a trial, in a room of `wide` by `high` pixels."""

    trial: Trial
    wide: float
    high: float
    look: str = "auto"
    columns: dict[str, Column] = field(default_factory=dict)

    title = property(lambda self: say("play_network"))

    @property
    def description(self) -> str:
        """What is drawn, and how to read it."""
        return say("play_network_told", ways=say(f"play_ways_{len(self.trial.branches)}"))

    def draw(self, canvas: Canvas) -> tuple[float, float]:
        self._place()
        for (negative, step), data in sorted(self._weights().items(), key=lambda one: one[0][1]):
            part = step / STEPS
            width = 0.5 + 3 * part
            dash = f"{3 + width:.1f} {3 + 1.6 * width:.1f}" if negative else ""
            colour = "neg" if negative else "pos"
            canvas.path(data, Paint("", colour, width, dash, 0.18 + 0.6 * part))
        self._answer(canvas)
        self._neurons(canvas)
        for column in self.columns.values():
            self._head(canvas, column)
        return self.wide, self.high

    @property
    def rows(self) -> int:
        return len(self.trial.branches)

    @property
    def end(self) -> complex:
        """Where the lines of the last layers meet."""
        first = next(iter(self.columns.values()))
        low = self.high / 2 if self.rows > 1 else (first.head.bottom + 8 + self.high) / 2
        return complex(self.wide - (self.merged + 24 if self.rows > 1 else 10), low)

    @property
    def merged(self) -> float:
        """The width of the box of the layer that merges branches."""
        return MERGED if self.high > LOW else 0.7 * MERGED

    @property
    def tall(self) -> float:
        """The height of heads."""
        return LINE if self.rows > 1 or self.high < LOW else HEAD

    def _place(self) -> None:
        """Give every column its place: one row of columns for each branch."""
        high = (self.high - GAP * (self.rows - 1)) / self.rows
        count = len(self.trial.branches[0])
        tail = self.merged + self.wide / 9 if self.rows > 1 else min(TAIL, self.wide / 6)
        wide = min(WIDEST, (self.wide - tail) / count - 8)
        apart = min(FURTHEST, (self.wide - tail - wide) / (count - 1))
        left = max(1, (self.wide - tail - wide - apart * (count - 1)) / 2)
        for row, names in enumerate(self.trial.branches):
            for i, name in enumerate(names):
                corner = complex(left + i * apart, 1 + row * (high + GAP))
                room = area(corner + (self.tall + 5) * 1j, wide, high - self.tall - 6)
                self.columns[name] = self._column(name, area(corner, wide, self.tall), room)

    def _column(self, name: str, head: Area, room: Area) -> Column:
        """The places of a column's neurons: below each other, or in two files."""
        units = self.trial.settings["units"]
        shown = units if units <= MOST else FEW
        tall = room.height - (16 if units > shown and self.rows == 1 else 0)
        room_for = int(2 * DENSE * (tall / LEAST - 1)) + 1
        shown = min(shown, max(2, room_for))
        files = 2 if tall / (shown - 1 + DENSE) * DENSE < SINGLE and shown > 2 else 1
        pitch = min(tall / (shown - 1 + files * DENSE), 1.25 * TILE)
        side = round(min(TILE, files * DENSE * pitch))
        if name in NAMES:
            units, shown, files = 2, 2, 1
            pitch = min(max(side + 2, (tall - side) * 0.7), tall - side, 2.4 * TILE)
        top = room.y + (tall - (shown - 1) * pitch - side) / 2
        left = room.middle.real - side / 2 - (files - 1) * (side + GAP) / 2
        left = max(left, room.x + LABEL) if name in NAMES else left
        corners = [
            complex(round(left + i % files * (side + GAP)), round(top + i * pitch))
            for i in range(shown)
        ]
        return Column(name, head, corners, side, units - shown)

    def _joints(self) -> Iterator[tuple[Any, list[complex], list[complex]]]:
        """The weights between columns, with the places where their lines begin and end."""
        for name, before in self.trial.feeds.items():
            if name != "answer":
                kernel = self.trial.layer(name).get_weights()[0]
                column, source = self.columns[name], self.columns[before]
                starts = [source.out(i) for i in range(len(source.corners))]
                yield kernel, starts, [column.into(i) for i in range(len(column.corners))]
        kernel, units = self.trial.layer("answer").get_weights()[0], self.trial.settings["units"]
        for row, names in enumerate(self.trial.branches):
            last = self.columns[names[-1]]
            own = kernel[row * units : (row + 1) * units] if len(kernel) > units else kernel
            yield own, [last.out(i) for i in range(len(last.corners))], [self.end]

    def _weights(self) -> dict[tuple[bool, int], str]:
        """The lines of weights, by sign and by their part of the largest in their layer."""
        lines: dict[tuple[bool, int], str] = {}
        for kernel, starts, ends in self._joints():
            kernel = np.nan_to_num(kernel)
            steps = np.ceil(STEPS * np.abs(kernel) / (np.abs(kernel).max() or 1)).astype(int)
            for i, start in enumerate(starts):
                for j, end in enumerate(ends):
                    key = bool(kernel[i, j] < 0), int(steps[i, j])
                    lines[key] = lines.get(key, "") + link(start, end)
        return {key: data for key, data in lines.items() if key[1]}

    def _neurons(self, canvas: Canvas) -> None:
        """The squares of all neurons: paths that they share, and a frame with the words of each."""
        columns = self.columns.values()
        squares = [(corner, column.side) for column in columns for corner in column.corners]
        canvas.path("".join(_square(*one) for one in squares), Paint("paper"))
        sums = self.trial.neurons()
        inputs = [column for column in columns if column.name in NAMES]
        hidden = [column for column in columns if column.name not in NAMES]
        for group, activation in ((inputs, "linear"), (hidden, self.trial.settings["activation"])):
            grids = np.concatenate([sums[one.name][: len(one.corners)] for one in group])
            if activation in ("relu", "linear"):
                grids = _scaled(grids, activation == "relu")
            corners = [corner for column in group for corner in column.corners]
            bands = Bands(grids, corners, group[0].side, activation)
            bands.fill(canvas, NEURON, self.look)
            bands.middle(canvas, Paint("", "ink", 1, opacity=0.6))
        canvas.path("".join(_cut(*one) for one in squares), Paint("paper"))
        for column in columns:
            for i, corner in enumerate(column.corners):
                canvas.open(self._words(column.name, i))
                frame = area(corner, column.side, column.side)
                canvas.rect(frame, Paint("", "line", 1), CORNER)
                canvas.close()

    def _words(self, name: str, i: int) -> str:
        """A neuron in words: its weights and its bias, or which input it is."""
        if name in NAMES:
            return say("play_input", name=NAMES[name].split()[i])
        kernel, bias = self.trial.layer(name).get_weights()
        weights = ", ".join(map(signed, kernel[:MOST_WEIGHTS, i]))
        more = len(kernel) - MOST_WEIGHTS
        values = {"weights": weights, "bias": signed(bias[i]), "more": max(more, 0)}
        title = "answer" if name == "answer" else f"{self._title(name)}, {say('play_unit', i=i)}"
        return say("play_neuron_more" if more > 0 else "play_neuron", name=title, **values)

    def _title(self, name: str) -> str:
        """The name of a call: that of its layer, and the number of the call if there are more."""
        layer = self.trial.layers.get(name, name)
        return layer if layer == name else f"{layer}[{'abc'.index(name[0])}]"

    def _answer(self, canvas: Canvas) -> None:
        """Where the lines meet: the arrow to the answer, behind the layer that merges branches."""
        canvas.open(self._words("answer", 0))
        tip = complex(self.wide - 2, self.end.imag)
        if self.rows > 1:
            tall = HEAD if self.high > LOW else LINE
            box = area(self.end - tall / 2 * 1j, self.merged, tall)
            units = len(self.trial.layer("answer").get_weights()[0])
            kind = f"{self.trial.settings['merge'].capitalize()} {units}"
            head(canvas, box, "merged", kind)
            canvas.path(link(complex(box.right, tip.imag), tip - 8), Paint("", "line", 1.5))
        canvas.arrow(tip, 9 + 0j, "soft")
        canvas.close()

    def _head(self, canvas: Canvas, column: Column) -> None:
        """The name of a column and what it is, with the mark of a shared layer."""
        name, role, mark = column.name, "plain", ""
        if name in NAMES:
            kinds = {"point": "Input 2", "swapped": "flip", "mirrored": "negative"}
            second, role = kinds[name], "input" if name == "point" else "plain"
        else:
            settings = self.trial.settings
            second = f"Dense {settings['units']} · {settings['activation']}"
            if column.more and self.rows > 1:
                second = f"+ {column.more}"
            if self.trial.layers[name] != name:
                number = int(name[2:]) - 1
                role, mark = f"group{number % COLOURS}", MARKS[number % len(MARKS)]
        head(canvas, column.head, self._title(name), second, role, mark)
        for i, text in enumerate(NAMES.get(name, "").split()):
            start = column.into(i) + (-6 + 4j)
            canvas.text_line(start, text, Font(12, "soft", anchor="end"))
        if column.more and self.rows == 1:
            below = complex(column.head.middle.real, column.corners[-1].imag + column.side + 15)
            canvas.text_line(below, f"+ {column.more}", Font(12, "soft", anchor="middle"))


def head(
    canvas: Canvas, box: Area, name: str, second: str, role: str = "plain", mark: str = ""
) -> None:
    """A box with a name and, below it or behind it, what it is, if there is room for that."""
    line = "neutral" if role == "plain" else role
    fill = "plain" if role == "plain" else f"{role}-fill"
    canvas.rect(box, Paint(fill, line, 1.25), 8)
    inset = 8 if box.height > LINE else 5
    bar = area(box.corner + complex(7, inset), 4, box.height - 2 * inset)
    canvas.rect(bar, Paint(line), 2)
    tall = box.height > LINE
    start = box.corner + (20 + (17 if tall else 16) * 1j)
    if mark:
        canvas.path(mark_path(mark, start + (5 - 5j), 5), Paint(role))
        start += 15
    size = 15 if tall else 12
    while text_width(name, size, bold=True) > box.right - start.real - 4 and len(name) > 3:
        name = shorten(name, len(name) - 1)
    canvas.text_line(start, name, Font(size, bold=True))
    below = box.corner + (20 + 32j) if tall else start + text_width(name, size, bold=True) + 7
    font = Font(12 if tall else 11, "soft")
    texts = (text for text in (second, second.removeprefix("Dense ")))
    room = box.right - below.real - 5
    fits = next((text for text in texts if text_width(text, font.size) <= room), "")
    if fits:
        canvas.text_line(below, fits, font)


def link(start: complex, end: complex) -> str:
    """A curve from left to right."""
    middle = (start.real + end.real) / 2
    return (
        f"M{start.real:.0f},{start.imag:.0f}C{middle:.0f},{start.imag:.0f} "
        f"{middle:.0f},{end.imag:.0f} {end.real:.0f},{end.imag:.0f}"
    )


def signed(value: float) -> str:
    """A weight as it is read: two decimals, with a true minus.

    >>> signed(-0.256)
    '−0.26'
    """
    return f"{value:.2f}".replace("-", "−")


def _scaled(grids: Any, above: bool) -> Any:
    """Grids whose extremes are 1 or -1 each; only what is `above` zero counts, if that is so."""
    far = (grids if above else np.abs(grids)).max(axis=(1, 2), keepdims=True)
    return grids / np.where(far > 0, far, 1)


def _square(corner: complex, side: float) -> str:
    return f"M{tenths(corner)}h{number(side)}l0,{number(side)} -{number(side)},0Z"


def _cut(corner: complex, side: float) -> str:
    """What a square has outside its rounded corners."""
    ends = [corner, corner + side, corner + side * (1 + 1j), corner + side * 1j]
    pieces = []
    for turn, place in zip((1, 1j, -1, -1j), ends):
        steps = [CORNER * turn, CORNER * turn * (-0.7 + 0.3j), CORNER * turn * (-0.3 + 0.7j)]
        pieces.append(f"M{tenths(place)}l{' '.join(map(tenths, steps))}Z")
    return "".join(pieces)
