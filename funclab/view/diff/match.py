"""Which layer, and which call, of one model corresponds to which of another, whatever its name."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import numpy as np

from funclab.graph import structure
from funclab.graph.graph import Graph
from funclab.graph.labels import labels
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.view.draw.sentences import say
from funclab.view.scene import words
from funclab.view.scene.words import is_automatic

MOST_PAIRS = 900
"""Above this many possible pairs, layers that look alike are paired in order, not by neighbours."""

FEWEST_IN_A_RUN = 4
"""In shorter runs of layers that look alike, neighbours are the better evidence."""

Origin = tuple[Node, int]
"""The node that made a tensor, and the index of the tensor among its outputs."""


class Codes:
    """A small number for each distinct key: equal for equal keys, which may be long."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._signatures: dict[int, int] = {}

    def number(self, *key: Any) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def signature(self, operation: Any) -> int:
        """A number for an operation's class and settings, whatever its name."""
        if id(operation) not in self._signatures:
            self._signatures[id(operation)] = self._sign(operation)
        return self._signatures[id(operation)]

    def _sign(self, operation: Any) -> int:
        graph = words.graph_of(operation)
        kind = class_of(operation)
        if graph is None:
            inner = words.inner_layer(operation)
            within = None if inner is None else self.signature(inner)
            settings = json.dumps(settings_of(operation), sort_keys=True, default=repr)
            return self.number(kind, settings, within)
        ends = Side(operation, self).above
        made = [(ends[node], i) for node, i in map(graph.producer, graph.outputs)]
        return self.number(kind, operation.trainable, tuple(made), len(graph.inputs))


class Side:
    """One of the two models: its calls, and for each what lies above and below it."""

    def __init__(self, model: Any, codes: Codes) -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.model, self.codes = model, codes
        self.graph: Graph = graph
        self.nodes = graph.nodes
        self.calls = words.calls_by_layer(graph)
        self.consumers: dict[Node, list[tuple[Node, int]]] = {node: [] for node in self.nodes}
        for node in self.nodes:
            for i, parent in enumerate(self.parents(node)):
                self.consumers[parent[0]].append((node, i))
        self.above = self._above()
        self.below = self._below()

    def parents(self, node: Node) -> list[tuple[Node, int]]:
        """The origin of each tensor that a node takes."""
        return [] if node.is_input else [self.graph.producer(t) for t in node.arguments.tensors]

    def _above(self) -> dict[Node, int]:
        """For each call a number that is equal if everything it depends on is equal."""
        inputs = self.graph.input_nodes

        def number(node: Node, read: list[Any]) -> int:
            what = self.signature(node.operation)
            if node.is_input:
                return self.codes.number(
                    "input", what, inputs.index(node) if node in inputs else -1
                )
            return self.codes.number(what, tuple(constants_of(node)), tuple(read))

        return labels(self.nodes, self.parents, number)

    def _below(self) -> dict[Node, int]:
        """For each call a number that is equal if everything that depends on it is equal."""
        places: dict[Node, list[int]] = {}
        for i, tensor in enumerate(self.graph.outputs):
            places.setdefault(self.graph.producer(tensor)[0], []).append(i)

        def number(node: Node, readers: list[Any]) -> int:
            what, end = self.signature(node.operation), str(places.get(node))
            return self.codes.number("below", what, tuple(sorted(readers)), end)

        return labels(reversed(self.nodes), self.consumers.__getitem__, number)

    def signature(self, operation: Operation) -> int:
        """A number for an operation's class and settings."""
        return self.codes.signature(operation)

    def around(self, operation: Operation) -> tuple[int, int]:
        """Numbers for what is above and below all calls of an operation."""
        nodes = self.calls[operation]
        above = self.codes.number("all", *(self.above[node] for node in nodes))
        return above, self.codes.number("all", *(self.below[node] for node in nodes))

    def shapes(self, operation: Operation) -> str:
        node = self.calls[operation][0]
        return f"{node.input_shapes} {node.output_shapes}"

    def neighbours(self, operation: Operation) -> set[tuple[Any, str]]:
        """The layers above and below, and the ends of the model, by their index."""
        near: set[tuple[Any, str]] = set()
        for node in self.calls[operation]:
            near |= {(n.operation, f"above {i}") for i, (n, _) in enumerate(self.parents(node))}
            near |= {(reader.operation, f"below {i}") for reader, i in self.consumers[node]}
            for end, tensors in (("in", self.graph.inputs), ("out", self.graph.outputs)):
                makers = [self.graph.producer(tensor)[0] for tensor in tensors]
                near |= {(i, end) for i, maker in enumerate(makers) if maker is node}
        return near


