"""The shape rule of a call, in words and with the numbers put in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

from funclab import structure
from funclab.graph.node import Node
from funclab.graph.operation import OpOperation
from funclab.graph.tensor import Tensor
from funclab.ops.base import shape_of
from funclab.shape_math import Shape
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
    batch,
    show,
)
from funclab.view.shapes.rules.weights import Parameters, parameters

__all__ = ["Axis", "Parameters", "Rule", "parameters", "rule"]

TABLES = (rules_layers, rules_ops, rules_windows)
"""The files that hold the rules; importing them enters their rules in LAYERS and OPS."""

FOUND = "found by running the call on shapes"

_batch_axes: WeakKeyDictionary[Tensor, int | None] = WeakKeyDictionary()


@dataclass(frozen=True)
class Rule:
    """Where the shape of each output of a call comes from."""

    words: str
    outputs: tuple[tuple[Axis, ...], ...]
    known: bool = True
    """False when the layer has no rule in words: its call was run on shapes."""

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes of the first output."""
        return self.outputs[0]

    @property
    def text(self) -> str:
        """The axes on one line, those of each output in brackets."""
        lines = ["; ".join(f"{axis.label}: {axis.text}" for axis in one) for one in self.outputs]
        return lines[0] if len(lines) == 1 else " ".join(f"({line})" for line in lines)

    def to_dict(self) -> dict[str, Any]:
        outputs = [[axis.to_dict() for axis in one] for one in self.outputs]
        return {"words": self.words, "outputs": outputs, "known": self.known}


def rule(node: Node) -> Rule:
    """The shape rule of one call, with the numbers of this call.

    A rule is worked out from the layer's settings and the shapes that go in, and compared with the
    shape that came out; what has no rule, or does not follow it, is told as it is.

    >>> from funclab import Input, layers
    >>> y = layers.Conv2D(32, 3)(Input((28, 28, 1)))
    >>> [axis.text for axis in rule(y._keras_history.operation.inbound_nodes[0]).axes[1:]]
    ['(28 - 3) // 1 + 1 = 26', '(28 - 3) // 1 + 1 = 26', 'filters = 32']
    """
    is_op = isinstance(node.operation, OpOperation)
    thing = node.operation.op if isinstance(node.operation, OpOperation) else node.operation
    if is_op:
        _find_batches(node.arguments.tensors)
        leaves = structure.flatten(node.arguments.args)
    else:
        leaves = node.arguments.tensors
    batches = [_batch_axis(leaf) for leaf in leaves]
    call = CallShapes(thing, [shape_of(leaf) for leaf in leaves], node.output_shapes, batches)
    return explain(call, is_op)


def explain(call: CallShapes, is_op: bool = False) -> Rule:
    """The rule of a call of which only layer and shapes are known."""
    function = _op_rule(call.layer) if is_op else _layer_rule(call.layer)
    found = function(call) if function is not None else None
    lengths = [tuple(axis.length for axis in axes) for axes in found[1]] if found else None
    if found is None or lengths != call.outputs:
        return _numbered(_as_it_is(call, is_op), known=False)
    return _numbered(found)


def _numbered(found: Derivation, known: bool = True) -> Rule:
    sentence, outputs = found
    numbered = (tuple(replace(axis, number=i) for i, axis in enumerate(one)) for one in outputs)
    return Rule(sentence, tuple(numbered), known)


def _layer_rule(layer: Any) -> Function | None:
    """The rule of the nearest class that has one, unless a class below it has its own `call`."""
    if words.graph_of(layer) is not None:
        return _nested
    for cls in type(layer).__mro__:
        if cls.__module__.startswith("funclab."):
            own = {"TimeDistributed": _time_distributed, **LAYERS}.get(cls.__name__)
            if own is not None:
                return own
        if "call" in vars(cls):
            return None
    return None


def _op_rule(op: Any) -> Function | None:
    return next((OPS[cls.__name__] for cls in type(op).__mro__ if cls.__name__ in OPS), None)


def _nested(call: CallShapes) -> Derivation:
    """A model: what its own calls do to the shape of its own input."""
    name = clean(call.layer.name)
    sentence = (
        f"{name} is a model: the shape follows its own rule, from its input to its output, call "
        "by call."
    )
    return sentence, [_told(call, shape, f"as {name} makes it") for shape in call.outputs]


def _time_distributed(call: CallShapes) -> Derivation:
    """A layer at each step: its rule on the shapes without the time axis."""
    inner = call.layer.layer
    given, made = ([_step(shape) for shape in some] for some in (call.inputs, call.outputs))
    without = CallShapes(inner, given, made, [0])
    found = explain(without)
    outputs = [[axes[0], call.same(1), *_later(axes[1:])] for axes in found.outputs]
    steps = "each step" if call.x[1] is None else f"each of {call.x[1]} steps"
    return f"The rule of {words.kind(inner)}, for {steps}: {found.words}", outputs


def _step(shape: Shape) -> Shape:
    return (*shape[:1], *shape[2:])


def _later(axes: Iterable[Axis]) -> Axes:
    """Axes of one step as axes of the sequence, whose numbers are one higher."""
    moved = []
    for axis in axes:
        if axis.source is not None:
            place = axis.source[1] + 1
            axis = Axis(f"same as input axis {place}", axis.length, source=(0, place))
        moved.append(axis)
    return moved


def _as_it_is(call: CallShapes, is_op: bool) -> Derivation:
    what = "The rule is what its call does; the shape was found by running it on shapes."
    if is_op:
        what = "The rule is that of the op; the shape was found by running it on shapes."
    return what, [_told(call, shape, FOUND) for shape in call.outputs]


def _told(call: CallShapes, shape: Shape, how: str) -> Axes:
    """Axes of which only the length is known; the first is the batch if it is that of an input."""
    batches = {s[b] for s, b in zip(call.inputs, call.batches) if b is not None and b < len(s)}
    first = [batch(shape[0])] if shape and shape[0] in batches else []
    return [*first, *(Axis(f"{show(n)}, {how}", n) for n in shape[len(first) :])]


def _batch_axis(leaf: Any) -> int | None:
    """Which axis of a tensor counts the samples; None for constants and tensors without one."""
    if not isinstance(leaf, Tensor):
        return None
    return _batch_axes.get(leaf, 0 if leaf.shape else None)


def _find_batches(tensors: Sequence[Tensor]) -> None:
    """Follow the batch axis through the ops behind some tensors, which may move or drop it."""
    waiting, nodes = list(tensors), {}
    while waiting:
        tensor = waiting.pop()
        operation, index, _ = tensor._keras_history
        node = operation.inbound_nodes[index]
        if isinstance(operation, OpOperation) and tensor not in _batch_axes and node not in nodes:
            nodes[node] = True
            waiting += node.arguments.tensors
    for node in sorted(nodes, key=lambda one: one.time):
        leaves = structure.flatten(node.arguments.args)
        shapes = [shape_of(leaf) for leaf in leaves]
        batches = [_batch_axis(leaf) for leaf in leaves]
        call = CallShapes(node.operation.op, shapes, node.output_shapes, batches)
        for tensor, axes in zip(node.output_tensors, explain(call, is_op=True).outputs):
            _batch_axes[tensor] = next((axis.number for axis in axes if axis.batch), None)
