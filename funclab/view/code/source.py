"""A model as functional-API source that rebuilds it."""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from funclab.errors import ArgumentError, TensorTypeError
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.models.late import shown
from funclab.view.code.layers import Layers, is_functional, is_model, models_inside, thawed
from funclab.view.code.ops import op_call
from funclab.view.code.text import (
    Chain,
    Code,
    Source,
    brief,
    call,
    flat,
    identifier,
    keywords,
    plain,
    tree,
    wrapped,
)
from funclab.view.draw.text import quote
from funclab.view.scene.words import indexed, is_automatic

LONGEST_TARGETS = 60
"""If the variables before an `=` are longer than this, one variable and its elements are used."""
DRAFTS = 6
"""The first draft shows what is used twice, and so needs a variable; the next, that a layer inside
a shared layer is written only once after all."""


def to_code(model: Any, name: str = "model", names: bool = True) -> str:
    """Source in the functional API that makes a model with the same graph and new weights.

    A layer called once is written where it is called; a shared layer gets a variable, so that you
    see that it is one. Layers and functions of your own are written by name: they must be defined
    where the source runs. Run it in a new session, or after `funclab.registry.reset_names()`, and
    the model's config is the same, down to the last name. With `names=False`, automatic names such
    as dense_1 are left out, as you would write it yourself.
    Raises: NotSupportedError for what has no source: a lambda, a large array; ArgumentError for a
    `name` that cannot be a variable.

    >>> from funclab import Input, Model, layers
    >>> x = Input((4,), name="x")
    >>> print(to_code(Model(x, layers.Dense(2, name="out")(x), name="tiny")))
    from funclab import Input, Model, layers
    <BLANKLINE>
    x = Input(shape=(4,), name="x")
    out = layers.Dense(2, name="out")(x)
    <BLANKLINE>
    model = Model(inputs=x, outputs=out, name="tiny")
    """
    model = shown(model)
    if not isinstance(model, Operation):
        raise TensorTypeError(
            f"Only a model can be written as code, not {model!r}.",
            why="code makes the layers of a model and calls them; a "
            f"{type(model).__name__} has none.",
            fix="pass a model: to_code(Model(inputs, outputs)).",
        )
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise ArgumentError(
            f"{name!r} cannot be the name of a variable.",
            why="the source ends with `name = Model(...)`, which Python must be able to read.",
            fix='leave it out, or write for example to_code(model, name="encoder").',
        )
    return Code("\n".join(line for line, _ in code_lines(model, name, names)))


def code_lines(model: Any, name: str, names: bool) -> list[tuple[str, Node | Operation | None]]:
    """The lines of `to_code`, each with the call or the layer that it makes; None for others."""
    return _written(model, name, names).rows()


def call_lines(model: Any) -> dict[str, str]:
    """For each call of a model, by its key, the line of source that makes it, in brief: without
    names, and of a layer's settings only the first. In a chain, each result is called x.

    Raises: as `to_code`.

    >>> from funclab import Input, Model, layers
    >>> x = Input((4,), name="x")
    >>> call_lines(Model(x, layers.Dense(2, "relu", name="out")(x)))
    {'x[0]': 'x = Input((4,))', 'out[0]': 'x = Dense(2, …)(x)'}
    """
    model = shown(model)
    writer = _written(model, "model", False)
    lines = {
        node: (targets, flat(brief(source))) for node, (targets, source) in writer.written.items()
    }
    if _is_chain(model.graph) and "x" not in writer.variables.values():
        names = {targets: "x" for node, (targets, _) in lines.items() if not node.is_input}
        for node, (targets, source) in lines.items():
            made, bracket, read = source.rpartition("(")
            name = read.removesuffix(")")  # the inputs, up to the closing bracket of the call
            read = f"{names[name]})" if name in names else read
            lines[node] = names.get(targets, targets), f"{made}{bracket}{read}"
    return {node.key: " = ".join(line) for node, line in lines.items()}


def _is_chain(graph: Graph) -> bool:
    """Whether each call reads only the one result of the call before."""
    first, *others = graph.nodes
    before = [first, *others[:-1]]
    return first.is_input and all(
        len(node.arguments.tensors) == 1 and node.arguments.tensors[0] in source.output_tensors
        for source, node in zip(before, others)
    )


def _written(model: Any, name: str, names: bool) -> _Writer:
    """What has written a model, once all that is used twice has a variable."""
    shared, own = set(), set()
    writer: Any = None
    for _ in range(DRAFTS):
        layers = Layers(shared, {name, *own}, names)
        writer = _Writer(model, name, layers)
        shared, own = layers.twice, layers.imports.own
        if shared == layers.shared and own <= layers.taken:
            break
    return writer


