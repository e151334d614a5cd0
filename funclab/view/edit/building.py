"""A draft built with new layers: the model, or, of a draft that is not whole, what is known of it.

Every call is made. One that fails, and those that read what it did not make, get a node with an
output of unknown shape, so that the whole draft can be drawn and written (`Build.sketch`).
"""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any

from funclab.errors import FunclabError, GraphError
from funclab.graph import structure
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.shape_math import Shape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.layers import functions
from funclab.layers.input import InputLayer
from funclab.models import Functional, Model
from funclab.models.cloning import compiled_like
from funclab.registry import sharing
from funclab.view.edit.draft import Call, Draft, Layer, Leaf, Ref

OURS = (FunclabError, TypeError, ValueError)
"""What a call may raise: errors of funclab, and Python's own in layers that a user wrote."""


class Build:
    """The calls of a draft, made one after the other.

    `errors` has the error of each call that failed, and `unknown` the calls after them. `whole`:
    whether to make calls that lead to no output, too. `before`: another build, whose calls are
    taken as far as they are the same; only to try something, as both then share layers.
    """

    @sharing.reads
    def __init__(self, draft: Draft, whole: bool = True, before: Build | None = None) -> None:
        self.draft, self.before = draft, before
        self.operations: dict[int, Operation] = {}
        self.nodes: dict[int, Node] = {}
        self.tensors: dict[Ref, Tensor] = {}
        self.errors: dict[int, Exception] = {}
        self.unknown: set[int] = set()
        needed = {*draft.needed, *draft.input_calls}
        same = set() if before is None else _same(draft, before)
        for call in draft.calls.values():
            if before is not None and call.id in same:
                self.operations[call.layer] = before.operations[call.layer]
                self._keep(call, before.nodes[call.id])
            elif whole or call.id in needed:
                self.grow(call)

    def grow(self, call: Call) -> None:
        """Make one more call of the draft, without warnings: it may be a step on the way."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._make(call)

    def _make(self, call: Call) -> None:
        layer = self.draft.layers[call.layer]
        missing = any(source in self.errors or source in self.unknown for source in call.sources)
        if missing and self.before is not None:
            self.unknown.add(call.id)
            return
        try:
            operation = self.operations.get(layer.id) or made(layer)
            self.operations[layer.id] = operation
            if layer.is_input:
                return self._keep(call, operation.inbound_nodes[0])
            args, kwargs = self._filled(call)
            if missing:
                self.unknown.add(call.id)
            else:
                operation(*args, **kwargs)
                return self._keep(call, operation.inbound_nodes[-1])
        except OURS as error:
            self.errors[call.id] = error
        self._keep(call, self._unknown(call, layer))

    def _unknown(self, call: Call, layer: Layer) -> Node:
        """A node whose outputs have no known shape, as many as are read."""
        count = self.draft.read_outputs.get(call.id, 0) + 1
        tensors = [Tensor((), "float32") for _ in range(count)]
        operation = self.operations.get(layer.id)
        if operation is None:
            operation = self.operations[layer.id] = Operation(layer.name)
        return Node(operation, *self._filled(call), structure.unpack_singleton(tensors))

    def _filled(self, call: Call) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call, with tensors.

        Raises: GraphError if a call returns fewer tensors than are read.
        """

        def tensor(leaf: Any) -> Any:
            if not isinstance(leaf, Leaf):
                return leaf
            if leaf.ref not in self.tensors:
                raise GraphError(
                    f"{self.draft.keys[leaf.ref.call]} returns fewer tensors than are read.",
                    why=f"output {leaf.ref.output} is read, and outputs are counted from 0.",
                    fix="cut the connection, or let the layer return its states again.",
                )
            return self.tensors[leaf.ref]

        return structure.map_structure(tensor, (call.args, call.kwargs))  # type: ignore[no-any-return]

    def _keep(self, call: Call, node: Node) -> None:
        self.nodes[call.id] = node
        self.tensors |= {Ref(call.id, i): tensor for i, tensor in enumerate(node.output_tensors)}

    @cached_property
    def forgotten(self) -> set[int]:
        """The calls that lead to no output."""
        return {*self.draft.calls} - self.draft.needed

    @property
    def waiting(self) -> list[int]:
        """The new Inputs that no call reads yet."""
        waits = (call.id for call in self.draft.calls.values() if call.waits)
        return [key for key in waits if key in self.forgotten]

    def shape(self, call: int) -> Shape | None:
        """What a call returns; None if that is not known."""
        known = call not in self.errors and call not in self.unknown
        return self.nodes[call].output_tensors[0].shape if known else None

    @property
    def error(self) -> Exception | None:
        """The first error, or why there is no model although each call works."""
        return next(iter(self.errors.values()), None) or self.obstacle

    @cached_property
    def model(self) -> Any:
        """The model; None if the draft is not whole."""
        return None if self.error else self._model

    @cached_property
    def obstacle(self) -> Exception | None:
        """Why calls that all work make no model: it has no output yet, or Inputs nobody reads."""
        if not self.draft.output_refs:
            return GraphError(
                f"{self.draft.name} has no output yet.",
                why="a model needs an Input, and at least one call that reads it.",
                fix="add an Input, and a layer after it.",
            )
        if self.waiting:
            return GraphError(
                f"{self.draft.keys[self.waiting[0]]} is read by no call yet.",
                why="data that no call reads does not reach an output.",
                fix="add a layer after it, or connect it to a call.",
            )
        if self.errors:
            return None
        try:
            self._model = self._assembled()
        except OURS as error:
            return error
        return None

    def _assembled(self) -> Any:
        """The model, without calls that lead nowhere."""
        if self.forgotten - {*self.draft.input_calls}:
            return Build(self.draft, False, self.before)._assembled_of(self)
        return self._ended()

    def _assembled_of(self, other: Build) -> Any:
        other.operations = {**other.operations, **self.operations}
        return self._ended()

    def _ended(self) -> Any:
        inputs, outputs = self._ends()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two outputs of one layer: a step on the way
            return Model(inputs, outputs, name=self.draft.name, trainable=self.draft.trainable)

    def _ends(self) -> tuple[Any, Any]:
        def tensor(leaf: Leaf) -> Tensor:
            return self.tensors[leaf.ref]

        outputs = self.draft.outputs
        if outputs is None:
            outputs = [Leaf(ref) for ref in self.draft.output_refs]
            outputs = structure.unpack_singleton(outputs)
        inputs = structure.unpack_singleton(self.draft.inputs)
        return structure.map_structure(tensor, inputs), structure.map_structure(tensor, outputs)

    @cached_property
    def sketch(self) -> Any:
        """All calls in the form of a model, to be drawn and written, not run; None without any."""
        read = {source for call in self.draft.calls.values() for source in call.sources}
        ends = [self.nodes[key].output_tensors[0] for key in self.forgotten if key not in read]
        outputs = [self.tensors[ref] for ref in self.draft.output_refs]
        every = list(dict.fromkeys([*outputs, *ends]))
        if not every:
            return None
        sketch = object.__new__(Functional)
        inputs = [self.tensors[Ref(key)] for key in self.draft.input_calls]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Functional.__init__(sketch, inputs, every, name=self.draft.name)
        # The graph has all calls; the model returns only the outputs.
        sketch.graph.outputs = sketch.outputs = outputs
        sketch.input_structure, sketch.output_structure = self._ends()
        return sketch


