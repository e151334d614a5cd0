"""Where in the model a step of a plan belongs, and how its values are called there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from funclab.engine.plan import Plan
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.value import Call, Value, Variable
from funclab.layers.arguments import call_parameters
from funclab.shape_math import Array, known
from funclab.training.step import Step
from funclab.view.live.said import say
from funclab.view.scene import words
from funclab.view.scene.parts import parts
from funclab.view.shapes.rules.rule import rule
from funclab.view.trace.frames import Frame, frame_of

Place = tuple[str, ...]


class Places:
    """The nodes of a model and of the models inside it, and what a filled plan makes at each."""

    def __init__(self, model: Any, step: Step) -> None:
        self.model, self.step, self.plan, self.made = model, step, step.plan, step.made
        self.nodes: dict[Place, tuple[Graph, Node]] = {}
        self.keys: dict[Place, str] = {}
        for part in parts(words.graph_of(model), own=False):
            for node in part.graph.nodes:
                place = (*part.place, node.key)
                self.nodes[place], self.keys[place] = (part.graph, node), part.key(node.key)
        outer = {place[:i] for place in self.made for i in range(1, len(place))}
        self.leaves = [
            place
            for place in self.made
            if place not in outer and not (len(place) > 1 and self._enters(place))
        ]
        self.calls: dict[Place, list[Call]] = {}
        for call in self.plan.calls:
            self.calls.setdefault(call.place, []).append(call)
        self.readers: dict[Value, list[Place]] = {}
        for place in self.leaves:
            for weight in self.weights(place):
                self.readers.setdefault(weight, []).append(place)
        self.names = self._names()
        self.masks = self._masks()
        self._frames: dict[Value, Frame] = {}

    def _enters(self, place: Place) -> bool:
        return place in self.nodes and self.nodes[place][1].is_input

    def _names(self) -> dict[Value, str]:
        """Tensors by their ids, `layer[node:tensor]`, and targets as y."""
        names: dict[Value, str] = {}
        targets = [one for one in self.step.targets if one is not None]
        outputs = self.model.output_names
        for value, output in zip(self.step.targets, outputs):
            if value is not None:
                names[value] = "y" if len(targets) == 1 else f"y[{output}]"
        for place, values in self.made.items():
            for i, value in enumerate(values):
                names.setdefault(value, f"{self.key(place)[:-1]}:{i}]")
        return names

    def _masks(self) -> dict[Value, Array]:
        """The mask beside each masked value, for the first sample, from a plan of its own."""
        made = [one for values in self.made.values() for one in values]
        masked = {one: one.mask for one in made if one.mask is not None}
        if not masked:
            return {}
        plan = Plan(list(dict.fromkeys(masked.values())), wrt=())
        for value in self.step.inputs:
            if value is not None:
                np.copyto(plan.array(value), self.plan.array(value))
        plan.run()
        return {value: plan.array(mask)[0].copy() for value, mask in masked.items()}

    # Of one node.
    def key(self, place: Place) -> str:
        """The key that diagrams give a node."""
        return self.keys.get(place, "/".join(place))

    def reads(self, place: Place) -> list[Value]:
        """The values that a node is given."""
        graph, node = self.nodes[place]
        found = [] if node.is_input else [graph.producer(one) for one in node.arguments.tensors]
        made = [self.made.get((*place[:-1], one.key), []) for one, _ in found]
        return [values[i] for values, (_, i) in zip(made, found) if i < len(values)]

    def flows(self, place: Place, values: Collection[Value] | None = None) -> list[tuple[str, str]]:
        """The edges into a node that carry these values (or any): from a tensor to a box, as
        diagrams key them; of a node inside a model, also the edges into that model."""
        graph, node = self.nodes[place]
        if node.is_input:
            return self._outer_flows(place, values) if len(place) > 1 else []
        key = self.key(place)
        prefix = key[: len(key) - len(node.key)]
        found: list[tuple[str, str]] = []
        for tensor, value in zip(node.arguments.tensors, self.reads(place)):
            if values is None or any(one is value for one in values):
                found.append((f"{prefix}tensor {words.tensor_id(graph, tensor)}", key))
                maker = (*place[:-1], graph.producer(tensor)[0].key)
                if len(maker) > 1 and self._enters(maker):
                    found += self._outer_flows(maker, [value])
        return found

    def _outer_flows(self, place: Place, values: Any) -> list[tuple[str, str]]:
        """The edges into the model that a node lies in."""
        outer = place[:-1]
        return self.flows(outer, values) if outer in self.nodes and outer in self.made else []

    def weights(self, place: Place) -> list[Variable]:
        """The weights that a node reads, each once; random streams are none."""
        inputs = [value for call in self.calls.get(place, ()) for value in call.inputs]
        variables = [one for one in inputs if isinstance(one, Variable)]
        return list(dict.fromkeys(one for one in variables if one.dtype.startswith("float")))

    def about(self, place: Place) -> dict[str, str]:
        """What a node's layer is, and the rule of its shapes in words and numbers."""
        node = self.nodes[place][1]
        found = rule(node)
        axes = say("trace_axes", axes=found.text)
        return {"detail": words.detail(node.operation), "rule": f"{found.words} {axes}"}

    def rule(self, place: Place) -> str:
        """What a node does to the shape, in words; nothing where there are none."""
        found = rule(self.nodes[place][1])
        return found.words if found.known else ""

    def uses_masks(self, place: Place) -> bool:
        layer = self.nodes[place][1].operation
        return layer.is_layer and "mask" in call_parameters(type(layer))

    def marks(self, value: Value) -> list[str]:
        """What diagrams mark for a value: the tensor, or the layer of a weight and its nodes."""
        if not isinstance(value, Variable):
            inside, slash, tensor = self.name(value).rpartition("/")
            return [f"{inside}{slash}tensor {tensor}"]
        own = self.readers.get(value, [])
        layers = [self.nodes[place][1].operation.name for place in own]
        return list(dict.fromkeys([*layers, *map(self.key, own)]))

    # Pictures.
    def frame(self, value: Value) -> Frame:
        """The picture of a value as it is now, drawn once."""
        if value not in self._frames:
            self._frames[value] = self.picture(self.name(value), value, self.plan.array(value))
        return self._frames[value]

    def picture(self, name: str, value: Value, array: Array) -> Frame:
        mask = self.masks.get(value)
        counted = [bool(one) for one in mask] if mask is not None and mask.ndim == 1 else ()
        shaped = array.reshape(known(value.shape))
        return frame_of(name, shaped, batched=self.batched(value), counted=counted)

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
        """What a node has on its way to its output, such as numbers before their softmax."""
        place, op = self.key(call.place), call.op.name
        for i, made in enumerate(self.made.get(call.place, ())):
            last = made.origin
            if last is not None and any(one is call.outputs[0] for one in last.inputs):
                activation = getattr(last.op, "activation", "")
                op = say("trace_bias_and", op=activation) if activation else last.op.name
                return say("trace_before_op", name=f"{place[:-1]}:{i}]", op=op)
        return f"{place} ({op})" if place else op
