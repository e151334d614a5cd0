"""What a model computes, in a form in which equal models are equal, however they were written.

The form is the tape: op calls, replayed on shapes alone. On the tape `Dense(4, activation="relu")`
and a `Dense(4)` followed by a `ReLU()` are the same, as are `a - b` and `Subtract()([a, b])`, or a
model called as a layer and its layers called one by one. Names are never compared; whether two
calls share their weights is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from funclab import activations, registry
from funclab.engine.plan import calls_behind
from funclab.files.json_lines import digest
from funclab.graph.graph import Graph
from funclab.graph.labels import labels
from funclab.graph.node import Node
from funclab.graph.tape import Tape
from funclab.graph.value import Call, Constant, Value, Variable
from funclab.random import SeedGenerator
from funclab.view.draw.remembering import remembered
from funclab.view.scene import words

EITHER_WAY = {"Add", "Multiply", "Maximum", "Minimum"}
"""The ops whose two inputs may be swapped."""


@dataclass(eq=False)
class Part:
    """An op call, or what calls read: an input, a weight, a constant.

    `kind` is the op with its settings; `sources` are the parts that it reads, each with the index
    of the output; `place` has the keys of the nodes within which it was made; `origin` is the
    weight, or the tensor of an Input, that it stands for, else None.
    """

    kind: str
    sources: list[tuple[Part, int]] = field(default_factory=list)
    place: tuple[str, ...] = ()
    is_weight: bool = False
    origin: Any = None

    @property
    def is_call(self) -> bool:
        return bool(self.place)

    @property
    def reads(self) -> list[tuple[Part, int, int]]:
        """The parts that it reads, each with its output and the position of the argument."""
        free = self.kind.partition(" ")[0] in EITHER_WAY
        return [(part, at, 0 if free else i) for i, (part, at) in enumerate(self.sources)]


class Parts:
    """The parts of a model, each after those that it reads."""

    def __init__(self, model: Any) -> None:
        graph = words.graph_of(model)
        assert graph is not None
        self.graph: Graph = graph
        self._learn = {id(weight) for weight in model.trainable_weights}
        self._made: dict[Value, tuple[Part, int]] = {}
        self._leaves: dict[Any, Part] = {}
        self.all: list[Part] = []
        with Tape(training=True) as tape:
            inputs = [Value(tensor.shape, tensor.dtype) for tensor in graph.inputs]
            for i, (value, tensor) in enumerate(zip(inputs, graph.inputs)):
                kind = f"Input {i} {value.shape} {value.dtype}"
                self._made[value] = self._add(Part(kind, origin=tensor)), 0
            outputs = graph.replay(inputs)
        for call in calls_behind([*outputs, *tape.losses], tape.updates):
            self._add_call(call)
        self.ends = [self._part(value) for value in (*outputs, *tape.losses)]
        """The model's outputs, and the losses that its layers add."""
        read = {source for part in self.all for source, _ in part.sources}
        used = read | {part for part, _ in self.ends}
        self.all = [part for part in self.all if part.is_call or part in used]

    @property
    def calls(self) -> list[Part]:
        return [part for part in self.all if part.is_call]

    @property
    def weights(self) -> list[Part]:
        return [part for part in self.all if part.is_weight]

    def readers(self) -> dict[Part, list[tuple[Part, int, int]]]:
        """For each part, those that read it, each with the output read and the position."""
        readers: dict[Part, list[tuple[Part, int, int]]] = {part: [] for part in self.all}
        for part in self.all:
            for source, at, position in part.reads:
                readers[source].append((part, at, position))
        return readers

    def node(self, part: Part) -> Node | None:
        """The innermost node of the graph within which a call was made."""
        graph, node = self.graph, None
        for key in part.place:
            node = self._keys(graph).get(key, node)
            graph = words.graph_of(node.operation) if node is not None else None
        return node

    @remembered
    def _keys(self, graph: Graph | None) -> dict[str, Node]:
        """The nodes of a graph by their keys."""
        return {} if graph is None else {node.key: node for node in graph.nodes}

    def _add(self, part: Part) -> Part:
        self.all.append(part)
        return part

    def _part(self, value: Value) -> tuple[Part, int]:
        if value in self._made:
            return self._made[value]
        key, leaf = self._leaf(value)
        if key not in self._leaves:
            self._leaves[key] = self._add(leaf)
        return self._leaves[key], 0

    def _add_call(self, call: Call) -> None:
        name, sources = type(call.op).__name__, [self._part(value) for value in call.inputs]
        settings = dict(vars(call.op))
        place = call.place or ("model",)
        if name == "Identity":
            self._made[call.outputs[0]] = sources[0]
            return
        if name == "ConvBias":  # without an activation, the convolution itself adds the bias
            convolution = self._add(Part(f"Conv {sorted(settings.items())}", sources[:2], place))
            sources = [(convolution, 0), sources[2]]
            name, settings = "BiasActivation", {"activation": "linear"}
        if name == "BiasActivation":
            activation = settings.pop("activation")
            bias = self._add(Part("Bias", sources, place))
            if activation == "linear":
                self._made[call.outputs[0]] = bias, 0
                return
            activate: Any = activations.get(activation)
            op = activate(Value(call.outputs[0].shape)).origin.op
            name = type(op).__name__
            settings = dict(vars(op))
            sources = [(bias, 0)]
        squares = name == "Multiply" and sources[0] == sources[1]
        if squares or (name == "Power" and sources[1][0].kind == "Constant () 2.0"):
            name, sources = "Square", sources[:1]
        kind = f"{name} {sorted(settings.items())}" if settings else name
        # The same computation on the same parts is one part; calls of layers with weights are not.
        key = kind, *sources
        again = not any(source.is_weight or source.kind == "Random" for source, _ in sources)
        part = self._leaves[key] if again and key in self._leaves else None
        if part is None:
            part = self._leaves[key] = self._add(Part(kind, sources, place))
        self._made.update({value: (part, at) for at, value in enumerate(call.outputs)})

    def _leaf(self, value: Value) -> tuple[Any, Part]:
        """A part that is read but not computed, and the key by which it is recognized again."""
        if isinstance(value, SeedGenerator):
            return "random", Part("Random")
        if isinstance(value, Variable):
            kind = f"Weight {value.shape}" + ("" if id(value) in self._learn else " held")
            for rule in filter(None, (value.regularizer, value.constraint)):
                kind += f" {registry.to_config(rule)}"
            return value, Part(kind, is_weight=True, origin=value)
        kind = f"Zeros {value.shape}"
        if isinstance(value, Constant):
            kind = f"Constant {value.shape} {value.array.tolist()}"
        return kind, Part(kind)


