"""Shape rules of layers, each read off the layer's own settings; and of ops that do the same."""

from __future__ import annotations

from collections.abc import Sequence

from funclab.shape_math import Shape, axis_index
from funclab.view.shapes.rules.numbers import (
    Axes,
    Axis,
    CallShapes,
    Derivation,
    Number,
    batch,
    ceil,
    computed,
    for_layers,
    for_ops,
    product,
    setting,
    show,
    single,
    times,
    total,
)


@for_layers("InputLayer")
def input_layer(call: CallShapes) -> Derivation:
    whole = call.layer.batch_shape
    rest = [setting(f"shape[{i}]", length) for i, length in enumerate(whole[1:])]
    words = "The shape that Input(shape=...) declares; the batch axis is added in front."
    return words, [[*map(batch, whole[:1]), *rest]]


STAYS = {
    "Activation": "The activation acts on each element by itself; the shape stays.",
    "ReLU": "Each element below the threshold is cut off; the shape stays.",
    "LeakyReLU": "Each element below 0 is made smaller; the shape stays.",
    "ELU": "Each element below 0 is bent; the shape stays.",
    "PReLU": "Each element below 0 is multiplied by a learned number; the shape stays.",
    "Softmax": "The elements along an axis become shares of 1; the shape stays.",
    "Dropout": "In training some elements become 0; the shape stays.",
    "SpatialDropout1D": "In training some features become 0 at all steps; the shape stays.",
    "SpatialDropout2D": "In training some maps become 0 as a whole; the shape stays.",
    "GaussianNoise": "In training noise is added to each element; the shape stays.",
    "GaussianDropout": "In training each element is multiplied by noise; the shape stays.",
    "ActivityRegularization": "Nothing changes but the loss, to which a penalty is added.",
    "Masking": "Steps that hold only the mask value are marked, not taken out; the shape stays.",
    "Identity": "The input comes out as it went in.",
    "Rescaling": "Each element is multiplied by a number, and another added; the shape stays.",
    "Normalization": "Each element has the mean taken off and is divided by the deviation; the "
    "shape stays.",
    "BatchNormalization": "Each channel is brought to one scale; the shape stays.",
    "LayerNormalization": "Each sample is brought to mean 0 and variance 1; the shape stays.",
    "GroupNormalization": "Each group of channels is brought to one scale; the shape stays.",
    "RMSNormalization": "Each sample is brought to a mean square of 1; the shape stays.",
    "UnitNormalization": "Each sample is brought to length 1; the shape stays.",
}
MERGES = {
    "Add": "added",
    "Subtract": "subtracted",
    "Multiply": "multiplied",
    "Average": "averaged",
    "Maximum": "compared, the largest kept",
    "Minimum": "compared, the smallest kept",
}


def _class_words(call: CallShapes, table: dict[str, str]) -> str:
    """The words in a table for the class of a layer, or for the nearest one above it."""
    return next(table[cls.__name__] for cls in type(call.layer).__mro__ if cls.__name__ in table)


@for_layers(*STAYS)
def stays(call: CallShapes) -> Derivation:
    return _class_words(call, STAYS), [call.all_same()]


@for_layers(*MERGES)
def merge(call: CallShapes) -> Derivation:
    verb = _class_words(call, MERGES)
    axes = overlaid(call, batch_first=True)
    if len(set(call.inputs)) == 1:
        return f"Equal shapes are {verb} element by element: the same shape stays.", [axes]
    return f"The inputs are {verb} element by element; lengths of 1 are stretched to fit.", [axes]


def overlaid(call: CallShapes, batch_first: bool = False) -> Axes:
    """The inputs laid over each other from the last axis on; with `batch_first`, axis 0 on axis 0,
    and the axes that an input lacks follow it."""
    rank = max(map(len, call.inputs))
    axes = []
    for axis in range(rank):
        own = [(i, axis - rank + len(shape)) for i, shape in enumerate(call.inputs)]
        if batch_first:
            own = [(i, place if axis else 0) for i, place in own if place > 0 or not axis]
        axes.append(stretched(call, [(i, place) for i, place in own if place >= 0]))
    return axes


def stretched(call: CallShapes, meeting: list[tuple[int, int]]) -> Axis:
    """The longest of the axes that meet; the others are equally long or 1."""
    order = {1: 0, None: 1}
    index, axis = max(meeting, key=lambda pair: order.get(call.inputs[pair[0]][pair[1]], 2))
    return call.same(axis, index)