class _Writer:
    """Writes a model line by line, in the order in which its calls were made."""

    def __init__(self, model: Any, name: str, layers: Layers) -> None:
        self.lines: list[str] = []
        self.about: dict[int, Node | Operation] = {}
        """The call or the layer that a line makes, by the number of the line."""
        self.layers = layers
        layers.define = self._define
        self.variables: dict[Operation, str] = {model: name}
        self.names: dict[Tensor, str] = {}
        self.calls: Counter[Operation] = Counter()
        self.automatic: Counter[str] = Counter()
        self.renamed: list[str] = []
        self.written: dict[Node, tuple[str, Source]] = {}
        """The variables for the outputs of each call, and what makes them."""
        self._write(model, name)

    def rows(self) -> list[tuple[str, Node | Operation | None]]:
        """The whole source, imports first, without two blank lines in a row."""
        first = [*self.layers.imports.lines("\n".join(self.lines)), ""]
        lines = [*first, *self.lines]
        about = [*[None] * len(first), *map(self.about.get, range(len(self.lines)))]
        kept = [i for i, line in enumerate(lines) if line or (i and lines[i - 1])]
        while kept and not lines[kept[-1]]:
            kept.pop()
        return [(lines[i], about[i]) for i in kept]

    def _write(self, model: Any, name: str) -> None:
        inner = [part for part in models_inside(model) if not part.graph.stand_ins]
        nodes = {node for part in inner for node in part.graph.nodes}
        after: dict[Node, list[Any]] = {}
        for part in inner:
            after.setdefault(max(part.graph.nodes, key=attrgetter("time")), []).append(part)
        for node in sorted(nodes, key=attrgetter("time")):
            self._call(node, self.names)
            for part in after.get(node, []):
                if part is not model:
                    self._define(part)
        self._make(model, name)

    def _define(self, layer: Any) -> str:
        """The variable of a layer; the lines that make it are written if they are not yet."""
        if layer not in self.variables:
            self.variables[layer] = identifier(layer.name, self.layers.taken)
            self._make(layer, self.variables[layer])
        return self.variables[layer]

    def _make(self, layer: Any, name: str) -> None:
        if is_functional(layer):
            self._model(layer, name)
        else:
            self._add(name, self.layers.source(layer), layer)
        if is_model(layer):
            self.lines += [*thawed(layer, name), ""]

    def _model(self, model: Any, name: str) -> None:
        """The line that makes a functional model, after its calls if it was cut out of a graph."""
        graph: Graph = model.graph
        names = self.names
        if graph.stand_ins:
            names = dict(self._inputs(graph))
            for node in graph.nodes:
                if not node.is_input and not names.keys() >= {*node.output_tensors}:
                    self._call(node, names)
        self.lines += [*self.renamed, ""]
        self.renamed = []
        leaf = _leaf(names, model.name)
        ends = (("inputs", model.input_structure), ("outputs", model.output_structure))
        items = keywords((end, tree(tensors, leaf)) for end, tensors in ends)
        items += self.layers.common(model)
        self._add(name, call(self.layers.class_of(model), items), model)

    def _inputs(self, graph: Graph) -> Iterator[tuple[Tensor, str]]:
        """The inputs of a graph that begins in the middle of another, each an Input of its own."""
        self.lines.append("")
        for tensor, node in zip(graph.inputs, graph.input_nodes):
            if node.output_tensors[0] not in self.names:
                self._call(node, self.names)
            yield tensor, self.names[node.output_tensors[0]]

    def _call(self, node: Node, names: dict[Tensor, str]) -> None:
        """The line of one call."""
        operation = node.operation
        leaf = _leaf(names, operation.name)
        args = [tree(arg, leaf) for arg in node.arguments.args] if not node.is_input else []
        if node.is_input:
            source = self.layers.source(operation)
        elif isinstance(operation, OpOperation) and operation not in self.layers.shared:
            source = op_call(node, operation.op, args, self.layers.imports)
            self.layers.written[operation] += 1
        else:
            more = ((key, tree(arg, leaf)) for key, arg in node.arguments.kwargs.items())
            source = Chain([self.layers.reference(operation), call("", [*args, *keywords(more)])])
        targets = self._targets(node, names)
        self.written[node] = targets, source
        self._add(targets, source, node)
        self._keep_name(node, names)

    def _keep_name(self, node: Node, names: dict[Tensor, str]) -> None:
        """Ops get automatic names; where such a name would differ, set the right one."""
        operation = node.operation
        if not isinstance(operation, OpOperation) or operation in self.layers.shared:
            return
        if not self.layers.names and is_automatic(operation):
            return
        prefix = operation.op.name
        count = self.automatic[prefix]
        self.automatic[prefix] += 1
        if operation.name != (f"{prefix}_{count}" if count else prefix):
            tensor = names[node.output_tensors[0]]
            self.renamed.append(f"{tensor}._keras_history.operation.name = {quote(operation.name)}")

    def _targets(self, node: Node, names: dict[Tensor, str]) -> str:
        """The variables for a call's outputs, in the structure in which it returns them."""
        operation, outputs = node.operation, node.outputs
        stem = operation.name
        if operation in self.layers.shared or is_model(operation):
            stem += f"_at_{self.calls[operation] + is_model(operation)}"
        self.calls[operation] += 1
        taken = self.layers.taken
        tensors = outputs if isinstance(outputs, (list, tuple)) else [outputs]
        letters = len(tensors) * len(identifier(f"{stem}, 1", set()))
        several = len(tensors) > 1 and letters > LONGEST_TARGETS
        if several or not tensors or not all(isinstance(x, Tensor) for x in tensors):
            whole = identifier(stem, taken)
            names.update({t: n for t, n in indexed(outputs, whole) if t not in names})
            return whole
        new = [identifier(stem, taken) for _ in tensors]
        names.update({t: n for t, n in zip(tensors, new) if t not in names})
        return (
            new[0] if outputs is tensors[0] else f"({new[0]},)" if not new[1:] else ", ".join(new)
        )

    def _add(self, name: str, source: Source, about: Node | Operation) -> None:
        new = wrapped(source, before=f"{name} = ")
        self.about |= dict.fromkeys(range(len(self.lines), len(self.lines) + len(new)), about)
        self.lines += new


def _leaf(names: dict[Tensor, str], owner: str) -> Callable[[Any], Source]:
    """Tensors by their variables, all else as it is."""
    return lambda leaf: names[leaf] if isinstance(leaf, Tensor) else plain(leaf, owner)
