"""Columns: a long chain is wrapped where one tensor alone passes."""

from __future__ import annotations

from collections.abc import Callable

from funclab.view.scene.layout.cells import Cell


def cuts(order: list[Cell]) -> list[int]:
    """After how many cells one tensor alone passes on, and none of the cells before ends the
    model; one pass over the order finds all."""
    found: list[int] = []
    last: dict[tuple[Cell, int], int] = {}
    place = {cell: i for i, cell in enumerate(order)}
    for cell in order:
        for wire in cell.leaving:
            tensor = (cell, wire.port)
            last[tensor] = max(last.get(tensor, 0), place[wire.target])
    beginnings = max((i for i, cell in enumerate(order) if not cell.entering), default=0)
    alive: set[tuple[Cell, int]] = set()
    for i, cell in enumerate(order[:-1]):
        alive |= {(cell, wire.port) for wire in cell.leaving}
        alive = {tensor for tensor in alive if last[tensor] > i}
        if len(alive) == 1 and i + 1 > beginnings:
            found.append(i + 1)
    return found


def wrapped(
    order: list[Cell], places: list[int], count: int, length: Callable[[int, int], float]
) -> list[list[Cell]]:
    """At most `count` columns of cells, the longest of which is as short as can be.

    `length` gives how long a column from one cell to before another is. Of places that are as
    good, those where the shape changes are preferred.
    """
    best, changing = _shortest(order, places, count, length), []
    for place in places:
        before, after = order[place - 1], order[place]
        if _shape(before) != _shape(after):
            changing.append(place)
    preferred = _shortest(order, changing, count, length)
    if preferred[0] <= 1.04 * best[0]:
        best = preferred
    starts = [0, *best[1], len(order)]
    return [order[a:b] for a, b in zip(starts, starts[1:], strict=False)]


def _shape(cell: Cell) -> str:
    return next((plate.shape for plate in cell.plates.values()), "")


def _shortest(
    order: list[Cell], places: list[int], count: int, length: Callable[[int, int], float]
) -> tuple[float, list[int]]:
    """The least length of the longest column, and where to cut for it."""
    low, high = 0.0, length(0, len(order))
    chosen: list[int] = []
    reached = high
    for _ in range(16):
        limit = (low + high) / 2
        cut = _greedy(len(order), places, count, length, limit)
        if cut is None:
            low = limit
        else:
            high, chosen, reached = limit, cut, limit
    return reached, chosen


def _greedy(
    end: int, places: list[int], count: int, length: Callable[[int, int], float], limit: float
) -> list[int] | None:
    """Where to cut so that no column is longer than a limit; None if that takes more columns."""
    starts, here, last = [], 0, 0
    for place in [*places, end]:
        if length(here, place) > limit:
            if last <= here:
                return None
            starts.append(last)
            here = last
            if length(here, place) > limit:
                return None
        last = place
    return starts if len(starts) < count else None