@for_layers("Dense")
def dense(call: CallShapes) -> Derivation:
    units = call.layer.units
    change = f"The last axis becomes units: {show(call.x[-1])} → {units}"
    rest = "." if len(call.x) == 2 else "; the others stay, nothing is flattened."
    return change + rest, [[*call.all_same()[:-1], setting("units", units)]]


@for_layers("EinsumDense")
def einsum_dense(call: CallShapes) -> Derivation:
    layer = call.layer
    x, kernel, output = layer.formula.letters(len(call.x))
    weights = dict(zip(kernel, layer.kernel.shape, strict=True))
    axes = [
        call.same(x.index(letter))
        if letter in x
        else setting(f"kernel.shape[{kernel.index(letter)}]", weights[letter])
        for letter in output
    ]
    words = f"Axes of one letter go together: {layer.equation}, of the input and the kernel"
    return f"{words}; what is not behind the arrow is summed over.", [axes]


@for_layers("Attention", "AdditiveAttention")
def attention(call: CallShapes) -> Derivation:
    query, value = call.all_same(0), call.all_same(1)
    words = (
        "Each position of the query gets a mean of the values, weighted by its scores: as many "
        "positions as the query, as many features as the value."
    )
    return words, _with_scores(call, [*query[:-1], value[-1]], [*query[:-1], value[-2]])


@for_layers("MultiHeadAttention", "GroupQueryAttention")
def head_attention(call: CallShapes) -> Derivation:
    layer, rank = call.layer, len(call.x)
    heads = "num_heads" if hasattr(layer, "num_heads") else "num_query_heads"
    query, value = call.all_same(0), call.all_same(1)
    seen = sorted(axis % rank for axis in layer.attention_axes or range(1, rank - 1))
    free = [axis for axis in range(rank - 1) if axis not in seen]
    lengths = getattr(layer, "output_lengths_given", None) or ()
    given = [setting(f"output_lengths_given[{i}]", n) for i, n in enumerate(lengths)]
    scores = [
        *(query[axis] for axis in free),
        setting(heads, getattr(layer, heads)),
        *(side[axis] for side in (query, value) for axis in seen),
    ]
    words = (
        f"Each position of the query gets what its {getattr(layer, heads)} heads find in the value "
        "and a kernel joins: the positions of the query stay, with "
    )
    words += "output_shape features." if given else "as many features as it had."
    return words, _with_scores(call, [*query[:-1], *(given or query[-1:])], scores)


def _with_scores(call: CallShapes, output: Axes, scores: Axes) -> list[Axes]:
    return [output, scores] if len(call.outputs) > 1 else [output]


@for_layers("Embedding")
def embedding(call: CallShapes) -> Derivation:
    width = call.layer.output_dim
    words = (
        f"Each whole number becomes a vector of output_dim = {width} numbers, on a new last axis."
    )
    return words, [[*call.all_same(), setting("output_dim", width)]]


@for_layers("Discretization", "CategoryEncoding")
def encoded(call: CallShapes) -> Derivation:
    layer, axes = call.layer, call.all_same()
    if layer.output_mode == "int":
        return "Each element becomes a whole number; the shape stays.", [axes]
    depth = setting("depth", layer.depth)
    if layer.output_mode == "one_hot":
        words = f"Each element becomes a vector of {layer.depth} numbers, one of them 1"
        if len(axes) > 1 and call.x[-1] == 1:
            return f"{words}, in the place of the last axis.", [[*axes[:-1], depth]]
        return f"{words}, on a new last axis.", [[*axes, depth]]
    what = "which occur" if layer.output_mode == "multi_hot" else "how often each occurs"
    del axes[min(1, len(axes) - 1)]
    words = f"The elements along an axis become one vector of {layer.depth} numbers: {what}."
    return words, [[*axes, depth]]


@for_layers("Flatten")
def flatten(call: CallShapes) -> Derivation:
    words = "All elements of a sample are laid in one row: the lengths are multiplied."
    return words, [[call.same(0), computed(product(call.x[1:]))]]


@for_layers("Reshape")
@for_ops("ReshapeSamples")
def reshape_samples(call: CallShapes) -> Derivation:
    name = "target_shape" if hasattr(call.layer, "target_shape") else "target"
    words = "Each sample keeps its elements, in the same order, under another shape."
    return words, [[call.same(0), *reshaped(call.x[1:], getattr(call.layer, name), name)]]


