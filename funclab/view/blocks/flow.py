"""The calls of a graph, in the order in which blocks are looked for, and who reads whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from math import inf, prod
from typing import Any

ACTIVATIONS = {
    *("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Relu", "Gelu", "Silu"),
    *("Sigmoid", "Tanh", "Elu", "Selu"),
}
MERGES = {
    *("Add", "Concatenate", "Multiply", "Subtract", "Average", "Maximum", "Minimum", "Dot"),
    "Stack",
}
SILENT = {
    *("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D", "Cropping1D", "Cropping2D"),
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "Identity"),
    "StochasticDepth",
}
"""Classes that do not change what a block is."""


@dataclass(frozen=True)
class Call:
    """A call of a layer or an op."""

    key: str
    name: str
    kind: str
    """Its class."""
    reads: Sequence[str]
    """The keys of the calls that it reads."""
    shape: tuple[int | None, ...]
    """What it makes, without the batch."""
    settings: dict[str, Any] = field(default_factory=dict)
    weights: int = 0
    layer: Hashable = None
    """What is equal for all calls of one layer; unless given, the name."""
    inner: Hashable = None
    """What its graph is made of, if it has one inside."""
    crosses: bool = False
    """Whether it is attention that looks from one tensor at another."""

    @property
    def own(self) -> Hashable:
        """What is equal for all calls of one layer."""
        return self.name if self.layer is None else self.layer

    @property
    def window(self) -> tuple[int, ...]:
        """Its kernel; empty if it has none."""
        size = self.settings.get("kernel_size")
        return (size,) * 2 if isinstance(size, int) else tuple(size or ())

    @property
    def space(self) -> int:
        """In how many places its features are; 0 if it makes a vector."""
        return prod(length or 1 for length in self.shape[:-1]) if any(self.shape[:-1]) else 0


class Flow:
    """The calls of a graph by number. They are numbered depth-first from the outputs, the deepest
    input of each first: every region of the graph is a run of numbers, and ways beside each other
    do not mix.
    """

    def __init__(self, calls: Sequence[Call], outputs: Iterable[str]) -> None:
        """`calls` come after those that they read; `outputs` are keys."""
        known = {call.key: call for call in calls}
        order = _depth_first(known, outputs)
        self.at = {key: i for i, key in enumerate(order)}
        self.calls = [known[key] for key in order]
        self.reads = [[self.at[key] for key in dict.fromkeys(call.reads)] for call in self.calls]
        self.readers: list[list[int]] = [[] for _ in order]
        for i, sources in enumerate(self.reads):
            for source in sources:
                self.readers[source].append(i)
        self.inputs = {i for i, sources in enumerate(self.reads) if not sources}
        self.outputs = {self.at[key] for key in outputs}
        self.outputs |= {i for i, readers in enumerate(self.readers) if not readers}
        self.ends = self.inputs | self.outputs
        self.times = Counter(call.own for call in calls)
        self.numbers: dict[Hashable, int] = {}
        self.signatures = [self.number(self._kind(i)) for i in range(len(order))]

    def number(self, what: Hashable) -> int:
        """The same number for all that is equal."""
        return self.numbers.setdefault(what, len(self.numbers))

    def is_shared(self, i: int) -> bool:
        """Whether its layer is called more than once."""
        return self.times[self.calls[i].own] > 1

    def is_activation(self, i: int) -> bool:
        return self.calls[i].kind in ACTIVATIONS

    def is_kept(self, i: int) -> bool:
        """Whether it stays visible: an input, an output, a shared layer or a nested model."""
        return i in self.ends or self.is_shared(i) or self.calls[i].inner is not None

    def _kind(self, i: int) -> Hashable:
        """What makes two calls alike: not the width, the stride, the padding or the rate."""
        call = self.calls[i]
        if call.kind in ACTIVATIONS:
            return "activation"
        wide = call.window and ("wide" if max(call.window) > 1 else "point")
        several = len(self.reads[i]) > 1 and call.kind not in MERGES
        return call.kind, wide, several, call.own if self.is_shared(i) else None, call.inner

    def parts(
        self,
        nodes: Sequence[int],
        ends: bool,
        unnoticed: Collection[int] = (),
        width: int = 1,
    ) -> list[list[int]]:
        """Some calls in order, split wherever at most `width` tensors are still to be read, without
        those `unnoticed`. With `ends`, an input that is still to come counts as one more, and all
        exits stay open to the end: two towers stay beside each other.
        """
        inside = set(nodes)
        last: dict[int, float] = {}
        for i in nodes:
            last |= dict.fromkeys((a for a in self.reads[i] if a in inside), i)
        for a in unnoticed:
            last.pop(a, None)
        pending = -1
        if ends:
            leave = [i for i in nodes if i in self.outputs or inside.isdisjoint(self.readers[i])]
            last |= dict.fromkeys(leave, inf) if len(leave) > 1 else {}
            enter = [i for i in nodes if inside.isdisjoint(self.reads[i])]
            pending = enter[-1] if len(enter) > 1 else -1
        parts: list[list[int]] = [[]]
        alive: set[int] = set()
        for i in nodes:
            parts[-1].append(i)
            alive = {a for a in alive | {i} if last.get(a, -1) > i}
            if len(alive) + (i < pending) <= width:
                parts.append([])
        return [part for part in parts if part]

    def components(self, nodes: Sequence[int]) -> list[list[int]]:
        """The calls in groups that no tensor connects."""
        inside, top = set(nodes), {i: i for i in nodes}

        def find(i: int) -> int:
            while top[i] != i:
                top[i] = top[top[i]]
                i = top[i]
            return i

        for i in nodes:
            for a in self.reads[i]:
                if a in inside:
                    top[find(i)] = find(a)
        groups: dict[int, list[int]] = defaultdict(list)
        for i in nodes:
            groups[find(i)].append(i)
        return list(groups.values())

    def is_whole(self, nodes: Sequence[int]) -> bool:
        return len(self.components(nodes)) == 1

    def hubs(self, nodes: Sequence[int]) -> set[int]:
        """Tensors that are read all over a region: by merges of one class in places that are not
        neighbours, by any merges further apart, or by calls over a third of it.
        """
        inside = set(nodes)
        hubs = set()
        for a in {a for i in nodes for a in self.reads[i]}:
            readers = [i for i in self.readers[a] if i in inside]
            merges: dict[str, list[int]] = defaultdict(list)
            for i in readers:
                if len(self.reads[i]) > 1:
                    merges[self.calls[i].kind].append(i)
            alike = any(_spread(places) > 1 for places in merges.values())
            every = _spread([i for places in merges.values() for i in places]) > 3
            third = len(readers) > 2 and len(nodes) > 20 and _spread(readers) > len(nodes) / 3
            if alike or every or third:
                hubs.add(a)
        return hubs


def _spread(places: list[int]) -> int:
    return max(places) - min(places) if places else 0


def _depth_first(calls: dict[str, Call], outputs: Iterable[str]) -> list[str]:
    depth: dict[str, int] = {}
    read = set()
    for key, call in calls.items():
        depth[key] = 1 + max((depth[source] for source in call.reads), default=0)
        read |= {*call.reads}
    ends = [*outputs, *(key for key in calls if key not in read)]
    done: dict[str, None] = {}
    met: set[str] = set()
    # No recursion: a graph may be thousands of layers deep.
    for end in sorted(dict.fromkeys(ends), key=lambda key: -depth[key]):
        waiting = [end]
        while waiting:
            key = waiting[-1]
            if key in met:
                done.setdefault(waiting.pop())
                continue
            met.add(key)
            sources = sorted(dict.fromkeys(calls[key].reads), key=lambda source: -depth[source])
            waiting += [source for source in reversed(sources) if source not in met]
    return list(done)
