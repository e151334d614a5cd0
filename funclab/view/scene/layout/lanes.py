"""Across the flow: at which side each wire enters, what it runs in, and where all tracks lie."""

from __future__ import annotations

from collections import defaultdict

from funclab.view.scene import sizes
from funclab.view.scene.layout.cells import STEP, Cell, Lane, Track, Wire, is_repeat
from funclab.view.scene.layout.tracks import previous_on_axis

APART, LANE = 18, 11
"""Distances of boxes, and of lines that run beside each other."""


class Lanes:
    """Decides how wires run, and then where: `tracks` are in order across the flow."""

    def __init__(self, tracks: list[Track], cells: list[Cell], in_lines: bool) -> None:
        self.tracks, self.cells, self.in_lines = tracks, cells, in_lines
        self.place = {id(track): i for i, track in enumerate(tracks)}
        self.main = next((track for track in tracks if track.host is None), None)
        self.lanes: dict[tuple[Cell, int], Lane] = {}
        self.occupied: dict[int, list[int]] = defaultdict(list)
        for cell in cells:
            self.occupied[cell.rank].append(self.place[id(cell.track)])

    def decide(self) -> None:
        for cell in self.cells:
            axis = previous_on_axis(cell)
            box = cell.box
            if box is not None and box.rows:
                self._all_in_order(cell, None)
            elif len(cell.entering) == 1:
                for wire in cell.entering:
                    self._run(wire, self.in_lines)
            elif self.in_lines or (axis and len(cell.entering) <= 3 and not is_frame(cell)):
                for wire in cell.entering:
                    if wire is not axis:
                        self._run(wire, True)
                self._spread(cell, [w for w in cell.entering if not w.side], axis)
            else:
                self._all_in_order(cell, axis)

    def _all_in_order(self, cell: Cell, axis: Wire | None) -> None:
        for wire in cell.entering:
            self._run(wire, False)
        self._spread(cell, cell.entering, axis)

    def _spread(self, cell: Cell, wires: list[Wire], axis: Wire | None) -> None:
        """Ports in order along the side that faces the flow; that on the axis stays there."""
        box = cell.box
        if box is not None and box.rows:
            for wire in wires:
                wire.into = row_offset(cell, wire)
            return
        wires = sorted(wires, key=lambda wire: wire.index)
        if len(wires) < 2:
            return
        middle = wires.index(axis) if axis in wires else (len(wires) - 1) / 2
        for i, wire in enumerate(wires):
            reach = (cell.near if i < middle else cell.far) - 12
            most = middle if i < middle else len(wires) - 1 - middle
            wire.into = (i - middle) * min(STEP, reach / max(most, 1))

    def _run(self, wire: Wire, sideways: bool) -> None:
        """Choose what a wire runs in past other ranks, and whether it enters at a side."""
        source, target = wire.source, wire.target
        track, last = source.track, target.rank - source.rank
        assert track is not None
        assert target.track is not None
        if wire is previous_on_axis(target):
            return
        own = track is not self.main and track.cells[-1] is source and not wire.backward
        own = own and not source.outs.get(wire.port, 0) and not self.in_lines
        if last == 1 and not (own and sideways):
            return
        if own:
            wire.lane = track
            side = -1 if self.place[id(track)] < self.place[id(target.track)] else 1
            wire.side = side if sideways and self._is_free(wire, side) else 0
            track.high = max(track.high, target.rank if wire.side else target.rank - 1)
        elif (
            target.track is not self.main
            and target.track.cells[0] is target
            and not (self.in_lines or wire.backward or sideways)
        ):
            wire.lane = target.track
            target.track.low = min(target.track.low, source.rank + 1)
        else:
            wire.side = int(sideways and not wire.backward and self._is_free(wire, 1))
            low, high = source.rank + 1, target.rank if wire.side else target.rank - 1
            if wire.backward:
                low, high = target.rank, source.rank
            lane = self.lanes.setdefault((source, wire.port), Lane(low, high))
            lane.low, lane.high = min(lane.low, low), max(lane.high, high)
            wire.lane = lane

    def _is_free(self, wire: Wire, side: int) -> bool:
        """Whether nothing stands between the wire and the side of its target."""
        target = wire.target
        here = self.place[id(target.track)]
        limit = self.place[id(wire.source.track)] if isinstance(wire.lane, Track) else None
        for place in self.occupied[target.rank]:
            if (place - here) * side > 0 and (limit is None or (limit - place) * side > 0):
                return False
        taken = sum(other.side == side for other in target.entering)
        return taken < (1 if target.far < 20 or target.size < 30 else 2) or self.in_lines

    def arrange(self) -> None:
        """Give every track and lane its position, outward from the spine."""
        if self.main is None:
            return
        here = self.tracks.index(self.main)
        rights = self._edge(self.main, 1)
        for track in self.tracks[here + 1 :]:
            self._put(track, rights, 1)
        lefts = self._edge(self.main, -1)
        for track in reversed(self.tracks[:here]):
            self._put(track, lefts, -1)
        for lane in sorted(self.lanes.values(), key=lambda lane: (lane.high - lane.low, lane.low)):
            ranks = range(lane.low, lane.high + 1)
            lane.at = max((rights[rank] for rank in ranks), default=0) + LANE
            for rank in ranks:
                rights[rank] = lane.at
        self._ports()

    def _edge(self, track: Track, side: int) -> dict[int, float]:
        """How far the spine reaches at each rank."""
        reached: dict[int, float] = defaultdict(float)
        for cell in track.cells:
            reached[cell.rank] = self._reach(cell, side)
        return reached

    @staticmethod
    def _reach(cell: Cell, side: int) -> float:
        tabs = any(wire.side == side for wire in cell.entering) and has_numbers(cell)
        return (cell.after if side > 0 else cell.before) + sizes.TAB * tabs

    def _put(self, track: Track, reached: dict[int, float], side: int) -> None:
        own = {cell.rank: cell for cell in track.cells}
        ranks = range(track.low, track.high + 1)
        at = 0.0
        for rank in ranks:
            inner = self._reach(own[rank], -side) if rank in own else 0
            gap = APART / 2 if rank not in reached else APART if rank in own else LANE
            at = max(at, reached[rank] + gap + inner)
        track.at = at * side
        for rank in ranks:
            reached[rank] = at + (self._reach(own[rank], side) if rank in own else 0)

    def _ports(self) -> None:
        """Places at the sides of boxes: what comes from further away enters further on."""
        for cell in self.cells:
            for side in (-1, 1):
                wires = [wire for wire in cell.entering if wire.side == side and wire.lane]
                wires.sort(key=lambda wire: abs(wire.lane.at - cell.at) if wire.lane else 0)
                step = min(17.0, (cell.size - 6) / max(1, len(wires)))
                for i, wire in enumerate(wires):
                    wire.into = (i - (len(wires) - 1) / 2) * step
            if self.in_lines:
                for wire in cell.entering:
                    shift = wire.source.at - cell.at
                    if not wire.side and wire.lane is None and 0 < shift < cell.far - 12:
                        wire.into = shift


def is_frame(cell: Cell) -> bool:
    """Whether a box is an open model, whose inputs are ports on its frame."""
    return cell.box is not None and cell.box.inside is not None and not is_repeat(cell.box)


def has_numbers(cell: Cell) -> bool:
    """Whether ports are drawn: where the order of several matters, and on open frames."""
    box = cell.box
    if box is None or box.rows:
        return False
    return is_frame(cell) or (box.inputs > 1 and box.ordered and not is_repeat(box))


def row_offset(cell: Cell, wire: Wire) -> float:
    """How far from the middle of a box a wire enters its row."""
    box, end = cell.box, wire.edge.target if wire.edge else None
    if box is None or end is None:
        return 0
    spread = (end.index - (end.count - 1) / 2) * sizes.LINE
    return sizes.row_centres(box)[end.row or 0] - box.height / 2 + spread
