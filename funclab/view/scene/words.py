"""The words of every view: what a layer does, its weights as arithmetic, names cut to fit."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from typing import Any, TypeVar

from funclab import registry
from funclab.graph import shape_math
from funclab.graph.graph import Graph
from funclab.graph.node import Node
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.registry.parameters import parameters
from funclab.registry.within import within
from funclab.view.draw.sentences import say, texts
from funclab.view.draw.text import clean, quote, shorten

# The arguments that describe a layer best, in this order.
_SIZES = ("units", "filters", "n", "rate", "stddev", "mask_value", "target_shape", "depth")
_WINDOWS = ("kernel_size", "pool_size", "size")
# What else is shown where it is not the default: before the activation, and after it.
_SETTINGS, _FLAGS = (
    {key.removeprefix(start): key for key in texts() if key.startswith(start)}
    for start in ("setting_", "flag_")
)
_ALWAYS = {"Concatenate": "axis", "Cropping": "cropping", "ZeroPadding": "padding"}
"""What is shown for a class, in one dimension or more, even where it is the default."""
_COUNTED = {
    "Discretization": "bins", "Hashing": "bins", "HashedCrossing": "bins", "StringLookup": "tokens",
    "IntegerLookup": "tokens", "TextVectorization": "tokens", "CategoryEncoding": "tokens",
}  # fmt: skip
"""What the depth of a class counts."""
_LIKE = {"strides": "pool_size", "value_dim": "key_dim"}
"""Settings whose default is the value of another one."""
# Arguments of a call that decide what it does.
_CALL_FLAGS = ("use_causal_mask", "return_attention_scores")
# Operators as they are written; in the second row the order of the inputs does not matter.
_SIGNS = {
    "Subtract": "−", "Divide": "÷", "Power": "**", "FloorDivide": "//", "Mod": "%", "MatMul": "@",
    "Less": "<", "LessEqual": "≤", "Greater": ">", "GreaterEqual": "≥",
    "Add": "+", "Multiply": "×", "Equal": "=", "NotEqual": "≠",
}  # fmt: skip
_FIELDS = {"subscripts": "{}", "key": "[{}]", "newshape": "({})", "as_dtype": "{}", "to": "{}"}
_SYMMETRIC = ("Add", "Multiply", "Equal", "NotEqual")


def graph_of(layer: Any) -> Graph | None:
    """The graph inside a model; None if it has none."""
    graph = getattr(layer, "graph", None)
    return graph if isinstance(graph, Graph) else None


def calls_by_layer(graph: Graph | None) -> dict[Operation, list[Node]]:
    """The calls in a graph of every layer and op, in order."""
    calls: dict[Operation, list[Node]] = {}
    for node in graph.nodes if graph is not None else []:
        calls.setdefault(node.operation, []).append(node)
    return calls


def counted(nodes: Sequence[Node]) -> str:
    """A graph's nodes, counted: "2 inputs, 3 calls of 2 layers, 1 op". Inputs and layers together
    are as many as there are in Keras' `model.layers`."""
    inputs = [node for node in nodes if node.is_input]
    calls = [node for node in nodes if node.operation.is_layer and not node.is_input]
    layers = {node.operation for node in calls}
    ops = len(nodes) - len(inputs) - len(calls)
    told = [say("scene_inputs", n=len(inputs))] * bool(inputs)
    told += [say("scene_calls_of_layers", n=len(calls), layers=len(layers))] * bool(calls)
    return ", ".join([*told, *[say("scene_ops", n=ops)] * bool(ops)])


def inner_layer(layer: Any) -> Any:
    """The layer that a wrapper such as TimeDistributed or RNN applies; None for other layers."""
    if graph_of(layer) is not None:
        return None
    own = vars(layer)
    held = (own[name] for name in ("layer", "forward_layer", "cell") if name in own)
    return next((layer for layer in held if isinstance(layer, Operation)), None)


def tensor_id(graph: Graph | None, tensor: Tensor) -> str:
    """`layer[node:tensor]`, with the name of the stand-in input where the graph was cut."""
    own = graph.stand_ins.get(tensor, tensor) if graph is not None else tensor
    return clean(own.id)


Told = TypeVar("Told")
_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)
"""What is known of layers that do not change meanwhile, by what was asked and of which layer."""


@contextmanager
def unchanged() -> Iterator[None]:
    """Within the block no layer changes: what a picture needs to know of one several times is found
    out once."""
    with within(_known, {}):  # a new one for each call of a function that this decorates
        yield


def once(ask: Callable[[Any], Told]) -> Callable[[Any], Told]:
    """Decorate a question about a layer that is answered once while layers are unchanged."""

    @functools.wraps(ask)
    def wrapped(layer: Any) -> Told:
        known = _known.get()
        if known is None:
            return ask(layer)
        key = ask, id(layer)
        if key not in known:
            known[key] = layer, ask(layer)  # the layer is held, so that no other gets its id
        return known[key][1]

    return wrapped


