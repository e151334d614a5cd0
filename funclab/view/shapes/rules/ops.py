"""Shape rules of ops used on tensors directly, such as `a + b` and `x[:, 0]`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from funclab.graph.shape_math import axis_index, reduced_axes
from funclab.view.draw.sentences import listed
from funclab.view.shapes.rules.layers import overlaid, reshaped, stretched
from funclab.view.shapes.rules.numbers import (
    Axis,
    CallShapes,
    Derivation,
    Number,
    alike,
    ceil,
    computed,
    for_ops,
    kept,
    product,
    setting,
    show,
    single,
)

STAYS = {
    "Elementwise FullLike Flip Cumsum AlongAxis Dropout PerChannel BiasActivation BiasAdd Identity "
    "LayerNormalization": "It acts on each element where it is: the shape stays.",
    "Tril Triu": "A triangle of each matrix becomes zero: the shape stays.",
    "Roll": "The elements are shifted and re-enter at the other end: the shape stays.",
    "Argsort": "Each place gets the index of the element that belongs there: the shape stays.",
    "SliceUpdate ScatterUpdate": "Some elements are overwritten: the shape stays.",
    "Inv Cholesky": "Each matrix becomes one of the same shape.",
}
FOLLOWS_SECOND = {
    "SearchSorted": "Each value gets an index: the shape of the values.",
    "Solve": "One solution for each right side: the shape of these.",
    "TakeAlongAxis": "Each index chooses one element: the shape of the indices.",
}
RARE = {
    "BroadcastTo": "Axes of length 1, and missing ones, are stretched to the target.",
    "CTCDecode": "Each path has a label, or -1, for every step; a score tells how likely it is.",
    "CTCLoss": "Each sequence has one loss: only the batch axis stays.",
    "Det Slogdet": "One number for each matrix: its two axes disappear.",
    "Diag Diagflat Diagonal": "Elements are placed on a diagonal, or taken from it.",
    "Eigh": "As many eigenvalues as rows, and as many eigenvectors, as columns.",
    "Embedding": "Each whole number becomes a row of the table, on a new last axis.",
    "Fold": "Each column is put back where its window was.",
    "LSTM GRU SimpleRNN": "The sequence is read step by step; its final states are returned too.",
    "Pinv": "Rows and columns change places, as in a transpose.",
    "Qr": "q has the rows of x, r its columns; their other axis is the shorter side of x.",
    "Rot90": "Quarter turns: if their number is odd, the two axes change places.",
    "Segment": "The slices with one id become one: there are num_segments of them.",
    "SingularValues": "There are as many singular values as the shorter side of a matrix is long.",
    "Svd": "u has the rows of x, v^T its columns; the shorter side is the number of values.",
    "Take": "The indices choose along an axis, which their own axes replace.",
    "TopIndices": "Along the last axis, k elements are chosen.",
    "Unfold": "Each window becomes a column: channels × window, by as many columns as windows fit.",
}
"""Ops that few models contain: their axes are traced to input axes of the same length."""
for index, table in enumerate((STAYS, FOLLOWS_SECOND)):
    for names, sentence in table.items():
        for_ops(*names.split())(partial(kept, sentence, index))
for names, sentence in RARE.items():
    for_ops(*names.split())(partial(alike, sentence))


@for_ops("Binary", "Where")
def broadcast(call: CallShapes) -> Derivation:
    words = (
        "The shapes are aligned at the last axis; lengths of 1, and missing axes, are stretched to "
        "fit."
    )
    if len({shape for shape in call.inputs if shape}) < 2:
        words = "It acts element by element: the same shape stays."
    return words, [overlaid(call)]


@for_ops("MatMul")
def matmul(call: CallShapes) -> Derivation:
    words = (
        f"Rows of the first times columns of the second: the {show(call.x[-1])} numbers of each "
        "are multiplied and summed, so that axis disappears."
    )
    return words, [[*overlaid(call)[:-2], call.same(-2, 0), call.same(-1, 1)]]


@for_ops("Einsum")
def einsum(call: CallShapes) -> Derivation:
    terms, output = call.layer.letters(list(map(len, call.inputs)))
    summed = dict.fromkeys(letter for letter in "".join(terms) if letter not in output)
    axes = [
        stretched(call, [(i, term.index(letter)) for i, term in enumerate(terms) if letter in term])
        for letter in output
    ]
    words = f"Axes with the same letter correspond: {call.layer.subscripts}"
    sums = f"; products are summed over {listed(list(summed))}, which disappear" if summed else ""
    return f"{words}{sums}.", [axes]


@for_ops("PositionMask")
def position_mask(call: CallShapes) -> Derivation:
    axis = call.layer.axis
    words = "For each position of the first and of the second, whether the first sees the second."
    return words, [[call.same(axis, 0), call.same(axis, 1)]]


@for_ops("Reduction", "ArgMax", "Quantile")
def reduction(call: CallShapes) -> Derivation:
    gone, kept = reduced_axes(len(call.x), call.layer.axis), call.layer.keepdims
    axes = call.reduced(gone, kept)
    if hasattr(call.layer, "q"):
        words, q = "The elements are sorted and combined", call.layer.q
        if isinstance(q, tuple):
            return f"{words}, once for each q.", [[Axis(str(len(q)), len(q)), *axes]]
        return f"{words}.", [axes]
    if not gone:
        return "There is no axis to reduce: the shape stays.", [axes]
    word, s = ("axes", "") if gone[1:] else ("axis", "s")
    end = f"keep{s} length 1" if kept else f"disappear{s}"
    return f"The elements along {_axes(gone)} are combined, and the {word} {end}.", [axes]


def _axes(axes: Iterable[int]) -> str:
    """axis 1; axes 1 and 2"""
    numbers = list(map(str, axes))
    return f"{'axes' if numbers[1:] else 'axis'} {listed(numbers)}"


@for_ops("Reshape")
def reshape(call: CallShapes) -> Derivation:
    x, target = call.x, tuple(-1 if n is None else n for n in call.layer.newshape)
    if target.count(-1) > 1:  # each None stands for the length that x has there
        axes = [
            call.same(i) if length == -1 and i < len(x) else setting(f"newshape[{i}]", length)
            for i, length in enumerate(target)
        ]
    elif call.is_batch(0) and target[0] == -1 and product(x[1:]).value == product(target[1:]).value:
        axes = [call.same(0), *reshaped(x[1:], target[1:], "newshape", 1)]
    else:
        axes = reshaped(x, target, "newshape")
    return "The elements stay in the same order, under another shape.", [axes]


@for_ops("ExpandDims")
def expand_dims(call: CallShapes) -> Derivation:
    axis = call.layer.axis
    rank = len(call.x) + (1 if isinstance(axis, int) else len(axis))
    new = reduced_axes(rank, axis)
    old = iter(call.all_same())
    axes = [single("a new axis") if i in new else next(old) for i in range(rank)]
    return f"A new axis of length 1 is inserted at {listed(list(map(str, new)))}.", [axes]


@for_ops("Squeeze")
def squeeze(call: CallShapes) -> Derivation:
    axis = call.layer.axis
    ones = tuple(i for i, length in enumerate(call.x) if length == 1)
    gone = ones if axis is None else reduced_axes(len(call.x), axis)
    return f"Without {_axes(gone)}, of length 1.", [call.reduced(gone, False)]


@for_ops("Stack", "OneHot")
def on_a_new_axis(call: CallShapes) -> Derivation:
    at, count = axis_index(call.layer.axis, len(call.x) + 1), len(call.inputs)
    words, new = f"{count} tensors are stacked along", setting("tensors", count)
    if hasattr(call.layer, "num_classes"):
        words = "Each whole number becomes num_classes numbers, one of them 1, on"
        new = setting("num_classes", call.layer.num_classes)
    return f"{words} a new axis {at}.", [[*call.all_same()[:at], new, *call.all_same()[at:]]]


@for_ops("Split")
def split(call: CallShapes) -> Derivation:
    at = axis_index(call.layer.axis, len(call.x))
    starts = [Number(end) for end in (0, *call.layer.ends)]
    pairs = zip(starts, [*starts[1:], call.number(at)])
    pieces = [call.changed({at: end - start}) for start, end in pairs]
    cuts = listed(list(map(str, call.layer.ends))) or "no place"
    return f"Axis {at} is cut at {cuts}: end - start is left of it in each piece.", pieces


@for_ops("GetItem")
def get_item(call: CallShapes) -> Derivation:
    axes: list[Axis] = []
    told: list[str] = []
    axis = 0
    for part in call.layer.whole_index(call.x):
        if part is None:
            axes.append(single("a new axis"))
            continue
        if isinstance(part, int):
            told.append(f"axis {axis} goes, as the index {part} picks one position")
        else:
            axes.append(_sliced(call, axis, part))
            if part != slice(None):
                told.append(f"axis {axis} keeps the positions from start to stop")
        axis += 1
    sentence = "; ".join(told) or "everything is taken"
    return f"{sentence[0].upper()}{sentence[1:]}.", [axes]


def _sliced(call: CallShapes, axis: int, part: slice) -> Axis:
    length = call.x[axis]
    if part == slice(None):
        return call.same(axis)
    if length is None:
        return Axis(f"as many of the {part} as there are", None)
    start, stop, step = part.indices(length)
    if len(range(start, stop, step)) == length:
        return call.same(axis)
    first, last = (start, stop) if step > 0 else (stop, start)
    span = Number(last) - first if first >= 0 else Number(last) + 1
    return computed(span if abs(step) == 1 else ceil(span, abs(step)))


@for_ops("Repeat")
def repeat(call: CallShapes) -> Derivation:
    at = axis_index(call.layer.axis, len(call.x))
    axes = call.changed({at: call.number(at) * call.layer.repeats})
    return f"Every element is repeated along axis {at}.", [axes]


@for_ops("Tile")
def tile(call: CallShapes) -> Derivation:
    counts = call.layer.repeats
    rank = max(len(counts), len(call.x))
    counts = (1,) * (rank - len(counts)) + counts
    new = rank - len(call.x)
    more = {i: call.number(i) * count for i, count in enumerate(counts[new:]) if count != 1}
    axes = [setting(f"repeats[{i}]", count) for i, count in enumerate(counts[:new])]
    return "Copies are laid side by side: length × repeats.", [[*axes, *call.changed(more)]]


@for_ops("Pad", "MirrorPad")
def pad(call: CallShapes) -> Derivation:
    pairs = enumerate(call.layer.pad_width)
    lengths = {i: call.number(i) + a + b for i, (a, b) in pairs if a or b}
    return "A border is added: length + before + after.", [call.changed(lengths)]
