"""Straight lines of cells: the ranks, and the tracks parallel to the spine."""

from __future__ import annotations

from collections import defaultdict

from funclab.view.scene import sizes
from funclab.view.scene.layout.cells import (
    FIRST_LANE,
    LANE,
    STEP,
    Cell,
    Lane,
    Track,
    Wire,
    inputs_of,
    row_offset,
)
from funclab.view.scene.layout.spine import above, below, hollow_ranks
from funclab.view.scene.scene import Box

APART = 14
"""The distance between neighbouring boxes."""
BEND = 5
"""How much further from the boxes a lane is in layouts in lines: room for a corner and an arrow."""

Zone = tuple[int, int]
"""A rank, and 0 for its boxes or 1 for the text after them."""


def reading_order(cells: list[Cell], spine: list[Cell]) -> list[Cell]:
    """All cells in reading order: the spine, and each side branch just before it joins, or right
    after it leaves if it joins nothing."""
    order: list[Cell] = []
    done: set[Cell] = set()
    useful = set(spine)
    for cell in reversed(cells):
        if any(reader in useful for reader in below(cell)):
            useful.add(cell)

    def emit(cell: Cell) -> None:
        waiting = [(cell, False)]
        while waiting:
            item, ready = waiting.pop()
            if item in done:
                continue
            if ready:
                done.add(item)
                order.append(item)
                continue
            waiting.append((item, True))
            waiting += [(source, False) for source in reversed(above(item)) if source not in done]

    def branches(cell: Cell) -> None:
        waiting = [cell]
        while waiting:
            item = waiting.pop()
            for reader in reversed(below(item)):
                if reader not in useful and reader not in done and done.issuperset(above(reader)):
                    emit(reader)
                    waiting.append(reader)

    for cell in spine:
        start = len(order)
        emit(cell)
        for item in order[start:]:
            branches(item)
    for cell in cells:
        emit(cell)
    return order


def set_ranks(cells: list[Cell]) -> None:
    """Ranks by the longest path from an input; an input then moves close to its first reader."""
    for cell in cells:
        cell.rank = max((source.rank + 1 for source in above(cell)), default=0)
    for cell in reversed(cells):
        readers = below(cell)
        if readers and not above(cell) and cell.box is not None:
            cell.rank = min(reader.rank for reader in readers) - 1


def tracks_of(cells: list[Cell], spine: list[Cell], in_lines: bool) -> list[Track]:
    """The spine, and a track for each other chain of cells; `cells` are in reading order."""
    main = Track(spine)
    tracks = [main]
    for i, cell in enumerate(spine):
        cell.track, cell.number = main, i
    for cell in cells:
        if cell.track is not None:
            continue
        near = [x for x in above(cell) if cell.rank == x.rank + 1 or not in_lines]
        last = [(x, x.track) for x in near if x.track is not None and x.track is not main]
        ends = [track for source, track in last if track.cells[-1] is source]
        track = max(ends, key=lambda track: len(track.cells), default=None)
        if track is None:
            track = Track([])
            tracks.append(track)
        cell.track, cell.number = track, len(track.cells)
        track.cells.append(cell)
    for track in tracks:
        if track.cells:
            track.low, track.high = track.cells[0].rank, track.cells[-1].rank
    return tracks


def previous_on_axis(cell: Cell) -> Wire | None:
    """The wire that arrives straight along the track."""
    track = cell.track
    assert track is not None
    before = track.cells[cell.number - 1] if cell.number else None
    from_before = (wire for wire in cell.entering if wire.source is before)
    return next((wire for wire in from_before if not wire.source.outs.get(wire.port, 0)), None)


def set_hosts(tracks: list[Track], in_lines: bool) -> None:
    """Give each track the track that it leaves or joins, and the side on which it runs."""
    main = tracks[0]
    for track in tracks[1:]:
        joins = [w for w in track.cells[-1].leaving if not w.backward]
        comes = [w for w in track.cells[0].entering if not w.backward]
        if joins:
            wire = max(joins, key=lambda w: (w.target.track is main, w.target.rank))
            track.host = wire.target.track
            axis = previous_on_axis(wire.target)
            indices = [w.index for w in wire.target.entering]
            middle = axis.index if axis else (min(indices) + max(indices)) / 2
            track.side = -1 if wire.index < middle else 1
            track.near = (wire.target.rank, abs(wire.index - middle))
        elif comes:
            wire = comes[0]
            track.host = wire.source.track
            others = [w.target for w in wire.source.leaving if w.target.track is track.host]
            first = min((other.order for other in others), default=-1)
            track.side = -1 if track.cells[0].order < first else 1
            track.near = (track.high, track.cells[0].order)
        if in_lines:
            track.side = 1
    for track in tracks[1:]:
        met: set[int] = set()
        host: Track | None = track
        while host is not None and host is not main and id(host) not in met:
            met.add(id(host))
            host = host.host
        if host is not main:
            track.host = main


