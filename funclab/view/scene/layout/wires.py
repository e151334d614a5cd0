"""The paths of wires: straight lines with round corners, and dots where they split."""

from __future__ import annotations

from funclab.view.draw.geometry import Pen
from funclab.view.scene import sizes
from funclab.view.scene.layout.cells import Cell, Wire, row_offset
from funclab.view.scene.layout.lanes import has_numbers, is_frame
from funclab.view.scene.layout.levels import Crossing, Levels
from funclab.view.scene.scene import Edge, End, Scene
from funclab.view.scene.sizes import Density

RADIUS = 7


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
                start = complex(cell.at + cell.outs[port], cell.end)
                stub = stubs[plate.key]
                stub.path = self._path(start, [self._leave(cell, port, True)])
            for wire in cell.leaving:
                start, *more = self._begin(cell, wire.port)
                path = self._path(start, [*more, *self._corners(wire)])
                if wire.edge:
                    wire.edge.path = path
            for bus in [self.levels.buses.get((cell, port)) for port in cell.outs]:
                if bus is not None:
                    self._split(bus)
            if cell.box is not None:
                cell.box.ports = self._ports(cell)

    def _path(self, start: complex, corners: list[complex]) -> list[tuple[float, float]]:
        pen = Pen(start)
        turns = [corner for corner in corners if abs(corner - start) > 0.01 or len(corners) == 1]
        kept: list[complex] = []
        for turn in turns:
            if not kept or abs(turn - kept[-1]) > 0.01:
                kept.append(turn)
        if kept:
            pen.corners(kept, RADIUS)
        return pen.pairs(self.sideways)

    def _leave(self, cell: Cell, port: int, stub: bool) -> complex:
        """Where the part of a wire ends that all readers have in common."""
        out, plate = cell.at + cell.outs.get(port, 0), cell.plates.get(port)
        bus = self.levels.buses.get((cell, port))
        if plate is not None and plate.width and self.density.plates:
            size = 0 if stub else plate.width if self.sideways else plate.height
            return complex(out, cell.end + self.density.tail + cell.cards + size)
        if plate is None or plate.border:
            return complex(out, cell.end)
        if bus is not None:
            return complex(out, bus.y)
        end = cell.end + min(cell.tail, 6)
        if plate.output:
            end = cell.end + cell.cards + (plate.width + 16 if self.sideways else 16)
        return complex(out, end)

    def _begin(self, cell: Cell, port: int) -> list[complex]:
        """Where the way to a reader starts; out of a row, the way to the right of its box."""
        box = cell.box
        if box is None or not box.rows or self.sideways:
            return [self._leave(cell, port, False)]
        row, index = divmod(port, 100)
        level = row_offset(box, row, index, len(box.rows[row].outputs))
        level += cell.start + cell.size / 2
        out = cell.at + cell.outs[port]
        return [complex(cell.at + cell.far, level), complex(out, level), complex(out, cell.end)]

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
            level = target.start + target.size / 2 + wire.into
            turns.append(complex(here, level))
            reach = target.far if wire.side > 0 else target.near
            reach += sizes.TAB if has_numbers(target) else self._rim(target)
            turns.append(complex(target.at + wire.side * reach, level))
            return turns
        if arrival is not None:
            turns += [complex(here, arrival.y), complex(wire.entry, arrival.y)]
        box, row = target.box, wire.row
        if box is not None and row is not None and not self.sideways:
            end = wire.edge.target if wire.edge else End("")
            level = row_offset(box, row, end.index, end.count)
            level += target.start + target.size / 2
            turns.append(complex(wire.entry, level))
            turns.append(complex(target.at - target.near, level))
            return turns
        port = sizes.TAB / 2 if is_frame(target) else sizes.TAB - 2
        out = port if has_numbers(target) else self._rim(target)
        turns.append(complex(wire.entry, target.start - out))
        return turns

    @staticmethod
    def _rim(cell: Cell) -> float:
        """How far the outer line of a wrapper stands off."""
        return 4 if cell.box is not None and cell.box.wrapper else 0

    def _split(self, bus: Crossing) -> None:
        """A dot wherever one line becomes two."""
        places = {round(place, 1) for place in bus.below}
        if len(bus.below) > 1 and len(places) > 1:
            self.dots.add(complex(bus.above, bus.y))
            for place in bus.below:
                if bus.low + 0.5 < place < bus.high - 0.5:
                    self.dots.add(complex(place, bus.y))

    def _ports(self, cell: Cell) -> list[tuple[float, float, str]]:
        """The middles of the ports that are drawn on a box, and their numbers."""
        box = cell.box
        if box is None or not has_numbers(cell):
            return []
        half, points = sizes.TAB / 2, []
        frame = is_frame(cell)
        for wire in cell.entering:
            number = str(wire.index) if box.inputs > 1 else ""
            if wire.side:
                reach = (cell.far if wire.side > 0 else cell.near) + half
                level = cell.start + cell.size / 2 + wire.into
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
