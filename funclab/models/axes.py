"""The names along the axes of tensors, and how far they travel through a graph.

Names pass only where it is plain that a position stays what it was: element by element, along time,
or where axes change places. What mixes columns or moves positions loses them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from funclab import layers
from funclab.graph.meaning import Meaning, vocabulary_of
from funclab.graph.node import Node
from funclab.graph.tensor import Tensor
from funclab.layers.merge import Merge
from funclab.layers.preprocessing.vocabulary import IndexLookup
from funclab.layers.recurrent.layers import RNN
from funclab.layers.regularization import Seeded
from funclab.models.model import Functional
from funclab.ops.base import Binary, Elementwise
from funclab.ops.basic import FullLike, Identity
from funclab.ops.joining import Concatenate
from funclab.ops.nn.activation import AlongAxis
from funclab.ops.nn.normalization import LayerNormalization
from funclab.ops.random import Dropout
from funclab.ops.reduction import Cumsum
from funclab.ops.shaping import Transpose


class Axis(NamedTuple):
    """The names of the positions along one axis of a tensor.

    names: the names; empty if they are those of `words`, or if there are none.
    words: the tensor of word numbers of whose positions this axis has one each: in each sample, the
        names are that sample's words.
    kind: what they are: a kind of meaning, such as "classes".
    """

    names: tuple[str, ...] = ()
    words: Tensor | None = None
    kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.names) or self.words is not None


Axes = tuple[Axis, ...]
"""The axes of a tensor after the batch."""
NONE = Axis()


def of_layer(tensor: Tensor) -> Meaning | None:
    """What a layer with a vocabulary makes: numbers of words, or a number for each word."""
    layer = tensor.node.operation
    if not isinstance(layer, (IndexLookup, layers.TextVectorization)):
        return None
    if getattr(layer, "invert", False):
        return Meaning("words", None, source="layer")
    if layer.output_mode == "int":
        return Meaning("words", vocabulary_of(layer), source="layer")
    names = tuple(str(word) for word in layer.get_vocabulary())
    fits = len(tensor.shape) > 1 and tensor.shape[-1] == len(names)
    return Meaning("features", names, source="layer") if fits else None


# Which axis has which names.
def axes_of(tensor: Tensor, known: dict[Tensor, Axes] | None = None) -> Axes:
    """The names along each axis of a tensor after the batch; `known` keeps those of others, too."""
    known = {} if known is None else known
    waiting, before = [tensor], list[Tensor]()
    while waiting:
        one = waiting.pop()
        if one not in known and "node" in vars(one):
            known[one] = ()
            before.append(one)
            waiting += one.node.arguments.tensors
    for one in sorted(before, key=lambda other: other.node.time):
        known[one] = _axes(one, known)
    return known[tensor]


def _axes(tensor: Tensor, known: Mapping[Tensor, Axes]) -> Axes:
    """The axes of a tensor whose inputs' axes are known."""
    count = max(0, len(tensor.shape) - 1)
    node = tensor.node
    axes = [*_passed(node, [known[x] for x in node.arguments.tensors])] if count else []
    axes = (axes + [NONE] * count)[:count]
    told = tensor.meaning or of_layer(tensor)
    if told is None or told.kind == "numbers":
        return (NONE,) * count if told else tuple(_fitting(axes, tensor))
    if not count:
        return ()
    if told.kind == "words" and tensor.shape[-1] != 1:
        axes[-1] = Axis(words=tensor, kind=told.kind)
    elif told.kind in ("classes", "features") and isinstance(told.labels, tuple):
        axes[-1] = Axis(told.labels, kind=told.kind)
    elif told.is_time:
        axes[0] = Axis(told.positions(tensor.shape[1] or 0), kind=told.kind)
    return tuple(_fitting(axes, tensor))


def _fitting(axes: Iterable[Axis], tensor: Tensor) -> Iterator[Axis]:
    """The axes; without names where these are not as many as the positions."""
    for axis, length in zip(axes, tensor.shape[1:]):
        named = len(axis.names) if axis.words is None else axis.words.shape[-1]
        yield axis if named == length else NONE


def does(node: Node) -> Any:
    """What a call does: a layer, a model or an op."""
    return getattr(node.operation, "op", None) or node.operation


def _passed(node: Node, inputs: list[Axes]) -> Axes:
    """The axes that the output of a call has from its inputs."""
    acts = does(node)
    rule = _rule_of(type(acts))
    if rule is None or not node.arguments.args:  # named arguments may be in any order
        return ()
    return rule(acts, node.arguments.tensors, inputs) if inputs else ()


@cache
def _rule_of(kind: type) -> Rule | None:
    return next((rule for kinds, rule in RULES if issubclass(kind, kinds)), None)


Inputs = list[Tensor]
Many = list[Axes]


def _sequences(by: Any, tensors: Inputs, inputs: Many) -> Axes:
    onward = getattr(by, "return_sequences", False) and not getattr(by, "go_backwards", False)
    return inputs[0][:1] if onward else ()


def _convolved(by: Any, tensors: Inputs, inputs: Many) -> Axes:
    """A sequence keeps its positions if each output is computed around one of them."""
    steps = (by.strides,) if isinstance(by.strides, int) else tuple(by.strides)
    return inputs[0][:1] if by.padding in ("same", "causal") and steps == (1,) else ()


