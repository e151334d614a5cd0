"""The U: a spine with nested skips is folded where the resolution is lowest, down on the left and
up on the right, so that every skip runs straight across."""

from __future__ import annotations

from funclab.view.draw.geometry import Points, pairs, rounded
from funclab.view.scene import sizes
from funclab.view.scene.layout.cells import BESIDE_BOX, Cell, Wire, measure
from funclab.view.scene.layout.spine import longest_way
from funclab.view.scene.layout.tracks import has_numbers
from funclab.view.scene.scene import Edge, Label, Scene

FEWEST = 2
"""How many skips make a U."""
AXIS = 26
"""How far from the left of the boxes the wire runs."""
APART, NEAR = 60, 36
"""The least distance from the words on the left to the boxes on the right, and for short lines."""
LEFT = 104, 76
"""Room for the words on the bands."""
BELOW = 20
"""Room for a number under a box, and for an arrow."""


def arms(cells: list[Cell]) -> tuple[list[Cell], list[Cell], list[tuple[Cell, Cell]]] | None:
    """The cells on the way down and up, and the pairs at the same height; None if there is no U."""
    spine = longest_way(cells)
    boxes = [cell.box for cell in cells]
    index = {cell: i for i, cell in enumerate(spine)}
    wires = [wire for cell in cells for wire in cell.leaving]
    if len(spine) < len(cells) or any(box is None or box.inside for box in boxes):
        return None
    skips = [(w.source, w.target) for w in wires if index[w.target] - index[w.source] > 1]
    skips.sort(key=lambda pair: index[pair[0]])
    ends = [index[end] for end, _ in skips] + [index[end] for _, end in reversed(skips)]
    if len(skips) < FEWEST or ends != sorted(set(ends)):
        return None
    first, last = ends[len(skips) - 1], ends[len(skips)]
    between = range(first + 1, last - 1)  # on the way up, a cell comes before the first merge
    least = min((space(spine[i]) for i in between), default=0)
    lowest = [i for i in between if space(spine[i]) == least]
    if not lowest:
        return None
    turn = lowest[(len(lowest) - 1) // 2]
    down, up = spine[: turn + 1], spine[turn + 1 :]
    return down, up, [*skips, (down[-1], up[0])]


def space(cell: Cell) -> int:
    """How many positions the tensor of a cell has."""
    plate = next(iter(cell.plates.values()), None)
    lengths = sizes.lengths(plate) if plate else [1]
    product = 1
    for length in lengths[:-1]:
        product *= length
    return product


def set_rows(down: list[Cell], up: list[Cell], pairs: list[tuple[Cell, Cell]]) -> dict[Cell, int]:
    """The row of each cell, from the top: the ends of a skip share a row, and no row has cells of
    two resolutions."""
    level = {cell for pair in pairs for cell in pair}
    row: dict[Cell, int] = {}
    left, right = down[::-1], list(up)
    count = 0
    while left or right:
        free = [side for side in (left, right) if side and side[-1] not in level]
        if len(free) == 2 and space(left[-1]) != space(right[-1]):
            free = [max(free, key=lambda side: space(side[-1]))]
        for side in free or (left, right):
            row[side.pop()] = count
        count += 1
    for before, after in zip(down[-2::-1], down[:0:-1]):
        if before not in level and space(before) == space(after):
            row[before] = row[after] - 1  # close to its reader
    return row


class U:
    """Places a scene as a U; `room` is the height that its rows may take."""

    def __init__(self, scene: Scene, cells: list[Cell], room: float) -> None:
        parts = arms(cells)
        assert parts is not None
        self.scene, self.cells = scene, cells
        self.down, self.up, _ = parts
        self.density = sizes.density_of(scene)
        self.row = set_rows(*parts)
        self.short = self.density.brief
        count = max(self.row.values()) + 1
        gaps = [self.density.gap + 1] * count
        for cell in self.up:
            if has_numbers(cell) and not self.density.rows:
                gaps[self.row[cell]] = max(BELOW, self.density.gap)
        spare = (room - 20 - sum(gaps)) / count - self.density.height
        spring = min(self.density.spring, max(0, spare))
        self.tops = [0.0]
        for gap in gaps:
            self.tops.append(self.tops[-1] + self.density.height + gap + spring)

    def place(self, stubs: dict[str, Edge]) -> None:
        scene, x = self.scene, float(LEFT[self.short])
        for arm in (self.down, self.up):
            sizes.equal_widths([cell.box for cell in arm if cell.box], self.density)
        measure(scene, self.cells, self.density)
        for arm in (self.down, self.up):
            for cell in arm:
                self._put(cell, x)
            x = max(plate.right for cell in arm for plate in cell.plates.values())
            x += NEAR if self.short else APART
        for cell in self.cells:
            for plate in cell.plates.values():
                box = cell.box
                assert box is not None
                reach = plate.x - 2 if plate.width else box.right
                stubs[plate.key].path = straight((box.right, cell.middle), (reach, cell.middle))
            for wire in cell.leaving:
                wire.edge.path = self._way(wire)
        for cell in self.cells:
            if cell.plates and not cell.leaving:
                self._end(cell, stubs)
        self._bands()
        scene.spine = [[cell.key for cell in self.down], [cell.key for cell in self.up]]

    def _put(self, cell: Cell, x: float) -> None:
        """Place a cell; the shape of what goes across is over its wire, that of what does not under
        it."""
        box = cell.box
        assert box is not None
        box.x, box.y = x, self.tops[self.row[cell]]
        cell.start = box.y
        box.ports = []
        ahead = {wire.port for wire in cell.leaving if self._is_across(wire)}
        for port, plate in cell.plates.items():
            over = (plate.height if port in ahead else -2) if ahead else plate.height / 2
            plate.x, plate.y = box.right + BESIDE_BOX, cell.middle - over

    def _is_across(self, wire: Wire) -> bool:
        return (wire.source in self.down) != (wire.target in self.down)

    def _way(self, wire: Wire) -> Points:
        source, target = wire.source, wire.target
        a, b = source.box, target.box
        assert a is not None
        assert b is not None
        across = self._is_across(wire)
        tab = sizes.TAB if has_numbers(target) and (across or not self.density.rows) else 0
        if across:
            if tab:
                b.ports.append((b.x - tab / 2, target.middle, str(wire.index)))
            return straight((a.right, source.middle), (b.x - tab, target.middle))
        x = a.x + AXIS
        if source in self.down:
            return straight((x, a.bottom), (x, b.y - tab))
        if tab:
            b.ports.append((x, b.bottom + tab / 2 - 2, str(wire.index)))
        return straight((x, a.y), (x, b.bottom + max(0, tab - 2)))

    def _end(self, cell: Cell, stubs: dict[str, Edge]) -> None:
        """The arrow by which the result leaves the last box."""
        box = cell.box
        assert box is not None
        for plate in cell.plates.values():
            x = box.x + AXIS
            start, end = (box.bottom, box.bottom + 13) if cell in self.down else (box.y, box.y - 13)
            stubs[plate.key].path = straight((x, start), (x, end))

    def _bands(self) -> None:
        """Pale bands behind the rows of one resolution, labelled with it."""
        resolutions: dict[int, str] = {}
        for cell in [*self.down, *self.up]:
            for plate in cell.plates.values():
                words = " × ".join(map(str, sizes.lengths(plate)[:-1]))
                resolutions.setdefault(self.row[cell], words)
        right = max(plate.right for plate in self.scene.plates) + 8
        rows = sorted(resolutions)
        start = 0
        for i, row in enumerate(rows):
            if i + 1 == len(rows) or resolutions[rows[i + 1]] != resolutions[row]:
                top = self.tops[rows[start]] - self.density.gap
                bottom = self.tops[row + 1] - self.density.gap
                label = Label(x=0, y=top, width=right, height=bottom - top, text=resolutions[row])
                label.band = len(self.scene.labels) + 1
                self.scene.labels.append(label)
                start = i + 1


def straight(start: tuple[float, float], end: tuple[float, float]) -> Points:
    return pairs(rounded([complex(*start), complex(*end)]))
