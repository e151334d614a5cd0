"""Along the flow: ranks, and between them a level for each line that runs across."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from funclab.view.scene import sizes
from funclab.view.scene.layout.cells import Cell, Wire
from funclab.view.scene.layout.lanes import has_numbers
from funclab.view.scene.sizes import Density

LEVEL, NEAR = 8, 6
"""Distance of two levels, and of two lines on one level."""
START, HEAD = 3, 8
"""Room before the first level, and for the head of an arrow after the last."""


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
    """All lines across, by what they belong to: the port of a cell, or a wire that arrives."""

    def __init__(self, cells: list[Cell]) -> None:
        self.buses: dict[tuple[Cell, int], Crossing] = {}
        self.arrivals: dict[Wire, Crossing] = {}
        self.gaps: dict[int, list[Crossing]] = defaultdict(list)
        for cell in cells:
            for port in cell.outs:
                wires = [wire for wire in cell.leaving if wire.port == port]
                self._bus(cell, port, wires)
            for wire in cell.entering:
                if wire.lane and not wire.side and abs(wire.lane.at - wire.entry) > 0.5:
                    self.arrivals[wire] = Crossing(cell.rank, wire.lane.at, [wire.entry])
        for crossing in [*self.buses.values(), *self.arrivals.values()]:
            self.gaps[crossing.rank].append(crossing)
        self.depth = {rank: _set_levels(crossings) for rank, crossings in self.gaps.items()}

    def _bus(self, cell: Cell, port: int, wires: list[Wire]) -> None:
        out = cell.at + cell.outs[port]
        places = [wire.lane.at if wire.lane else wire.entry for wire in wires]
        if any(abs(place - out) > 0.5 for place in places):
            self.buses[cell, port] = Crossing(cell.rank + 1, out, places)

    def set_along(self, cells: list[Cell], density: Density, room: float) -> float:
        """Give every cell its place along the flow; returns how long it all is."""
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
        crowded = depth or density.plates or tail < 16
        room = sizes.TAB - 3 if tabs and crowded else 0
        return tail + max(density.gap if rank else 0, need) + room

    def _place(self, rank: int, free: float) -> None:
        for crossing in self.gaps.get(rank, []):
            crossing.y = free + START + crossing.level * LEVEL


def _set_levels(crossings: list[Crossing]) -> int:
    """Give each line across the first level that is free, in an order that lets few lines cross."""

    def standing(crossing: Crossing) -> int:
        return sum(
            crossing.over(other) - other.over(crossing)
            for other in crossings
            if other is not crossing and crossing.meets(other)
        )

    done: list[Crossing] = []
    for crossing in sorted(crossings, key=lambda one: (standing(one), one.above)):
        levels = [other.level + 1 for other in done if crossing.meets(other)]
        crossing.level = max(levels, default=0)
        done.append(crossing)
    return max((crossing.level + 1 for crossing in crossings), default=0)
