"""What one batch in a plan computes at each node of a model, with names and pictures."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from funclab.engine.plan import Plan
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.shape_math import Array, known
from funclab.graph.value import Call, Value, Variable
from funclab.models.model import Model
from funclab.training.step import Step
from funclab.view.draw.frames import Frame, frame_of
from funclab.view.draw.sentences import say
from funclab.view.scene import words
from funclab.view.scene.insides import parts
from funclab.view.trace.meanings import Meanings

NodePath = tuple[str, ...]
"""The keys of a node and of the calls of models around it, from the outside in."""


class TracedModel:
    """The nodes of a model and of the models inside it, and the values of a step at each."""

    def __init__(self, model: Model, step: Step) -> None:
        self.model, self.step, self.plan, self.outputs = model, step, step.plan, step.made
        self.nodes: dict[NodePath, tuple[Graph, Node]] = {}
        self.keys: dict[NodePath, str] = {}
        for part in parts(words.graph_of(model), own=False):
            for node in part.graph.nodes:
                path = (*part.place, node.key)
                self.nodes[path], self.keys[path] = (part.graph, node), part.key(node.key)
        models = {path[:i] for path in self.outputs for i in range(1, len(path))}
        self.leaves = [p for p in self.outputs if p not in models and not self._is_inner_input(p)]
        self.calls: dict[NodePath, list[Call]] = {}
        for call in self.plan.calls:
            self.calls.setdefault(call.place, []).append(call)
        self.readers: dict[Value, list[NodePath]] = {}
        for path in self.leaves:
            for weight in self.weights(path):
                self.readers.setdefault(weight, []).append(path)
        self.names = self._names()
        self.masks = self._masks()
        self.meanings = Meanings(self)
        self._frames: dict[Value, Frame] = {}

    def _is_inner_input(self, path: NodePath) -> bool:
        return len(path) > 1 and path in self.nodes and self.node(path).is_input

    def _names(self) -> dict[Value, str]:
        """Tensors by their ids, `layer[node:tensor]`, and targets as y."""
        names: dict[Value, str] = {}
        several = sum(value is not None for value in self.step.targets) > 1
        for value, output in zip(self.step.targets, self.model.output_names):
            if value is not None:
                names[value] = f"y[{output}]" if several else "y"
        for path, values in self.outputs.items():
            for i, value in enumerate(values):
                names.setdefault(value, self.tensor_id(path, i))
        return names

    def _masks(self) -> dict[Value, Array]:
        """The mask of each masked value, for the first sample, from a separate plan."""
        values = [value for values in self.outputs.values() for value in values]
        masked = {value: value.mask for value in values if value.mask is not None}
        if not masked:
            return {}
        plan = Plan(list(dict.fromkeys(masked.values())), wrt=())
        for value in self.step.inputs:
            if value is not None:
                np.copyto(plan.array(value), self.plan.array(value))
        plan.run()
        return {value: plan.array(mask)[0].copy() for value, mask in masked.items()}

    # One node.
    def node(self, path: NodePath) -> Node:
        return self.nodes[path][1]

    def key(self, path: NodePath) -> str:
        """The key that diagrams give a node."""
        return self.keys.get(path, "/".join(path))

    def tensor_id(self, path: NodePath, i: int) -> str:
        """The id of an output of a node."""
        return f"{self.key(path)[:-1]}:{i}]"

    def reads(self, path: NodePath) -> list[Value]:
        """The values that a node reads."""
        graph, node = self.nodes[path]
        makers = [] if node.is_input else map(graph.producer, node.arguments.tensors)
        outputs = [(self.outputs.get((*path[:-1], maker.key), []), i) for maker, i in makers]
        return [values[i] for values, i in outputs if i < len(values)]

    def flows(
        self, path: NodePath, values: Collection[Value] | None = None
    ) -> list[tuple[str, str]]:
        """The edges into a node that carry these values (or any): from a tensor to a box, by their
        keys in diagrams; for a node inside a model, also the edges into that model."""
        graph, node = self.nodes[path]
        if node.is_input:
            model = path[:-1]
            drawn = model in self.nodes and model in self.outputs
            return self.flows(model, values) if drawn else []
        key = self.key(path)
        prefix = key[: len(key) - len(node.key)]
        flows: list[tuple[str, str]] = []
        for tensor, value in zip(node.arguments.tensors, self.reads(path)):
            if values is None or any(other is value for other in values):
                flows.append((f"{prefix}tensor {words.tensor_id(graph, tensor)}", key))
                maker = (*path[:-1], graph.producer(tensor)[0].key)
                flows += self.flows(maker, [value]) if self._is_inner_input(maker) else []
        return flows

    def weights(self, path: NodePath) -> list[Variable]:
        """The weights that a node reads, each once; random streams are not weights."""
        inputs = [value for call in self.calls.get(path, ()) for value in call.inputs]
        variables = [value for value in inputs if isinstance(value, Variable)]
        return list(dict.fromkeys(v for v in variables if v.dtype.startswith("float")))

    def marks(self, value: Value) -> list[str]:
        """What diagrams mark for a value: its tensor, or the layer of a weight and its nodes."""
        if not isinstance(value, Variable):
            model, slash, tensor = self.name(value).rpartition("/")
            return [f"{model}{slash}tensor {tensor}"]
        readers = self.readers.get(value, [])
        layers = [self.node(path).operation.name for path in readers]
        return list(dict.fromkeys([*layers, *map(self.key, readers)]))

    # Pictures.
    def frame(self, value: Value) -> Frame:
        """The picture of a value as it is now, drawn once."""
        if value not in self._frames:
            frame = self.picture(self.name(value), value, self.plan.array(value))
            self._frames[value] = self.meanings.shown(frame, value)
        return self._frames[value]

    def picture(self, name: str, value: Value, array: Array) -> Frame:
        """The picture of an array that belongs to a value, such as its gradient."""
        mask = self.masks.get(value)
        counted = mask.astype(bool).tolist() if mask is not None and mask.ndim == 1 else ()
        shaped = array.reshape(known(value.shape))
        frame = frame_of(name, shaped, batched=self.batched(value), counted=counted)
        return self.meanings.named(frame, value)

    def batched(self, value: Value) -> bool:
        """Whether the first axis of a value counts samples."""
        return not isinstance(value, Variable) and value.ndim > 0

    def name(self, value: Value) -> str:
        if isinstance(value, Variable):
            return value.path
        if value in self.names or value.origin is None:
            return self.names.get(value, value.name)
        return self._inner_name(value.origin)

    def _inner_name(self, call: Call) -> str:
        """The name of an intermediate value of a node, such as the numbers before a softmax."""
        for i, output in enumerate(self.outputs.get(call.place, ())):
            last = output.origin
            if last is not None and any(value is call.outputs[0] for value in last.inputs):
                activation = getattr(last.op, "activation", "")
                op = say("trace_bias_and", op=activation) if activation else last.op.name
                return say("trace_before_op", name=self.tensor_id(call.place, i), op=op)
        return f"{self.key(call.place)} ({call.op.name})" if call.place else call.op.name
