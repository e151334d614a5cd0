"""Shape rules of layers and ops that move a window, pad, crop or enlarge along the axes between
batch and channels.
"""

from __future__ import annotations

from collections.abc import Sequence

from funclab.view.shapes.rules.numbers import (
    Axes,
    Axis,
    CallShapes,
    Derivation,
    Number,
    ceil,
    computed,
    for_layers,
    for_ops,
    setting,
    show,
    times,
)


def spatial_axes(call: CallShapes) -> list[int]:
    """The axes other than batch and channels, wherever the channels are."""
    rank = len(call.x)
    first = getattr(call.layer, "data_format", None) == "channels_first"
    return list(range(2, rank)) if first else list(range(1, rank - 1))


def windows(call: CallShapes, size: Sequence[int], dilation: Sequence[int], channels: Axis) -> Axes:
    """The axes after a window has moved over those other than batch and channels."""
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
    return computed((call.number(axis) - _span(window, dilation)) // stride + 1)


def _moves(call: CallShapes, size: Sequence[int]) -> str:
    layer = call.layer
    over = ("sequence", "image", "volume")[len(size) - 1]
    apart = sorted(set(getattr(layer, "dilation_rate", [1])))
    window = f"{times(size)}{f', its elements {times(apart)} apart,' if apart != [1] else ''}"
    moves = f"A window of {window} moves over the {over}"
    strides = sorted(set(layer.strides))
    if strides != [1]:
        moves += f" in steps of {times(layer.strides if len(strides) > 1 else strides)}"
    if layer.padding == "valid":
        return f"{moves}: one output position for each place where it fits"
    zeros = "before the first step" if layer.padding == "causal" else "around the edges"
    return f"{moves}, with zeros {zeros}: one output position for each step it takes"


@for_layers("Conv1D", "Conv2D", "Conv3D")
def conv_layer(call: CallShapes) -> Derivation:
    filters, change = _filters(call)
    axes = windows(call, call.layer.kernel_size, call.layer.dilation_rate, filters)
    return f"{_moves(call, call.layer.kernel_size)}; the channels become filters: {change}.", [axes]


@for_layers("DepthwiseConv1D", "DepthwiseConv2D")
def depthwise(call: CallShapes) -> Derivation:
    layer = call.layer
    channels = call.number(layer.channel_axis) * layer.depth_multiplier
    axes = windows(call, layer.kernel_size, layer.dilation_rate, computed(channels))
    words = f"{_moves(call, layer.kernel_size)}; each channel has its own filters"
    return f"{words}: channels × depth_multiplier.", [axes]


@for_layers("SeparableConv1D", "SeparableConv2D")
def separable(call: CallShapes) -> Derivation:
    filters, change = _filters(call)
    axes = windows(call, call.layer.kernel_size, call.layer.dilation_rate, filters)
    words = f"{_moves(call, call.layer.kernel_size)}, in each channel by itself"
    return f"{words}; then the channels of each position are mixed: {change}.", [axes]


@for_layers("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
def transposed_layer(call: CallShapes) -> Derivation:
    filters, change = _filters(call)
    axes = _laid_down(call, call.layer.kernel_size, filters)
    words = f"{_lays(call, call.layer.kernel_size)} The channels become filters"
    return f"{words}: {change}.", [axes]


def _filters(call: CallShapes) -> tuple[Axis, str]:
    """The axis of a convolution's filters, and the change of length in words."""
    layer = call.layer
    groups = getattr(layer, "groups", 1)
    change = f"{show(call.x[layer.channel_axis])} → {layer.filters}"
    return setting("filters", layer.filters), change + f", in {groups} groups" * (groups > 1)


@for_ops("ConvTranspose")
def transposed_op(call: CallShapes) -> Derivation:
    *lengths, filters, _ = call.inputs[1]
    size = [length or 0 for length in lengths]
    words = f"The last axis but one of the kernel gives the {show(filters)} filters."
    return f"{_lays(call, size)} {words}", [_laid_down(call, size, call.same(-2, 1))]


def _lays(call: CallShapes, size: Sequence[int]) -> str:
    """A transposed convolution in words: where its lengths come from."""
    layer = call.layer
    strides = sorted(set(layer.strides))
    apart = times(layer.strides if len(strides) > 1 else strides)
    words = (
        f"Each position is spread over a window of {times(size)}. The windows begin {apart} apart, "
        "and where they overlap they are added, so n positions cover (n - 1) × stride + window"
    )
    more = layer.output_padding is not None
    if layer.padding == "same" and more:
        words += ', of which padding="same" keeps (n - 1) × stride + 1, or + 0 for an even window'
    elif layer.padding == "same":
        words += ', of which padding="same" keeps n × stride'
    elif not more and any(window < stride for window, stride in zip(size, layer.strides)):
        words += ", or + stride if that is larger"
    return words + "; output_padding is added" * more + "."


def _laid_down(call: CallShapes, size: Sequence[int], filters: Axis) -> Axes:
    """The axes after a window was laid down at each position along those other than batch and
    channels."""
    layer = call.layer
    axes = [filters] * len(call.x)
    axes[0] = call.same(0)
    more = layer.output_padding or (None,) * len(size)
    settings = zip(spatial_axes(call), size, layer.strides, layer.dilation_rate, more)
    for axis, window, stride, dilation, extra in settings:
        axes[axis] = _covered(call, axis, window, stride, dilation, extra)
    return axes


def _covered(
    call: CallShapes, axis: int, window: int, stride: int, dilation: int, extra: int | None
) -> Axis:
    """How long one axis becomes."""
    same, length = call.layer.padding == "same", call.number(axis)
    if same and extra is None:
        return call.same(axis) if stride == 1 else computed(length * stride)
    span, covered = _span(window, dilation), (length - 1) * stride
    if extra is None:
        return computed(covered + (span if (span.value or 0) >= stride else stride))
    kept = Number((span.value or 0) % 2) if same else span
    return computed(covered + kept + extra)


def _span(window: int, dilation: int) -> Number:
    """How many positions a window spans."""
    return Number(dilation) * (Number(window) - 1) + 1 if dilation > 1 else Number(window)


@for_layers(*(f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3)))
@for_ops("MaxPool", "AveragePool")
def pooling(call: CallShapes) -> Derivation:
    size = call.layer.pool_size
    last = getattr(call.layer, "data_format", "") != "channels_first"
    axes = windows(call, size, [1] * len(size), call.same(-1 if last else 1))
    return f"{_moves(call, size)}; the channels stay.", [axes]


@for_layers(*(f"Adaptive{kind}Pooling{rank}D" for kind in ("Average", "Max") for rank in (1, 2, 3)))
@for_ops("AdaptiveMaxPool", "AdaptiveAveragePool")
def adaptive_pooling(call: CallShapes) -> Derivation:
    size = call.layer.output_size
    axes = call.all_same()
    for i, (axis, count) in enumerate(zip(spatial_axes(call), size)):
        axes[axis] = setting(f"output_size[{i}]", count)
    words = f"{times(size)} windows, as equal in size as possible, cover all positions"
    return f"{words}: one number for each; the channels stay.", [axes]


@for_ops("Conv", "ConvBias")
def conv_op(call: CallShapes) -> Derivation:
    *lengths, _, filters = call.inputs[1]
    size = [length or 0 for length in lengths]
    axes = windows(call, size, call.layer.dilation_rate, call.same(-1, 1))
    words = f"{_moves(call, size)}; the last axis of the kernel gives the {show(filters)} filters."
    return words, [axes]


@for_layers(*(f"Global{kind}Pooling{rank}D" for kind in ("Average", "Max") for rank in (1, 2, 3)))
def global_pooling(call: CallShapes) -> Derivation:
    spatial = spatial_axes(call)
    taken = "maximum" if "Max" in type(call.layer).__name__ else "mean"
    where = "position" if len(spatial) > 1 else "step"
    axes = call.reduced(spatial, call.layer.keepdims)
    return f"One number for each channel, the {taken} over every {where}.", [axes]


@for_layers("ZeroPadding")
def padding(call: CallShapes) -> Derivation:
    pairs = zip(spatial_axes(call), call.layer.pairs)
    lengths = {axis: call.number(axis) + before + after for axis, (before, after) in pairs}
    return "Zeros are added before and after: length + before + after.", [call.changed(lengths)]


@for_layers("Cropping")
def cropping(call: CallShapes) -> Derivation:
    pairs = zip(spatial_axes(call), call.layer.pairs)
    lengths = {axis: call.number(axis) - before - after for axis, (before, after) in pairs}
    return "The ends are cut off: length - before - after.", [call.changed(lengths)]


@for_layers("CenterCrop", "Resizing")
@for_ops("Resize")
def one_size(call: CallShapes) -> Derivation:
    layer, rank = call.layer, len(call.x)
    first = rank - 2 if layer.data_format == "channels_first" else rank - 3
    axes = call.all_same()
    if hasattr(layer, "lengths") and not callable(layer.lengths):
        axes[first : first + 2] = [setting(f"lengths[{i}]", layer.lengths[i]) for i in (0, 1)]
    else:
        names = ("height", "width")
        axes[first : first + 2] = [setting(name, getattr(layer, name)) for name in names]
    words = "All images get the same size: new pixels are interpolated from those around them."
    if type(layer).__name__ == "CenterCrop":
        words = "The centre of each image is kept; an image that is too small is enlarged."
    return words, [axes]


@for_layers("UpSampling1D", "UpSampling2D", "UpSampling3D")
@for_ops("UpSample")
def upsampling(call: CallShapes) -> Derivation:
    layer = call.layer
    sizes = dict(zip(spatial_axes(call), getattr(layer, "sizes", layer.size)))
    lengths = {axis: call.number(axis) * size for axis, size in sizes.items()}
    kind, factor = getattr(layer, "interpolation", "nearest"), times(sizes.values())
    words = f"Every position is repeated {factor} times; the channels stay."
    if kind != "nearest":
        words = f"{factor} times as many positions, filled in by {kind} interpolation."
    return words, [call.changed(lengths)]


@for_layers("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
def conv_lstm(call: CallShapes) -> Derivation:
    layer, shape = call.layer, call.x
    step = CallShapes(layer, [(shape[0], *shape[2:])], [], [0])
    size, filters = layer.kernel_size, setting("filters", layer.filters)
    state = [call.same(0), *map(later, windows(step, size, layer.dilation_rate, filters)[1:])]
    time = [call.same(1)] if layer.return_sequences else []
    kept = "all steps" if layer.return_sequences else "the last step only"
    words = f"{_moves(call, size)}, at every step; the outputs of {kept} are kept."
    states = [state, state] if layer.return_state else []
    return words, [[state[0], *time, *state[1:]], *states]


def later(axis: Axis) -> Axis:
    """An axis of one step as an axis of the sequence, in which its number is one higher."""
    if axis.source is None:
        return axis
    number = axis.source[1] + 1
    return Axis(f"same as input axis {number}", axis.length, source=(0, number))
