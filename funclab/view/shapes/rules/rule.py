"""The shape rule of a call, in words and with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from funclab.engine.plan import calls_behind
from funclab.graph import structure
from funclab.graph.node import Node
from funclab.graph.op import Op
from funclab.graph.operation import OpOperation, placeholder
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.ops.base import shape_of
from funclab.ops.composed import Composed
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.shapes.rules import layers as rules_layers
from funclab.view.shapes.rules import ops as rules_ops
from funclab.view.shapes.rules import windows as rules_windows
from funclab.view.shapes.rules.numbers import (
    LAYERS,
    OPS,
    Axes,
    Axis,
    CallShapes,
    Derivation,
    Function,
    axes_text,
    batch,
    for_layers,
    show,
)

TABLES = (rules_layers, rules_ops, rules_windows)
"""The modules with the rules; importing them registers the rules in LAYERS and OPS."""

_batch_axes: WeakKeyDictionary[Tensor, int | None] = WeakKeyDictionary()


@dataclass(frozen=True)
class Rule:
    """Where the shape of each output of a call comes from."""

    words: str
    outputs: list[Axes]
    known: bool = True
    """False if the layer has no rule in words: its call was run on shapes."""

    @property
    def axes(self) -> Axes:
        """The axes of the first output."""
        return self.outputs[0]

    @property
    def text(self) -> str:
        """The axes on one line; if there are several outputs, those of each in brackets."""
        lines = list(map(axes_text, self.outputs))
        return lines[0] if len(lines) == 1 else " ".join(f"({line})" for line in lines)


def rule(node: Node) -> Rule:
    """The shape rule of one call, with the numbers of this call.

    A rule is worked out from the layer's settings and the input shapes, and compared with the shape
    that came out; a call without a rule, or that deviates from it, gets its shape without a rule.

    >>> from funclab import Input, layers
    >>> y = layers.Conv2D(32, 3)(Input((28, 28, 1)))
    >>> [axis.text for axis in rule(y.node.operation.inbound_nodes[0]).axes[1:]]
    ['(28 - 3) // 1 + 1 = 26', '(28 - 3) // 1 + 1 = 26', 'filters = 32']
    """
    if isinstance(node.operation, OpOperation):
        _find_batches(node.arguments.tensors)
    return explain(_call_shapes(node))


def _call_shapes(node: Node) -> CallShapes:
    """The shapes of a call, and which axis of each input is the batch: constants and scalars have
    none."""
    called, leaves = node.operation, node.arguments.tensors
    if isinstance(called, OpOperation):
        called, leaves = called.op, structure.flatten(node.arguments.args)
        if isinstance(called, Composed):
            called, leaves = _only_op(called, node.arguments.args, leaves)
    batches = [
        _batch_axes.get(leaf, 0 if leaf.shape else None) if isinstance(leaf, Tensor) else None
        for leaf in leaves
    ]
    return CallShapes(called, list(map(shape_of, leaves)), node.output_shapes, batches)


def _only_op(op: Composed, args: Any, leaves: list[Any]) -> tuple[Any, list[Any]]:
    """The op that a function calls, and its inputs; the function itself if it calls several."""
    behind: dict[Any, Tensor] = {}

    def value(leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return leaf
        behind[made := placeholder(leaf)] = leaf
        return made

    with Tape():
        outputs = structure.flatten(op.call(*structure.map_structure(value, args)))
    calls = calls_behind(outputs)
    if len(calls) != 1 or list(calls[0].outputs) != outputs:
        return op, leaves
    return calls[0].op, [behind.get(x, x) for x in calls[0].inputs]


def explain(call: CallShapes) -> Rule:
    """The rule of a call of which only the layer and the shapes are known."""
    function = _nested if words.graph_of(call.layer) is not None else _function(call.layer)
    sentence, outputs = function(call) if function is not None else ("", [])
    known = [tuple(axis.length for axis in axes) for axes in outputs] == call.outputs
    if function is None or not known:
        what = "that of the op" if isinstance(call.layer, Op) else "what its call does"
        sentence = f"The rule is {what}; the shape was found by running it on shapes."
        outputs = _lengths_only(call, "found by running the call on shapes")
    numbered = [[replace(axis, number=i) for i, axis in enumerate(axes)] for axes in outputs]
    return Rule(sentence, numbered, function is not None and known)


def _function(called: Any) -> Function | None:
    """The rule of the nearest base class that has one, unless a subclass of it overrides `call`."""
    table = OPS if isinstance(called, Op) else LAYERS
    for cls in type(called).__mro__:
        if cls.__module__.startswith("funclab.") and cls.__name__ in table:
            return table[cls.__name__]
        if "call" in vars(cls):
            return None
    return None


def _nested(call: CallShapes) -> Derivation:
    """A model: what its own calls do to the shape of its input."""
    name = clean(call.layer.name)
    steps = f"; funclab.shapes({name}) shows how" if name.isidentifier() else ""
    sentence = (
        f"{name} is a model: the shape follows its own rule, from its input to its output, call "
        f"by call{steps}."
    )
    return sentence, _lengths_only(call, f"as {name} makes it")


@for_layers("TimeDistributed")
def time_distributed(call: CallShapes) -> Derivation:
    """A layer at each step: its rule on the shapes without the time axis."""
    inner = call.layer.layer
    inputs, outputs = (
        [(*shape[:1], *shape[2:]) for shape in shapes] for shapes in (call.inputs, call.outputs)
    )
    step = explain(CallShapes(inner, inputs, outputs, [0]))
    axes = [[first, call.same(1), *map(rules_windows.later, rest)] for first, *rest in step.outputs]
    steps = "each step" if call.x[1] is None else f"each of {call.x[1]} steps"
    return f"The rule of {words.kind(inner)}, for {steps}: {step.words}", axes


@for_layers("SpectralNormalization")
def as_inside(call: CallShapes) -> Derivation:
    """The rule of the layer inside."""
    inner = explain(replace(call, layer=call.layer.layer))
    return f"The rule of {words.kind(call.layer.layer)}: {inner.words}", inner.outputs


def _lengths_only(call: CallShapes, how: str) -> list[Axes]:
    """Axes of which only the length is known; the first is the batch if it is an input's batch."""
    batches = {s[b] for s, b in zip(call.inputs, call.batches) if b is not None and b < len(s)}
    return [
        [
            batch(length)
            if i == 0 and length in batches
            else Axis(f"{show(length)}, {how}", length)
            for i, length in enumerate(shape)
        ]
        for shape in call.outputs
    ]


def _find_batches(tensors: Sequence[Tensor]) -> None:
    """Follow the batch axis through the ops behind some tensors, as these may move or drop it."""
    waiting, nodes = list(tensors), set()
    while waiting:
        tensor = waiting.pop()
        node = tensor.node
        is_new = tensor not in _batch_axes and node not in nodes
        if is_new and isinstance(node.operation, OpOperation):
            nodes.add(node)
            waiting += node.arguments.tensors
    for node in sorted(nodes, key=lambda node: node.time):
        outputs = explain(_call_shapes(node)).outputs
        for tensor, axes in zip(node.output_tensors, outputs):
            _batch_axes[tensor] = next((axis.number for axis in axes if axis.batch), None)
