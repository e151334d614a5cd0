"""The spine of a layout: the straight line of cells that all others stand beside."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from funclab.view.scene.layout.cells import Cell, Wire

LEAST_WAYS = 4
"""So many ways from a fork to where they meet are on both sides of the spine."""


def forward(wires: Iterable[Wire], leaving: bool) -> list[Cell]:
    """The cells at the other ends of the wires, without those that close a loop."""
    return [
        wire.target if leaving else wire.source
        for wire in wires
        if wire.source.order < wire.target.order
    ]


def above(cell: Cell) -> list[Cell]:
    return forward(cell.entering, False)


def below(cell: Cell) -> list[Cell]:
    return forward(cell.leaving, True)


def longest_way(cells: list[Cell]) -> list[Cell]:
    """The longest path through the model; if there are several, the one with the most weights.

    If an even number of equal paths from inputs meet on it, none of them is the main one: the spine
    begins where they meet.
    """
    best: dict[Cell, tuple[int, int, int]] = {}
    before: dict[Cell, Cell | None] = {}
    for cell in cells:
        weights = cell.box.weights if cell.box else 0
        source = before[cell] = max(above(cell), key=best.__getitem__, default=None)
        length, weight, _ = (0, 0, 0) if source is None else best[source]
        best[cell] = (length + 1, weight + weights, -cell.order)
    here = max(cells, key=best.__getitem__, default=None)
    spine: list[Cell] = []
    while here is not None:
        spine.append(here)
        here = before[here]
    return _from_the_meeting(spine[::-1])


def _from_the_meeting(spine: list[Cell]) -> list[Cell]:
    """The spine without its first part, if other paths from inputs are the same as that part."""
    for i, cell in enumerate(spine):
        sources = list(dict.fromkeys(above(cell)))
        if i and len(sources) > 1:
            ways = [_way_to(source) for source in sources]
            alike = all(way and way == ways[0] for way in ways)
            return spine[i:] if alike and len(ways) % 2 == 0 else spine
    return spine


def _way_to(cell: Cell) -> list[str]:
    """What the calls on the only path from an input to a cell do; empty if there are several."""
    way: list[str] = []
    while True:
        if len(below(cell)) > 1 or len(above(cell)) > 1:
            return []
        way.append(cell.box.detail.split(" · inputs[")[0] if cell.box else "")
        if not above(cell):
            return way
        cell = above(cell)[0]


def without_branches(spine: list[Cell]) -> list[Cell]:
    """The spine without its part between a fork and where an even number of ways from there meet,
    if they are four or more: none of them is the main one, so half of them run at either side."""
    for i, cell in enumerate(spine):
        ways = [_back_from(source) for source in dict.fromkeys(above(cell))]
        forks = {fork for fork, _ in ways}
        if len(ways) >= LEAST_WAYS and len(ways) % 2 == 0 and len(forks) == 1:
            fork = forks.pop()
            if fork in spine[: i - 1] and all(length for _, length in ways):
                return spine[: spine.index(fork) + 1] + without_branches(spine[i:])
    return spine


def _back_from(cell: Cell) -> tuple[Cell, int]:
    """The fork from which a chain of cells comes that ends with this one, and their number."""
    length = 0
    while len(above(cell)) == 1 and len(below(cell)) == 1:
        cell, length = above(cell)[0], length + 1
    return cell, length


def hollow_ranks(spine: list[Cell]) -> set[int]:
    """The ranks where there are branches of a spine, but no box on it."""
    apart = [(one, next_) for one, next_ in pairwise(spine) if one not in above(next_)]
    return {rank for one, next_ in apart for rank in range(one.rank + 1, next_.rank)}