def class_of(operation: Any) -> str:
    """The class of a layer, or of an op."""
    cls = type(operation.op) if isinstance(operation, OpOperation) else type(operation)
    return f"{cls.__module__}.{cls.__qualname__}"


def settings_of(operation: Any) -> dict[str, Any]:
    """The settings of an operation as plain data, without names and without inner layers."""
    if isinstance(operation, OpOperation):
        return dict(vars(operation.op))
    if words.graph_of(operation) is not None:
        return {"trainable": operation.trainable}
    inside = words.inner_layer(operation) is not None
    inner = {"layer", "backward_layer", "cell"} if inside else set()
    config = operation.get_config()
    return _nameless({key: value for key, value in config.items() if key not in inner})


def _nameless(config: Any) -> Any:
    """A config without the names of layers, at any depth."""
    if isinstance(config, list):
        return [_nameless(item) for item in config]
    if isinstance(config, dict):
        return {key: _nameless(value) for key, value in config.items() if key != "name"}
    return config


def constants_of(node: Node) -> list[str]:
    """The arguments of a call other than tensors: numbers, arrays, flags; keywords by name."""
    values = [("", leaf) for leaf in structure.flatten(node.arguments.args)]
    for name, value in node.arguments.kwargs.items():
        values += [(f"{name}=", leaf) for leaf in structure.flatten(value)]
    return [f"{name}{_text(leaf)}" for name, leaf in values if not isinstance(leaf, Tensor)]


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > 8:
        return say("diff_array", shape=value.shape, sum=f"{value.sum():g}")
    return repr(value.tolist() if isinstance(value, np.ndarray) else value)


def model_in(layer: Any) -> Any:
    """A model itself, or the one that a wrapper applies; None for other layers."""
    if words.graph_of(layer) is not None:
        return layer
    inner = words.inner_layer(layer)
    return inner if words.graph_of(inner) is not None else None


@dataclass
class Match:
    """The pairs found between two sides."""

    left: Side
    right: Side
    layers: dict[Operation, Operation] = field(default_factory=dict)
    """Each layer on the left that corresponds to one on the right."""
    back: dict[Operation, Operation] = field(default_factory=dict)
    """The same from right to left."""
    calls: dict[Node, Node] = field(default_factory=dict)

    def pair(self, a: Operation, b: Operation) -> None:
        self.layers[a], self.back[b] = b, a


def match(left: Side, right: Side) -> Match:
    """Pair layers by identity, then by given name, then by what they are and what is around them.

    Automatic names (dense_1) shift when a layer is inserted, so they decide only between equals.
    """
    pairs = Match(left, right)
    for layer in left.calls:
        if layer in right.calls:
            pairs.pair(layer, layer)
    _pair_alike(pairs, lambda side, x: None if is_automatic(x) else (class_of(x), x.name))
    _pair_alike(pairs, lambda side, x: (side.signature(x), *side.around(x)))
    _pair_alike(pairs, lambda side, x: (side.signature(x), side.around(x)[0]))
    _pair_runs(pairs)
    _pair_alike(pairs, lambda side, x: (side.signature(x), side.around(x)[1]))
    _pair_alike(pairs, Side.signature, by_neighbours=True)
    _pair_alike(pairs, lambda side, x: (class_of(x), side.shapes(x)), by_neighbours=True)
    _pair_alike(pairs, lambda side, x: class_of(x), by_neighbours=True, alone=False)
    _match_calls(pairs)
    return pairs


def _pair_runs(pairs: Match) -> None:
    """Pair, in order, the layers in the longest runs that are alike on both sides."""
    lefts = [layer for layer in pairs.left.calls if layer not in pairs.layers]
    rights = [layer for layer in pairs.right.calls if layer not in pairs.back]
    keys = [
        [(side.signature(layer), side.shapes(layer)) for layer in layers]
        for side, layers in ((pairs.left, lefts), (pairs.right, rights))
    ]
    for run in SequenceMatcher(None, *keys, autojunk=False).get_matching_blocks():
        for i in range(run.size if run.size >= FEWEST_IN_A_RUN else 0):
            pairs.pair(lefts[run.a + i], rights[run.b + i])