@once
def detail(layer: Any) -> str:
    """What a layer does, in a few words.

    >>> from funclab.layers import Dense
    >>> detail(Dense(64, activation="relu"))
    'Dense 64 · relu'
    """
    if not getattr(layer, "is_layer", True):
        return f"op {kind(layer)}"
    of = f"of {parts}" if (parts := _parts(layer)) else ""
    size = _first(layer, _SIZES)
    if hasattr(layer, "input_dim") and hasattr(layer, "output_dim"):
        size = f"{layer.input_dim} → {layer.output_dim}"
    if hasattr(layer, "height") and hasattr(layer, "width"):
        size = f"to {layer.height}×{layer.width}"
    counted = _COUNTED.get(kind(layer), "") if size else ""
    before, after = ([*_told(layer, texts)] for texts in _worth_telling(type(layer)))
    function = getattr(layer, "activation", None)
    activation = "" if function is None else value_text(function)
    settings = [_first(layer, _WINDOWS), activation * (activation != "linear"), *before, *after]
    head = " ".join(filter(None, [kind(layer), of, size, counted]))
    return " · ".join(filter(None, [head, *settings]))


def _parts(layer: Any) -> str:
    """What a wrapper applies, or the cells of a stack."""
    inner = inner_layer(layer)
    cells = getattr(layer if inner is None else inner, "cells", None)
    if isinstance(cells, list):
        return " + ".join(" ".join([kind(cell), _first(cell, _SIZES)]).strip() for cell in cells)
    return "" if inner is None else detail(inner)


def call_words(node: Node) -> str:
    """What a call does: `op Divide · ÷ 4.0`, or what its layer does."""
    layer, passed = node.operation, node.arguments.kwargs
    more = [say(f"call_{name}") for name in _CALL_FLAGS if passed.get(name) is True]
    if not layer.is_layer:
        more = [_operator(node)]
    return " · ".join(filter(None, [detail(layer), *more]))


def is_automatic(operation: Operation) -> bool:
    """Whether a name is automatic, such as dense_1."""
    op = getattr(operation, "op", None)
    prefix = op.name if op is not None else registry.prefix_of(type(operation))
    return re.fullmatch(rf"{re.escape(prefix)}(_\d+)?", operation.name) is not None


def brief(node: Node, told: str = "") -> str:
    """What a box says under the name of a call: not the class, if the name already says it.
    `told`: the call's `call_words`, if they are known."""
    layer = node.operation
    if not layer.is_layer:
        return _operator(node)
    told = told or call_words(node)
    if is_automatic(layer) or layer.name.lower().endswith(f"_{kind(layer)}".lower()):
        return told.removeprefix(kind(layer)).removeprefix(" · ").strip()
    return told


def _operator(node: Node) -> str:
    """An operator as it is written, with the numbers of its inputs; the settings of other ops."""
    op: Any = node.operation.op  # type: ignore[attr-defined]
    name, args = type(op).__name__, node.arguments.args
    tensors = [isinstance(value, Tensor) for value in args]
    if name in _SIGNS and len(args) == 2:
        if all(tensors):
            return "" if name in _SYMMETRIC else f"0 {_SIGNS[name]} 1"
        return " ".join(_SIGNS[name] if here else value_text(v) for v, here in zip(args, tensors))
    told = [value_text(value) for value in args if isinstance(value, (int, float))]
    for field in fields(op):
        value = getattr(op, field.name)
        if field.name == "axis" or not (value is None or value == field.default):
            text = _FIELDS.get(field.name, f"{field.name} {{}}")
            told.append(text.format(listed_value(value)))
    return " · ".join(told)


def kind(layer: Any) -> str:
    """The class of a layer, or of the op behind an operator."""
    return clean(type(getattr(layer, "op", layer)).__name__)


def _first(layer: Any, names: Iterable[str]) -> str:
    for name in names:
        value = getattr(layer, name, None)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return f"{value:g}"
        if isinstance(value, (tuple, list)) and value and all(isinstance(i, int) for i in value):
            return value_text(value)
    return ""


Worth = list[tuple[str, str, Any, bool]]
"""Settings, each with the key of its text, its default, and whether it is told even then."""


@functools.cache
def _worth_telling(cls: type) -> tuple[Worth, Worth]:
    """The settings of a class that have a text: before the activation, and after it."""
    defaults, always = parameters(cls), _ALWAYS.get(cls.__name__.rstrip("123D"))
    before, after = (
        [
            (name, table[name], _same(defaults[name]), name == always)
            for name in table
            if name in defaults
        ]
        for table in (_SETTINGS, _FLAGS)
    )
    return before, after


