"""Shape rules of ops used on tensors directly, such as `a + b` and `x[:, 0]`."""

from __future__ import annotations

from typing import Any

from funclab.shape_math import axis_index, reduced_axes
from funclab.view.draw.text import listed
from funclab.view.shapes.rules.layers import joined, reshaped, stretched
from funclab.view.shapes.rules.numbers import (
    Axis,
    Found,
    Number,
    Seen,
    ceil,
    computed,
    for_ops,
    product,
    setting,
    show,
    single,
)


@for_ops("Elementwise", "FullLike", "Flip", "Cumsum", "AlongAxis", "Dropout", "PerChannel")
@for_ops("BiasActivation", "BiasAdd", "Identity")
def stays(seen: Seen) -> Found:
    return "It acts on each element where it is: the shape stays.", [seen.all_same()]


@for_ops("Binary", "Where")
def broadcast(seen: Seen) -> Found:
    rank = max(map(len, seen.inputs))
    places = [
        [
            (i, axis - (rank - len(shape)))
            for i, shape in enumerate(seen.inputs)
            if axis >= rank - len(shape)
        ]
        for axis in range(rank)
    ]
    axes = [stretched(seen, place) for place in places]
    if len({shape for shape in seen.inputs if shape}) < 2:
        return "It acts element by element: the same shape stays.", [axes]
    return (
        "The shapes are laid over each other from the last axis on; lengths of 1, and missing "
        "axes, are stretched to fit.",
        [axes],
    )


@for_ops("MatMul")
def matmul(seen: Seen) -> Found:
    x, y = seen.inputs
    rank = max(len(x), len(y))
    leading = []
    for axis in range(rank - 2):
        places = [(i, axis - (rank - len(s))) for i, s in enumerate(seen.inputs)]
        leading.append(stretched(seen, [place for place in places if place[1] >= 0]))
    return (
        f"Rows of the first times columns of the second: the {show(x[-1])} numbers of each are "
        "multiplied and summed, so that axis goes.",
        [[*leading, seen.same(-2, 0), seen.same(-1, 1)]],
    )


@for_ops("Reduction", "ArgMax")
def reduction(seen: Seen) -> Found:
    axes = reduced_axes(len(seen.x), seen.layer.axis)
    kept = seen.layer.keepdims
    out = [
        single(f"left of axis {axis}") if axis in axes else seen.same(axis)
        for axis in range(len(seen.x))
        if kept or axis not in axes
    ]
    gone = listed([str(axis) for axis in axes])
    word = "axis" if len(axes) == 1 else "axes"
    end = "keeps length 1" if kept else "goes" if len(axes) == 1 else "go"
    if not axes:
        return "There is no axis to take together: the shape stays.", [out]
    return f"The elements along {word} {gone} are taken together, and the {word} {end}.", [out]


@for_ops("Reshape")
def reshape(seen: Seen) -> Found:
    target = tuple(-1 if one is None else one for one in seen.layer.newshape)
    words = "The elements stay in the same order, under another shape."
    if target.count(-1) > 1:  # each None stands for the length that x has there
        kept = [
            seen.same(i) if one == -1 and i < len(seen.x) else setting(f"newshape[{i}]", one)
            for i, one in enumerate(target)
        ]
        return words, [kept]
    same_rest = product(seen.x[1:]).value == product(target[1:]).value
    if seen.is_batch(0) and target[0] == -1 and same_rest:
        return words, [[seen.same(0), *reshaped(seen.x[1:], target[1:], "newshape", 1)]]
    return words, [reshaped(seen.x, target, "newshape")]


@for_ops("ReshapeSamples")
def reshape_samples(seen: Seen) -> Found:
    axes = [seen.same(0), *reshaped(seen.x[1:], seen.layer.target, "target")]
    return "The elements of each sample stay in the same order, under another shape.", [axes]


@for_ops("ExpandDims")
def expand_dims(seen: Seen) -> Found:
    axis = seen.layer.axis
    rank = len(seen.x) + (1 if isinstance(axis, int) else len(axis))
    new = reduced_axes(rank, axis)
    old = iter(seen.all_same())
    axes = [single("a new axis") if i in new else next(old) for i in range(rank)]
    return f"A new axis of length 1 is put in at {listed([str(i) for i in new])}.", [axes]


@for_ops("Squeeze")
def squeeze(seen: Seen) -> Found:
    axis = seen.layer.axis
    ones = tuple(i for i, length in enumerate(seen.x) if length == 1)
    gone = ones if axis is None else reduced_axes(len(seen.x), axis)
    axes = [seen.same(i) for i in range(len(seen.x)) if i not in gone]
    word = "axis" if len(gone) == 1 else "axes"
    return f"Without the {word} {listed([str(i) for i in gone])}, of length 1.", [axes]


@for_ops("Transpose")
def transpose(seen: Seen) -> Found:
    order = seen.layer.order(len(seen.x))
    return f"The axes change places, in the order {order}.", [[seen.same(i) for i in order]]


@for_ops("Concatenate")
def concatenate(seen: Seen) -> Found:
    return joined(seen, seen.layer.axis)