def reshaped(lengths: Shape, target: Shape, name: str, first: int = 0) -> Axes:
    """The axes of `target`, which is `name` from index `first` on: a missing length is the rest."""
    missing = (-1, None)
    others = product(length for length in target if length not in missing)
    rest = computed(product(lengths) // others)
    return [
        Axis(f"the rest: {rest.text}", rest.length)
        if length in missing
        else setting(f"{name}[{i}]", length)
        for i, length in enumerate(target, first)
    ]


@for_layers("Permute")
@for_ops("Transpose")
def transposed(call: CallShapes) -> Derivation:
    layer = call.layer
    order = (0, *layer.dims) if hasattr(layer, "dims") else layer.order(len(call.x))
    return f"The axes change places, in the order {order}.", [[call.same(axis) for axis in order]]


@for_layers("RepeatVector")
def repeat_vector(call: CallShapes) -> Derivation:
    n = call.layer.n
    words = f"The vector is written {n} times, as the steps of a sequence."
    return words, [[call.same(0), setting("n", n), call.same(1)]]


@for_layers("Concatenate")
@for_ops("Concatenate")
def concatenated(call: CallShapes) -> Derivation:
    joined = axis_index(call.layer.axis, len(call.x))
    length = total(shape[joined] for shape in call.inputs)
    indices = range(len(call.inputs))
    axes = [stretched(call, [(i, axis) for i in indices]) for axis in range(len(call.x))]
    axes[joined] = computed(length)
    if call.is_batch(joined):
        axes[joined] = Axis(f"{length.text} samples", length.value, batch=True)
    words = (
        f"The inputs are laid end to end along axis {call.layer.axis}, where lengths are added; "
        "the other lengths must be equal."
    )
    return words, [axes]


@for_layers("Dot")
def dot(call: CallShapes) -> Derivation:
    x, y = call.inputs
    pair = call.layer.axes
    first, second = (pair, pair) if isinstance(pair, int) else pair
    i, j = axis_index(first, len(x)), axis_index(second, len(y))
    left = [call.same(axis, 0) for axis in range(1, len(x)) if axis != i]
    right = [call.same(axis, 1) for axis in range(1, len(y)) if axis != j]
    rest = [*left, *right] or [single("as nothing else is left")]
    words = (
        f"Products are summed over axis {i} of the first and axis {j} of the second input "
        f"({show(x[i])} numbers each); the other axes stay, one after the other."
    )
    return words, [[call.same(0, 0), *rest]]


@for_layers("LSTM", "GRU", "SimpleRNN")
def recurrent(call: CallShapes) -> Derivation:
    width = setting("units", call.layer.units)
    return _sequence_words(call), _sequence_axes(call, [width], [width] * call.layer.state_count)


@for_layers("Bidirectional")
def bidirectional(call: CallShapes) -> Derivation:
    layer = call.layer
    half = setting("units", layer.layer.units)
    both, widths = {
        "concat": ("laid end to end", [computed(product((2, half.length)))]),
        "sum": ("added", [half]),
        "mul": ("multiplied", [half]),
        "ave": ("averaged", [half]),
        None: ("given side by side", [half, half]),
    }[layer.merge_mode]
    words = f"The sequence is read forward and backward, and both are {both}. "
    states = [half] * (2 * layer.layer.state_count)
    return words + _sequence_words(call), _sequence_axes(call, widths, states)


def _sequence_words(call: CallShapes) -> str:
    layer = call.layer
    steps = "all steps" if call.x[1] is None else f"all {call.x[1]} steps"
    if layer.return_sequences:
        words = f"The outputs of {steps} are kept: return_sequences=True"
    else:
        words = f"Of {steps} only the last step's output is kept: return_sequences=False"
    return words + ("; its states come with it." if layer.return_state else ".")


def _sequence_axes(call: CallShapes, widths: Axes, states: Axes) -> list[Axes]:
    time = [call.same(1)] if call.layer.return_sequences else []
    outputs = [[call.same(0), *time, width] for width in widths]
    more = states if call.layer.return_state else []
    return [*outputs, *([call.same(0), width] for width in more)]


def spatial_axes(call: CallShapes) -> list[int]:
    """The axes between batch and channels, wherever the channels are."""
    rank = len(call.x)
    first = getattr(call.layer, "data_format", None) == "channels_first"
    return list(range(2, rank)) if first else list(range(1, rank - 1))


def windows(call: CallShapes, size: Sequence[int], dilation: Sequence[int], channels: Axis) -> Axes:
    """The axes after a window has moved over those between batch and channels."""
    axes = [channels] * len(call.x)
    axes[0] = call.same(0)
    spatial, strides = spatial_axes(call), call.layer.strides
    for axis, window, stride, spread in zip(spatial, size, strides, dilation):
        axes[axis] = _fitting(call, axis, window, stride, spread)
    return axes


def _fitting(call: CallShapes, axis: int, window: int, stride: int, dilation: int) -> Axis:
    """How many positions there are for a window along one axis."""
    if call.layer.padding in ("same", "causal"):
        return call.same(axis) if stride == 1 else computed(ceil(call.number(axis), stride))
    span = Number(window)
    if dilation > 1:
        span = Number(dilation) * (Number(window) - 1) + 1
    return computed((call.number(axis) - span) // stride + 1)


def _moves(call: CallShapes, size: Sequence[int]) -> str:
    layer = call.layer
    moves = f"A window of {times(size)} moves over the {'image' if len(size) > 1 else 'sequence'}"
    strides = sorted(set(layer.strides))
    if strides != [1]:
        moves += f" in steps of {times(layer.strides if len(strides) > 1 else strides)}"
    if layer.padding == "valid":
        return f"{moves}: one output position for each place where it fits"
    zeros = "before the first step" if layer.padding == "causal" else "around the edges"
    return f"{moves}, with zeros {zeros}: one output position for each step it takes"


@for_layers("Conv1D", "Conv2D")
def conv_layer(call: CallShapes) -> Derivation:
    layer = call.layer
    axes = windows(call, layer.kernel_size, layer.dilation_rate, setting("filters", layer.filters))
    change = f"{show(call.x[layer.channel_axis])} → {layer.filters}"
    return f"{_moves(call, layer.kernel_size)}; the channels become filters: {change}.", [axes]


@for_layers("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")
@for_ops("MaxPool", "AveragePool")
def pooling(call: CallShapes) -> Derivation:
    size = call.layer.pool_size
    last = getattr(call.layer, "data_format", "") != "channels_first"
    axes = windows(call, size, [1] * len(size), call.same(-1 if last else 1))
    return f"{_moves(call, size)}; the channels stay.", [axes]


@for_ops("Conv", "ConvBias")
def conv_op(call: CallShapes) -> Derivation:
    *lengths, _, filters = call.inputs[1]
    size = [length or 0 for length in lengths]
    axes = windows(call, size, call.layer.dilation_rate, call.same(-1, 1))
    words = f"{_moves(call, size)}; the last axis of the kernel gives the {show(filters)} filters."
    return words, [axes]


@for_layers(
    "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D"
)
def global_pooling(call: CallShapes) -> Derivation:
    spatial = spatial_axes(call)
    one = "maximum" if "Max" in type(call.layer).__name__ else "mean"
    where = "position" if len(spatial) > 1 else "step"
    axes = call.reduced(spatial, call.layer.keepdims)
    return f"One number for each channel, the {one} over every {where}.", [axes]


@for_layers("ZeroPadding2D")
def padding(call: CallShapes) -> Derivation:
    pairs = zip(spatial_axes(call), call.layer.padding)
    lengths = {axis: call.number(axis) + before + after for axis, (before, after) in pairs}
    return "Zeros are added before and after: length + before + after.", [call.changed(lengths)]


@for_layers("Cropping2D")
def cropping(call: CallShapes) -> Derivation:
    pairs = zip(spatial_axes(call), call.layer.cropping)
    lengths = {axis: call.number(axis) - before - after for axis, (before, after) in pairs}
    words = "Rows and columns are cut off before and after: length - before - after."
    return words, [call.changed(lengths)]


@for_layers("UpSampling2D")
def upsampling(call: CallShapes) -> Derivation:
    sizes = dict(zip(spatial_axes(call), call.layer.size))
    lengths = {axis: call.number(axis) * size for axis, size in sizes.items()}
    words = f"Every position is repeated {times(sizes.values())} times; the channels stay."
    return words, [call.changed(lengths)]
