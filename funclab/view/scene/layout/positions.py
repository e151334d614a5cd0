"""Positions along the ranks, so that long links run straight.

Source: Brandes and Köpf, "Fast and simple horizontal coordinate assignment", GD 2001: four
greedy alignments, to each side and from each end, and the middle of the four.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from statistics import median

from funclab.view.scene.layout.ranks import Key, Layered, topological

Positions = dict[Key, float]
Gap = Callable[[Key, Key], float]


def align(layout: Layered, gap: Gap) -> Positions:
    """A position for every item and stone; `gap` is the distance of two neighbours' middles."""
    crossed = _crossed_by_long(layout)
    candidates = []
    for down in (True, False):
        for rightward in (False, True):
            ranks = layout.ranks if down else layout.ranks[::-1]
            ranks = [rank[::-1] for rank in ranks] if rightward else ranks
            links = layout.above if down else layout.below
            roots = _blocks(ranks, links, crossed)
            found = _compact(ranks, roots, _turned(gap) if rightward else gap)
            candidates.append({k: -x for k, x in found.items()} if rightward else found)
    return _middle(candidates, layout)


def _turned(gap: Gap) -> Gap:
    return lambda left, right: gap(right, left)


def _crossed_by_long(layout: Layered) -> set[tuple[Key, Key]]:
    """Short links that cross a link between two stones: there the long one stays straight."""
    crossed: set[tuple[Key, Key]] = set()
    for upper, lower in pairwise(layout.ranks):
        place = {key: i for i, key in enumerate(upper)}
        long: list[tuple[int, int]] = []
        short: list[tuple[int, int, Key, Key]] = []
        for j, key in enumerate(lower):
            for one, _ in layout.above[key]:
                if isinstance(key, int) and isinstance(one, int):
                    long.append((place[one], j))
                else:
                    short.append((place[one], j, one, key))
        for i, j, one, key in short:
            if any((i - a) * (j - b) < 0 for a, b in long):
                crossed.add((one, key))
                crossed.add((key, one))
    return crossed


def _blocks(
    ranks: list[list[Key]],
    links: dict[Key, list[tuple[Key, float]]],
    crossed: set[tuple[Key, Key]],
) -> dict[Key, Key]:
    """For each key the first of its block, all of which get one position."""
    roots: dict[Key, Key] = {key: key for rank in ranks for key in rank}
    taken: set[Key] = set()
    for previous, rank in pairwise(ranks):
        place = {key: i for i, key in enumerate(previous)}
        last = -1
        for key in rank:
            neighbours = sorted({one for one, _ in links[key]}, key=place.__getitem__)
            for one in _medians(neighbours):
                free = roots[key] == key and one not in taken
                if free and last < place[one] and (one, key) not in crossed:
                    roots[key] = roots[one]
                    taken.add(one)
                    last = place[one]
    return roots


def _medians(neighbours: list[Key]) -> list[Key]:
    """The one in the middle, or the two."""
    count = len(neighbours)
    return neighbours[(count - 1) // 2 : count // 2 + 1]


def _compact(ranks: list[list[Key]], roots: dict[Key, Key], gap: Gap) -> Positions:
    """Blocks as far left as they go, then right again where that costs no width."""
    before: dict[Key, list[tuple[Key, float]]] = {root: [] for root in roots.values()}
    after: dict[Key, list[tuple[Key, float]]] = {root: [] for root in roots.values()}
    for rank in ranks:
        for left, right in pairwise(rank):
            one, other, distance = roots[left], roots[right], gap(left, right)
            before[other].append((one, distance))
            after[one].append((other, distance))
    order = topological(
        list(before),
        {root: [one for one, _ in lefts] for root, lefts in before.items()},
        {root: [one for one, _ in rights] for root, rights in after.items()},
    )
    at: Positions = {}
    for root in order:
        at[root] = max((at[one] + distance for one, distance in before[root]), default=0.0)
    for root in reversed(order):
        if after[root]:
            free = min(at[other] - distance for other, distance in after[root])
            at[root] = max(at[root], free)
    return {key: at[root] for key, root in roots.items()}


def _middle(candidates: list[Positions], layout: Layered) -> Positions:
    """All candidates laid over the narrowest one; each key takes the middle of its four places."""
    keys = [key for rank in layout.ranks for key in rank]
    if not keys:
        return {}
    spans = [(min(one.values()), max(one.values())) for one in candidates]
    low, high = min(spans, key=lambda span: span[1] - span[0])
    shifts = [low - first if i % 2 == 0 else high - last for i, (first, last) in enumerate(spans)]
    return {
        key: median(one[key] + shift for one, shift in zip(candidates, shifts, strict=True))
        for key in keys
    }
