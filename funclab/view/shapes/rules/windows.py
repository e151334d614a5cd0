"""Shape rules of what moves a window, pads, crops or enlarges: along the axes between batch and
channels.
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
    over = ("sequence", "image", "volume")[len(size) - 1]
    moves = f"A window of {times(size)} moves over the {over}"
    strides = sorted(set(layer.strides))
    if strides != [1]:
        moves += f" in steps of {times(layer.strides if len(strides) > 1 else strides)}"
    if layer.padding == "valid":
        return f"{moves}: one output position for each place where it fits"
    zeros = "before the first step" if layer.padding == "causal" else "around the edges"
    return f"{moves}, with zeros {zeros}: one output position for each step it takes"


@for_layers("Conv1D", "Conv2D", "Conv3D")
def conv_layer(call: CallShapes) -> Derivation:
    layer = call.layer
    axes = windows(call, layer.kernel_size, layer.dilation_rate, setting("filters", layer.filters))
    change = f"{show(call.x[layer.channel_axis])} → {layer.filters}"
    return f"{_moves(call, layer.kernel_size)}; the channels become filters: {change}.", [axes]


@for_layers(*(f"{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3)))
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


@for_layers(*(f"Global{kind}Pooling{rank}D" for kind in ("Average", "Max") for rank in (1, 2, 3)))
def global_pooling(call: CallShapes) -> Derivation:
    spatial = spatial_axes(call)
    one = "maximum" if "Max" in type(call.layer).__name__ else "mean"
    where = "position" if len(spatial) > 1 else "step"
    axes = call.reduced(spatial, call.layer.keepdims)
    return f"One number for each channel, the {one} over every {where}.", [axes]


@for_layers("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def padding(call: CallShapes) -> Derivation:
    pairs = zip(spatial_axes(call), call.layer.pairs)
    lengths = {axis: call.number(axis) + before + after for axis, (before, after) in pairs}
    return "Zeros are added before and after: length + before + after.", [call.changed(lengths)]


@for_layers("Cropping1D", "Cropping2D", "Cropping3D")
def cropping(call: CallShapes) -> Derivation:
    pairs = zip(spatial_axes(call), call.layer.pairs)
    lengths = {axis: call.number(axis) - before - after for axis, (before, after) in pairs}
    return "The ends are cut off: length - before - after.", [call.changed(lengths)]


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
