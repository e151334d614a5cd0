"""Between two ranks: a level of its own for each line that runs across, so that none lie together.

For the layers face from top to bottom, where lines leave boxes at the right and arrive at the left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from funclab.view.scene.layout.ranks import Key, Layered, Link
from funclab.view.scene.scene import Edge

LEVEL = 10
"""Distance of two levels."""
NEAR = 14
"""Lines on one level keep this distance."""

Step = tuple[int, int]
"""A link, and a step on its way from the upper end to the lower."""


@dataclass
class Wire:
    """What crosses one gap: from a place above it to a place below it."""

    steps: list[Step]
    source: object
    above: float
    below: float
    level: int = 0

    @property
    def leftward(self) -> bool:
        return self.below < self.above

    def meets(self, other: Wire) -> bool:
        """Whether the two would touch on one level."""
        low, high = sorted((self.above, self.below))
        first, last = sorted((other.above, other.below))
        return low < last + NEAR and first < high + NEAR


@dataclass
class Channels:
    """The levels of all gaps; the gap after a rank has `depth[rank]` of them."""

    level_of: dict[Step, int] = field(default_factory=dict)
    depth: list[int] = field(default_factory=list)


def channels(
    edges: list[Edge], links: list[Link], layout: Layered, at: dict[Key, float]
) -> Channels:
    """A level for each step of each link that is not straight."""
    found = Channels(depth=[0] * len(layout.ranks))
    gaps: list[list[Wire]] = [[] for _ in layout.ranks]
    for i, (edge, link, chain) in enumerate(zip(edges, links, layout.chains, strict=True)):
        upper, lower = link.source_offset, link.target_offset
        if link.backward:
            upper, lower = lower, upper
        last = len(chain) - 2
        for j, (one, other) in enumerate(pairwise(chain)):
            above = at[one] + (upper if j == 0 else 0)
            below = at[other] + (lower if j == last else 0)
            source = (edge.source.key, edge.source.row, edge.source.index)
            if abs(above - below) > 1:
                gap = gaps[layout.rank_of[one]]
                gap.append(Wire([(i, j)], source, above, below))
    for rank, wires in enumerate(gaps):
        found.depth[rank] = _set_levels(wires)
        found.level_of |= {step: wire.level for wire in wires for step in wire.steps}
    return found


def _set_levels(wires: list[Wire]) -> int:
    """Give each wire the first level that is free and does not make it cross a wire before it.

    Of two that go left the one further left turns first, of two that go right the one further
    right: the other then passes below it. Lines of one tensor may share a level.
    """
    ordered = sorted(wires, key=lambda one: one.above if one.leftward else -one.above)
    placed: list[Wire] = []
    for wire in ordered:
        for other in placed:
            if other.source == wire.source and other.leftward == wire.leftward:
                continue
            if wire.meets(other):
                wire.level = max(wire.level, other.level + 1)
        placed.append(wire)
    return max((wire.level + 1 for wire in wires), default=0)
