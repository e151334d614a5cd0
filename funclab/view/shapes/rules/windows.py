"""Shape rules of windows that move over images and sequences, and of their borders."""

from __future__ import annotations

from collections.abc import Sequence

from funclab.view.shapes.rules.numbers import (
    Axes,
    Axis,
    Found,
    Number,
    Seen,
    ceil,
    computed,
    for_layers,
    for_ops,
    setting,
    show,
    single,
    times,
)


def spatial_axes(seen: Seen) -> list[int]:
    """The axes between batch and channels, wherever the channels are."""
    rank = len(seen.x)
    first = getattr(seen.layer, "data_format", None) == "channels_first"
    return list(range(2, rank)) if first else list(range(1, rank - 1))


def windows(seen: Seen, size: Sequence[int], dilation: Sequence[int], channels: Axis) -> Axes:
    """The axes after a window has moved over those between batch and channels."""
    spatial = spatial_axes(seen)
    strides, padding = seen.layer.strides, seen.layer.padding
    moved = {
        axis: _fitting(seen, axis, window, stride, spread, padding)
        for axis, window, stride, spread in zip(spatial, size, strides, dilation)
    }
    others = {0: seen.same(0)}
    return [moved.get(axis) or others.get(axis) or channels for axis in range(len(seen.x))]


def _fitting(seen: Seen, axis: int, window: int, stride: int, dilation: int, padding: str) -> Axis:
    """How many places there are for a window along one axis."""
    if padding in ("same", "causal"):
        return seen.same(axis) if stride == 1 else computed(ceil(seen.number(axis), stride))
    span = Number(window)
    if dilation > 1:
        span = Number(dilation) * (Number(window) - 1) + 1
    return computed((seen.number(axis) - span) // stride + 1)


def _places(seen: Seen, size: Sequence[int]) -> str:
    layer = seen.layer
    what = f"A window of {times(size)} moves over the {'image' if len(size) > 1 else 'sequence'}"
    strides = sorted(set(layer.strides))
    step = f" in steps of {times(layer.strides if len(strides) > 1 else strides)}"
    moves = what + ("" if strides == [1] else step)
    if layer.padding == "valid":
        return f"{moves}: one output position for each place where it fits"
    zeros = "before the first step" if layer.padding == "causal" else "around the edges"
    return f"{moves}, with zeros {zeros}: one output position for each step it takes"


@for_layers("Conv1D", "Conv2D")
def conv_layer(seen: Seen) -> Found:
    layer = seen.layer
    channels = seen.x[layer.channel_axis]
    axes = windows(seen, layer.kernel_size, layer.dilation_rate, setting("filters", layer.filters))
    return (
        f"{_places(seen, layer.kernel_size)}; the channels become filters: "
        f"{show(channels)} → {layer.filters}.",
        [axes],
    )


@for_layers("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")
@for_ops("MaxPool", "AveragePool")
def pooling(seen: Seen) -> Found:
    size = seen.layer.pool_size
    last = getattr(seen.layer, "data_format", "") != "channels_first"
    axes = windows(seen, size, [1] * len(size), seen.same(-1 if last else 1))
    return f"{_places(seen, size)}; the channels stay.", [axes]


@for_ops("Conv", "ConvBias")
def conv_op(seen: Seen) -> Found:
    *size, _, filters = seen.inputs[1]
    axes = windows(seen, [one or 0 for one in size], seen.layer.dilation_rate, seen.same(-1, 1))
    size_words = _places(seen, [one or 0 for one in size])
    return f"{size_words}; the last axis of the kernel gives the {show(filters)} filters.", [axes]


@for_layers(
    "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D"
)
def global_pooling(seen: Seen) -> Found:
    spatial = spatial_axes(seen)
    kept = seen.layer.keepdims
    axes = [
        single(f"left of axis {axis}") if axis in spatial else seen.same(axis)
        for axis in range(len(seen.x))
        if kept or axis not in spatial
    ]
    one = "maximum" if "Max" in type(seen.layer).__name__ else "mean"
    where = "position" if len(spatial) > 1 else "step"
    return f"One number for each channel, the {one} over every {where}.", [axes]


@for_layers("ZeroPadding2D")
def padding(seen: Seen) -> Found:
    pairs = dict(zip(spatial_axes(seen), seen.layer.padding))
    axes = [
        computed(seen.number(axis) + pairs[axis][0] + pairs[axis][1])
        if axis in pairs
        else seen.same(axis)
        for axis in range(len(seen.x))
    ]
    return "Zeros are added before and after: length + before + after.", [axes]


@for_layers("Cropping2D")
def cropping(seen: Seen) -> Found:
    pairs = dict(zip(spatial_axes(seen), seen.layer.cropping))
    axes = [
        computed(seen.number(axis) - pairs[axis][0] - pairs[axis][1])
        if axis in pairs
        else seen.same(axis)
        for axis in range(len(seen.x))
    ]
    return "Rows and columns are cut off before and after: length - before - after.", [axes]


@for_layers("UpSampling2D")
def upsampling(seen: Seen) -> Found:
    spatial = spatial_axes(seen)
    sizes = dict(zip(spatial, seen.layer.size))
    axes = [
        computed(seen.number(axis) * sizes[axis]) if axis in sizes else seen.same(axis)
        for axis in range(len(seen.x))
    ]
    return f"Every position is repeated {times(sizes.values())} times; the channels stay.", [axes]
