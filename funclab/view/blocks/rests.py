"""What is left between blocks: layers with their norms and activations, stems and heads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from funclab.view.blocks.block import Block, chain, row
from funclab.view.blocks.flow import Flow

FEW, MANY = 8, 12
"""This many parts or fewer are not gathered; more than `MANY` are not one box."""


def units(flow: Flow, items: Sequence[Block]) -> list[Block]:
    """A layer with what always comes with it: padding before, norm and activation after; and a
    merge with its norm or activation."""
    parts: list[Block] = []
    k = 0
    while k < len(items):
        end = _unit_end(flow, items, k)
        ways = items[k]
        if end == k + 1:
            parts.append(ways)
        elif ways.kind == "ways":
            more = items[k + 1]
            both = Block("ways", [*ways.parts, more], ways.nodes + more.nodes, 0, ways.role)
            both.signature, both.tail = row(flow, [ways, more]), [*ways.tail, more]
            both.merge, both.main, both.passed = ways.merge, ways.main, ways.passed
            parts.append(both)
        else:
            parts.append(chain(flow, items[k:end], "unit"))
        k = end
    return parts


def _unit_end(flow: Flow, items: Sequence[Block], k: int) -> int:
    """Where the unit ends that begins at an item."""

    def kind(at: int) -> str:
        """The class of a call that may be part of a unit."""
        free = at < len(items) and items[at].is_call and not flow.is_kept(items[at].nodes[0])
        return flow.calls[items[at].nodes[0]].kind if free else ""

    def acts(at: int) -> bool:
        return bool(kind(at)) and flow.is_activation(items[at].nodes[0])

    if items[k].kind == "ways":
        return k + 2 if items[k].merge and (acts(k + 1) or "Norm" in kind(k + 1)) else k + 1
    at = k
    while "Padding" in kind(at):
        at += 1
    if "Pool" in kind(at):
        return at + 1
    if "Conv" not in kind(at) and kind(at) != "Dense":
        return k + 1
    at += 1
    at += kind(at) == "BatchNormalization"
    return at + acts(at)


def leftovers(flow: Flow, items: list[Block], top: bool = False) -> list[Block]:
    """Neighbouring layers between blocks become one box; too many boxes are gathered."""
    simple = all(_is_simple(item) for item in items)
    if len(items) <= FEW and (simple or not top):
        return items
    parts: list[Block] = []
    rest: list[Block] = []
    mixed = top and not all(item.is_plain for item in items)
    for item in items:
        loose = _is_simple(item) or (mixed and item.is_run and item.is_plain)
        if loose and not (item.is_call and flow.is_kept(item.nodes[0])):
            rest.append(item)
        else:
            parts += [*_boxed(flow, rest), item]
            rest = []
    parts += _boxed(flow, rest)
    return parts if top or len(parts) <= 2 * MANY else gathered(flow, parts, FEW)


def _is_simple(block: Block) -> bool:
    return block.is_call or block.role == "unit"


def _boxed(flow: Flow, rest: list[Block]) -> list[Block]:
    if len(rest) < 2:
        return rest
    number = row(flow, rest)
    return [chain(flow, gathered(flow, rest, FEW if len(rest) > MANY else MANY), "rest", number)]


def gathered(flow: Flow, parts: Sequence[Block], most: int) -> list[Block]:
    """Blocks in order, neighbours gathered into at most `most` boxes if that is possible."""
    groups = gathering(flow, parts, most)
    boxes = []
    for group in groups:
        inner = gathered(flow, group, FEW) if FEW < len(group) < len(parts) else group
        boxes.append(group[0] if len(group) == 1 else chain(flow, inner, "rest", row(flow, group)))
    return boxes


def gathering(flow: Flow, parts: Sequence[Block], most: int) -> list[list[Block]]:
    """Neighbours put together until there are at most `most` groups: first where space does not
    change, small groups first. Inputs and outputs stay alone, unless there are too many. Fewer
    groups are always made of more groups.
    """
    alone = flow.ends if len(flow.ends) <= MANY else frozenset[int]()
    size = max(1, len(parts) // 400)  # of thousands, some are together from the start
    groups = [[part] for part in parts]
    while size > 1:
        groups = [*_halved(groups, alone)]
        size //= 2
    costs = [_cost(flow, a, b, alone) for a, b in pairwise(groups)]
    while len(groups) > most and min(costs) < NEVER:
        k = costs.index(min(costs))
        groups[k : k + 2] = [groups[k] + groups[k + 1]]
        del costs[k]
        for at in (k - 1, k):
            if 0 <= at < len(costs):
                costs[at] = _cost(flow, groups[at], groups[at + 1], alone)
    return groups


NEVER = (True, 10**9)


def _cost(
    flow: Flow, a: list[Block], b: list[Block], alone: set[int] | frozenset[int]
) -> tuple[bool, int]:
    """How bad it is to put two groups together."""
    nodes = [i for block in (*a, *b) for i in block.nodes]
    if not alone.isdisjoint(nodes):
        return NEVER
    spaces = [flow.calls[group[-1].nodes[-1]].space for group in (a, b)]
    return spaces[0] != spaces[1], len(nodes)


def _halved(groups: list[list[Block]], alone: set[int] | frozenset[int]) -> Iterator[list[Block]]:
    waiting: list[Block] = []
    for group in groups:
        if not all(alone.isdisjoint(block.nodes) for block in group):
            yield from filter(None, [waiting, group])
            waiting = []
        elif waiting:
            yield waiting + group
            waiting = []
        else:
            waiting = group
    yield from filter(None, [waiting])