def _same(draft: Draft, before: Build) -> set[int]:
    """The calls that another build has made in the same way, of layers with no other calls."""
    old, same = before.draft, set[int]()
    for key, call in draft.calls.items():
        known = (
            old.calls.get(key) is call and old.layers.get(call.layer) is draft.layers[call.layer]
        )
        if known and before.shape(key) is not None and same.issuperset(call.sources):
            same.add(key)
    while True:
        mixed = {call.layer for key, call in draft.calls.items() if key not in same}
        left = {key for key in same if draft.calls[key].layer not in mixed}
        left = {key for key in left if left.issuperset(draft.calls[key].sources)}
        if left == same:
            return same
        same = left


def made(layer: Layer) -> Any:
    """A new layer. What it is made from was read from a model, or checked by a command."""
    if layer.op is not None:
        return OpOperation(layer.op, layer.name)
    kind: Any = layer.kind
    entry = {"class_name": kind.__name__}
    if layer.number is not None and not issubclass(kind, InputLayer):
        entry[sharing.KEY] = layer.number
    with functions.safe_mode(False):
        return sharing.made_once(
            entry, lambda: kind.from_config({**layer.config, "name": layer.name})
        )


def keep_weights(
    operations: dict[int, Any], before: dict[int, Any], names: dict[int, str], copy: bool = True
) -> tuple[list[str], list[str]]:
    """Copy each variable whose layer, place, name and shape are the same; what was kept, and new.
    Without `copy`, only say what would be.

    A layer whose shape has changed keeps nothing of that variable: a part of it would look like
    knowledge, and is not.
    """
    kept: list[str] = []
    new: list[str] = []
    for key, layer in operations.items():
        old = getattr(before.get(key), "variables", [])
        weights = {id(weight) for weight in getattr(layer, "weights", [])}
        for i, variable in enumerate(getattr(layer, "variables", [])):
            same = i < len(old) and _alike(variable, old[i])
            if same and copy:
                variable.assign(old[i].numpy())
            if id(variable) in weights:
                (kept if same else new).append(f"{names[key]} {variable.name}")
    return kept, new


def _alike(a: Variable, b: Variable) -> bool:
    return (a.name, a.shape, a.dtype) == (b.name, b.shape, b.dtype)


def compiled(model: Any, before: Any) -> Any:
    """The model, compiled with the settings of another if that is compiled and they fit."""
    try:
        return compiled_like(before, model)
    except OURS:
        return model
