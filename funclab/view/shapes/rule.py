"""The shape rule of a call: a sentence, and where the length of each axis comes from.

The lengths are those of the engine's own arithmetic (`traced`), the sentence is from a table
(`sentences`). So a layer that someone has just written is explained as well; only its sentence says
no more than that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from funclab.engine.plan import calls_behind
from funclab.graph import structure
from funclab.graph.node import Node
from funclab.graph.op import Op
from funclab.graph.operation import OpOperation, is_box
from funclab.graph.shape_math import Shape
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.ops.composed import Composed, value_of
from funclab.ops.joining import Stack
from funclab.view.draw.text import clean
from funclab.view.scene import words
from funclab.view.shapes.length import UNKNOWN, Length
from funclab.view.shapes.sentences import sentence_of
from funclab.view.shapes.traced import CallShapes, lost, traced
from funclab.view.shapes.window import Slide, slide_of

_batch_axes: WeakKeyDictionary[Tensor, int | None] = WeakKeyDictionary()


@dataclass(frozen=True)
class Axis:
    """One axis of an output, and where its length comes from."""

    text: str
    length: int | None
    number: int
    batch: bool = False
    sources: tuple[tuple[int, int], ...] = ()
    """The inputs, and their axes, whose lengths it was computed from."""

    @property
    def label(self) -> str:
        """ "batch" for the batch axis, which has no number; for any other axis, its number."""
        return "batch" if self.batch else str(self.number)


Axes = list[Axis]


def axes_text(axes: Iterable[Axis]) -> str:
    """`batch: any number of samples; 1: units = 64`"""
    return "; ".join(f"{axis.label}: {axis.text}" for axis in axes)


class Rule:
    """Where the shape of each output of a call comes from; worked out when it is asked for."""

    def __init__(self, call: CallShapes) -> None:
        self.call, layer = call, call.layer  # a box may have the name of a class of funclab
        self.sentence = "" if is_box(layer) else sentence_of(layer, call.inputs, call.outputs)
        self.known = bool(self.sentence)
        """Whether there is a sentence for what was called."""

    @cached_property
    def shapes(self) -> list[Shape]:
        """The shapes of the outputs, in lengths that know how they were computed."""
        return traced(self.call)

    @property
    def words(self) -> str:
        what = "that of the op" if isinstance(self.call.layer, Op) else "what its call does"
        if self.known:
            return self.sentence
        if is_box(self.call.layer):
            return "funclab does not have its rule; the shape is the one that the model has here."
        if lost(self.shapes) or not any(self.shapes):
            return f"The rule is {what}; the shape was found by running it on shapes."
        return f"The rule is {what}; each length says where it comes from."

    @property
    def slide(self) -> Slide | None:
        """The window that moves over the input, if there is one."""
        return slide_of(self.call.layer, self.call.inputs, self.call.outputs)

    @cached_property
    def outputs(self) -> list[Axes]:
        return _axes(self.call, self.shapes)

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

    >>> from funclab import Input, layers
    >>> y = layers.Conv2D(32, 3)(Input((28, 28, 1)))
    >>> [axis.text for axis in rule(y.node).axes[1:]]
    ['(28 - 3) // 1 + 1 = 26', '(28 - 3) // 1 + 1 = 26', 'filters = 32']
    """
    if isinstance(node.operation, OpOperation):
        _find_batches(node.arguments.tensors)
    return Rule(_call_shapes(node))


def _axes(call: CallShapes, shapes: list[Shape]) -> list[Axes]:
    several = sum(map(bool, call.inputs)) > 1  # scalars, which have no axes, do not count
    batches = {s[b] for s, b in zip(call.inputs, call.batches) if b is not None and b < len(s)}

    def axis(output: Shape, number: int, length: int | None) -> Axis:
        if not isinstance(length, Length):
            batch = number == 0 and length in batches
            text = _samples(length) if batch else _untraced(call, number, length, output)
            return Axis(text, length, number, batch)
        known = None if length.unknown else int(length)
        if length.batch:
            text = _samples(known)
        elif length.source is not None:
            index, place = length.source
            text = f"axis {place} of input {index}" if several else f"input axis {place}"
            text = f"same as {text}"
        elif length.name:
            text = f"{clean(length.name)} = {length.text(0)}"
        else:
            text = length.equation
        return Axis(text, known, number, length.batch, length.sources)

    return [[axis(shape, *pair) for pair in enumerate(shape)] for shape in shapes]


def _samples(count: int | None) -> str:
    return f"{'any number of' if count is None else count} samples"


def _untraced(call: CallShapes, number: int, length: int | None, output: Shape) -> str:
    """The text for an axis whose length is not known from the arithmetic."""
    if length is None:
        return f"{UNKNOWN}, not known yet"
    layer = call.layer
    while (inner := words.inner_layer(layer)) is not None:
        layer = inner
    if words.graph_of(layer) is not None:
        return f"{length}, as {clean(layer.name)} makes it"
    if isinstance(layer, Stack):
        return f"{length}, one for each input"
    if is_box(layer):
        return f"{length}, as the model has it"
    ours = type(layer).__module__.startswith("funclab.")
    if ours and length == getattr(layer, "depth", None):
        return f"depth = {length}"
    if ours and length == 1:
        same = any(len(shape) == len(output) for shape in call.inputs)
        return f"1, left of axis {number}" if same else "1, a new axis"
    return f"{length}, found by running the call on shapes"


def _call_shapes(node: Node) -> CallShapes:
    """A call, and which axis of each input is the batch: constants and scalars have none."""
    called, args, leaves = node.operation, node.arguments.args, node.arguments.tensors
    if isinstance(called, OpOperation):
        called, leaves = called.op, structure.flatten(args)
        if isinstance(called, Composed):
            called, leaves = _only_op(called, args, leaves)
    batches = [
        _batch_axes.get(leaf, 0 if leaf.shape else None) if isinstance(leaf, Tensor) else None
        for leaf in leaves
    ]
    return CallShapes(called, args, node.arguments.kwargs, leaves, node.output_shapes, batches)


def _only_op(op: Composed, args: Any, leaves: list[Any]) -> tuple[Any, list[Any]]:
    """The op that a function calls, and its inputs; the function itself if it calls several."""
    values = structure.map_structure(value_of, args)
    with Tape():
        outputs = structure.flatten(op.call(*values))
    calls = calls_behind(outputs)
    if len(calls) != 1 or list(calls[0].outputs) != outputs:
        return op, leaves
    behind = dict(zip(map(id, structure.flatten(values)), leaves))
    return calls[0].op, [behind.get(id(x), x) for x in calls[0].inputs]


def _find_batches(tensors: Sequence[Tensor]) -> None:
    """Follow the batch axis through the ops behind some tensors, as these may move or drop it."""

    def makers(tensors: Sequence[Tensor]) -> list[Node]:
        unknown = [tensor.node for tensor in tensors if tensor not in _batch_axes]
        return [node for node in unknown if isinstance(node.operation, OpOperation)]

    nodes = structure.reachable(makers(tensors), lambda node: makers(node.arguments.tensors))
    for node in sorted(nodes, key=lambda node: node.time):
        call = _call_shapes(node)
        for tensor, axes in zip(node.output_tensors, _axes(call, traced(call))):
            _batch_axes[tensor] = next((axis.number for axis in axes if axis.batch), None)
