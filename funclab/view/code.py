"""A model as functional-API source that rebuilds it."""

from __future__ import annotations

import keyword
import re
from typing import Any

from funclab import registry, structure
from funclab.errors import NotSupportedError
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation, OpOperation
from funclab.graph.tensor import Tensor
from funclab.layers.arguments import parameters

OPERATORS = {
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "Power": "**", "MatMul": "@",
    "Less": "<", "LessEqual": "<=", "Greater": ">", "GreaterEqual": ">=",
}  # fmt: skip


def to_code(model: Any, name: str = "model") -> str:
    """Source in the functional API that makes a model with the same graph and new weights.

    A layer called once is written where it is called; a shared layer gets a variable, so that one
    sees at once that it is one. Layers of your own are written by class name, which must be
    defined where the source runs.
    Raises: NotSupportedError for a Lambda around a function without a name, whose source is lost.

    >>> from funclab import Input, Model, layers
    >>> x = Input((4,), name="x")
    >>> print(to_code(Model(x, layers.Dense(2, name="out")(x), name="tiny")))
    from funclab import Input, Model, layers
    <BLANKLINE>
    x = Input(shape=(4,), name="x")
    out = layers.Dense(units=2, name="out")(x)
    <BLANKLINE>
    model = Model(inputs=x, outputs=out, name="tiny")
    """
    writer = _Writer()
    lines = writer.model(model, name)
    return "\n".join([writer.imports(), "", *lines])


class _Writer:
    def __init__(self) -> None:
        self.taken: set[str] = {"layers", "Input", "Model", "Sequential"}
        self.ops: dict[str, set[str]] = {}
        self.used: set[str] = set()
        self.defined: dict[Operation, str] = {}

    def imports(self) -> str:
        """The import lines for what was used."""
        first = ", ".join(sorted(self.used, key=lambda name: (name.islower(), name)))
        extra = [
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(self.ops.items())
        ]
        return "\n".join([f"from funclab import {first}", *extra])

    def model(self, model: Any, name: str) -> list[str]:
        """The lines that make a model and put it in the variable `name`."""
        self.taken.add(name)
        if type(model).__name__ == "Sequential":
            return self._sequential(model, name)
        graph: Graph = model.graph
        lines: list[str] = []
        for layer in _to_define(graph):
            if layer not in self.defined:
                variable = self.defined[layer] = self._variable(layer.name)
                if hasattr(layer, "graph"):
                    lines += [*self.model(layer, variable), ""]
                else:
                    lines.append(f"{variable} = {self._layer(layer, lines)}")
        names: dict[Tensor, str] = {}
        for tensor, node in zip(graph.inputs, graph.input_nodes, strict=True):
            names[tensor] = self._variable(node.operation.name)
            lines.append(f"{names[tensor]} = {self._input(node.operation)}")
        for node in graph.nodes:
            if not node.is_input and not all(one in names for one in node.output_tensors):
                lines.append(self._call(node, names, lines))
        self.used.add("Model")
        ends = [
            _show(tree, names.__getitem__)
            for tree in (model.input_structure, model.output_structure)
        ]
        named = f", name={quote(model.name)}"
        frozen = "" if model.trainable else ", trainable=False"
        lines += ["", f"{name} = Model(inputs={ends[0]}, outputs={ends[1]}{named}{frozen})"]
        return lines

    def _sequential(self, model: Any, name: str) -> list[str]:
        self.used.add("Sequential")
        lines: list[str] = []
        parts = [self._input(model.input_layers[0])] if model.inputs else []
        for layer in model.layers:
            parts.append(self._nested(layer, lines) or self._layer(layer, lines))
        body = [f"        {part}," for part in parts]
        end = ["    ],", f"    name={quote(model.name)},", ")"]
        return [*lines, f"{name} = Sequential(", "    [", *body, *end]

    def _nested(self, layer: Any, lines: list[str]) -> str | None:
        """The variable of a layer that needs lines of its own, which are added before."""
        if layer in self.defined:
            return self.defined[layer]
        if not hasattr(layer, "graph"):
            return None
        variable = self.defined[layer] = self._variable(layer.name)
        lines += [*self.model(layer, variable), ""]
        return variable

    def _call(self, node: Node, names: dict[Tensor, str], lines: list[str]) -> str:
        args = [_show(arg, names.__getitem__) for arg in node.arguments.args]
        kwargs = [
            f"{key}={_show(value, names.__getitem__)}"
            for key, value in node.arguments.kwargs.items()
        ]
        operation = node.operation
        if isinstance(operation, OpOperation):
            right = self._op(operation, args)
        else:
            made = self.defined.get(operation) or self._layer(operation, lines)
            right = f"{made}({', '.join([*args, *kwargs])})"
        left = []
        for tensor in node.output_tensors:
            names[tensor] = self._variable(operation.name)
            left.append(names[tensor])
        return f"{', '.join(left)} = {right}"

    def _op(self, operation: OpOperation, args: list[str]) -> str:
        op = operation.op
        kind = type(op).__name__
        if kind in OPERATORS and len(args) == 2:
            return f"{args[0]} {OPERATORS[kind]} {args[1]}"
        self.ops.setdefault(type(op).__module__, set()).add(kind)
        return f"{op!r}({', '.join(args)})"

    def _input(self, layer: Any) -> str:
        self.used.add("Input")
        batch, *shape = layer.batch_shape
        settings = [f"shape={tuple(shape)!r}"]
        if batch is not None:
            settings.append(f"batch_size={batch}")
        if layer.dtype != "float32":
            settings.append(f'dtype="{layer.dtype}"')
        return f"Input({', '.join([*settings, f'name={quote(layer.name)}'])})"

    def _layer(self, layer: Any, lines: list[str]) -> str:
        cls = type(layer)
        config = layer.get_config()
        settings = []
        for key, default in parameters(cls).items():
            value = getattr(layer, key, config.get(key))
            if key == "name" or key not in config or _same(config[key], default):
                continue
            settings.append(f"{key}={self._value(layer, key, value, config[key], lines)}")
        settings += [f"{key}={value!r}" for key, value in _base_settings(layer)]
        settings.append(f"name={quote(layer.name)}")
        return f"{self._class_name(cls)}({', '.join(settings)})"

    def _class_name(self, cls: type) -> str:
        if cls.__module__.startswith("funclab."):
            self.used.add("layers")
            return f"layers.{cls.__name__}"
        return cls.__name__

    def _value(self, layer: Any, key: str, value: Any, config: Any, lines: list[str]) -> str:
        if isinstance(value, Operation):
            return self._nested(value, lines) or self._layer(value, lines)
        if isinstance(config, dict) and "class_name" in config:
            return self._object(type(value), config["config"])
        if callable(value) and not isinstance(config, str):
            config = getattr(value, "__name__", None)
        if callable(value) and (not config or "<lambda>" in config):
            raise NotSupportedError(
                f"The layer {layer.name} holds a function without a name, so its source is lost.",
                why="Python keeps no text of a lambda that could be written again.",
                fix=f"give {layer.name} a function made with `def`, or use funclab.ops directly.",
            )
        known = isinstance(config, str) and registry.registered("activation").get(config) is value
        if callable(value) and not known:
            return str(config)  # a function of the user's, by name
        return _quoted(config if callable(value) else value)

    def _object(self, cls: type, config: dict[str, Any]) -> str:
        module = ".".join(cls.__module__.split(".")[:2])
        if not module.startswith("funclab"):
            return f"{cls.__name__}({_settings(cls, config)})"
        room = module.removeprefix("funclab.")
        self.used.add(room)
        return f"{room}.{cls.__name__}({_settings(cls, config)})"

    def _variable(self, name: str) -> str:
        stem = re.sub(r"\W", "_", name) or "x"
        stem = f"_{stem}" if stem[0].isdigit() or keyword.iskeyword(stem) else stem
        candidate, count = stem, 1
        while candidate in self.taken:
            candidate, count = f"{stem}_{count}", count + 1
        self.taken.add(candidate)
        return candidate


