"""Nested skips as a U: down on the left, up on the right, and each skip across in its row.

The spine is folded at the place of least space. Rows are longest paths in the graph in which both
ends of a skip are one row. Pale bands name the resolution.
"""

from __future__ import annotations

from itertools import takewhile
from math import prod

from funclab.view.draw.geometry import Pen
from funclab.view.draw.text import text_width
from funclab.view.scene import sizes
from funclab.view.scene.layout.wires import RADIUS
from funclab.view.scene.scene import Box, Edge, Label, Plate, Scene

DENSITY = sizes.DENSITIES["one line, shapes beside"]
LEAST_PITCH, MOST_PITCH = 38, 50
MARGIN, BESIDE, WAY = 10, 12, 96
"""White space around all, room before a shape, and between it and what is to the right."""
AXIS = 24
"""How far from the left of a box the spine runs."""
FEWEST_SKIPS = 2


def place_u(scene: Scene, width: float, height: float) -> bool:
    """Fill in all positions of a scene that fits a room as a U; False for any other scene."""
    drawing = U(scene)
    rows = drawing.rows() if drawing.is_u() else []
    if not rows or (max(rows) + 1) * LEAST_PITCH + 2 * MARGIN > height:
        return False
    scene.labels, scene.dots, scene.direction = [], [], "TB"
    drawing.place(rows, width, height)
    return scene.width <= width