def _pair_alike(
    pairs: Match,
    key: Callable[[Side, Operation], Any],
    by_neighbours: bool = False,
    alone: bool = True,
) -> None:
    """Pair layers with the same key: equal names first, then by neighbours, then in order.

    With `alone=False`, only those that have a neighbour in common.
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
            names = {b.name: b for b in rights if b not in pairs.back}
            for a in lefts:
                if a not in pairs.layers and a.name in names:
                    pairs.pair(a, names.pop(a.name))
            rest = [a for a in lefts if a not in pairs.layers]
            for a, b in zip(rest, [b for b in rights if b not in pairs.back]):
                pairs.pair(a, b)


def _pair_neighbours(pairs: Match, lefts: list[Operation], rights: list[Operation]) -> None:
    """Pair those with the most neighbours in common first; each pair may help the next."""

    def closeness(a: Operation, b: Operation) -> int:
        """How many neighbours, and ends of the model, two layers have in common."""
        mine = {(pairs.layers.get(what, what), how) for what, how in pairs.left.neighbours(a)}
        return len(mine & pairs.right.neighbours(b))

    while True:
        scored = [
            (-closeness(a, b), a.name != b.name, i, j, a, b)
            for i, a in enumerate(lefts)
            for j, b in enumerate(rights)
            if a not in pairs.layers and b not in pairs.back
        ]
        best = min(scored, key=lambda entry: entry[:4], default=None)
        if best is None or best[0] == 0:
            return
        pairs.pair(*best[4:])


def _match_calls(pairs: Match) -> None:
    """Pair calls by where their inputs come from.

    A call of a layer may be paired with that of another with the same settings: so a layer called
    twice is paired with the two layers that take its place.
    """
    alike: dict[tuple[int, Origin], list[Node]] = {}
    """The calls on the right, by what is called and where their first tensor comes from."""
    for other in pairs.right.nodes:
        for first in pairs.right.parents(other)[:1]:
            for start in _origins(pairs.right, first, pairs.back):
                key = pairs.right.signature(other.operation), start
                alike.setdefault(key, []).append(other)
    used: set[Node] = set()

    def own_calls(node: Node) -> list[Node]:
        """The calls on the right of the layer that a call on the left belongs to."""
        layer = pairs.layers.get(node.operation)
        return pairs.right.calls[layer] if layer is not None else []

    def pair(node: Node, calls: Iterable[Node]) -> None:
        """Pair a call with the first of `calls` that is not yet paired."""
        other = next((call for call in calls if call not in used), None)
        if other is not None:
            pairs.calls[node] = other
            used.add(other)

    def same_call(a: Node, b: Node) -> bool:
        mine, theirs = pairs.left.parents(a), pairs.right.parents(b)
        if not mine and not theirs:
            return pairs.layers.get(a.operation) is b.operation
        return same_origins(pairs, mine, theirs)

    for node in pairs.left.nodes:
        what, others = pairs.left.signature(node.operation), []
        for first in pairs.left.parents(node)[:1]:
            starts = mapped_origins(pairs, first)
            others = [other for start in starts for other in alike.get((what, start), [])]
        others.sort(key=lambda other: other.time)
        pair(node, (call for call in (*own_calls(node), *others) if same_call(node, call)))
    for node in pairs.left.nodes:  # calls that are connected differently, in order
        if node not in pairs.calls:
            pair(node, own_calls(node))


def same_origins(pairs: Match, mine: list[Origin], theirs: list[Origin]) -> bool:
    """Whether the tensors are the same, apart from layers inserted or removed in between."""
    same = (same_origin(pairs, x, y) for x, y in zip(mine, theirs))
    return len(mine) == len(theirs) and all(same)


def same_origin(pairs: Match, x: Origin, y: Origin) -> bool:
    """Whether a tensor on the left corresponds to one on the right, or leads to one."""
    return bool(mapped_origins(pairs, x) & _origins(pairs.right, y, pairs.back))


def mapped_origins(pairs: Match, x: Origin) -> set[Origin]:
    """The tensors on the right that a tensor on the left corresponds to, or comes from."""
    behind = _origins(pairs.left, x, pairs.layers)
    return {(pairs.calls[node], i) for node, i in behind if node in pairs.calls}


def _origins(side: Side, origin: Origin, known: Container[Operation]) -> set[Origin]:
    """A tensor and, if its layer has no partner, also those that it is made from."""

    def made_from(tensor: Origin) -> Iterable[Origin]:
        return () if tensor[0].operation in known else side.parents(tensor[0])

    return set(structure.reachable([origin], made_from))
