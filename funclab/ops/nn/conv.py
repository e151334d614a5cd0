"""Convolution, and its transpose, of images, sequences and volumes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from funclab.engine.kernels import conv as kernels
from funclab.engine.kernels.window import Window
from funclab.errors import ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array
from funclab.graph.shape_math import Shape, known, show
from funclab.ops.base import Data, Slot, shape_of
from funclab.ops.nn.window import Sliding, check_format, check_padding, per_axis
from funclab.ops.shaping import reshape


class Filters(Sliding, abstract=True):
    """A kernel that slides over images, with or without a bias for each filter."""

    dilation_rate: tuple[int, ...] = (1, 1)

    def shape(self, x: Shape, w: Shape, *bias: Shape) -> Shape:
        self.check_kernel(x, w, "channels, filters")
        self._check_channels(x, w)
        spatial = self.out_spatial(x, known(w[:-2]), self.dilation_rate)
        return self.joined(x[0], spatial, w[-1])

    def operations(self, x: Shape, w: Shape, *bias: Shape) -> int:
        return 2 * math.prod(known((*self.shape(x, w, *bias), *w[:-1])))

    def _check_channels(self, x: Shape, w: Shape) -> None:
        channels, (depth, filters) = self.channels(x), w[-2:]
        if channels is None or depth is None or filters is None:
            return
        if channels % depth or filters % (channels // depth):
            raise ShapeError(
                "The number of input channels must be evenly divisible by the kernel's, and the "
                f"filters by the groups. Received {channels} input channels, a kernel for {depth} "
                f"channels and {filters} filters.",
                why=f"x has shape {show(x)} with {self.data_format}, the kernel {show(w)}.",
                fix="give the kernel as many channels as x has, or check `data_format`.",
            )

    def write(self, x: Array, w: Array, bias: Array | None, out: Array) -> None:
        window = self.window(x, w.shape[:-2], self.dilation_rate)
        kernels.conv(self.channels_last(x), w, bias, self.channels_last(out), window)

    def gradients(self, g: Array, x: Array, w: Array, gx: Slot, gw: Slot) -> None:
        window = self.window(x, w.shape[:-2], self.dilation_rate)
        g = self.channels_last(g)
        if gx is not None:
            kernels.conv_vjp_x(g, w, self.channels_last(gx), window)
        if gw is not None:
            kernels.conv_vjp_w(self.channels_last(x), g, gw, window)


class Conv(Filters):
    """Each filter slides over the image: out = the sum of window * kernel, at every position.

    Shapes: x (batch, height, width, channels), kernel (height, width, channels / groups, filters)
        -> out (batch, new height, new width, filters); without the width for sequences, with a
        depth in front of the height for volumes. The number of groups is x's channels divided by
        the kernel's; each group sees its own channels.
    Gradient: gkernel = sum over positions of window * g; gx = each g * kernel, added where the
        window was.
    Numerics: a matrix product over blocks of windows; plain sums if each filter sees one channel.
    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998; Dumoulin
        and Visin, "A guide to convolution arithmetic for deep learning", 2016, for the shapes.
    """

    keras = ""

    def forward(self, x: Array, w: Array, out: Array) -> None:
        self.write(x, w, None, out)

    def vjp(self, g: Array, x: Array, w: Array, out: Array, gx: Slot, gw: Slot) -> None:
        self.gradients(g, x, w, gx, gw)


class ConvBias(Filters):
    """A convolution that adds a bias per filter while the result is still in the cache.

    Shapes: x and kernel as for Conv, bias (filters,) -> out as for Conv.
    Gradient: as for Conv; gbias = the sum of g over batch and positions.
    """

    def shape(self, x: Shape, w: Shape, *bias: Shape) -> Shape:
        if not shape_math.same(bias[0], w[-1:]):
            raise ShapeError(
                f"A convolution with {w[-1]} filters cannot use a bias of shape {show(bias[0])}.",
                why="the bias is one number per filter.",
                fix=f"give it the shape {show(w[-1:])}.",
            )
        return super().shape(x, w)

    def forward(self, x: Array, w: Array, bias: Array, out: Array) -> None:
        self.write(x, w, bias, out)

    def vjp(self, g: Array, x: Array, w: Array, bias: Array, out: Array, *slots: Slot) -> None:
        gx, gw, gbias = slots
        self.gradients(g, x, w, gx, gw)
        if gbias is not None:
            kernels.conv_vjp_bias(self.channels_last(g), gbias)


class ConvTranspose(Sliding):
    """At every position, each filter times x there is written to out; overlaps are added.

    It is the gradient of a convolution with respect to its input, used as a layer.

    Shapes: x (batch, height, width, channels), kernel (height, width, filters, channels) -> out
        (batch, new height, new width, filters); without the width for sequences, with a depth in
        front of the height for volumes. Lengths are those of `shape_math.transposed_length`.
    Gradient: gx = the convolution of g with the kernel; gkernel = the sum over positions of x * the
        window of g there.
    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning", 2016,
        chapter 4.
    """

    keras = ""
    output_padding: tuple[int, ...] | None = None
    dilation_rate: tuple[int, ...] = (1, 1)

    def shape(self, x: Shape, w: Shape) -> Shape:
        self.check_kernel(x, w, "filters, channels")
        if not shape_math.same((self.channels(x),), w[-1:]):
            raise ShapeError(
                "The number of input channels must be that of the kernel's last axis. Received "
                f"{self.channels(x)} input channels and a kernel for {w[-1]} channels.",
                why=f"x has shape {show(x)} with {self.data_format}, the kernel {show(w)}.",
                fix="give the kernel as many channels as x has, or check `data_format`.",
            )
        axes = zip(self.spatial(x), self.axes(w), strict=True)
        lengths = tuple(shape_math.transposed_length(length, *axis) for length, axis in axes)
        return self.joined(x[0], lengths, w[-2])

    def operations(self, x: Shape, w: Shape) -> int:
        return 2 * math.prod(known((*x, *w[:-1])))

    def axes(self, w: Shape) -> list[tuple[Any, ...]]:
        """For each axis: size of the window, stride, dilation, padding and output padding."""
        more = self.output_padding or (None,) * len(self.strides)
        settings = zip(w[:-2], self.strides, self.dilation_rate, more, strict=True)
        return [(*window, self.padding, extra) for *window, extra in settings]

    def forward(self, x: Array, w: Array, out: Array) -> None:
        window = self.geometry(x, w, out)
        kernels.conv_vjp_x(self.channels_last(x), w, self.channels_last(out), window)

    def vjp(self, g: Array, x: Array, w: Array, out: Array, gx: Slot, gw: Slot) -> None:
        window = self.geometry(x, w, out)
        g = self.channels_last(g)
        if gx is not None:
            kernels.conv(g, w, None, self.channels_last(gx), window)
        if gw is not None:
            kernels.conv_vjp_w(g, self.channels_last(x), gw, window)

    def geometry(self, x: Array, w: Array, out: Array) -> Window:
        """The window of the convolution that maps `out` back to `x`."""
        pads = []
        lengths = zip(self.spatial(x.shape), self.spatial(out.shape), self.axes(w.shape))
        for length, longer, (size, stride, dilation, *rest) in lengths:
            before = shape_math.transposed_cut(size, stride, dilation, *rest)
            covered = (length - 1) * stride + dilation * (size - 1) + 1
            pads.append((before, max(0, covered - longer - before)))
        return Window(w.shape[:-2], self.strides, self.dilation_rate, tuple(pads))


def conv(
    inputs: Data,
    kernel: Data,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
    bias: Any = None,
) -> Any:
    """Slide the filters of `kernel` over images, sequences or volumes, and add a bias per filter.

    Shapes: inputs (batch, height, width, channels), kernel (height, width, channels / groups,
        filters) -> (batch, new height, new width, filters); or without the width, or with a depth.

    >>> import numpy as np
    >>> conv(np.ones((1, 4, 4, 1)), np.ones((3, 3, 1, 1)))[0, :, :, 0]
    array([[9., 9.],
           [9., 9.]])
    """
    rank = len(kernel.shape) - 2
    settings = (
        per_axis(strides, rank, "strides"),
        check_padding(padding),
        check_format(data_format),
        per_axis(dilation_rate, rank, "dilation_rate"),
    )
    if bias is None:
        return Conv(*settings)(inputs, kernel)
    return ConvBias(*settings)(inputs, kernel, bias)


def depthwise_conv(
    inputs: Data,
    kernel: Data,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """Slide filters over each channel separately: a convolution with one group per channel.

    Shapes: inputs (batch, height, width, channels), kernel (height, width, channels, multiplier) ->
        (batch, new height, new width, channels * multiplier); or without the width, or with a
        depth.

    >>> import numpy as np
    >>> depthwise_conv(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1))).shape
    (1, 2, 2, 2)
    """
    x, w, form = shape_of(inputs), shape_of(kernel), check_format(data_format)
    channels = x[1] if form == "channels_first" else x[-1]
    if len(x) != len(w) or channels not in (None, w[-2]):
        raise ShapeError(
            f"A depthwise kernel of shape {show(w)} does not fit inputs of shape {show(x)} with "
            f"{form}.",
            why="it has filters (height, width, channels, multiplier) for each channel, for "
            "sequences without the width.",
            fix="give the kernel as many channels as the inputs have, or check `data_format`.",
        )
    grouped = reshape(kernel, (*w[:-2], 1, math.prod(known(w[-2:]))))
    return conv(inputs, grouped, strides, padding, form, dilation_rate)


def separable_conv(
    inputs: Data,
    depthwise_kernel: Data,
    pointwise_kernel: Data,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """Slide filters over each channel separately, then mix the channels at each position.

    Shapes: inputs (batch, height, width, channels), depthwise_kernel (height, width, channels,
        multiplier), pointwise_kernel (1, 1, channels * multiplier, filters) -> (batch, new height,
        new width, filters); or without the width, or with a depth.
    """
    settings = (strides, padding, data_format, dilation_rate)
    apart = depthwise_conv(inputs, depthwise_kernel, *settings)
    return conv(apart, pointwise_kernel, data_format=data_format)


def conv_transpose(
    inputs: Data,
    kernel: Data,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    output_padding: int | Sequence[int] | None = None,
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
) -> Any:
    """Write the filters of `kernel`, times the input, at each position, and add the overlaps.

    Shapes: inputs (batch, height, width, channels), kernel (height, width, filters, channels) ->
        (batch, new height, new width, filters); or without the width, or with a depth.

    >>> import numpy as np
    >>> conv_transpose(np.ones((1, 3, 1)), np.ones((3, 1, 1)), strides=2)[0, :, 0]
    array([1., 1., 2., 1., 2., 1., 1.])
    """
    rank = len(kernel.shape) - 2
    more = output_padding
    return ConvTranspose(
        per_axis(strides, rank, "strides"),
        check_padding(padding),
        check_format(data_format),
        None if more is None else per_axis(more, rank, "output_padding", least=0),
        per_axis(dilation_rate, rank, "dilation_rate"),
    )(inputs, kernel)
