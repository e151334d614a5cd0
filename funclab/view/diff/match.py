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
    found = Match(left, right)
    for a in left.calls:
        if a in right.calls:
            found.pair(a, a)
    _level(found, lambda side, one: None if is_automatic(one) else (class_of(one), one.name))
    _level(found, lambda side, one: (_what(side, one), *side.around(one)))
    _level(found, lambda side, one: (_what(side, one), side.around(one)[0]))
    _level(found, lambda side, one: (_what(side, one), side.around(one)[1]))
    _level(found, _what, by_neighbours=True)
    _level(found, lambda side, one: (class_of(one), side.shapes(one)), by_neighbours=True)
    _level(found, lambda side, one: class_of(one), by_neighbours=True, alone=False)
    _match_calls(found)
    return found


def _what(side: Side, one: Operation) -> Any:
    return side.codes.signature(one)


def _level(
    found: Match,
    key: Callable[[Side, Operation], Any],
    by_neighbours: bool = False,
    alone: bool = True,
) -> None:
    """Pair what has the same key: equal names first, then as neighbours say, then in order.

    With `alone=False`, only what has a neighbour in common.
    """
    groups: dict[Any, tuple[list[Operation], list[Operation]]] = {}
    for i, (side, taken) in enumerate([(found.left, found.layers), (found.right, found.back)]):
        for one in side.calls:
            value = None if one in taken else key(side, one)
            if value is not None:
                groups.setdefault(value, ([], []))[i].append(one)
    for lefts, rights in groups.values():
        if by_neighbours and len(lefts) * len(rights) <= MOST_PAIRS:
            _pair_neighbours(found, lefts, rights)
        if alone:
            _pair_named(found, lefts, rights)
            rest = [a for a in lefts if a not in found.layers]
            for a, b in zip(rest, [b for b in rights if b not in found.back]):
                found.pair(a, b)


def _pair_named(found: Match, lefts: list[Operation], rights: list[Operation]) -> None:
    names = {one.name: one for one in rights if one not in found.back}
    for a in lefts:
        if a not in found.layers and a.name in names:
            found.pair(a, names.pop(a.name))


def _pair_neighbours(found: Match, lefts: list[Operation], rights: list[Operation]) -> None:
    """Pair those first that have most neighbours in common; each pair may help the next."""
    while True:
        scored = [
            (-_closeness(found, a, b), a.name != b.name, i, j, a, b)
            for i, a in enumerate(lefts)
            for j, b in enumerate(rights)
            if a not in found.layers and b not in found.back
        ]
        best = min(scored, key=lambda entry: entry[:4], default=None)
        if best is None or best[0] == 0:
            return
        found.pair(*best[4:])


def _closeness(found: Match, a: Operation, b: Operation) -> int:
    """How many neighbours, and ends of the model, two layers have in common."""
    mine, theirs = (_neighbours(*one) for one in ((found.left, a), (found.right, b)))
    mapped = {
        (found.layers.get(one, one) if isinstance(one, Operation) else one, how)
        for one, how in mine
    }
    return len(mapped & theirs)


def _neighbours(side: Side, operation: Operation) -> set[tuple[Any, str]]:
    near: set[tuple[Any, str]] = set()
    for node in side.calls[operation]:
        near |= {
            (parent.operation, f"above {i}") for i, (parent, _) in enumerate(side.parents(node))
        }
        near |= {(reader.operation, f"below {i}") for reader, i in side.consumers[node]}
        for end, tensors in (("in", side.graph.inputs), ("out", side.graph.outputs)):
            near |= {
                (i, end) for i, one in enumerate(tensors) if side.graph.producer(one)[0] is node
            }
    return near


def _match_calls(found: Match) -> None:
    """Pair calls by where their inputs come from.

    A call of a layer may be paired with that of another which is set alike: so a layer called
    twice meets the two layers that stand in its place.
    """
    alike = _by_first_input(found)
    used: set[Node] = set()
    for node in found.left.nodes:
        wanted = found.layers.get(node.operation)
        own = found.right.calls.get(wanted, []) if wanted is not None else []
        what = _what(found.left, node.operation)
        first = found.left.parents(node)[:1]
        starts = mapped_origins(found, first[0]) if first else set()
        others = [n for start in starts for n in alike.get((what, start), [])]
        others.sort(key=lambda n: n.time)
        fits = (n for n in (*own, *others) if n not in used and same_origins(found, node, n))
        _pair_call(found, used, node, next(fits, None))
    for node in found.left.nodes:  # what is connected otherwise, in order
        wanted = found.layers.get(node.operation)
        if node not in found.calls and wanted is not None:
            free = (n for n in found.right.calls[wanted] if n not in used)
            _pair_call(found, used, node, next(free, None))


def _by_first_input(found: Match) -> dict[tuple[int, Origin], list[Node]]:
    """The calls of the right, by what is called and where their first tensor comes from."""
    calls: dict[tuple[int, Origin], list[Node]] = {}
    for node in found.right.nodes:
        for first in found.right.parents(node)[:1]:
            for start in origins(found.right, first, found.back):
                calls.setdefault((_what(found.right, node.operation), start), []).append(node)
    return calls


def _pair_call(found: Match, used: set[Node], node: Node, other: Node | None) -> None:
    if other is not None:
        found.calls[node] = other
        used.add(other)


def same_origins(found: Match, a: Node, b: Node) -> bool:
    """Whether two calls take the same tensors, apart from what was put in between or taken out."""
    mine, theirs = found.left.parents(a), found.right.parents(b)
    if not mine and not theirs:
        return found.layers.get(a.operation) is b.operation
    if len(mine) != len(theirs):
        return False
    return all(same_origin(found, x, y) for x, y in zip(mine, theirs))


def same_origin(found: Match, x: Origin, y: Origin) -> bool:
    """Whether a tensor of the left is one of the right, or leads to one."""
    return bool(mapped_origins(found, x) & origins(found.right, y, found.back))


def mapped_origins(found: Match, x: Origin) -> set[Origin]:
    """The tensors of the right that a tensor of the left is, or comes from."""
    behind = origins(found.left, x, found.layers)
    return {(found.calls[node], i) for node, i in behind if node in found.calls}


def origins(side: Side, origin: Origin, known: Container[Operation]) -> set[Origin]:
    """A tensor, or, if its layer has no pair, also those that it is made of."""
    found, waiting = set(), [origin]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            if one[0].operation not in known:
                waiting += side.parents(one[0])
    return found
