"""What is inside a layer: the graph of a model, and what the `call` of a user's own class does; and
the walk over all of these, used everywhere."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from itertools import groupby
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from funclab.engine.plan import calls_behind
from funclab.graph import structure
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation, placeholder
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Call, Constant, Value
from funclab.registry.parameters import call_parameters, first_parameter
from funclab.view.draw.text import clean
from funclab.view.scene import words

_graphs: WeakKeyDictionary[Node, Graph | None] = WeakKeyDictionary()


class Argument(Operation):
    """The input of a graph of a `call` that stands for one of its arguments."""


class Recorded(Node):
    """A call within a layer's `call`: it is not in any of the user's graphs."""

    def __init__(self, operation: Operation, calls: list[Call], args: Iterable[Any]) -> None:
        self.calls = calls
        super().__init__(operation, tuple(args), own=True)

    def make(self, value: Value) -> Tensor:
        """One more output tensor."""
        index = len(self.output_tensors)
        tensor = Tensor(value.shape, value.dtype, f"{self.operation.name}_{index}")
        tensor.node, tensor.index = self, index
        self.output_tensors.append(tensor)
        self.outputs = self.output_tensors
        return tensor


class _Entered(str):
    """The name of a layer, a new object each time the layer is entered."""


class _Recording(Tape):
    """A tape that distinguishes two successive calls of the same layer."""

    @property
    def scope(self) -> tuple[str, ...]:
        return self._scope

    @scope.setter
    def scope(self, scope: tuple[str, ...]) -> None:  # type: ignore[override]
        if scope and not isinstance(scope[-1], _Entered):
            scope = (*scope[:-1], _Entered(scope[-1]))
        self._scope = scope


def insides(node: Node, own: bool = True) -> Iterator[tuple[str, Any, Graph]]:
    """The graphs in a call's layer or in the layer that it wraps: the path to it, that layer, and
    the graph. The path is empty, or the name of the wrapped layer. With `own`, also what the `call`
    of a user's own class does.
    """
    inner = words.inner_layer(node.operation)
    for way, layer in (("", node.operation), (getattr(inner, "name", ""), inner)):
        graph = words.graph_of(layer)
        if graph is None and own and layer is node.operation and is_own(layer):
            graph = _graph_of_call(node)
        if graph is not None:
            yield way, layer, graph


def inside(node: Node) -> Graph | None:
    """The graph in a call's layer; None for a layer without one."""
    return next((graph for way, _, graph in insides(node) if not way), None)


def is_own(layer: Any) -> bool:
    """Whether a diagram shows what the `call` of a layer does: a layer of the user's own, or one of
    funclab's that is made of other layers."""
    own = not type(layer).__module__.startswith("funclab.") and hasattr(layer, "sublayers")
    if not own and not getattr(layer, "opened", False):
        return False
    return words.graph_of(layer) is None and words.inner_layer(layer) is None


def _graph_of_call(node: Node) -> Graph | None:
    """The calls that a layer's `call` makes of ops and of other layers, as a graph."""
    if node not in _graphs:
        tensors = list(dict.fromkeys(node.arguments.tensors))
        values = {tensor: placeholder(tensor) for tensor in tensors}
        args, kwargs = node.arguments.fill_in(values)
        # The user's code runs once more: what it prints has been printed already.
        with _Recording(training=True), redirect_stdout(io.StringIO()):
            outputs = structure.flatten(node.operation(*args, **kwargs))
        names = {values[tensor]: name for name, tensor in _named(node)}
        _graphs[node] = _Drawing(node.operation, names).graph(list(values.values()), outputs)
    return _graphs[node]


def _named(node: Node) -> Iterator[tuple[str, Tensor]]:
    """The tensors that a call takes, with the names of their arguments, in reverse order."""
    names = [first_parameter(type(node.operation)), *call_parameters(type(node.operation))]
    arguments = {**dict(zip(names, node.arguments.args)), **node.arguments.kwargs}
    for name, value in reversed(arguments.items()):
        yield from ((name, x) for x in structure.flatten(value) if isinstance(x, Tensor))


