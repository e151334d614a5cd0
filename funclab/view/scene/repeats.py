"""Boxes that stand for several calls: repeated blocks, drawn once (`×4`), calls whose names share a
prefix, and what is left out of the middle of a model.

The graph is split at its cuts, the places where only one tensor passes. Each part gets a hash of
its calls, in which the hash of a call includes those of the calls it reads. Equal hashes in a row
are found period by period (Main and Lorentz 1984).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from funclab.graph.graph import Graph
from funclab.graph.labels import labels
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.view.draw.sentences import say
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.scene.scene import Box

FEWEST, LARGE = 3, 12
"""Repetitions worth folding: three, or two of at least this many calls."""
NOT_COMPARED = {"name", "seed", "weights", "trainable"}
MOST_AT_AN_END = 20
MOST_VALUES = 4
"""How many values are written out at most."""
FEWEST_CALLS = 4
"""How many calls that share a prefix are worth a frame."""


class Repetition:
    """Blocks that follow each other and are equal, or `alike` in class and wiring."""

    def __init__(self, blocks: list[list[Item]], alike: bool) -> None:
        self.blocks, self.alike = blocks, alike
        self.rounds = [calls(block) for block in blocks]
        """The calls of each block."""
        self.calls = [node for nodes in self.rounds for node in nodes]

    def varies(self) -> list[str]:
        """How the blocks differ: `filters 64 · 128 · 256`, after the name of the call if several
        calls of a block vary in that setting."""
        first: dict[tuple[str, str], str] = {}
        for items in zip(*self.blocks, strict=True):
            for call, setting, values in _varying(items):
                first.setdefault((setting, values), call)
        several = Counter(setting for setting, _ in first)
        own = f"{prefix_of(self.rounds[0])}_"
        return [
            clean(f"{call.removeprefix(own)}: " * (several[setting] > 1) + f"{setting} {values}")
            for (setting, values), call in first.items()
        ]


Item = tuple[Node, ...] | Repetition
"""A part of the graph, or a repetition of parts."""


def calls(items: Iterable[Item]) -> list[Node]:
    """All calls that the items stand for, in order."""
    parts = (item.calls if isinstance(item, Repetition) else item for item in items)
    return [node for part in parts for node in part]


def drawn(items: Iterable[Item]) -> int:
    """How many calls are left to draw when each repetition is drawn once."""
    return sum(
        drawn(item.blocks[0]) if isinstance(item, Repetition) else len(item) for item in items
    )


def parts_of(graph: Graph) -> Iterator[tuple[Node, ...]]:
    """The calls of a graph in order, split wherever only one tensor passes."""
    order = _in_order(graph)
    last: dict[Tensor, int] = {}
    for i, node in enumerate(order):
        last |= dict.fromkeys([*node.output_tensors, *reads(graph, node)], i)
    part: list[Node] = []
    passing: set[Tensor] = set()
    for i, node in enumerate(order):
        part.append(node)
        both = {*node.output_tensors, *reads(graph, node)}
        passing = (passing | both) - {tensor for tensor in both if last[tensor] == i}
        if len(passing) <= 1:
            yield tuple(part)
            part = []


def _in_order(graph: Graph) -> list[Node]:
    """The calls of a graph, with each input right before the first call that reads it."""
    first: dict[Tensor, int] = {}
    for node in graph.nodes:
        for tensor in reads(graph, node):
            first.setdefault(tensor, node.time)
    inputs = {node: first.get(node.output_tensors[0], -1) for node in graph.input_nodes}
    return sorted(graph.nodes, key=lambda node: (inputs.get(node, node.time), node not in inputs))


def reads(graph: Graph, node: Node) -> list[Tensor]:
    """The tensors that a call reads, in order, by their names in this graph."""
    tensors = [] if node in graph.input_nodes else node.arguments.tensors
    return [graph.stand_ins.get(tensor, tensor) for tensor in tensors]


class Hashes:
    """Hashes of parts: of class, wiring, sharing and freezing; if `equal`, also of all settings and
    shapes. Calls that make the model's inputs or outputs are unique. `shared` are the layers that
    are called in several places: only calls of the same one are equal.
    """

    def __init__(
        self, graph: Graph, shared: Collection[Operation], equal: bool, top: bool = True
    ) -> None:
        self.graph, self.shared, self.equal = graph, shared, equal
        self.layers: dict[Any, Hashable] = {}
        ends = [*graph.input_nodes, *(graph.producer(tensor)[0] for tensor in graph.outputs)]
        self.ends = set(ends if top else [])

    def of(self, item: Item) -> Hashable:
        if isinstance(item, Repetition):
            return tuple(map(self.of, item.blocks[0]))
        hashes = labels(item, self._parents, lambda node, read: hash((self._call(node), *read)))
        return tuple(sorted(hashes.values()))

    def _parents(self, node: Node) -> list[tuple[Node, int]]:
        return [self.graph.producer(tensor) for tensor in reads(self.graph, node)]

    def _call(self, node: Node) -> Hashable:
        if node in self.ends:
            return id(node)
        layer = node.operation
        if layer not in self.layers:
            self.layers[layer] = hash(self._layer(layer))
        if not self.equal:
            return self.layers[layer]
        tensors = [*node.arguments.tensors, *node.output_tensors]
        shapes = [(tensor.shape, tensor.dtype, tensor.mask is None) for tensor in tensors]
        return self.layers[layer], *shapes, self._plain(node.arguments.convert(lambda _: ()))

    def _layer(self, layer: Any) -> Hashable:
        own = id(layer) if layer in self.shared else 0
        inner: Any = words.inner_layer(layer)
        config = self._plain(settings(layer)) if self.equal else inner and self._layer(inner)
        graph = words.graph_of(layer)
        if graph is not None:
            config = Hashes(graph, set(), self.equal, top=False).of(tuple(graph.nodes))
        return type(getattr(layer, "op", layer)), own, getattr(layer, "trainable", True), config

    def _plain(self, value: Any) -> Hashable:
        """A setting as something that can be hashed, without names and seeds."""
        if value is None or isinstance(value, (str, int, float)):
            return value
        if isinstance(value, Operation):
            return self._layer(value)
        if isinstance(value, dict):
            kept = [(key, setting) for key, setting in value.items() if key not in NOT_COMPARED]
            return tuple((key, self._plain(setting)) for key, setting in kept)
        if isinstance(value, (list, tuple)):
            return tuple(map(self._plain, value))
        if isinstance(value, np.ndarray):
            return value.shape, str(value.dtype), value.tobytes()
        if hasattr(value, "get_config"):
            return type(value), self._plain(vars(value))
        return value if isinstance(value, Hashable) else repr(value)


def settings(layer: Any) -> dict[str, Any]:
    """The constructor arguments of a layer, or the settings of an op."""
    if not getattr(layer, "is_layer", True):
        return asdict(layer.op)
    arguments = getattr(layer, "constructor_arguments", {})
    return {
        name: getattr(layer, name, value)
        for name, value in arguments.items()
        if name not in NOT_COMPARED
    }


def folded(items: list[Item], hashes: Hashes) -> list[Item]:
    """Parts with blocks of equal hashes folded: first the repetition that saves the most calls,
    then those before, after and inside it."""
    items = [
        Repetition([folded(block, hashes) for block in item.blocks], item.alike)
        if isinstance(item, Repetition)
        else item
        for item in items
    ]
    numbers: dict[Hashable, int] = {}
    row = np.array([numbers.setdefault(hashes.of(item), len(numbers)) for item in items])
    sizes = [(drawn([item]), isinstance(item, tuple)) for item in items]

    def fold(first: int, end: int) -> list[Item]:
        run = max(runs(row[first:end], sizes[first:end]), default=None)
        if run is None:
            return items[first:end]
        start, stop = first + run.start, first + run.start + run.times * run.period
        blocks = [fold(i, i + run.period) for i in range(start, stop, run.period)]
        return [*fold(first, start), Repetition(blocks, not hashes.equal), *fold(stop, end)]

    return fold(0, len(items))


class _Run(NamedTuple):
    """Equal blocks in a row; of two runs, the greater is the better one to fold."""

    saved: int
    first: tuple[int, bool]
    """The size of the part that each block begins with, and whether it is a plain one."""
    times: int
    period: int
    start: int


def runs(row: Any, sizes: Sequence[tuple[int, bool]]) -> Iterator[_Run]:
    """The runs in a sequence of numbers that are worth folding."""
    sums = np.cumsum([0, *(size for size, _ in sizes)])
    for period in range(1, len(row) // 2 + 1):
        equal = row[:-period] == row[period:]
        if np.count_nonzero(equal) < period:
            continue
        same = np.concatenate([[False], equal, [False]])
        edges = np.flatnonzero(same[1:] != same[:-1]).reshape(-1, 2)
        for start, end in edges[edges[:, 1] - edges[:, 0] >= period].tolist():
            times, spare = divmod(end - start + period, period)
            size = int(sums[start + period] - sums[start])
            if times >= FEWEST or (times == 2 and size >= LARGE):
                largest = max(range(start, start + spare + 1), key=sizes.__getitem__)
                yield _Run((times - 1) * size, sizes[largest], times, period, largest)


def _varying(items: Sequence[Item]) -> Iterator[tuple[str, str, str]]:
    """The settings in which parts at the same place of their blocks differ: the name of the call,
    the setting, and its values."""
    if isinstance(items[0], Repetition):
        repeats = [item for item in items if isinstance(item, Repetition)]
        for times in _values([len(repeat.blocks) for repeat in repeats]):
            yield "", "repeated", f"{times} times"
        for parts in zip(*(repeat.blocks[0] for repeat in repeats), strict=True):
            yield from _varying(parts)
    else:
        for nodes in zip(*items, strict=True):  # type: ignore[arg-type]
            every = [settings(node.operation) for node in nodes]
            for setting, each in words.differing(every).items():
                for values in _values(each):
                    yield nodes[0].operation.name, setting, values


def _values(values: list[Any]) -> Iterator[str]:
    """The values as a text, if they differ; if there are many, only those that are a change."""
    texts = [words.value_text(value) for value in values]
    if len(set(texts)) > 1:
        changes = [text for i, text in enumerate(texts) if i == 0 or text != texts[i - 1]]
        yield " · ".join(texts if len(texts) <= MOST_VALUES else changes)


class Family:
    """Parts of a graph that follow each other and whose calls share a prefix in their names:
    `block_7_expand` and `block_7_project` are drawn in a frame `block_7`.
    """

    def __init__(self, prefix: str, items: list[Item]) -> None:
        self.prefix, self.items = prefix, items
        self.calls = calls(items)


class LeftOut(NamedTuple):
    """Calls that are left out."""

    number: int
    calls: list[Node]


class Several:
    """The calls of a layer with several nodes, in the layers face."""

    def __init__(self, calls: list[Node]) -> None:
        self.calls = calls


Entry = Node | Repetition | Family | LeftOut | Several
"""The calls that share a box."""


def calls_of(entry: Entry) -> list[Node]:
    """The calls that a box stands for, drawn or not."""
    return [entry] if isinstance(entry, Node) else entry.calls


def box_of(entry: Repetition | Family | LeftOut, key: str, prefix: str) -> Box:
    """The box of several calls, without what is inside it."""
    ends = {"first": clean(entry.calls[0].key), "last": clean(entry.calls[-1].key)}
    count = len(entry.calls)
    box = Box(key, "", "", inputs=1, members=[f"{prefix}{node.key}" for node in entry.calls])
    if isinstance(entry, LeftOut):
        box.role, box.name = "fold", say("scene_fold", n=count)
        box.detail = say("scene_left_out")
        box.title = say("scene_not_drawn", counted=words.counted(entry.calls), **ends)
        return box
    if isinstance(entry, Family):
        box.role, box.name = "names", clean(entry.prefix)
        box.detail = say("scene_nodes_in", n=count)
        box.title = say("scene_family", name=box.name, n=count, **ends)
        return box
    block, single = entry.rounds[0], len(entry.rounds[0]) == 1
    kind = f"scene_{'alike' if entry.alike else 'equal'}_{'calls' if single else 'blocks'}"
    what, weights = say(kind), f", {weights_words(entry)}".removesuffix(", ")
    size = "" if single else say("scene_of_nodes", n=len(block))
    box.role, box.name = "repeat", words.detail(block[0].operation) if single else ""
    box.detail = f"{what}{weights}"
    box.starts = [f"{prefix}{nodes[0].key}" for nodes in entry.rounds]
    box.varies = entry.varies() if entry.alike else []
    facts = {"n": len(entry.rounds), "what": what, "of": size, "weights": weights, **ends}
    box.title = say("scene_repeat", **facts)
    if box.varies:
        box.title = say("scene_differ", repeat=box.title, varies=box.varies)
    return box


def weights_words(repeat: Repetition) -> str:
    """Whether the blocks of a repeat have weights of their own, in words."""
    first, second = ({node.operation for node in block} for block in repeat.rounds[:2])
    weighted = {layer for layer in first if words.weights_of(layer)}
    if not weighted:
        return ""
    if weighted <= second:
        return say("scene_one_set")
    return say("scene_some_shared" if weighted & second else "scene_own_weights")


def without_the_middle(
    entries: list[Entry], limit: int, focus: Node | None
) -> tuple[list[Entry], bool]:
    """Entries in order, with one or two runs of them left out, and whether the focus moved these.

    Without a `focus` the middle is left out. A focus that would be left out with it is shown, with
    the entries around it, between two runs. Leaving out a run of a topological order makes no loop.
    """
    at = next((i for i, entry in enumerate(entries) if focus in calls_of(entry)), -1)
    keep = max(1, min(MOST_AT_AN_END, limit // 2))
    count, moved = len(entries), False
    if count <= max(limit, 2 * keep + 1):
        return entries, moved
    cuts = [(keep, count - keep)]
    if keep <= at < count - keep:
        moved, ends = True, max(1, keep // 4)
        size = max(1, 2 * (keep - ends))
        start = max(ends, min(at - size // 2, count - ends - size))
        around = [(ends, start), (start + size, count - ends)]
        cuts = [(first, last) for first, last in around if first < last]
    left = list(entries)
    for i, (first, last) in reversed(list(enumerate(cuts))):
        nodes = [node for entry in entries[first:last] for node in calls_of(entry)]
        left[first:last] = [LeftOut(i, nodes)]
    return left, moved


def prefix_of(nodes: Iterable[Node]) -> str:
    """The longest prefix that the names of all calls share; empty if there is none."""
    shared = set.intersection(*(_prefixes(node) for node in nodes))
    return max(shared, key=len, default="")


def _prefixes(node: Node) -> set[str]:
    """The prefixes of a name: everything up to a number that an underscore follows."""
    name = node.operation.name
    return {name[: match.start()] for match in re.finditer(r"(?<=\d)_(?=.)", name)}


def families(items: Sequence[Item]) -> list[Item | Family]:
    """The same parts, gathered into families where these have enough calls."""
    parts: list[Item | Family] = []
    shared = [set.intersection(*map(_prefixes, calls([item]))) for item in items]
    start = 0
    while start < len(items):
        family = None
        for prefix in sorted(shared[start], key=len, reverse=True):
            size = next((i for i, own in enumerate(shared[start:]) if prefix not in own), None)
            members = list(items[start:][:size])
            framed = len(members) == 1 and isinstance(members[0], Repetition)
            if len(calls(members)) >= FEWEST_CALLS and not framed:
                family = Family(prefix, members)
                break
        parts.append(family or items[start])
        start += len(family.items) if family else 1
    return parts