@for_ops("Stack")
def stack(seen: Seen) -> Found:
    at = axis_index(seen.layer.axis, len(seen.x) + 1)
    axes = seen.all_same()
    count = len(seen.inputs)
    axes.insert(at, setting("tensors", count))
    return f"{count} tensors are laid side by side along a new axis {at}.", [axes]


@for_ops("Split")
def split(seen: Seen) -> Found:
    at = axis_index(seen.layer.axis, len(seen.x))
    starts = [Number(one) for one in (0, *seen.layer.ends)]
    ends = [*starts[1:], seen.number(at)]
    pieces = []
    for start, end in zip(starts, ends):
        axes = seen.all_same()
        axes[at] = computed(end - start)
        pieces.append(axes)
    cuts = listed([str(end) for end in seen.layer.ends]) or "no place"
    return f"Axis {at} is cut at {cuts}: end - start is left of it in each piece.", pieces


@for_ops("GetItem")
def get_item(seen: Seen) -> Found:
    axes: list[Axis] = []
    told: list[str] = []
    axis = 0
    for part in seen.layer.whole_index(seen.x):
        if part is None:
            axes.append(single("a new axis"))
            continue
        if isinstance(part, int):
            told.append(f"axis {axis} goes, as the index {part} picks one position")
        else:
            axes.append(_sliced(seen, axis, part))
            if part != slice(None):
                told.append(f"axis {axis} keeps the positions from start to stop")
        axis += 1
    sentence = "; ".join(told) or "all of it is taken"
    return f"{sentence[0].upper()}{sentence[1:]}.", [axes]


def _sliced(seen: Seen, axis: int, part: slice) -> Axis:
    length = seen.x[axis]
    if part == slice(None):
        return seen.same(axis)
    if length is None:
        return Axis(f"as many of the {part} as there are", None)
    start, stop, step = part.indices(length)
    if len(range(start, stop, step)) == length:
        return seen.same(axis)
    first, last = (start, stop) if step > 0 else (stop, start)
    span = Number(last) - first if first >= 0 else Number(last) + 1
    return computed(span if abs(step) == 1 else ceil(span, abs(step)))


@for_ops("Take")
def take(seen: Seen) -> Found:
    at = axis_index(seen.layer.axis, len(seen.x))
    axes = [
        *[seen.same(i) for i in range(at)],
        *seen.all_same(1),
        *[seen.same(i) for i in range(at + 1, len(seen.x))],
    ]
    return f"The indices choose along axis {at}: their axes stand in its place.", [axes]


@for_ops("TakeAlongAxis")
def take_along_axis(seen: Seen) -> Found:
    return "Each index chooses one element: the shape of the indices.", [seen.all_same(1)]


@for_ops("Embedding")
def embedding(seen: Seen) -> Found:
    width = seen.same(-1, 0)
    return "Each whole number becomes a row of the table, on a new last axis.", [
        [*seen.all_same(1), width]
    ]


@for_ops("OneHot")
def one_hot(seen: Seen) -> Found:
    axes: Any = seen.all_same()
    at = axis_index(seen.layer.axis, len(seen.x) + 1)
    axes.insert(at, setting("num_classes", seen.layer.num_classes))
    return f"Each whole number becomes one mark among num_classes, on a new axis {at}.", [axes]


@for_ops("BroadcastTo")
def broadcast_to(seen: Seen) -> Found:
    target = seen.layer.target
    new = len(target) - len(seen.x)
    axes = [
        seen.same(i - new)
        if i >= new and length in (None, seen.x[i - new])
        else setting(f"target[{i}]", length)
        for i, length in enumerate(target)
    ]
    return "Axes of length 1, and missing ones, are stretched to the target.", [axes]


@for_ops("Repeat")
def repeat(seen: Seen) -> Found:
    at = axis_index(seen.layer.axis, len(seen.x))
    axes = seen.all_same()
    axes[at] = computed(seen.number(at) * seen.layer.repeats)
    return f"Every element is repeated along axis {at}.", [axes]


@for_ops("Tile")
def tile(seen: Seen) -> Found:
    counts = seen.layer.repeats
    rank = max(len(counts), len(seen.x))
    counts = (1,) * (rank - len(counts)) + counts
    new = rank - len(seen.x)
    axes = []
    for i, count in enumerate(counts):
        if i < new:
            axes.append(setting(f"repeats[{i}]", count))
        elif count == 1:
            axes.append(seen.same(i - new))
        else:
            axes.append(computed(seen.number(i - new) * count))
    return "The tensor is laid side by side: length × repeats.", [axes]


@for_ops("Pad")
def pad(seen: Seen) -> Found:
    axes = [
        computed(seen.number(i) + before + after) if before or after else seen.same(i)
        for i, (before, after) in enumerate(seen.layer.pad_width)
    ]
    return "A border is put around: length + before + after.", [axes]


@for_ops("LSTM")
def lstm(seen: Seen) -> Found:
    units = seen.same(-1, 1)
    state = [seen.same(0), units]
    whole = [seen.same(0), seen.same(1), units]
    words = "The sequence is read step by step; the last two outputs are the states at its end."
    return words, [whole if seen.layer.return_sequences else state, state, state]
