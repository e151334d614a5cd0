"""What is already right in a model that is not yet the answer: what it has in common with the graph
of the solution. A call counts only if all that it computes, back to the inputs, is part of the
solution, too; what cannot be compared is left out, so that nothing wrong is called right.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from funclab.graph.graph import calls_before
from funclab.graph.labels import labels
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.models.model import Functional
from funclab.teach.advice.naming import placed, told
from funclab.teach.attempt import Attempt, parsed
from funclab.teach.parts import Part, Parts
from funclab.view.draw.sentences import few, say, times

MOST_NAMES = 4
CHANGES_NO_GRAPH = {"compile", "fit", "evaluate", "predict"}


class Compared:
    """A model, and a label for each part of what it computes: equal labels mean the same
    computation, on the same tensors and weights as far as the lesson made these.

    `begun` is the time at which the lines began that made the model: what is older is the lesson's.
    `code` numbers the labels of both models alike.
    """

    def __init__(self, model: Functional, begun: int, code: Any) -> None:
        self.model, self.begun, self.code = model, begun, code
        self.parts = Parts(model)
        self._given = {id(weight) for weight in _weights_before(model, begun)}
        self._readers = self.parts.readers()
        self.labels = labels(self.parts.all, lambda part: part.reads, self._label)

    def _label(self, part: Part, read: list[Any]) -> int:
        if part.is_call:
            return self.code(part.kind, tuple(sorted(read)))
        if self._is_given(part):
            return self.code(part.kind, id(part.origin))
        users = sorted(reader.kind for reader, _, _ in self._readers[part])
        return self.code(part.kind, tuple(users) if part.is_weight else ())

    def _is_given(self, part: Part) -> bool:
        """Whether the lesson made a weight, or an Input."""
        if part.is_weight:
            return id(part.origin) in self._given
        return part.origin is not None and part.origin.node.time < self.begun

    def made(self, parts: list[Part]) -> tuple[int, ...]:
        """What a call computes: the same for calls with the same settings and weights on the same
        tensors."""
        return tuple(sorted(self.labels[part] for part in parts))

    @property
    def new_weights(self) -> int:
        """The weights that the lesson did not make."""
        return sum(id(weight) not in self._given for weight in self.model.weights)

    def calls(self) -> dict[Node, list[Part]]:
        """The calls of the model's own graph, each with the ops in it."""
        by_key = {node.key: node for node in self.parts.graph.nodes}
        calls: dict[Node, list[Part]] = {}
        for part in self.parts.calls:
            if part.place[0] in by_key:
                calls.setdefault(by_key[part.place[0]], []).append(part)
        return calls


def _weights_before(model: Any, begun: int) -> Iterable[Any]:
    """The weights of a model that are older than a time, also those of layers in newer ones."""
    for layer in model.sublayers:
        if layer.born < begun:
            yield from layer.weights
        elif hasattr(layer, "sublayers"):
            yield from _weights_before(layer, begun)


def numbering() -> Any:
    """A function that numbers keys, the same for equal ones."""
    codes: dict[Any, int] = {}
    return lambda *key: codes.setdefault(key, len(codes))


