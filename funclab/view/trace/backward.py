"""The gradients in stills: which gradients each node hands back, and where they are added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from funclab.engine.plan import Plan
from funclab.engine.trace import Moment
from funclab.graph.shape_math import Array
from funclab.graph.value import Value, Variable
from funclab.view.draw.frames import Frame
from funclab.view.draw.sentences import named, say
from funclab.view.trace.forward import output_marks
from funclab.view.trace.stills import Still, listed_names
from funclab.view.trace.sums import Addition
from funclab.view.trace.traced import NodePath, TracedModel

MOST_PICTURES = 6


class Backward:
    """Makes the stills of the gradients from moments, while the moments are computed."""

    def __init__(self, traced: TracedModel) -> None:
        self.traced = traced
        gradients = gradients_of(traced.plan)
        self.expected = Counter(value for _, value in gradients)
        """How many gradients each value gets."""
        self.nodes = Counter(value for _, value in dict.fromkeys(gradients))
        """From how many nodes they come; a node may hand back several."""
        self.received: dict[NodePath, dict[Value, None]] = defaultdict(dict)
        """The outputs of each node for which it has received gradients."""
        self.givers: dict[Value, list[str]] = defaultdict(list)
        """Which nodes have contributed a gradient to each value so far."""
        self.positions: dict[Value, int] = {}
        """The position that the last sum of each value was about; the next sum uses it again."""

    def stills(self, steps: Iterable[Moment]) -> list[Still]:
        return [
            still
            for path, group in groupby(steps, key=_path)
            for still in ([self._seed(*group)] if path is None else self._of_node(path, group))
        ]

    def _seed(self, moment: Moment) -> Still:
        pictures = [("hands", self._gradient(moment.values[0]))]
        marks = output_marks(self.traced)
        return Still("seed", "backward", "", say("trace_seed"), pictures, [moment.line], marks)

    def _of_node(self, path: NodePath, group: Iterable[Moment]) -> list[Still]:
        """What a node hands back, and the sums that its gradients become part of."""
        pictures = [("arrives", self._gradient(value)) for value in self.received[path]]
        handed: dict[Value, Frame] = {}
        additions: dict[Value, Addition] = {}
        lines: list[str] = []
        for moment in group:
            value = moment.values[0] if moment.values else None
            if moment.kind == "add_into" and value is not None and leaves(value, path):
                if value not in additions:
                    earlier = [key for key in self.givers[value] if key != self._giver(path)]
                    additions[value] = Addition(self.traced, value, path, earlier)
                additions[value].add(moment)
                self._note(value, path)
                continue
            lines.append(moment.line)
            for value, array in zip(moment.values, moment.arrays):
                if leaves(value, path) and moment.kind == "vjp":
                    handed[value] = self._gradient(value, array)
                    self._note(value, path)
        sums = [self._sum(addition, handed) for addition in additions.values()]
        first = self._handing(path, self._in_order(path, handed))
        first.lines = lines
        first.pictures = [*pictures, *first.pictures][:MOST_PICTURES]
        return [first, *sums]

    def _sum(self, addition: Addition, handed: dict[Value, Frame]) -> Still:
        """The still of a sum; what the node itself adds to it is what it hands back."""
        value = addition.value
        addition.uses = self.givers[value].count(self._giver(addition.path))
        position = self.positions.get(value)
        still, self.positions[value] = addition.still(self.expected[value], position)
        own = addition.order.index(1) if addition.earlier else 2
        brought = still.pictures[own][1]
        handed[value] = replace(brought, name=self._gradient_name(value), mark=None)
        return still

    def _in_order(self, path: NodePath, handed: dict[Value, Frame]) -> dict[Value, Frame]:
        """Tensors first, then weights in the order in which the node reads them."""
        ranks: dict[Value, int] = {weight: i for i, weight in enumerate(self.traced.weights(path))}
        return dict(sorted(handed.items(), key=lambda item: ranks.get(item[0], -1)))

    def _handing(self, path: NodePath, handed: dict[Value, Frame]) -> Still:
        """What a node, or the loss, hands back."""
        names = listed_names([self.traced.name(value) for value in handed])
        pictures = [("hands", frame) for frame in handed.values()]
        if not path:
            sentences = [say("trace_loss_back", to=names)]
            if any(not isinstance(v, Variable) and v not in self.traced.names for v in handed):
                sentences.append(say("trace_before_why"))
            marks = output_marks(self.traced)
            return Still("loss_back", "backward", "", " ".join(sentences), pictures, marks=marks)
        key, weights = self.traced.key(path), self.traced.weights(path)
        flows = self._arrivals(path)
        if not handed:
            return Still("vjp", "backward", key, say("trace_vjp_none", key=named(key)), flows=flows)
        frozen = not {w for w in weights if w.trainable} <= set(self.traced.plan.wrt)
        sentences = [say("trace_vjp", key=named(key), to=names)]
        sentences += [say("trace_vjp_frozen")] * frozen + self._ordinals(handed)
        flows, about = [*flows, *self.traced.flows(path, handed)], {"frozen": frozen}
        sentence = " ".join(sentences)
        return Still("vjp", "backward", key, sentence, pictures, flows=flows, about=about)

    def _arrivals(self, path: NodePath) -> list[tuple[str, str]]:
        """The edges out of a node whose tensors have received gradients; all, if what it has
        received is not for its outputs."""
        key, outputs = self.traced.key(path), self.traced.outputs.get(path, [])
        prefix = key.removesuffix(self.traced.nodes[path][1].key)
        own = [i for i, value in enumerate(outputs) if value in self.received[path]]
        ids = [self.traced.tensor_id(path, i) for i in own or range(len(outputs))]
        return [(key, f"{prefix}tensor {name.removeprefix(prefix)}") for name in ids]

    def _ordinals(self, handed: Iterable[Value]) -> list[str]:
        """Which of how many gradients these are, for values that get more than one."""
        counted: dict[tuple[int, int], list[str]] = defaultdict(list)
        for value in handed:
            if self.nodes[value] > 1:
                counts = len(set(self.givers[value])), self.nodes[value]
                counted[counts].append(self.traced.name(value))
        return [
            say("trace_ordinal", names=listed_names(names), i=i, n=n)
            for (i, n), names in counted.items()
        ]

    def _note(self, value: Value, path: NodePath) -> None:
        self.givers[value].append(self._giver(path))
        if value.origin is not None:
            self.received[value.origin.place][value] = None

    def _giver(self, path: NodePath) -> str:
        return self.traced.key(path) if path else say("loss")

    def _gradient_name(self, value: Value) -> str:
        return named(f"g_{self.traced.name(value)}")

    def _gradient(self, value: Value, array: Array | None = None) -> Frame:
        gradient = self.traced.plan.grads[value] if array is None else array
        return self.traced.picture(self._gradient_name(value), value, gradient)


def _path(moment: Moment) -> NodePath | None:
    """The node that hands gradients back; None for the first gradient, that of the loss."""
    return None if moment.kind == "seed" or moment.call is None else moment.call.place


def leaves(value: Value, path: NodePath) -> bool:
    """Whether a value is a weight, or the output of a node other than this one."""
    if isinstance(value, Variable):
        return True
    return value.origin is not None and value.origin.place not in ((), path)


def gradients_of(plan: Plan) -> list[tuple[NodePath, Value]]:
    """Which node hands back a gradient of which value, as often as that happens."""
    notes = [step.note for step in plan.steps]
    calls = [note.call for note in notes if note.kind == "vjp" and note.call is not None]
    pairs = ((call.place, value) for call in calls for value in call.inputs)
    return [(path, value) for path, value in pairs if value in plan.needs_gradient]
