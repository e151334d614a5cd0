"""Ranks: which items stand on one line, and the stepping stones of edges that pass lines by."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

Key = str | int


@dataclass
class Link:
    """From one item to another. The offsets say where it meets them, from their middles."""

    source: str
    target: str
    source_offset: float = 0
    target_offset: float = 0
    backward: bool = False
    """Drawn against the flow: it closes a loop."""


@dataclass
class Layered:
    """Items and stepping stones in ranks; a stone is a number, an item a name."""

    ranks: list[list[Key]] = field(default_factory=list)
    rank_of: dict[Key, int] = field(default_factory=dict)
    chains: list[list[Key]] = field(default_factory=list)
    """For each link, what it passes, from the upper end to the lower."""
    above: dict[Key, list[tuple[Key, float]]] = field(default_factory=dict)
    below: dict[Key, list[tuple[Key, float]]] = field(default_factory=dict)
    """Neighbours one rank up and down, with the offset at which the link meets them."""


def layered(items: list[str], links: list[Link]) -> Layered:
    """Ranks for all items, given in the order of reading, with a stone wherever a link passes a
    rank without stopping."""
    result = Layered()
    result.rank_of.update(ranks(items, links))
    depth = max(result.rank_of.values(), default=-1) + 1
    result.ranks = [[] for _ in range(depth)]
    for key in items:
        result.ranks[result.rank_of[key]].append(key)
        result.above[key], result.below[key] = [], []
    stone = 0
    for link in links:
        ends = [(link.source, link.source_offset), (link.target, link.target_offset)]
        (upper, upper_offset), (lower, lower_offset) = reversed(ends) if link.backward else ends
        chain: list[Key] = [upper]
        for rank in range(result.rank_of[upper] + 1, result.rank_of[lower]):
            chain.append(stone)
            result.ranks[rank].append(stone)
            result.rank_of[stone] = rank
            result.above[stone], result.below[stone] = [], []
            stone += 1
        chain.append(lower)
        result.chains.append(chain if upper != lower else [upper])
        for i, (one, other) in enumerate(pairwise(chain)):
            if one != other:
                low = lower_offset if i == len(chain) - 2 else 0.0
                result.below[one].append((other, low))
                result.above[other].append((one, upper_offset if i == 0 else 0.0))
    return result


def ranks(items: list[str], links: list[Link]) -> dict[str, int]:
    """The longest way from a beginning; a beginning then stands close to its first reader."""
    above: dict[str, list[str]] = {key: [] for key in items}
    below: dict[str, list[str]] = {key: [] for key in items}
    for link in links:
        ends = (link.target, link.source) if link.backward else (link.source, link.target)
        if ends[0] != ends[1]:
            below[ends[0]].append(ends[1])
            above[ends[1]].append(ends[0])
    order = topological(items, above, below)
    rank = dict.fromkeys(order, 0)
    for key in order:
        rank[key] = max((rank[one] + 1 for one in above[key]), default=0)
    for key in reversed(order):
        # Only what has a single, free end may slide: a beginning, or the tensor of one.
        upper = above[key]
        only = len(upper) == 1 and below[upper[0]] == [key] and not above[upper[0]]
        if below[key] and (not upper or only):
            rank[key] = min(rank[one] for one in below[key]) - 1
    return rank


Some = TypeVar("Some", bound=Key)


def topological(
    items: list[Some], above: dict[Some, list[Some]], below: dict[Some, list[Some]]
) -> list[Some]:
    """Each key after all those above it."""
    missing = {key: len(upper) for key, upper in above.items()}
    ready = [key for key in items if not missing[key]]
    order: list[Some] = []
    while ready:
        key = ready.pop()
        order.append(key)
        for lower in below[key]:
            missing[lower] -= 1
            if not missing[lower]:
                ready.append(lower)
    return order