class _Drawing:
    """A graph made from op calls: those of an inner layer count as one call of that layer."""

    def __init__(self, layer: Any, arguments: dict[Value, str]) -> None:
        self.layers = {inner.name: inner for inner in getattr(layer, "sublayers", [])}
        self.arguments = arguments
        self.operations: dict[Any, Operation] = {}
        self.names: set[str] = {*self.layers}
        self.tensors: dict[Value, Tensor] = {}
        self.sources: list[Tensor] = []
        """What is computed from weights or numbers alone: it comes in next to the arguments."""

    def graph(self, inputs: list[Value], outputs: list[Value]) -> Graph | None:
        groups = [list(group) for _, group in groupby(calls_behind(outputs), _entry)]
        passed = {*outputs, *(value for calls in groups for value in _reads(calls))}
        masks = [value.mask for value in inputs if value.mask in passed]
        for value in (inputs := [*inputs, *masks]):
            argument = Argument(self._name(self.arguments.get(value) or "mask"))
            self.tensors[value] = Recorded(argument, [], ()).make(value)
        for calls in groups:
            self._record(calls, passed)
        made = [self.tensors[value] for value in inputs]
        if not all(value in self.tensors for value in outputs):
            return None  # it could be computed only for batches of a known size
        return Graph([*made, *self.sources], [self.tensors[value] for value in outputs])

    def _record(self, calls: list[Call], passed: set[Value]) -> None:
        name = str(calls[0].scope[1]) if len(calls[0].scope) > 1 else ""
        reads = _reads(calls)
        if name in self.layers:
            reads = [value for value in dict.fromkeys(reads) if value in self.tensors]
        node = Recorded(self._operation(name, calls[0]), calls, map(self._argument, reads))
        for value in (value for call in calls for value in call.outputs):
            if value in passed or len(calls) == 1:
                self.tensors[value] = node.make(value)
                self.sources += [self.tensors[value]] if node.is_input else []

    def _operation(self, name: str, call: Call) -> Operation:
        """A stand-in, so that the nodes of the user's layer stay as they are."""
        if name not in self.layers:
            return OpOperation(call.op, self._name(call.op.name))
        if name not in self.operations:
            layer = self.layers[name]
            stand_in = self.operations[name] = object.__new__(type(layer))
            vars(stand_in).update(vars(layer), inbound_nodes=[], outbound_nodes=[])
        return self.operations[name]

    def _argument(self, value: Value) -> Any:
        if isinstance(value, Constant) and value.array.size == 1:
            return value.array.item()
        return self.tensors.get(value, value)

    def _name(self, stem: str) -> str:
        count = sum(name == stem or name.startswith(f"{stem}_") for name in self.names)
        name = f"{stem}_{count}" if count else stem
        while name in self.names:
            name += "_"
        self.names.add(name)
        return name


def _reads(calls: list[Call]) -> list[Value]:
    """What calls read that other calls make."""
    own = {value for call in calls for value in call.outputs}
    return [value for call in calls for value in call.inputs if value not in own]


def _entry(call: Call) -> Any:
    """What calls are grouped by: the layer entered, or the call itself."""
    return id(call.scope[1]) if len(call.scope) > 1 else id(call)


class Part(NamedTuple):
    """A graph in a model: the model's own, or that of a frame in it."""

    graph: Graph
    name: str = ""
    """The name of the layer around it."""
    prefix: str = ""
    """What its keys begin with in the calls face, such as "encoder[1]/"."""
    path: str = ""
    """The same in the layers face, such as "encoder/"."""
    place: tuple[str, ...] = ()
    """The calls around it, as a tape names them."""

    def key(self, name: str) -> str:
        return f"{self.prefix}{clean(name)}"


def parts(graph: Graph | Part | None, own: bool = True) -> Iterator[Part]:
    """A graph and those inside it, each after the one around it, once for each call.

    With `own`, also those of the calls that a user's own layers make.
    """
    if graph is None:
        return
    part = graph if isinstance(graph, Part) else Part(graph)
    yield part
    for node in part.graph.nodes:
        for way, layer, inner in insides(node, own):
            end = f"{clean(way)}/" if way else ""
            yield from parts(
                Part(
                    inner,
                    clean(layer.name),
                    f"{part.key(node.key)}/{end}",
                    f"{part.path}{clean(node.operation.name)}/{end}",
                    (*part.place, node.key),
                ),
                own,
            )
