"""A model as a list of calls that can be edited: layers, calls and ends, as constant data.

Each command (`commands`) returns a new draft, so undo is a list of drafts. A layer has a number of
its own, so its weights survive a new name; two calls with one layer number share its weights. A
call's number names what it makes, and stays when calls are moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from funclab.errors import GraphError
from funclab.graph import structure
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.layers.input import InputLayer
from funclab.layers.merge import Merge
from funclab.models import Functional
from funclab.registry import sharing
from funclab.view.code.layers import WINDOWS

MOST_CALLS = 200


class Ref(NamedTuple):
    """The tensor that a call makes: number `output` of those it returns."""

    call: int
    output: int = 0


class Leaf:
    """A reference among the arguments of a call; not a tuple, which is a structure there."""

    def __init__(self, ref: Ref) -> None:
        self.ref = ref

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Leaf) and self.ref == other.ref


@dataclass(frozen=True)
class Layer:
    """What a layer is made from: its class and its config, or the op that it applies."""

    id: int
    name: str
    kind: type[Operation]
    config: dict[str, Any]
    op: Any = None
    number: int | None = None
    """The number that it shares with layers inside other layers which are the same layer."""

    @property
    def is_input(self) -> bool:
        return issubclass(self.kind, InputLayer)

    @property
    def merges(self) -> bool:
        """Whether it reads a list of tensors."""
        return issubclass(self.kind, Merge)

    @property
    def first(self) -> int:
        """The number of its first call: a model's own graph is its call 0."""
        return int(issubclass(self.kind, Functional))


@dataclass(frozen=True)
class Call:
    """One call of a layer; `args` and `kwargs` are nested as it was written, with a Leaf for each
    tensor."""

    id: int
    layer: int
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    waits: bool = False
    """Whether it is an Input that must be read before the model is whole."""

    @cached_property
    def refs(self) -> list[Ref]:
        leaves = structure.flatten([self.args, self.kwargs])
        return [leaf.ref for leaf in leaves if isinstance(leaf, Leaf)]

    @property
    def sources(self) -> list[int]:
        """The calls that it reads."""
        return [ref.call for ref in self.refs]

    def reading(self, change: dict[Ref, Ref]) -> Call:
        """The same call with other tensors in place of some."""
        if not any(ref in change for ref in self.refs):
            return self
        args, kwargs = _swapped((self.args, self.kwargs), change)
        return replace(self, args=args, kwargs=kwargs)


def _swapped(tree: Any, change: dict[Ref, Ref]) -> Any:
    def leaf(value: Any) -> Any:
        return Leaf(change[value.ref]) if isinstance(value, Leaf) and value.ref in change else value

    return structure.map_structure(leaf, tree)


