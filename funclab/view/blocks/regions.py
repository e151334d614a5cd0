"""The tree of blocks of a graph: regions between the places where one tensor passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from funclab.view.blocks.block import Block, call, chain, ways
from funclab.view.blocks.flow import Flow
from funclab.view.blocks.rests import leftovers, units
from funclab.view.blocks.runs import repeated

DEEPEST = 24
"""How many regions may be inside each other; what is deeper is a plain chain."""
LARGE = 0.6
"""A region is prime if a part of it has more than this fraction of its calls."""


class Regions:
    """Finds the blocks of a graph."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.depth = flow, 0
        self.bent: set[int] = set()
        """The merges of skips that were undone, because they are those of a U."""

    def tree(self) -> Block:
        """The whole graph as a chain of blocks."""
        every = list(range(len(self.flow.calls)))
        parts = self._grouped(self._items(every))
        return chain(self.flow, leftovers(self.flow, parts, top=True), "model")

    def _items(self, nodes: Sequence[int], ends: bool = True) -> list[Block]:
        """What some calls are made of, in order; `ends` as in `Flow.parts`."""
        flow = self.flow
        if len(nodes) == 1 or self.depth > DEEPEST:
            return [call(flow, i) for i in nodes]
        parts = flow.parts(nodes, ends)
        large = max(parts, key=len)
        prime = self._is_prime(large)
        tied = ends and len(large) > 3 and flow.is_whole(large) and flow.is_whole(large[:-1])
        if prime or (tied and parts != flow.parts(nodes, False)):
            parts = self._softer(nodes, prime) or parts
        if len(parts) == 1 and not self._splits(nodes):
            return [call(flow, i) for i in nodes]
        self.depth += 1
        regions = []
        for part in parts:
            # A way that starts with an input and reads what came before: the input must show.
            late = part[0] in flow.inputs and 2 < len(part) < len(nodes)
            late = late and flow.is_whole(part[:-1])
            regions += [self._region(p) for p in (flow.parts(part, False) if late else [part])]
        self.depth -= 1
        return regions

    def _softer(self, nodes: Sequence[int], prime: bool) -> list[list[int]]:
        """The calls split where more than one tensor passes; empty if that does not help."""
        flow, before = self.flow, max(map(len, self.flow.parts(nodes, True)))
        hubs, enough = flow.hubs(nodes), max(4, before * LARGE)
        tries = [flow.parts(nodes, False), flow.parts(nodes, False, hubs)]
        best = min(tries, key=lambda parts: max(map(len, parts)))
        for width in (2, 3, 4) if prime else ():
            if max(map(len, best)) > enough:
                best = flow.parts(nodes, False, hubs, width)
        return best if max(map(len, best)) <= enough else []

    def _splits(self, nodes: Sequence[int]) -> bool:
        flow = self.flow
        several = not flow.is_whole(nodes[:-1]) or not flow.is_whole(nodes)
        return several or len(flow.parts(nodes[:-1], False)) > 1

    def _is_prime(self, part: Sequence[int]) -> bool:
        """Whether a region is one piece without its last call, which has no places to split it."""
        flow = self.flow
        if len(part) < 4 or not flow.is_whole(part[:-1]) or not flow.is_whole(part):
            return False
        here = set(part)
        entering = Counter(
            a for i in part if len(flow.reads[i]) > 1 for a in flow.reads[i] if a not in here
        )
        several = any(count > 1 for count in entering.values())
        if not here.issuperset(flow.reads[part[-1]]) and not several:
            return False  # a way around it: a plain skip
        largest = max(map(len, flow.parts(part[:-1], False)))
        begins = several and not flow.inputs.isdisjoint(part)
        return largest > max(3, LARGE * len(part)) or begins

    def _region(self, part: Sequence[int]) -> Block:
        """The calls between two places where one tensor passes; the last of them is the exit."""
        flow = self.flow
        if len(part) == 1:
            return call(flow, part[0])
        whole = flow.components(part)
        if len(whole) > 1:  # ways to several outputs
            return ways(flow, [self._way(piece) for piece in whole], None, False)
        inner, merge = part[:-1], call(flow, part[-1])
        pieces = flow.components(inner)
        passed = not {*inner}.issuperset(flow.reads[part[-1]])
        if len(pieces) > 1 or passed:
            return ways(flow, [self._way(piece) for piece in pieces], merge, passed)
        return self._chain([*self._items(inner), merge])

    def _way(self, piece: Sequence[int]) -> Block:
        """One of several ways. One that begins with an input: the input, and the rest as a box."""
        flow, way = self.flow, self._chain(self._items(piece))
        if way.kind != "chain" or len(way.parts) < 4 or way.parts[0].nodes[0] not in flow.inputs:
            return way
        first, *others = way.parts
        rest = chain(flow, others)
        rest.role = "shared" if all(flow.is_shared(i) for i in rest.nodes) else "rest"
        return chain(flow, [first, rest], "", way.signature)

    def _chain(self, items: list[Block]) -> Block:
        parts = self._grouped(items)
        if len(parts) > 1:
            parts, signature = leftovers(self.flow, parts), chain(self.flow, parts).signature
            return parts[0] if len(parts) == 1 else chain(self.flow, parts, "", signature)
        return parts[0]

    def _grouped(self, items: list[Block]) -> list[Block]:
        """Blocks in order, with repeated ones folded, and layers together with their norms."""
        if len(items) < 3:
            return units(self.flow, items)
        return units(self.flow, repeated(self.flow, self._straight(items)))

    def _straight(self, items: list[Block], inside: bool = False) -> list[Block]:
        """A U, which is skips nested around ever less space, becomes one chain with long skips."""
        parts: list[Block] = []
        for item in items:
            bends = item.kind == "ways" and item.passed and item.is_skip
            if bends and (inside or self._drops(item) >= 2):
                assert item.merge is not None and item.main is not None
                self.bent.add(item.merge.nodes[0])
                parts += [*self._straight(_flat(item.main), True), item.merge, *item.tail]
            else:
                parts.append(item)
        if inside or len(parts) == len(items):
            return parts
        return [piece for part in parts for piece in _flat(part)]

    def _drops(self, block: Block) -> int:
        """How many skips are nested, each around less space."""
        flow = self.flow
        if block.is_call:
            return 2 * (block.nodes[0] in self.bent)
        if not block.is_skip or block.merge is None or block.main is None:
            return max((self._drops(part) for part in block.parts), default=0)
        end = flow.calls[block.merge.nodes[0]]
        least = min(flow.calls[i].space for i in block.main.nodes)
        joins = end.kind in ("Add", "Concatenate")
        return self._drops(block.main) + (joins and 0 < least < end.space)


def _flat(block: Block) -> list[Block]:
    """A block without the groups that were made in it."""
    if block.kind in ("chain", "run"):
        return [piece for part in block.parts for piece in _flat(part)]
    return [block]