class U:
    """A scene that is one chain of boxes, with nested skips."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.boxes = scene, scene.boxes
        at = {box.key: i for i, box in enumerate(scene.boxes)}
        self.plates = {plate.key: plate for plate in scene.plates}
        self.maker = {
            e.target.key: e.source.key for e in scene.edges if e.target.key in self.plates
        }
        self.made: dict[str, Plate] = {self.maker[key]: self.plates[key] for key in self.maker}
        self.wires = [edge for edge in scene.edges if edge.target.key in at]
        ends = [
            (at.get(self.maker.get(e.source.key, ""), -9), at[e.target.key]) for e in self.wires
        ]
        self.ends = dict(zip(map(id, self.wires), ends, strict=True))
        self.skips = sorted({(a, b) for a, b in ends if b - a != 1})
        self.steps = {(a, b) for a, b in ends if b - a == 1}

    def is_u(self) -> bool:
        """Whether every box is on one chain, and the skips lie one inside the other."""
        plain = all(box.inside is None and not box.gathers for box in self.boxes)
        chain = len(self.steps) == len(self.boxes) - 1 == len(self.made) - 1
        nested = all(
            0 <= a < c and d < b for (a, b), (c, d) in zip(self.skips, self.skips[1:], strict=False)
        )
        weights = any(group.weights for group in self.scene.groups)
        return plain and chain and nested and not weights and len(self.skips) >= FEWEST_SKIPS

    def space(self, box: Box) -> tuple[int, ...]:
        """The axes of space or time of what a box makes."""
        words = self.made[box.key].shape.strip("()").split(", ")[1:-1]
        return tuple(int(word) for word in words if word.isdigit())

    def turn(self) -> int:
        """The first box on the right: in the middle of those with the least space."""
        first, last = self.skips[-1]
        inner = range(first + 1, last)
        least = min(prod(self.space(self.boxes[i])) for i in inner)
        bottom = [i for i in inner if prod(self.space(self.boxes[i])) == least]
        return bottom[(len(bottom) + 1) // 2] if len(bottom) > 1 else bottom[0] + 1

    def rows(self) -> list[int]:
        """The row of each box, from the top."""
        turn = self.turn()
        outer = [(-1, len(self.boxes)), *self.skips]
        rows = [0] * len(self.boxes)
        level = 0
        for (left, right), (a, b) in zip(outer, [*self.skips, (turn - 1, turn)], strict=True):
            ways = list(range(left + 1, a + 1)), list(range(right - 1, b - 1, -1))
            same = [self._same(way, end) for way, end in zip(ways, (left, right), strict=True)]
            rest = max(len(way) - above for way, above in zip(ways, same, strict=True))
            size = max(same) + rest
            for way, above in zip(ways, same, strict=True):
                for i, box in enumerate(way):
                    rows[box] = level + (i if i < above else size - len(way) + i)
            level += size
        return rows

    def _same(self, way: list[int], end: int) -> int:
        """How many boxes, from the skip around them inwards, have the space of its end."""
        if not 0 <= end < len(self.boxes):
            return 0
        space = self.space(self.boxes[end])
        return len(list(takewhile(lambda i: self.space(self.boxes[i]) == space, way[:-1])))

    def place(self, rows: list[int], width: float, height: float) -> None:
        scene, turn = self.scene, self.turn()
        for plate in scene.plates:
            plate.hidden = False
            sizes.measure_plate(plate, DENSITY, False)
        for box in scene.boxes:
            sizes.measure_box(box, DENSITY)
            box.ports = []
        count = max(rows) + 1
        pitch = min(MOST_PITCH, (height - 2 * MARGIN) / count)
        bands = self._bands(rows)
        words = [text_width(label, sizes.DENSITIES["lines"].name, bold=True) for _, label in bands]
        x = MARGIN + max(words, default=0) + 24
        for side in (range(turn), range(turn, len(scene.boxes))):
            wide = max(scene.boxes[i].width for i in side)
            shape = max(self.made[scene.boxes[i].key].width for i in side)
            for i in side:
                box = scene.boxes[i]
                box.width, box.x = wide, x
                box.y = MARGIN + rows[i] * pitch + (pitch - box.height) / 2
                plate = self.made[box.key]
                plate.x, plate.y = box.right + BESIDE, box.middle.imag - plate.height / 2
            x += wide + BESIDE + shape + WAY
        for edge in scene.edges:
            self._lead(edge, turn)
        scene.width, scene.height = x - WAY + MARGIN, 2 * MARGIN + count * pitch
        tops = [MARGIN + row * pitch for row, _ in bands] + [scene.height - MARGIN]
        scene.bands = [
            Label(x=0, y=top, width=scene.width, height=end - top, text=label)
            for (_, label), top, end in zip(bands, tops, tops[1:], strict=False)
        ]
        scene.axis, scene.spine = 0, [[box.key for box in scene.boxes]]

    def _bands(self, rows: list[int]) -> list[tuple[int, str]]:
        """The first row of each resolution, with its name."""
        spaces = {rows[i]: self.space(box) for i, box in enumerate(self.boxes)}
        bands: list[tuple[int, str]] = []
        for row in sorted(spaces):
            label = " × ".join(map(str, spaces[row]))
            if not bands or bands[-1][1] != label:
                bands.append((row, label))
        return [(row if i else 0, label) for i, (row, label) in enumerate(bands)]

    def _lead(self, edge: Edge, turn: int) -> None:
        """The path of an edge: to the tensor beside its box, or on to the next box or across."""
        if id(edge) not in self.ends:
            box = next(box for box in self.boxes if box.key == edge.source.key)
            up = box is self.boxes[-1]
            start = complex(box.x + AXIS, box.y if up else box.bottom)
            pen = Pen(start)
            pen.line(start - 16j if self.plates[edge.target.key].output and up else start)
            edge.path = pen.pairs(False) if len(pen.points) > 1 else [(start.real, start.imag)] * 4
            return
        a, b = self.ends[id(edge)]
        source, target = self.boxes[a], self.boxes[b]
        port = sizes.TAB if target.inputs > 1 and edge.target.count > 1 and target.ordered else 0
        if (a, b) in self.skips or b == turn:
            plate = self.made[source.key]
            start = complex(plate.right + 8, source.middle.imag)
            end = complex(target.x - port, target.middle.imag)
        elif b < turn:
            start = complex(source.x + AXIS, source.bottom)
            end = complex(start.real, target.y - port)
        else:
            start = complex(target.x + AXIS, source.y)
            end = complex(start.real, target.bottom + port)
        pen = Pen(start)
        pen.corners([end], RADIUS)
        edge.path = pen.pairs(False)
        if port:
            middle = end + (end - start) / abs(end - start) * port / 2
            target.ports.append((middle.real, middle.imag, str(edge.target.index)))