def _together(by: Any, tensors: Inputs, inputs: Many) -> Axes:
    """Element by element, aligned at the last axis (a merging layer: at the first)."""
    rank = max(map(len, inputs))
    rows = [[*[NONE] * (rank - len(axes)), *axes] for axes in inputs]
    # Something that is the same for all positions has one; something else may have other names.
    shapes = [[*[1] * (rank - len(t.shape) + 1), *t.shape[1:]] for t in tensors]
    return tuple(
        _joined([axis for axis, length in zip(axes, lengths) if length != 1])
        for axes, lengths in zip(zip(*rows), zip(*shapes))
    )


def _joined(axes: list[Axis]) -> Axis:
    """One axis for several of the same length, if none contradicts the others. Columns are only
    the same columns if all say so; positions in a sequence stay what they are."""
    known = list(dict.fromkeys(axis for axis in axes if axis))
    if len(known) != 1:
        return NONE
    return known[0] if known[0].words is not None or all(axes) else NONE


def _concatenated(by: Any, tensors: Inputs, inputs: Many) -> Axes:
    count = len(inputs[0])
    at = by.axis - 1 if by.axis > 0 else by.axis + count
    if not 0 <= at < count or any(len(axes) != count for axes in inputs):
        return ()
    parts = [_columns(tensor, axes, at) for tensor, axes in zip(tensors, inputs)]
    names = tuple(name for part in parts for name in part) if all(parts) else ()
    whole = Axis(names, kind="features" * bool(names))
    others = [_joined([axes[i] for axes in inputs]) for i in range(count)]
    return (*others[:at], whole, *others[at + 1 :])


def _columns(tensor: Tensor, axes: Axes, at: int) -> tuple[str, ...]:
    """The names of a tensor's columns; an input of one column has its own name."""
    alone = not axes[at] and tensor.shape[at + 1] == 1 and tensor.node.is_input
    return (tensor.node.operation.name,) if alone else axes[at].names


def _dot(by: Any, tensors: Inputs, inputs: Many) -> Axes:
    """What is left of both after the sum over one axis of each."""
    pair = (by.axes, by.axes) if isinstance(by.axes, int) else by.axes
    left: list[Axis] = []
    for axis, tensor, axes in zip(pair, tensors, inputs):
        summed = (axis % len(tensor.shape)) - 1
        left += [one for i, one in enumerate(axes) if i != summed]
    return tuple(left)


def _flat(by: Any, tensors: Inputs, inputs: Many) -> Axes:
    """One axis of all: it has names if only one of those before is longer than 1."""
    lengths = tensors[0].shape[1:]
    long = [axis for axis, length in zip(inputs[0], lengths) if length != 1]
    return (long[0],) if len(long) == 1 else ()


def _moved(by: Any, tensors: Inputs, inputs: Many) -> Axes:
    rank = len(tensors[0].shape)
    order = by.order(rank) if isinstance(by, Transpose) else (0, *by.dims)
    return tuple(inputs[0][i - 1] for i in order[1:]) if order[0] == 0 else ()


def _nested(by: Any, tensors: Inputs, inputs: Many) -> Axes:
    """What the graph of a model does with the axes of its inputs."""
    if by.inputs is None or len(by.outputs) != 1 or len(by.inputs) != len(inputs):
        return ()
    return axes_of(by.outputs[0], dict(zip(by.inputs, inputs)))


Rule = Callable[[Any, Inputs, Many], Axes]
PASSING = (layers.Identity, layers.ActivityRegularization, Identity)
"""What passes numbers on as they are."""
SCALING = (layers.Rescaling, layers.Normalization, Seeded)
"""What leaves an image an image."""
KEEPING = (
    *PASSING,
    *SCALING,
    *(layers.Activation, layers.ReLU, layers.LeakyReLU, layers.ELU, layers.PReLU, layers.Softmax),
    *(layers.Masking, layers.BatchNormalization, layers.LayerNormalization),
    *(layers.GroupNormalization, layers.RMSNormalization, layers.UnitNormalization),
    *(Elementwise, AlongAxis, Cumsum, FullLike),
    *(LayerNormalization, Dropout),
)
"""What makes each number of the one at the same place, and perhaps of its neighbours."""
_GLOBAL = (
    *(layers.GlobalAveragePooling1D, layers.GlobalMaxPooling1D),
    *(layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D),
)
_ATTENDING = (layers.MultiHeadAttention, layers.GroupQueryAttention, layers.Attention)
"""These make a row for each position of the query, their first input."""
RULES: tuple[tuple[Any, Rule], ...] = (
    (KEEPING, lambda by, tensors, inputs: inputs[0]),
    ((layers.Dense, *_ATTENDING), lambda by, tensors, inputs: (*inputs[0][:-1], NONE)),
    (layers.TimeDistributed, lambda by, tensors, inputs: inputs[0][:1]),
    (layers.Embedding, lambda by, tensors, inputs: (*inputs[0], NONE)),
    (layers.Bidirectional, lambda by, *rest: _sequences(by.layer, *rest)),
    (RNN, _sequences),
    (layers.Conv1D, _convolved),
    (layers.Dot, _dot),
    ((layers.Concatenate, Concatenate), _concatenated),
    ((Merge, Binary), _together),
    (layers.Flatten, _flat),
    (Functional, _nested),
    (_GLOBAL, lambda by, tensors, inputs: () if by.keepdims else inputs[0][-1:]),
    ((layers.Permute, Transpose), _moved),
)
"""What the calls of these classes do with axes. Calls of others pass no names on."""