def across_order(tracks: list[Track]) -> list[Track]:
    """All tracks in order across the flow, shorter ones inside."""
    guests: dict[int, list[Track]] = {}
    for track in tracks[1:]:
        guests.setdefault(id(track.host), []).append(track)

    def around(track: Track) -> list[Track]:
        own = sorted(guests.get(id(track), []), key=lambda guest: guest.near)
        left = [track for guest in reversed(own) if guest.side < 0 for track in around(guest)]
        right = [track for guest in own if guest.side > 0 for track in around(guest)]
        return [*left, track, *right]

    return around(tracks[0])


class Lanes:
    """Decides how wires run, and then where: `tracks` are in order across the flow."""

    def __init__(
        self, tracks: list[Track], cells: list[Cell], in_lines: bool, sideways: bool
    ) -> None:
        self.tracks, self.cells = tracks, cells
        self.in_lines, self.sideways = in_lines, sideways
        self.order = {id(track): i for i, track in enumerate(tracks)}
        self.main = next((track for track in tracks if track.host is None), None)
        self.lanes: dict[tuple[Cell, int], Lane] = {}
        self.occupied: dict[int, list[int]] = defaultdict(list)
        sizes_at: dict[int, set[float]] = defaultdict(set)
        for cell in cells:
            self.occupied[cell.rank].append(self.order[id(cell.track)])
            sizes_at[cell.rank].add(cell.size)
        self.uneven = {rank for rank, lengths in sizes_at.items() if len(lengths) > 1}

    def decide(self) -> None:
        for cell in self.cells:
            axis = previous_on_axis(cell)
            box = cell.box
            for wire in cell.entering:
                wire.tab = has_numbers(cell)
            if box is not None and box.rows:
                self._all_in_order(cell, None)
            elif len(cell.entering) == 1:
                for wire in cell.entering:
                    self._run(wire, self.in_lines)
            elif self.in_lines or (axis and len(cell.entering) <= 3 and not is_frame(cell)):
                for wire in cell.entering:
                    if wire is not axis:
                        self._run(wire, True)
                if not self.in_lines:
                    self._spread(cell, [w for w in cell.entering if not w.side], axis)
            else:
                self._all_in_order(cell, axis)

    def _all_in_order(self, cell: Cell, axis: Wire | None) -> None:
        for wire in cell.entering:
            self._run(wire, False)
        self._spread(cell, cell.entering, axis)

    def _spread(self, cell: Cell, wires: list[Wire], axis: Wire | None) -> None:
        """Put ports in order along the side that faces the flow; one on the axis stays there."""
        box = cell.box
        if box is not None and box.rows:
            for wire in wires:
                wire.into = self._into_row(cell, box, wire)
            return
        wires = sorted(wires, key=lambda wire: wire.index)
        if len(wires) < 2:
            return
        middle = wires.index(axis) if axis in wires else (len(wires) - 1) / 2
        if (cell.near - 7) / max(middle, len(wires) - 1 - middle) < sizes.TAB:
            middle = (len(wires) - 1) / 2  # too small for the axis to have its own port
        for i, wire in enumerate(wires):
            reach = (cell.near if i < middle else cell.far) - 7
            most = middle if i < middle else len(wires) - 1 - middle
            wire.into = (i - middle) * min(STEP, reach / (most or 1))

    def _into_row(self, cell: Cell, box: Box, wire: Wire) -> float:
        """Where a wire comes to a box with rows: at its row, or in a lane left of the box."""
        end = wire.edge.target
        row = end.row or 0
        if self.sideways:
            return row_offset(box, row, end.index, end.count)
        return -(cell.near + FIRST_LANE + LANE * (inputs_of(box.rows[:row]) + end.index))

    def _run(self, wire: Wire, sideways: bool) -> None:
        """Choose the lane or track of a wire past other ranks, and whether it enters at a side."""
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
            side = -1 if self.order[id(track)] < self.order[id(target.track)] else 1
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
        """Whether nothing is between the wire and the side of its target."""
        target = wire.target
        if side > 0 and target.margin > sizes.BESIDE:
            return False  # its shape is there
        here = self.order[id(target.track)]
        limit = self.order[id(wire.source.track)] if isinstance(wire.lane, Track) else None
        for other in self.occupied[target.rank]:
            if (other - here) * side > 0 and (limit is None or (limit - other) * side > 0):
                return False
        taken = sum(other.side == side for other in target.entering)
        most = 2 if target.size >= 30 else 1
        return taken < (3 if self.in_lines and not wire.tab else most)

    def arrange(self) -> None:
        """Give every track and lane its position, from the spine outward."""
        if self.main is None:
            return
        here = self.tracks.index(self.main)
        reached: dict[int, dict[Zone, float]] = {1: {}, -1: {}}
        hollow = hollow_ranks(self.main.cells)
        for side, tracks in ((-1, self.tracks[here::-1]), (1, self.tracks[here:])):
            for track in tracks:
                self._put(track, reached[side], side, hollow)
            if side < 0:
                reached[1] |= self._words_beyond(hollow)
        more = BEND * self.in_lines
        rights = {zone: reach + more for zone, reach in reached[1].items()}
        for lane in sorted(self.lanes.values(), key=lambda lane: (lane.high - lane.low, lane.low)):
            zones = [(rank, words) for rank in range(lane.low, lane.high + 1) for words in (0, 1)]
            lane.at = max((rights.get(zone, 0.0) for zone in zones), default=0) + LANE
            rights |= dict.fromkeys(zones, lane.at)
        self._ports()

    def _words_beyond(self, hollow: set[int]) -> dict[Zone, float]:
        """How far text of branches at the left is to the right of the spine, where that has no
        box."""
        reached: dict[Zone, float] = {}
        for cell in self.cells:
            track = cell.track
            if track and cell.rank in hollow and self.order[id(track)] < self.order[id(self.main)]:
                reach = track.at + self._reach(cell, 1, 1)
                reached[cell.rank, 1] = max(reached.get((cell.rank, 1), reach), reach)
        return reached

    def _put(self, track: Track, reached: dict[Zone, float], side: int, hollow: set[int]) -> None:
        """Place a track next to everything already placed on its side. In `hollow` ranks the spine
        has no box."""
        own = {cell.rank: cell for cell in track.cells}
        at, outer = 0.0, {}
        for rank in range(track.low, track.high + 1):
            cell = own.get(rank)
            for words in (0, 1):
                near = words * (side > 0 or rank not in hollow)
                inner = self._reach(cell, -side, near) if cell else 0
                outer[rank, words] = self._reach(cell, side, words) if cell else 0
                gap = APART if cell else LANE
                if track is not self.main:
                    free = reached.get((rank, words), -gap / 2)
                    at = max(at, free + gap + inner)
        track.at = at * side
        is_main = track is self.main
        reached |= {
            zone: at + reach for zone, reach in outer.items() if not (is_main and zone[0] in hollow)
        }

    def _reach(self, cell: Cell, side: int, words: int) -> float:
        """How far a cell reaches; in uneven ranks, its text may be next to another box."""
        if cell.rank in self.uneven:
            return max(cell.reach(side, False), cell.reach(side, True))
        return cell.reach(side, bool(words))

    def _ports(self) -> None:
        """Set the ports at the sides of boxes: wires from further away enter further on."""
        for cell in self.cells:
            for side in (-1, 1):
                wires = [wire for wire in cell.entering if wire.side == side and wire.lane]
                wires.sort(key=lambda wire: abs(wire.lane.at - cell.at) if wire.lane else 0)
                step = min(17.0, (cell.size - 6) / max(1, len(wires)))
                for i, wire in enumerate(wires):
                    wire.into = (i - (len(wires) - 1) / 2) * step
            if self.in_lines and len(cell.entering) > 1:
                self._ports_in_lines(cell)

    @staticmethod
    def _ports_in_lines(cell: Cell) -> None:
        """Set the ports on top: each straight under its source if that is free, else the next."""
        axis = previous_on_axis(cell)
        taken = [0.0]
        wires = [wire for wire in cell.entering if not wire.side and wire is not axis]
        for wire in sorted(wires, key=lambda wire: (wire.lane is not None, wire.index)):
            into = wire.source.at - cell.at if wire.lane is None else STEP
            while any(abs(into - other) < sizes.TAB + 2 for other in taken):
                into = max(taken) + sizes.TAB + 4
            wire.into = min(into, cell.far - 12)
            taken.append(into)


def is_frame(cell: Cell) -> bool:
    """Whether a box is an open model, whose inputs are ports on its frame."""
    return cell.box is not None and cell.box.inside is not None and not cell.box.gathers


def has_numbers(cell: Cell) -> bool:
    """Whether ports are drawn: where the order of several inputs matters, and on open frames."""
    box = cell.box
    if box is None or box.rows:
        return False
    return is_frame(cell) or (box.inputs > 1 and box.ordered and not box.gathers)