def _told(layer: Any, settings: Worth) -> Iterator[str]:
    """Those of the settings that differ from the default."""
    for name, key, default, always in settings:
        value = _same(getattr(layer, name, None))
        usual = [None, False, "channels_last", default]
        usual += [_same(getattr(layer, _LIKE[name], None))] if name in _LIKE else []
        if callable(value):
            value = getattr(value, "__name__", None)
            usual.append("<lambda>")
        if isinstance(value, (int, float, str, tuple, list)) and (value not in usual or always):
            words = value if type(value) is int else listed_value(value)
            yield str(value) if value in ("same", "causal") else say(key, n=words)


def _same(value: Any) -> Any:
    """A tuple of equal numbers as that number."""
    equal = isinstance(value, tuple) and len(set(value)) == 1
    return _same(value[0]) if equal else value


def count(variables: Iterable[Variable]) -> int:
    """How many numbers the variables hold; nothing is allocated."""
    return sum(shape_math.size(variable.shape) or 0 for variable in variables)


@once
def weights_of(layer: Any) -> list[Variable]:
    return list(getattr(layer, "weights", []))


@once
def trained_of(layer: Any) -> list[Variable]:
    """The weights that training changes: those of frozen layers inside are not among them."""
    return list(getattr(layer, "trainable_weights", []))


def arithmetic(layer: Any, weights: list[Variable] | None = None) -> str:
    """The weights of a layer as a sum of products of lengths; empty for a layer without weights.
    `weights`: those of the layer, if they are known.

    >>> from funclab.layers import Dense
    >>> dense = Dense(64)
    >>> dense.build((None, 64))
    >>> arithmetic(dense)
    '64×64 + 64 = 4,160'
    """
    weights = weights_of(layer) if weights is None else weights
    if not weights:
        return ""
    total = f"{count(weights):,}"
    if graph_of(layer) is not None or len(weights) > 4:
        return say("scene_arrays", n=len(weights), total=total)
    terms = ["×".join(map(str, weight.shape)) or "1" for weight in weights]
    return total if terms == [total] else f"{' + '.join(terms)} = {total}"


@once
def is_frozen(layer: Any) -> bool:
    """Whether a layer has weights, none of which training changes."""
    return not trained_of(layer) and bool(weights_of(layer))


def value_text(value: Any) -> str:
    """A setting as it is shown in a box: `3×3`, `0.5`, `relu`."""
    if isinstance(value, (list, tuple)):
        return "×".join(map(value_text, value))
    name = value.name if isinstance(value, Variable) else getattr(value, "__name__", None)
    plain = isinstance(value, (str, int, float))
    if isinstance(value, float) and len(str(value)) > 8:
        return f"{value:.4g}"
    return shorten(name or (str(value) if plain else kind(value)), 20)


def differing(settings: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """The settings that are not the same in all of these, each with its values; None for those that
    lack it.

    >>> differing([{"units": 2, "use_bias": True}, {"units": 3, "use_bias": True}])
    {'units': [2, 3]}
    """
    names = dict.fromkeys(name for each in settings for name in each)
    values = {name: [each.get(name) for each in settings] for name in names}
    return {name: each for name, each in values.items() if len(set(map(repr, each))) > 1}


def listed_value(value: Any) -> str:
    """A setting in which order matters: `0, 2, 1`."""
    if isinstance(value, (list, tuple)):
        items = list(map(str, value))
        items[4:-1] = ["…"] if len(items) > 6 else items[4:-1]
        return shorten(", ".join(items), 32)
    return value_text(value)


def weight_names(weights: Sequence[Variable]) -> list[str]:
    """The names of weights of one layer, with a prefix where two share a name: `query/kernel`.

    >>> from funclab.layers import LSTM, Bidirectional
    >>> both = Bidirectional(LSTM(2, name="lstm"))
    >>> both.build((None, 5, 4))
    >>> weight_names(both.weights)[2:4]
    ['forward_lstm/bias', 'backward_lstm/kernel']
    """
    paths = [weight.path.split("/") for weight in weights]
    names = [path[-1] for path in paths]
    if len(set(names)) == len(names):
        return list(map(clean, names))
    common = set[str]().union(*paths).intersection(*paths)
    return [clean("/".join(part for part in path if part not in common)) for path in paths]


def indexed(tree: Any, whole: str) -> Iterator[tuple[Any, str]]:
    """Each leaf, and how to get it from the `whole`: `outputs[0]`, `outputs["main"]`."""
    if not isinstance(tree, (dict, list, tuple)):
        yield tree, whole
        return
    for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree):
        index = quote(key) if isinstance(key, str) else repr(key)
        yield from indexed(part, f"{whole}[{index}]")
