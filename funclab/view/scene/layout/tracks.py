"""Straight lines of cells: the ranks, the spine, and the tracks that run beside it."""

from __future__ import annotations

from collections.abc import Iterable

from funclab.view.scene.layout.cells import Cell, Track, Wire


def forward(wires: Iterable[Wire], leaving: bool) -> list[Cell]:
    """The cells at the other ends of wires that do not close a loop."""
    return [
        wire.target if leaving else wire.source
        for wire in wires
        if wire.source.order < wire.target.order
    ]


def above(cell: Cell) -> list[Cell]:
    return forward(cell.entering, False)


def below(cell: Cell) -> list[Cell]:
    return forward(cell.leaving, True)


def reading_order(cells: list[Cell], spine: list[Cell]) -> list[Cell]:
    """All cells as in a list: the spine, and each side branch just before it joins, or right
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
            waiting += [(one, False) for one in reversed(above(item)) if one not in done]

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
    """The longest way from a beginning; a beginning then stands close to its first reader."""
    for cell in cells:
        cell.rank = max((one.rank + 1 for one in above(cell)), default=0)
    for cell in reversed(cells):
        readers = below(cell)
        if readers and not above(cell) and cell.box is not None:
            cell.rank = min(one.rank for one in readers) - 1


def longest_way(cells: list[Cell]) -> list[Cell]:
    """The longest way through the model; of several, the one with the most weights.

    Where it comes from an input, and as many ways as alike come from others, none of them is the
    main one: the spine begins where they meet.
    """
    best: dict[Cell, tuple[int, int, int]] = {}
    before: dict[Cell, Cell | None] = {}
    for cell in cells:
        weights = cell.box.weights if cell.box else 0
        before[cell] = max(above(cell), key=best.__getitem__, default=None)
        length, weight = best[before[cell]][:2] if before[cell] else (0, 0)  # type: ignore[index]
        best[cell] = (length + 1, weight + weights, -cell.order)
    here = max(cells, key=best.__getitem__, default=None)
    spine: list[Cell] = []
    while here is not None:
        spine.append(here)
        here = before[here]
    return _from_the_meeting(spine[::-1])


def _from_the_meeting(spine: list[Cell]) -> list[Cell]:
    """The spine without its first part, if other ways from inputs are equal to that."""
    for i, cell in enumerate(spine):
        sources = list(dict.fromkeys(above(cell)))
        if i and len(sources) > 1:
            ways = [_way_to(source) for source in sources]
            alike = all(way and way == ways[0] for way in ways)
            return spine[i:] if alike and len(ways) % 2 == 0 else spine
    return spine


def _way_to(cell: Cell) -> list[str]:
    """What is done on the only way from an input to a cell; nothing if there are others."""
    way: list[str] = []
    while True:
        if len(below(cell)) > 1 or len(above(cell)) > 1:
            return []
        way.append(cell.box.detail.split(" · inputs[")[0] if cell.box else "")
        if not above(cell):
            return way
        cell = above(cell)[0]


def tracks_of(cells: list[Cell], spine: list[Cell], in_lines: bool) -> list[Track]:
    """The spine, and a track for each other chain of cells; `cells` are in the order of reading."""
    main = Track(spine)
    tracks = [main]
    for i, cell in enumerate(spine):
        cell.track, cell.number = main, i
    for cell in cells:
        if cell.track is not None:
            continue
        ends = [
            one.track
            for one in above(cell)
            if one.track is not None
            and one.track is not main
            and one.track.cells[-1] is one
            and (cell.rank == one.rank + 1 or not in_lines)
        ]
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
    """The wire that comes straight along the track."""
    track = cell.track
    assert track is not None
    before = track.cells[cell.number - 1] if cell.number else None
    found = [w for w in cell.entering if w.source is before and w.source.outs.get(w.port, 0) == 0]
    return found[0] if found else None


def set_hosts(tracks: list[Track], in_lines: bool) -> None:
    """Give each track the one that it leaves or joins, and the side on which it runs."""
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
            first = min((one.order for one in others), default=-1)
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
        left = [one for guest in reversed(own) if guest.side < 0 for one in around(guest)]
        right = [one for guest in own if guest.side > 0 for one in around(guest)]
        return [*left, track, *right]

    return around(tracks[0])
