"""Convolution, and its transpose, of images, sequences and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab import shape_math
from funclab.errors import ShapeError
from funclab.graph.op import Array
from funclab.kernels import conv as kernels
from funclab.ops.base import Slot
from funclab.ops.window import Sliding, check_format, check_padding, per_axis
from funclab.shape_math import Shape, show


class Conv(Sliding):
    """Each filter slides over the image: out = the sum of window * kernel, at every position.

    Shapes: x (batch, height, width, channels), kernel (height, width, channels / groups, filters)
        -> out (batch, new height, new width, filters); without the width for sequences, with a
        depth in front of the height for volumes. There are as many groups as the kernel's channels
        fit into those of x; each sees its own channels.
    Gradient: gkernel = sum over positions of window * g; gx = each g * kernel, added where the
        window was.
    Numerics: a matrix product over blocks of windows; sums, where each filter sees one channel.
    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998; Dumoulin
        and Visin, "A guide to convolution arithmetic for deep learning", 2016, for the shapes.
    """

    dilation_rate: tuple[int, ...] = (1, 1)

    def shape(self, x: Shape, w: Shape) -> Shape:
        if len(x) != len(w):
            raise ShapeError(
                f"conv expected ndim={len(w)}, found ndim={len(x)}: x has shape {show(x)}, the "
                f"kernel {show(w)}.",
                why="a kernel (height, width, channels, filters) slides over images (batch, "
                "height, width, channels), a kernel (time, channels, filters) over sequences.",
                fix="add the missing axis with a Reshape layer, for example Reshape((28, 28, 1)).",
            )
        self._check_channels(x, w)
        spatial = self.out_spatial(x, w[:-2], self.dilation_rate)  # type: ignore[arg-type]
        return self.joined(x[0], spatial, w[-1])

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

    def forward(self, x: Array, w: Array, out: Array) -> None:
        self._forward(x, w, None, out)

    def vjp(self, g: Array, x: Array, w: Array, out: Array, gx: Slot, gw: Slot) -> None:
        window = self.window(x, w.shape[:-2], self.dilation_rate)
        g = self.channels_last(g)
        if gx is not None:
            kernels.conv_vjp_x(g, w, self.channels_last(gx), window)
        if gw is not None:
            kernels.conv_vjp_w(self.channels_last(x), g, gw, window)

    def _forward(self, x: Array, w: Array, bias: Array | None, out: Array) -> None:
        window = self.window(x, w.shape[:-2], self.dilation_rate)
        kernels.conv(self.channels_last(x), w, bias, self.channels_last(out), window)


class ConvBias(Conv):
    """A convolution that adds a bias per filter while the result is still in the cache.

    Shapes: x and kernel as for Conv, bias (filters,) -> out as for Conv.
    Gradient: as for Conv; gbias = the sum of g over batch and positions.
    """

    def shape(self, x: Shape, w: Shape, bias: Shape) -> Shape:  # type: ignore[override]
        if not shape_math.same(bias, w[-1:]):
            raise ShapeError(
                f"A convolution with {w[-1]} filters cannot use a bias of shape {show(bias)}.",
                why="the bias is one number per filter.",
                fix=f"give it the shape {show(w[-1:])}.",
            )
        return super().shape(x, w)

    def forward(self, x: Array, w: Array, bias: Array, out: Array) -> None:  # type: ignore[override]
        self._forward(x, w, bias, out)

    def vjp(self, g: Array, x: Array, w: Array, *arrays: Any) -> None:  # type: ignore[override]
        _, out, gx, gw, gbias = arrays
        super().vjp(g, x, w, out, gx, gw)
        if gbias is not None:
            kernels.conv_vjp_bias(self.channels_last(g), gbias)


def conv(
    inputs: Any,
    kernel: Any,
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
