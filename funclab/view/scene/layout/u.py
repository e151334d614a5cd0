"""Nested skips as a U: down on the left, up on the right, and each skip across in its row.

The spine is folded at the place of least space. Rows are longest paths in the graph in which both
ends of a skip are one row. Pale bands name the resolution.
"""

from __future__ import annotations

from itertools import takewhile
from math import prod

from funclab.view.draw.area import Points
from funclab.view.draw.geometry import Pen, of_length
from funclab.view.draw.text import text_width
from funclab.view.scene import sizes
from funclab.view.scene.scene import Edge, Label, Plate, Scene

DENSITY = sizes.DENSITIES["one line, shapes beside"]
LEAST_PITCH, MOST_PITCH = 38, 50
MARGIN, BESIDE, WAY = 10, 12, 96
"""White space around all, room before a shape, and between it and what is to the right."""
AXIS = 24
"""How far from the left of a box the spine runs."""
FEWEST_SKIPS = 2
BAND = 12
"""The size of the words at a band."""


def place_u(scene: Scene, width: float, height: float) -> bool:
    """Fill in all positions of a scene that fits a room as a U; False for any other scene."""
    drawing = U(scene)
    rows = drawing.rows() if drawing.is_u() else []
    if not rows or (max(rows) + 1) * LEAST_PITCH + 2 * MARGIN > height:
        return False
    scene.labels, scene.dots, scene.direction = [], [], "TB"
    drawing.place(rows, height)
    return scene.width <= width