class Already:
    """What the student's model, `mine`, has in common with the solution, `ours`.

    Left out are calls and layers at fault, `at`, those that the verdict names, `named`, and calls
    that depend on one of these. `attempt`: the lines that made the model.
    """

    def __init__(
        self,
        mine: Compared,
        ours: Compared,
        at: Iterable[Any],
        named: Iterable[Any],
        attempt: Attempt,
    ) -> None:
        self.mine, self.ours, self.at, self.attempt = mine, ours, set(at), attempt
        nodes = (getattr(value, "node", value) for value in named)
        self._doubtful = self.at | {x for x in nodes if isinstance(x, (Node, Operation))}
        self._wanted = Counter(ours.labels.values())
        self._have = Counter(mine.labels.values())
        wanted = ours.calls()
        self._names = {node.operation.name for node in wanted}
        self._partners = {ours.made(parts): node for node, parts in wanted.items()}
        made = sorted(mine.calls().items(), key=lambda pair: pair[0].time)
        self.calls = [
            node for node, parts in made if node.time >= mine.begun and self._is_right(node, parts)
        ]
        """The student's calls that compute what a call of the solution does, as they were made."""

    def _is_right(self, node: Node, parts: list[Part]) -> bool:
        partner = self._partners.get(self.mine.made(parts))
        if partner is None or not all(map(self._fits, parts)):
            return False
        # The name of another call of the solution would make the sentence confusing.
        same = partner.operation.name == node.operation.name
        calls = [call for call in calls_before(node.output_tensors) if not call.is_input]
        doubtful = not self._doubtful.isdisjoint([*calls, *(call.operation for call in calls)])
        return not doubtful and (same or node.operation.name not in self._names)

    def is_alike(self, node: Any) -> bool:
        """Whether a call computes what one of the solution does: the mistake is elsewhere."""
        parts = self.mine.calls().get(node, [])
        return bool(parts) and self.mine.made(parts) in self._partners

    def _fits(self, part: Part) -> bool:
        label = self.mine.labels[part]
        return self._have[label] <= self._wanted[label]

    def _is_at(self, tensor: Tensor) -> bool:
        return not self.at.isdisjoint((tensor.node, tensor.node.operation))

    @property
    def inputs(self) -> bool:
        """Whether the model starts at the Inputs of the solution."""
        starts = [part for part in self.mine.parts.all if part.kind.startswith("Input ")]
        alike = len(starts) == len(self.mine.model.inputs) == len(self.ours.model.inputs)
        clean = not any(map(self._is_at, self.mine.model.inputs))
        return alike and clean and all(map(self._fits, starts))

    @property
    def outputs(self) -> bool:
        """Whether the outputs have the shapes of those of the solution."""
        mine, ours = ([x.shape for x in side.model.outputs] for side in (self.mine, self.ours))
        return mine == ours and not any(map(self._is_at, self.mine.model.outputs))

    @property
    def shared(self) -> dict[Operation, int]:
        """The layers with weights that are called several times, each time as in the solution."""
        fit = Counter(node.operation for node in self.calls)
        return {
            layer: n for layer, n in fit.items()
            if n == self._times[layer] > 1 and getattr(layer, "weights", None)
        }  # fmt: skip

    @cached_property
    def _times(self) -> Counter[Operation]:
        """How many times the student's model calls each layer."""
        return Counter(node.operation for node in self.mine.parts.graph.nodes)

    def _name(self, node: Node) -> str:
        """A call's name; with its number if other calls of its layer are not right."""
        fit = Counter(node.operation for node in self.calls)[node.operation]
        name = placed(node, self.attempt)
        every = fit == self._times[node.operation]
        return name if every else say("lesson_node", name=name, i=node.index)

    def sentences(self) -> list[str]:
        """What to say of it, from the inputs to the outputs."""
        said, model = [], self.mine.model
        if self.inputs:
            said.append(say("lesson_starts", names=short([told(x.node) for x in model.inputs])))
        if self.ours.model.weights and not self.ours.new_weights + self.mine.new_weights:
            said.append(say("lesson_no_new_weights"))
        names = list(dict.fromkeys(map(self._name, self.calls)))
        if names:
            said.append(say("lesson_calls_fit", names=short(names), n=len(names)))
        said += [say("lesson_shares", name=told(x), times=times(n)) for x, n in self.shared.items()]
        if self.outputs:
            shapes = short([told(x.shape) for x in model.outputs])
            said.append(say("lesson_ends_fit", n=len(model.outputs), shapes=shapes))
        return said


def short(names: list[str]) -> list[str]:
    return few(names, MOST_NAMES)


def lines_of_graph(source: str) -> str:
    """Those lines of a solution that can change its graph: none trains, so this takes no time.

    >>> lines_of_graph("model = Model(a, b)\\nmodel.fit(x, y)")
    'model = Model(a, b)'
    """
    kept = [line for line in parsed(source).body if not _only_runs(line)]
    return "\n".join(map(ast.unparse, kept))


def _only_runs(line: ast.stmt) -> bool:
    calls = (part.func for part in ast.walk(line) if isinstance(part, ast.Call))
    names = {part.attr for part in calls if isinstance(part, ast.Attribute)}
    return not names.isdisjoint(CHANGES_NO_GRAPH)
