"""Which layer of one model is which of another, and which call is which."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any

from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.view.diff.sides import Side, class_of
from funclab.view.scene.words import is_automatic

MOST_PAIRS = 900
"""Above this many possible pairs, layers that look alike are paired in order, not by neighbours."""

Origin = tuple[Node, int]
"""The node that made a tensor, and which of its outputs it is."""


@dataclass
class Match:
    """The pairs found between two sides."""

    left: Side
    right: Side
    layers: dict[Operation, Operation] = field(default_factory=dict)
    """Each layer of the left that is one of the right."""
    back: dict[Operation, Operation] = field(default_factory=dict)
    """The same from right to left."""
    calls: dict[Node, Node] = field(default_factory=dict)

    def pair(self, a: Operation, b: Operation) -> None:
        self.layers[a], self.back[b] = b, a


def match(left: Side, right: Side) -> Match:
    """Pair layers by identity, then by given name, then by what they are and what is around them.

    Counted names (dense_1) shift when a layer is put in, so they decide only between equals.
    """
    pairs = Match(left, right)
    for layer in left.calls:
        if layer in right.calls:
            pairs.pair(layer, layer)
    _pair_alike(pairs, lambda side, x: None if is_automatic(x) else (class_of(x), x.name))
    _pair_alike(pairs, lambda side, x: (_set(side, x), *side.around(x)))
    _pair_alike(pairs, lambda side, x: (_set(side, x), side.around(x)[0]))
    _pair_alike(pairs, lambda side, x: (_set(side, x), side.around(x)[1]))
    _pair_alike(pairs, _set, by_neighbours=True)
    _pair_alike(pairs, lambda side, x: (class_of(x), side.shapes(x)), by_neighbours=True)
    _pair_alike(pairs, lambda side, x: class_of(x), by_neighbours=True, alone=False)
    _match_calls(pairs)
    return pairs


def _set(side: Side, layer: Operation) -> int:
    """What a layer is and how it is set."""
    return side.codes.signature(layer)


def _pair_alike(
    pairs: Match,
    key: Callable[[Side, Operation], Any],
    by_neighbours: bool = False,
    alone: bool = True,
) -> None:
    """Pair what has the same key: equal names first, then as neighbours say, then in order.

    With `alone=False`, only what has a neighbour in common.
    """
    groups: dict[Any, tuple[list[Operation], list[Operation]]] = {}
    for i, (side, paired) in enumerate([(pairs.left, pairs.layers), (pairs.right, pairs.back)]):
        for layer in side.calls:
            value = None if layer in paired else key(side, layer)
            if value is not None:
                groups.setdefault(value, ([], []))[i].append(layer)
    for lefts, rights in groups.values():
        if by_neighbours and len(lefts) * len(rights) <= MOST_PAIRS:
            _pair_neighbours(pairs, lefts, rights)
        if alone:
            _pair_named(pairs, lefts, rights)
            rest = [a for a in lefts if a not in pairs.layers]
            for a, b in zip(rest, [b for b in rights if b not in pairs.back]):
                pairs.pair(a, b)


def _pair_named(pairs: Match, lefts: list[Operation], rights: list[Operation]) -> None:
    names = {layer.name: layer for layer in rights if layer not in pairs.back}
    for a in lefts:
        if a not in pairs.layers and a.name in names:
            pairs.pair(a, names.pop(a.name))


def _pair_neighbours(pairs: Match, lefts: list[Operation], rights: list[Operation]) -> None:
    """Pair those first that have most neighbours in common; each pair may help the next."""
    while True:
        scored = [
            (-_closeness(pairs, a, b), a.name != b.name, i, j, a, b)
            for i, a in enumerate(lefts)
            for j, b in enumerate(rights)
            if a not in pairs.layers and b not in pairs.back
        ]
        best = min(scored, key=lambda entry: entry[:4], default=None)
        if best is None or best[0] == 0:
            return
        pairs.pair(*best[4:])


def _closeness(pairs: Match, a: Operation, b: Operation) -> int:
    """How many neighbours, and ends of the model, two layers have in common."""
    mine = {(pairs.layers.get(what, what), how) for what, how in _neighbours(pairs.left, a)}
    return len(mine & _neighbours(pairs.right, b))


def _neighbours(side: Side, operation: Operation) -> set[tuple[Any, str]]:
    """The layers above and below, and the ends of the model, as strings."""
    near: set[tuple[Any, str]] = set()
    for node in side.calls[operation]:
        for i, (parent, _) in enumerate(side.parents(node)):
            near.add((parent.operation, f"above {i}"))
        for reader, i in side.consumers[node]:
            near.add((reader.operation, f"below {i}"))
        for end, tensors in (("in", side.graph.inputs), ("out", side.graph.outputs)):
            for i, tensor in enumerate(tensors):
                if side.graph.producer(tensor)[0] is node:
                    near.add((str(i), end))
    return near


def _match_calls(pairs: Match) -> None:
    """Pair calls by where their inputs come from.

    A call of a layer may be paired with that of another which is set alike: so a layer called
    twice meets the two layers that stand in its place.
    """
    alike = _by_first_input(pairs)
    used: set[Node] = set()
    for node in pairs.left.nodes:
        own, others = _own_calls(pairs, node), []
        what = _set(pairs.left, node.operation)
        for first in pairs.left.parents(node)[:1]:
            starts = mapped_origins(pairs, first)
            others = [other for start in starts for other in alike.get((what, start), [])]
        others.sort(key=lambda other: other.time)
        fits = (n for n in (*own, *others) if n not in used and _same_call(pairs, node, n))
        _pair_call(pairs, used, node, next(fits, None))
    for node in pairs.left.nodes:  # what is connected otherwise, in order
        if node not in pairs.calls:
            free = (other for other in _own_calls(pairs, node) if other not in used)
            _pair_call(pairs, used, node, next(free, None))


def _own_calls(pairs: Match, node: Node) -> list[Node]:
    """The calls on the right of the layer that a call of the left is of."""
    layer = pairs.layers.get(node.operation)
    return pairs.right.calls[layer] if layer is not None else []


def _by_first_input(pairs: Match) -> dict[tuple[int, Origin], list[Node]]:
    """The calls of the right, by what is called and where their first tensor comes from."""
    calls: dict[tuple[int, Origin], list[Node]] = {}
    for node in pairs.right.nodes:
        what = _set(pairs.right, node.operation)
        for first in pairs.right.parents(node)[:1]:
            for start in _origins(pairs.right, first, pairs.back):
                calls.setdefault((what, start), []).append(node)
    return calls


def _pair_call(pairs: Match, used: set[Node], node: Node, other: Node | None) -> None:
    if other is not None:
        pairs.calls[node] = other
        used.add(other)


def _same_call(pairs: Match, a: Node, b: Node) -> bool:
    mine, theirs = pairs.left.parents(a), pairs.right.parents(b)
    if not mine and not theirs:
        return pairs.layers.get(a.operation) is b.operation
    return same_origins(pairs, mine, theirs)


def same_origins(pairs: Match, mine: list[Origin], theirs: list[Origin]) -> bool:
    """Whether the tensors are the same, apart from what was put in between or taken out."""
    same = (same_origin(pairs, x, y) for x, y in zip(mine, theirs))
    return len(mine) == len(theirs) and all(same)


def same_origin(pairs: Match, x: Origin, y: Origin) -> bool:
    """Whether a tensor of the left is one of the right, or leads to one."""
    return bool(mapped_origins(pairs, x) & _origins(pairs.right, y, pairs.back))


def mapped_origins(pairs: Match, x: Origin) -> set[Origin]:
    """The tensors of the right that a tensor of the left is, or comes from."""
    behind = _origins(pairs.left, x, pairs.layers)
    return {(pairs.calls[node], i) for node, i in behind if node in pairs.calls}


def _origins(side: Side, origin: Origin, known: Container[Operation]) -> set[Origin]:
    """A tensor, or, if its layer has no pair, also those that it is made of."""
    origins, waiting = set(), [origin]
    while waiting:
        tensor = waiting.pop()
        if tensor not in origins:
            origins.add(tensor)
            if tensor[0].operation not in known:
                waiting += side.parents(tensor[0])
    return origins