@dataclass(frozen=True)
class Draft:
    """All layers and calls, in the order in which they run; `inputs` and `outputs` are nested as
    `Model` got them. Without `outputs`, what no call reads is an output."""

    name: str = "model"
    layers: dict[int, Layer] = field(default_factory=dict)
    calls: dict[int, Call] = field(default_factory=dict)
    inputs: Any = ()
    outputs: Any = None
    next: int = 0
    """The next number of a layer or call; none is used twice."""
    trainable: bool = True

    @classmethod
    def of(cls, model: Any) -> tuple[Draft, dict[int, Operation]]:
        """The draft of a model with a graph, and the layer that each number stands for."""
        graph = model.graph
        layers: dict[Operation, Layer] = {}
        configs = _configs(graph.operations)
        for i, operation in enumerate(graph.operations):
            op = operation.op if isinstance(operation, OpOperation) else None
            config, number = configs[i]
            layers[operation] = Layer(i, operation.name, type(operation), config, op, number)
        refs: dict[Tensor, Ref] = {}
        calls: dict[int, Call] = {}
        begins = {stand_in: tensor for tensor, stand_in in graph.stand_ins.items()}

        def leaf(value: Any) -> Any:
            return Leaf(refs[value]) if isinstance(value, Tensor) else value

        for i, node in enumerate(graph.nodes, len(layers)):
            args, kwargs = ((), {}) if node.is_input else node.arguments.convert(leaf)
            calls[i] = Call(i, layers[node.operation].id, args, kwargs)
            for at, tensor in enumerate(node.output_tensors):
                refs[tensor] = refs[begins.get(tensor, tensor)] = Ref(i, at)
        ends = (model.input_structure, model.output_structure)
        inputs, outputs = (structure.map_structure(leaf, end) for end in ends)
        own = {layer.id: layer for layer in layers.values()}
        draft = cls(model.name, own, calls, inputs, outputs, len(own) + len(calls), model.trainable)
        return draft, {layer.id: operation for operation, layer in layers.items()}

    @cached_property
    def output_refs(self) -> list[Ref]:
        """The tensors that the model returns."""
        if self.outputs is not None:
            return [leaf.ref for leaf in structure.flatten(self.outputs)]
        read = {source for call in self.calls.values() for source in call.sources}
        ends = [call for call in self.calls.values() if call.id not in read and call.refs]
        return [Ref(call.id) for call in ends]

    @cached_property
    def read_outputs(self) -> dict[int, int]:
        """The highest number among the outputs of each call that are read."""
        refs = [ref for call in self.calls.values() for ref in call.refs]
        highest: dict[int, int] = {}
        for ref in (*refs, *self.output_refs):
            highest[ref.call] = max(ref.output, highest.get(ref.call, 0))
        return highest

    @property
    def input_calls(self) -> list[int]:
        return [leaf.ref.call for leaf in structure.flatten(self.inputs)]

    @cached_property
    def needed(self) -> set[int]:
        """The calls that lead to an output."""
        last = [ref.call for ref in self.output_refs]
        return set(structure.reachable(last, lambda call: self.calls[call].sources))

    def layer_of(self, call: int) -> Layer:
        return self.layers[self.calls[call].layer]

    def calls_of(self, layer: int) -> list[int]:
        return [call.id for call in self.calls.values() if call.layer == layer]

    def readers(self, call: int) -> list[int]:
        return [reader.id for reader in self.calls.values() if call in reader.sources]

    @cached_property
    def keys(self) -> dict[int, str]:
        """Each call as pictures write it: `layer[number]`."""
        count: dict[int, int] = {}
        keys = {}
        for call in self.calls.values():
            layer = self.layers[call.layer]
            count[layer.id] = count.get(layer.id, layer.first - 1) + 1
            keys[call.id] = f"{layer.name}[{count[layer.id]}]"
        return keys

    def fresh(self, stem: str) -> str:
        """A name that no layer has."""
        taken = {layer.name for layer in self.layers.values()}
        names = (stem, *(f"{stem}_{i}" for i in range(1, len(taken) + 2)))
        return next(name for name in names if name not in taken)

    def having(self, *layers: Layer, calls: Iterable[Call] = (), **changes: Any) -> Draft:
        """The draft with these layers and calls, in place of those with their numbers if there are
        any; without layers that nothing calls."""
        own = {**self.calls, **{call.id: call for call in calls}}
        return replace(
            self,
            layers={**self.layers, **{layer.id: layer for layer in layers}},
            **{"calls": own, **changes},
        ).tidied()

    def tidied(self) -> Draft:
        """Each call after those it reads, else in the old order; no layer without a call.

        Raises: GraphError for a cycle.
        """
        used = {call.layer for call in self.calls.values()}
        kept = {key: layer for key, layer in self.layers.items() if key in used}
        return replace(self, layers=kept, calls={call.id: call for call in self._in_order()})

    def _in_order(self) -> Iterator[Call]:
        left, done = dict(self.calls), set[int]()
        while left:
            ready = (call for call in left.values() if done.issuperset(call.sources))
            call = next(ready, None)
            if call is None:
                names = " → ".join(self.keys[key] for key in left)
                raise GraphError(
                    f"This would make a cycle: {names}.",
                    why="a call can only read what was computed before it.",
                    fix="connect forward, in the direction of the data.",
                )
            del left[call.id]
            done.add(call.id)
            yield call

    def swapped(self, change: dict[Ref, Ref], but: Iterable[int] = (), ends: bool = True) -> Draft:
        """The draft in which calls (but for some) and outputs have others in place of tensors."""
        spared = {*but}
        calls = {
            key: call if key in spared else call.reading(change) for key, call in self.calls.items()
        }
        outputs = _swapped(self.outputs, change) if ends else self.outputs
        return replace(self, calls=calls, outputs=outputs)


def _configs(operations: list[Operation]) -> list[tuple[dict[str, Any], int | None]]:
    """The config of each layer, without its name, and the number that it shares with layers inside
    others."""

    @sharing.writes
    def written() -> dict[str, Any]:
        return {"layers": [_entry(operation) for operation in operations]}

    entries = written()["layers"]
    return [
        (
            {key: value for key, value in entry["config"].items() if key != "name"},
            entry.get(sharing.KEY),
        )
        for entry in entries
    ]


def _entry(operation: Any) -> dict[str, Any]:
    kind = type(operation).__name__
    if isinstance(operation, OpOperation):
        return {"class_name": kind, "config": {}}
    config = config_of(operation)
    return sharing.numbered({"class_name": kind, "config": config}, operation)


def config_of(layer: Any) -> dict[str, Any]:
    """The config of a layer, with what it has learned, and one number where it was given one."""
    config: dict[str, Any] = dict(getattr(layer, "learned_config", layer.get_config)())
    given = getattr(layer, "constructor_arguments", {})
    short = {name: given[name] for name in WINDOWS if isinstance(given.get(name), int)}
    return {**config, **{name: value for name, value in short.items() if name in config}}
