"""The order within each rank that lets few links cross."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from funclab.view.scene.layout.ranks import Key, Layered

SWEEPS = 12


def order_ranks(layout: Layered, kept: Sequence[Key] = ()) -> None:
    """Sort every rank by where its neighbours are, down and up in turn; the best order stays.

    Those `kept`, where they share a rank, stay in the order given.
    """
    _start(layout)
    keep_order(layout, kept)
    best, fewest = [list(rank) for rank in layout.ranks], crossings(layout)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        order = range(1, len(layout.ranks)) if down else range(len(layout.ranks) - 2, -1, -1)
        for i in order:
            _sort(layout, i, down)
            _swap(layout, i)
        keep_order(layout, kept)
        number = crossings(layout)
        if number < fewest:
            best, fewest = [list(rank) for rank in layout.ranks], number
    layout.ranks = best


def keep_order(layout: Layered, kept: Sequence[Key]) -> None:
    """Give the places of some keys in a rank to the same keys in the order given."""
    for rank in layout.ranks:
        own = iter([key for key in kept if key in rank])
        rank[:] = [next(own) if key in kept else key for key in rank]


def _start(layout: Layered) -> None:
    """Ranks in the order of a walk from the beginnings, left to right."""
    seen: set[Key] = set()
    found: list[list[Key]] = [[] for _ in layout.ranks]
    for rank in layout.ranks:
        waiting = [key for key in reversed(rank) if not layout.above[key]]
        while waiting:
            key = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            found[layout.rank_of[key]].append(key)
            waiting.extend(lower for lower, _ in reversed(layout.below[key]))
    layout.ranks = found


def _places(rank: list[Key]) -> dict[Key, int]:
    return {key: i for i, key in enumerate(rank)}


def _sort(layout: Layered, i: int, down: bool) -> None:
    """Order rank i by the mean place of its neighbours; what has none keeps its place."""
    links = layout.above if down else layout.below
    fixed = _places(layout.ranks[i - 1 if down else i + 1])
    rank = layout.ranks[i]
    wanted = {
        key: sum(_place(fixed, one, offset) for one, offset in links[key]) / len(links[key])
        for key in rank
        if links[key]
    }
    movable = iter(sorted((key for key in rank if key in wanted), key=wanted.__getitem__))
    layout.ranks[i] = [next(movable) if key in wanted else key for key in rank]


def _place(fixed: dict[Key, int], key: Key, offset: float) -> float:
    """The place of a neighbour, with a little of where the link meets it."""
    return fixed[key] + max(-0.4, min(0.4, offset / 500))


def _swap(layout: Layered, i: int) -> None:
    """Exchange neighbours in rank i as long as that saves crossings."""
    rank = layout.ranks[i]
    sides = []
    if i > 0:
        sides.append((layout.above, _places(layout.ranks[i - 1])))
    if i + 1 < len(layout.ranks):
        sides.append((layout.below, _places(layout.ranks[i + 1])))
    for _ in range(len(rank)):
        changed = False
        for j in range(len(rank) - 1):
            one, other = rank[j], rank[j + 1]
            now = sum(_between(links[one], links[other], fixed) for links, fixed in sides)
            then = sum(_between(links[other], links[one], fixed) for links, fixed in sides)
            if then < now:
                rank[j], rank[j + 1] = other, one
                changed = True
        if not changed:
            return


def _between(
    left: list[tuple[Key, float]], right: list[tuple[Key, float]], fixed: dict[Key, int]
) -> int:
    """Crossings between the links of two neighbours, the first of which stands left."""
    lefts = [_place(fixed, key, offset) for key, offset in left]
    rights = [_place(fixed, key, offset) for key, offset in right]
    return sum(a > b for a in lefts for b in rights)


def crossings(layout: Layered) -> int:
    """How many links cross, over all ranks."""
    total = 0
    for upper, lower in pairwise(layout.ranks):
        fixed = _places(lower)
        ends = [
            (i, _place(fixed, low, offset))
            for i, key in enumerate(upper)
            for low, offset in layout.below[key]
        ]
        ends.sort()
        places = [place for _, place in ends]
        total += sum(
            places[i] > places[j] and ends[i][0] < ends[j][0]
            for i in range(len(places))
            for j in range(i + 1, len(places))
        )
    return total