class U:
    """A scene that is one chain of boxes, with nested skips."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.boxes = scene, scene.boxes
        self.numbers = {box.key: i for i, box in enumerate(self.boxes)}
        self.makers: dict[str, int] = {}
        self.tensors: dict[int, Plate] = {}
        plates = {plate.key: plate for plate in scene.plates}
        for edge in scene.edges:
            if edge.target.key in plates:
                maker = self.numbers.get(edge.source.key, -1)
                self.makers[edge.target.key] = maker
                self.tensors[maker] = plates[edge.target.key]
        self.spaces = {i: space_of(plate) for i, plate in self.tensors.items()}
        ends = {ends for edge in scene.edges if (ends := self._ends(edge))}
        self.skips = sorted((a, b) for a, b in ends if b != a + 1)
        self.steps = len(ends) - len(self.skips)

    def _ends(self, edge: Edge) -> tuple[int, int] | None:
        """The boxes that make and read a tensor; nothing for the way from a box to its tensor."""
        if edge.target.key not in self.numbers:
            return None
        return self.makers.get(edge.source.key, -1), self.numbers[edge.target.key]

    def is_u(self) -> bool:
        """Whether every box is on one chain, and the skips lie one inside the other."""
        count = len(self.boxes)
        if len(self.skips) < FEWEST_SKIPS or self.steps != count - 1:
            return False
        if set(self.tensors) != set(range(count)) or any(g.weights for g in self.scene.groups):
            return False
        if any(box.gathers or box.inside for box in self.boxes):
            return False
        outer = (-1, count)
        for inner in self.skips:
            if not outer[0] < inner[0] < inner[1] < outer[1]:
                return False
            outer = inner
        return outer[0] + 1 < self.turn() < outer[1]

    def turn(self) -> int:
        """The first box on the right: in the middle of those with the least space."""
        first, last = self.skips[-1]
        spaces = {i: prod(self.spaces[i]) for i in range(first + 1, last)}
        least = min(spaces.values(), default=0)
        bottom = [i for i, space in spaces.items() if space == least]
        return [*bottom, last][(len(bottom) + 1) // 2]

    def rows(self) -> list[int]:
        """The row of each box, from the top."""
        turn = self.turn()
        outer = [(-1, len(self.boxes)), *self.skips]
        inner = [*self.skips, (turn - 1, turn)]
        rows = [0] * len(self.boxes)
        level = 0
        for (left, right), (last, first) in zip(outer, inner, strict=True):
            down = list(range(left + 1, last + 1))
            up = list(range(right - 1, first - 1, -1))
            ways = [(down, self._same(down, left)), (up, self._same(up, right))]
            size = max(same for _, same in ways)
            size += max(len(way) - same for way, same in ways)
            for way, same in ways:
                for i, box in enumerate(way):
                    low = size - len(way)
                    rows[box] = level + i + (0 if i < same else low)
            level += size
        return rows

    def _same(self, way: list[int], end: int) -> int:
        """How many boxes, from the skip around them inwards, have the space of its end."""
        space = self.spaces.get(end)
        return len(list(takewhile(lambda i: self.spaces[i] == space, way[:-1])))

    def place(self, rows: list[int], height: float) -> None:
        """Place the boxes in rows as far apart as the height allows, and lead all edges."""
        scene, turn = self.scene, self.turn()
        count = max(rows) + 1
        pitch = min(MOST_PITCH, (height - 2 * MARGIN) / count)
        for plate in scene.plates:
            plate.hidden = False
            sizes.measure_plate(plate, DENSITY, False)
        x = self._bands(rows, pitch)
        for side in (range(turn), range(turn, len(self.boxes))):
            x = self._column(side, rows, pitch, x)
        scene.width = x - WAY + MARGIN
        scene.height = 2 * MARGIN + count * pitch
        for band in scene.bands:
            band.width = scene.width
        for edge in scene.edges:
            self._lead(edge, turn)
        scene.axis = 0
        scene.spine = [[box.key for box in self.boxes]]

    def _column(self, side: range, rows: list[int], pitch: float, x: float) -> float:
        """Place one side of the U; returns where the other begins."""
        for i in side:
            sizes.measure_box(self.boxes[i], DENSITY)
        wide = max(self.boxes[i].width for i in side)
        for i in side:
            box, plate = self.boxes[i], self.tensors[i]
            box.ports = []
            box.width = wide
            box.x = x
            box.y = MARGIN + rows[i] * pitch + (pitch - box.height) / 2
            plate.x = box.right + BESIDE
            plate.y = box.middle.imag - plate.height / 2
        return max(self.tensors[i].right for i in side) + WAY

    def _bands(self, rows: list[int], pitch: float) -> float:
        """A band for the rows of each resolution; returns where the boxes begin."""
        scene = self.scene
        scene.bands = []
        spaces = dict(sorted((row, self.spaces[i]) for i, row in enumerate(rows)))
        for row, space in spaces.items():
            text = " × ".join(map(str, space))
            if not scene.bands or scene.bands[-1].text != text:
                top = MARGIN + row * pitch * bool(scene.bands)
                scene.bands.append(Label(x=0, y=top, text=text))
            band = scene.bands[-1]
            band.height = MARGIN + (row + 1) * pitch - band.y
        widths = [text_width(band.text, BAND, bold=True) for band in scene.bands]
        return MARGIN + max(widths) + 24

    def _lead(self, edge: Edge, turn: int) -> None:
        """The path of an edge: to the tensor beside its box, or on to the next box or across."""
        ends = self._ends(edge)
        if ends is None:
            edge.path = self._stub(edge)
            return
        source, target = self.boxes[ends[0]], self.boxes[ends[1]]
        port = sizes.TAB if target.inputs > 1 and target.ordered else 0
        if ends in self.skips or ends[1] == turn:
            start = complex(self.tensors[ends[0]].right + 8, source.middle.imag)
            end = complex(target.x - port, target.middle.imag)
        elif ends[1] < turn:
            start = complex(source.x + AXIS, source.bottom)
            end = complex(start.real, target.y - port)
        else:
            start = complex(target.x + AXIS, source.y)
            end = complex(start.real, target.bottom + port)
        edge.path = _straight(start, end)
        if port:
            middle = end + of_length(end - start, port / 2)
            words = str(edge.target.index)
            target.ports.append((middle.real, middle.imag, words))

    def _stub(self, edge: Edge) -> Points:
        """From a box to its tensor, which stands beside it: a point, and an arrow at the end."""
        maker = self.numbers[edge.source.key]
        box = self.boxes[maker]
        leaves = self.tensors[maker].output and box is self.boxes[-1]
        start = complex(box.x + AXIS, box.y)
        return _straight(start, start - 16j * leaves)


def space_of(plate: Plate) -> tuple[int, ...]:
    """The axes of space or time of a tensor."""
    words = plate.shape.strip("()").split(", ")
    return tuple(int(word) for word in words[1:-1] if word.isdigit())


def _straight(start: complex, end: complex) -> Points:
    pen = Pen(start)
    pen.curve(start, end, end)
    return pen.pairs(False)