# Comparing --------------------------------------------------------------------------------------


def are_same(first: Parts, second: Parts) -> bool:
    """Whether two models compute the same from inputs in the same order, with weights shared alike.

    Each part is labelled by its kind, then by everything it is made from and everything made from
    it, until there are no new labels; equal models have equal labels.
    """
    sides, codes = (first, second), dict[Any, int]()

    def code(*key: Any) -> int:
        return codes.setdefault(key, len(codes))

    known = {part: code(part.kind) for side in sides for part in side.all}
    count = 0
    while count < len({*known.values()}):
        count = len({*known.values()})
        for side in sides:
            known |= _refined(side, known, code)
    mine, theirs = (Counter(known[part] for part in side.all) for side in sides)
    return mine == theirs


def fingerprint(model: Any) -> str:
    """16 digits that are equal for two models exactly if they are the same for `are_same`.

    >>> from funclab import Input, Sequential, layers
    >>> plain, relu = (Sequential([Input((2,)), layers.Dense(3, kind)]) for kind in (None, "relu"))
    >>> fingerprint(plain) == fingerprint(plain), fingerprint(plain) == fingerprint(relu)
    (True, False)
    """
    side = Parts(model)

    def code(*key: Any) -> str:
        return digest([*map(str, key)])

    known = {part: code(part.kind) for part in side.all}
    count = 0
    while count < len({*known.values()}):
        count = len({*known.values()})
        known = _refined(side, known, code)
    return digest(sorted(known.values()))


def _refined(side: Parts, known: dict[Part, Any], code: Any) -> dict[Part, Any]:
    """Labels that also distinguish what is above and below a part."""
    ends: dict[Part, list[tuple[int, int]]] = {}
    for i, (part, at) in enumerate(side.ends):
        ends.setdefault(part, []).append((i, at))
    readers = side.readers()

    def from_above(part: Part, read: list[Any]) -> int:
        return code("above", known[part], tuple(sorted(read)))

    def from_below(part: Part, read: list[Any]) -> int:
        return code("below", known[part], tuple(sorted(read)), tuple(ends.get(part, ())))

    above = labels(side.all, lambda part: part.reads, from_above)
    below = labels(reversed(side.all), readers.__getitem__, from_below)
    return {part: code(above[part], below[part]) for part in side.all}


def overlap(first: Sequence[Any] | Counter, second: Sequence[Any] | Counter) -> float:
    """How much two collections have in common, from 0 to 1, whatever the order.

    >>> overlap("abc", "cbd"), overlap("", "")
    (0.6666666666666666, 1.0)
    """
    a, b = Counter(first), Counter(second)
    most = max(a.total(), b.total())
    return (a & b).total() / most if most else 1.0