def _to_define(graph: Graph) -> list[Operation]:
    """The layers that need a variable: those called more than once, and models."""
    calls = [node.operation for node in graph.nodes if not node.is_input]
    return [
        one
        for one in dict.fromkeys(calls)
        if one.is_layer and (calls.count(one) > 1 or hasattr(one, "graph"))
    ]


def _base_settings(layer: Any) -> list[tuple[str, Any]]:
    settings = [] if layer.trainable else [("trainable", False)]
    return settings if layer.dtype == "float32" else [*settings, ("dtype", layer.dtype)]


def _settings(cls: type, config: dict[str, Any]) -> str:
    defaults = parameters(cls)
    given = {key: value for key, value in config.items() if not _same(value, defaults.get(key))}
    return ", ".join(f"{key}={_quoted(value)}" for key, value in given.items())


def _same(value: Any, default: Any) -> bool:
    """Whether a configured value is what the constructor would choose by itself."""
    if isinstance(value, dict) and isinstance(default, str):
        named = registry.to_snake_case(value.get("class_name", ""))
        return named == default and not any(value.get("config", {}).values())
    if isinstance(value, list) and isinstance(default, tuple):
        return tuple(value) == default
    return type(value) is type(default) and value == default


def _show(tree: Any, name: Any) -> str:
    """Arguments as source, each tensor by the name of its variable."""
    if isinstance(tree, Tensor):
        return name(tree)
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{_quoted(k)}: {_show(v, name)}" for k, v in tree.items()) + "}"
    if isinstance(tree, list):
        return f"[{', '.join(_show(one, name) for one in tree)}]"
    if isinstance(tree, tuple) and any(isinstance(one, Tensor) for one in structure.flatten(tree)):
        return f"({', '.join(_show(one, name) for one in tree)},)"
    return _quoted(tree)


def _quoted(value: Any) -> str:
    return quote(value) if isinstance(value, str) else repr(value)


def quote(text: str) -> str:
    """A string in double quotes, whatever it holds."""
    return '"' + repr(text)[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
