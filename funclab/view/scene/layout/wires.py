"""The paths of wires: levels between the ranks for all crosswise lines, straight lines with round
corners, and dots where they split."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from funclab.view.draw.geometry import pairs, rounded
from funclab.view.scene.layout.cells import FAN, Cell, Wire, row_offset
from funclab.view.scene.layout.tracks import has_numbers, is_frame
from funclab.view.scene.scene import Edge, Scene
from funclab.view.scene.sizes import TAB, Density

LEVEL, NEAR = 8, 6
"""The distance between two levels, and between two lines on one level."""
START, HEAD = 3, 8
"""Room before the first level, and for the head of an arrow after the last."""
SHAFT, SHORT = 12, 8
"""How much of a wire shows before the number of the port it enters, and in layouts in lines."""
RADIUS = 7


@dataclass(eq=False)
class Crossing:
    """A line across the gap before a rank: from a place above it to places below."""

    rank: int
    above: float
    below: list[float] = field(default_factory=list)
    level: int = 0
    y: float = 0

    @property
    def low(self) -> float:
        return min(self.above, *self.below)

    @property
    def high(self) -> float:
        return max(self.above, *self.below)

    def meets(self, other: Crossing) -> bool:
        return self.low < other.high + NEAR and other.low < self.high + NEAR

    def over(self, other: Crossing) -> int:
        """How many lines cross if this one runs above the other."""
        own = sum(other.low < x < other.high for x in self.below)
        return own + (self.low < other.above < self.high) + 9 * (other.above in self.below)


class Levels:
    """All crosswise lines by what they belong to: the port of a cell, or an arriving wire."""

    def __init__(self, cells: list[Cell]) -> None:
        self.buses: dict[tuple[Cell, int], Crossing] = {}
        self.arrivals: dict[Wire, Crossing] = {}
        self.gaps: dict[int, list[Crossing]] = defaultdict(list)
        for cell in cells:
            for port in cell.outs:
                out, wires = cell.at + cell.outs[port], [w for w in cell.leaving if w.port == port]
                ends = [wire.lane.at if wire.lane else wire.entry for wire in wires]
                if any(abs(end - out) > 0.5 for end in ends):
                    self.buses[cell, port] = Crossing(cell.rank + 1, out, ends)
            for wire in cell.entering:
                if wire.lane and not wire.side and abs(wire.lane.at - wire.entry) > 0.5:
                    self.arrivals[wire] = Crossing(cell.rank, wire.lane.at, [wire.entry])
        for crossing in [*self.buses.values(), *self.arrivals.values()]:
            self.gaps[crossing.rank].append(crossing)
        self.depth = {rank: _set_levels(crossings) for rank, crossings in self.gaps.items()}

    def set_along(self, cells: list[Cell], density: Density, room: float) -> float:
        """Give every cell its place along the flow; returns the total length."""
        ranks: dict[int, list[Cell]] = defaultdict(list)
        for cell in cells:
            ranks[cell.rank].append(cell)
        last = max(ranks, default=0)
        gaps, tails, sizes_ = [], [], []
        for rank in range(last + 1):
            size = max((cell.size for cell in ranks[rank]), default=0)
            tail = max((cell.size + cell.tail for cell in ranks[rank]), default=0) - size
            gaps.append(self._gap(rank, ranks[rank], tails[-1] if tails else 0, density))
            sizes_.append(size)
            tails.append(max(tail, 0))
        length = sum(gaps) + sum(sizes_) + tails[-1]
        spring = max(0.0, min(density.spring, (room - length) / max(1, last)))
        here = 0.0
        for rank in range(last + 1):
            here += gaps[rank]
            self._place(rank, here - gaps[rank] + (tails[rank - 1] if rank else 0))
            here += spring if rank else 0
            for cell in ranks[rank]:
                cell.start = here
            here += sizes_[rank]
        end = here + tails[-1]
        self._place(last + 1, end)
        return end + LEVEL * self.depth.get(last + 1, 0)

    def _gap(self, rank: int, cells: list[Cell], tail: float, density: Density) -> float:
        """The room before a rank."""
        depth = self.depth.get(rank, 0)
        tabs = any(
            has_numbers(cell) and any(not wire.side for wire in cell.entering) for cell in cells
        )
        need = depth * LEVEL + START + HEAD - 2 if depth else 0
        gap = tail + max(density.gap if rank else 0, need)
        if not tabs:
            return gap
        if depth or density.full:
            return gap + TAB - 3 + HEAD * density.rows
        return max(gap, TAB - 1 + (SHORT if density.rows else SHAFT))

    def _place(self, rank: int, free: float) -> None:
        for crossing in self.gaps.get(rank, []):
            crossing.y = free + START + crossing.level * LEVEL


def _set_levels(crossings: list[Crossing]) -> int:
    """Give each crosswise line the first free level, in an order that makes few lines cross."""

    def standing(crossing: Crossing) -> int:
        return sum(
            crossing.over(other) - other.over(crossing)
            for other in crossings
            if other is not crossing and crossing.meets(other)
        )

    done: list[Crossing] = []
    for crossing in sorted(crossings, key=lambda crossing: (standing(crossing), crossing.above)):
        levels = [other.level + 1 for other in done if crossing.meets(other)]
        crossing.level = max(levels, default=0)
        done.append(crossing)
    return max((crossing.level + 1 for crossing in crossings), default=0)


class Wires:
    """Draws all wires of a part of a scene. A point is across + 1j * along."""

    def __init__(self, scene: Scene, cells: list[Cell], levels: Levels, density: Density) -> None:
        self.sideways = scene.direction == "LR"
        self.cells, self.levels, self.density = cells, levels, density
        self.dots: set[complex] = set()

    def draw(self, stubs: dict[str, Edge]) -> None:
        """Fill in all paths; `stubs` are the edges from boxes to their tensors."""
        for cell in self.cells:
            for port, plate in cell.plates.items():
                if plate.border:
                    continue
                start, *more = self._fan(cell, port)
                stubs[plate.key].path = self._path(start, [*more, self._leave(cell, port)])
            for wire in cell.leaving:
                start, *more = self._begin(cell, wire.port)
                wire.edge.path = self._path(start, [*more, *self._corners(wire)])
            for bus in [self.levels.buses.get((cell, port)) for port in cell.outs]:
                if bus is not None:
                    self._split(bus)
            if cell.box is not None:
                cell.box.ports = self._ports(cell)

    def _path(self, start: complex, corners: list[complex]) -> list[tuple[float, float]]:
        turns = [corner for corner in corners if abs(corner - start) > 0.01 or len(corners) == 1]
        kept = [start]
        for turn in turns:
            if len(kept) == 1 or abs(turn - kept[-1]) > 0.01:
                kept.append(turn)
        return pairs(rounded(kept, RADIUS), self.sideways)

    def _leave(self, cell: Cell, port: int) -> complex:
        """Where the part of a wire that all readers share ends."""
        out, plate = cell.at + cell.outs.get(port, 0), cell.plates.get(port)
        bus = self.levels.buses.get((cell, port))
        if plate is None or plate.border:
            return complex(out, cell.end)
        if bus is not None:
            return complex(out, bus.y)
        end = cell.end + min(cell.tail, 6)
        if plate.output:
            ahead = plate.width if self.sideways else self.density.beneath
            end = cell.end + cell.cards + ahead + 14
        return complex(out, end)

    def _begin(self, cell: Cell, port: int) -> list[complex]:
        """Where the path to a reader starts; out of a row, the path to the right of its box."""
        box = cell.box
        if port not in cell.plates and not (box and box.rows):
            return self._fan(cell, port)
        if box is None or not box.rows or self.sideways:
            return [self._leave(cell, port)]
        row, index = divmod(port, 100)
        level = cell.middle + row_offset(box, row, index, len(box.rows[row].outputs))
        out = cell.at + cell.outs[port]
        return [complex(cell.at + cell.far, level), complex(out, level), complex(out, cell.end)]

    @staticmethod
    def _fan(cell: Cell, port: int) -> list[complex]:
        """The path from the box to a port, which may be beyond its edge."""
        out, beside = cell.at + cell.outs.get(port, 0), cell.beside(port)
        if not beside:
            return [complex(out, cell.end)]
        start, level = complex(out - beside, cell.end), cell.end + FAN - 2
        return [start, complex(out - beside, level), complex(out, level)]

    def _corners(self, wire: Wire) -> list[complex]:
        bus = self.levels.buses.get((wire.source, wire.port))
        arrival = self.levels.arrivals.get(wire)
        target = wire.target
        turns: list[complex] = []
        here = wire.out
        if bus is not None:
            turns.append(complex(here, bus.y))
            here = wire.lane.at if wire.lane else wire.entry
            turns.append(complex(here, bus.y))
        if wire.side:
            level = target.middle + wire.into
            turns.append(complex(here, level))
            reach = target.far if wire.side > 0 else target.near
            reach += TAB if has_numbers(target) else self._rim(target)
            turns.append(complex(target.at + wire.side * reach, level))
            return turns
        if arrival is not None:
            turns += [complex(here, arrival.y), complex(wire.entry, arrival.y)]
        box, end = target.box, wire.edge.target
        if box is not None and end.row is not None and not self.sideways:
            level = target.middle + row_offset(box, end.row, end.index, end.count)
            turns.append(complex(wire.entry, level))
            turns.append(complex(target.at - target.near, level))
            return turns
        port = TAB / 2 if is_frame(target) else TAB - 2
        out = port if has_numbers(target) else self._rim(target)
        turns.append(complex(wire.entry, target.start - out))
        return turns

    @staticmethod
    def _rim(cell: Cell) -> float:
        """The distance of the outer line around a wrapper."""
        return 4 if cell.box is not None and cell.box.wrapper else 0

    def _split(self, bus: Crossing) -> None:
        """A dot wherever one line becomes two."""
        ends = {round(end, 1) for end in bus.below}
        if len(bus.below) > 1 and len(ends) > 1:
            self.dots.add(complex(bus.above, bus.y))
            for end in bus.below:
                if bus.low + 0.5 < end < bus.high - 0.5:
                    self.dots.add(complex(end, bus.y))

    def _ports(self, cell: Cell) -> list[tuple[float, float, str]]:
        """The middles of the ports that are drawn on a box, and their numbers."""
        box = cell.box
        if box is None or not has_numbers(cell):
            return []
        half, points = TAB / 2, []
        frame = is_frame(cell)
        for wire in cell.entering:
            number = str(wire.index) if box.inputs > 1 else ""
            if wire.side:
                reach = (cell.far if wire.side > 0 else cell.near) + half
                level = cell.middle + wire.into
                points.append((complex(cell.at + wire.side * reach, level), number))
            else:
                along = cell.start - (0 if frame else half - 1)
                points.append((complex(wire.entry, along), number))
        if frame:
            for i, out in enumerate(cell.outs.values()):
                number = str(i) if box.outputs > 1 else ""
                points.append((complex(cell.at + out, cell.end), number))
        swap = self.sideways
        return [(p.imag, p.real, n) if swap else (p.real, p.imag, n) for p, n in points]
