"""The axes of a step as a table: what each is called, what is read, the rule, and what is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from funclab.graph.node import Node
from funclab.graph.shape_math import Shape
from funclab.graph.tensor import Tensor
from funclab.layers.spec import AXES
from funclab.models.axes import Axes, axes_of, does
from funclab.view.draw.sentences import say
from funclab.view.shapes.rule import Axis, Rule
from funclab.view.shapes.traced import CallShapes, lost

NOTHING = "–"
Names = list[str]


@dataclass(frozen=True)
class AxisRow:
    """One axis: the lengths that are read, the rule, and the length that is made."""

    name: str
    reads: str
    rule: str
    makes: str
    batch: bool = False


class AxisNames:
    """What the axes of tensors are called: a layer that moves over images knows, say, which axis is
    the height, and a name stays with a length that stays."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.known: dict[Tensor, Names] = {}
        self.axes: dict[Tensor, Axes] = {}
        for node in nodes:
            for tensor in node.arguments.tensors[:1]:
                names = _declared(node, tensor.shape)
                if names:
                    self.known.setdefault(tensor, names)

    def of(self, tensor: Tensor) -> Names:
        """The names, with what is known of the meaning of axes: words, hours, classes."""
        names = self.known.get(tensor) or _numbered(tensor.shape)
        kinds = [axis.kind for axis in axes_of(tensor, self.axes)]
        if tensor.meaning is not None and tensor.meaning.kind == "image" and len(names) == 4:
            kinds = [*AXES[4]]
        return [*names[:1], *(kind or name for kind, name in zip(kinds, names[1:]))]

    def rows(self, node: Node, rule: Rule) -> list[AxisRow]:
        """The table of a call's first output; its axes, and those of other outputs, are named."""
        taken = [
            self.of(leaf) if isinstance(leaf, Tensor) else _numbered(shape)
            for leaf, shape in zip(rule.call.leaves, rule.call.inputs)
        ]
        first = node.arguments.tensors[:1]
        for tensor, axes in zip(node.output_tensors, rule.outputs):
            same = bool(first) and len(first[0].shape) == len(tensor.shape)
            own = _declared(node, tensor.shape) if same else []
            names = own or self.known.get(tensor) or [_inherited(axis, taken) for axis in axes]
            names = ["batch" if axis.batch else name for name, axis in zip(names, axes)]
            self.known[tensor] = names
        return _table(rule, taken, self.of(node.output_tensors[0])) if rule.outputs else []


def _declared(node: Node, shape: Shape) -> Names:
    """The names that what is called gives the axes of its first input; none if it gives none."""
    layer, rank = does(node), len(shape)
    if hasattr(layer, "return_sequences"):
        return ["batch", *AXES[3]] if rank == 3 else []
    if hasattr(layer, "units") and rank == 2:
        return ["batch", "features"]
    moves = hasattr(layer, "data_format") and type(layer).__name__ != "Flatten"
    if not moves or rank not in AXES:
        return []
    spatial = AXES[rank][:-1]
    if layer.data_format == "channels_first":
        return ["batch", "channels", *spatial]
    return ["batch", *spatial, "channels"]


def _numbered(shape: Shape) -> Names:
    return ["batch" if i == 0 and length is None else f"axis {i}" for i, length in enumerate(shape)]


def _inherited(axis: Axis, taken: Sequence[Names]) -> str:
    """The name of the one axis that a length comes from; that of an axis of units is features."""
    if len(axis.sources) == 1:
        index, number = axis.sources[0]
        name = taken[index][number]
        return f"axis {axis.number}" if name.startswith("axis ") else name  # which was its place
    return "features" if axis.text.startswith("units") else f"axis {axis.number}"


def _table(rule: Rule, taken: Sequence[Names], made: Names) -> list[AxisRow]:
    inputs, axes = rule.call.inputs, rule.axes
    read = [_read(axis, rule.call, len(axes)) for axis in axes]
    rows = [
        AxisRow(name, _listed(inputs, places), _rule(axis), str(axis.length), axis.batch)
        for name, axis, places in zip(made, axes, read)
    ]
    if sum(map(bool, inputs)) != 1 or lost(rule.shapes):
        return rows
    seen = {place for places in read for place in places}
    gone = [
        AxisRow(taken[i][axis], str(n), say("shapes_not_kept"), NOTHING)
        for i, shape in enumerate(inputs)
        for axis, n in enumerate(shape)
        if (i, axis) not in seen
    ]
    return [*rows[:1], *gone, *rows[1:]] if rows and rows[0].batch else [*gone, *rows]


def _read(axis: Axis, call: CallShapes, rank: int) -> list[tuple[int, int]]:
    """The axes of inputs that are read for an axis of the output."""
    inputs, batches = call.inputs, call.batches
    if len(axis.sources) > 1:
        return list(axis.sources)
    same = [i for i, shape in enumerate(inputs) if shape and len(shape) == rank]
    if axis.sources:
        index, number = axis.sources[0]
        alike = [i for i in same if i != index and batches[i] == batches[index]]
        return [(index, number), *((i, number) for i in alike if number == axis.number)]
    if axis.batch:
        return [(i, batch) for i, batch in enumerate(batches) if batch is not None]
    if same:
        return [(i, axis.number) for i in same]
    last = axis.number == rank - 1 and len(inputs) == 1 and len(inputs[0]) > 1
    return [(0, len(inputs[0]) - 1)] if last else []


def _listed(inputs: Sequence[Shape], places: Sequence[tuple[int, int]]) -> str:
    """Lengths, each once if they are of one axis of several inputs."""
    lengths = [str(inputs[i][axis]) for i, axis in places]
    if len({axis for _, axis in places}) == 1:
        lengths = list(dict.fromkeys(lengths)) if len(set(lengths)) == 1 else lengths
    return ", ".join([*lengths[:5], *["…"] * (len(lengths) > 5)]) or NOTHING


def _rule(axis: Axis) -> str:
    """The rule without its result, which has a column of its own."""
    return axis.text.removesuffix(f" = {axis.length}") if axis.sources else axis.text
