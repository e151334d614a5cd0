"""Windows that slide over images and sequences: convolution and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from funclab import config, meant, shape_math
from funclab.config import FORMATS
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op, Work
from funclab.kernels import conv as kernels
from funclab.kernels import pooling
from funclab.ops.base import Slot, named_like
from funclab.shape_math import Shape, show


class Sliding(Op, abstract=True):
    """An op that looks at each position of an image, or of a sequence, through a window.

    Shapes: images (batch, height, width, channels) and sequences (batch, time, channels), or with
        the channels after the batch for data_format "channels_first".
    """

    strides: tuple[int, ...] = (1, 1)
    padding: str = "valid"
    data_format: str = "channels_last"

    def spatial(self, x: Shape) -> Shape:
        """Height and width, or the time."""
        return x[2:] if self.data_format == "channels_first" else x[1:-1]

    def channels(self, x: Shape) -> int | None:
        return x[1] if self.data_format == "channels_first" else x[-1]

    def joined(self, batch: int | None, spatial: Shape, channels: int | None) -> Shape:
        if self.data_format == "channels_first":
            return (batch, channels, *spatial)
        return (batch, *spatial, channels)

    def images(self, x: Array) -> Array:
        """The same memory as (batch, height, width, channels); a sequence is one pixel high."""
        if self.data_format == "channels_first":
            x = x.transpose(0, *range(2, x.ndim), 1)
        return x[:, None] if x.ndim == 3 else x

    def out_spatial(self, x: Shape, size: Sequence[int], dilation: Sequence[int]) -> Shape:
        """How many windows fit along each axis; at least one must."""
        lengths = tuple(
            shape_math.conv_length(length, window, stride, spread, self.padding)
            for length, window, stride, spread in zip(
                self.spatial(x), size, self.strides, dilation, strict=True
            )
        )
        if any(length is not None and length <= 0 for length in lengths):
            spans = [spread * (n - 1) + 1 for n, spread in zip(size, dilation, strict=True)]
            raise ShapeError(
                f"Computed output size would be negative: {self.name} on a tensor of shape "
                f"{show(x)} gives spatial shape {show(lengths)}. One of the dimensions in the "
                "output is <= 0 due to downsampling.",
                why=f"a window that spans {show(spans)} does not fit in {show(self.spatial(x))} "
                'with padding="valid".',
                fix='use padding="same", a smaller window, larger images, or fewer pooling layers '
                "before this one.",
            )
        return lengths

    def window(self, x: Array, size: Sequence[int], dilation: Sequence[int]) -> kernels.Window:
        """The geometry for `x`, always with a height and a width."""
        pads = [(0, 0)] * len(size)
        if self.padding == "same":
            settings = zip(self.spatial(x.shape), size, self.strides, dilation, strict=True)
            pads = [shape_math.same_padding(*axis) for axis in settings]  # type: ignore[arg-type]
        if len(size) == 2:
            return kernels.Window(tuple(size), self.strides, tuple(dilation), tuple(pads))  # type: ignore[arg-type]
        ones = (1, self.strides[0]), (1, dilation[0])
        return kernels.Window((1, size[0]), *ones, ((0, 0), pads[0]))


class Conv(Sliding):
    """Each filter slides over the image: out = the sum of window * kernel, at every position.

    Shapes: x (batch, height, width, channels), kernel (height, width, channels / groups, filters)
        -> out (batch, new height, new width, filters); without the width for sequences. There are
        as many groups as the kernel's channels fit into those of x; each sees its own channels.
    Gradient: gkernel = sum over positions of window * g; gx = each g * kernel, added where the
        window was.
    Numerics: a matrix product over blocks of windows.
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
        g = self.images(g)
        if gx is not None:
            kernels.conv_vjp_x(g, _kernel(w), self.images(gx), window)
        if gw is not None:
            kernels.conv_vjp_w(self.images(x), g, _kernel(gw), window)

    def _forward(self, x: Array, w: Array, bias: Array | None, out: Array) -> None:
        window = self.window(x, w.shape[:-2], self.dilation_rate)
        kernels.conv(self.images(x), _kernel(w), bias, self.images(out), window)


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
            kernels.conv_vjp_bias(self.images(g), gbias)


def conv(
    inputs: Any,
    kernel: Any,
    strides: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: int | Sequence[int] = 1,
    bias: Any = None,
) -> Any:
    """Slide the filters of `kernel` over images or sequences, and add a bias per filter if given.

    Shapes: inputs (batch, height, width, channels), kernel (height, width, channels / groups,
        filters) -> (batch, new height, new width, filters); or without the width.

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


def per_axis(value: int | Sequence[int], rank: int, what: str) -> tuple[int, ...]:
    """A setting for each spatial axis, from one number or one for each; all at least 1."""
    several = isinstance(value, (Sequence, np.ndarray)) and not isinstance(value, str)
    values: tuple[Any, ...] = tuple(value) if several else (value,) * rank  # type: ignore[arg-type]
    if len(values) != rank or not all(
        isinstance(v, Integral) and not isinstance(v, bool) and int(v) > 0 for v in values
    ):
        raise ArgumentError(
            f"The `{what}` argument must be a positive integer or a tuple of {rank} of them. "
            f"Received: {what}={value!r}.",
            why=f"it holds one number for each of the {rank} axes that the window moves along.",
            fix=meant.per_axis(what, value, rank),
        )
    return values


def check_padding(padding: str) -> str:
    known = padding.lower() if isinstance(padding, str) else padding
    if known not in ("valid", "same"):
        raise ArgumentError(
            f'The `padding` argument must be one of "valid", "same". Received: {padding!r}.',
            why='"valid" keeps the window inside the image, "same" adds zeros around it so that '
            "with strides=1 the output is as large as the input.",
            fix='write padding="same" or padding="valid".',
        )
    return known


def check_format(data_format: str | None) -> str:
    known = data_format.lower() if isinstance(data_format, str) else data_format
    if known not in (None, *FORMATS):
        raise ArgumentError(
            'The `data_format` argument must be one of "channels_first", "channels_last". '
            f"Received: {data_format!r}.",
            why="it says where the channels are: last in (batch, height, width, channels).",
            fix='leave it out, or write data_format="channels_last".',
        )
    return known or config.image_data_format()


def _kernel(w: Array) -> Array:
    return w[None] if w.ndim == 3 else w


class Pooling(Sliding, abstract=True):
    """A sliding window that keeps the channels apart."""

    pool_size: tuple[int, ...] = (2, 2)

    def shape(self, x: Shape) -> Shape:
        if len(x) != len(self.pool_size) + 2:
            raise ShapeError(
                f"{self.name} expected ndim={len(self.pool_size) + 2}, found ndim={len(x)}: x has "
                f"shape {show(x)}.",
                why=f"a window of size {show(self.pool_size)} moves along axes between the batch "
                "and the channels.",
                fix="add the missing axis with a Reshape layer, or pool with fewer dimensions.",
            )
        spatial = self.out_spatial(x, self.pool_size, self._ones)
        return self.joined(x[0], spatial, self.channels(x))

    def geometry(self, x: Array) -> tuple[tuple[int, int], ...]:
        """Size, strides, and the padding before height and width."""
        window = self.window(x, self.pool_size, self._ones)
        (top, _), (left, _) = window.padding
        return window.size, window.strides, (top, left)

    @property
    def _ones(self) -> tuple[int, ...]:
        return (1,) * len(self.pool_size)


class MaxPool(Pooling):
    """out = the largest element in each window, for each channel.

    Windows do not overlap unless `strides` are given.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, channels);
        without the width for sequences.
    Gradient: gx = g at the element that was the largest (the first of equals), zero elsewhere.
    Numerics: NaN counts as largest. Padding never wins.
    """

    def work(self, x: Shape) -> Work:
        """The pixel that won each window, counted row by row."""
        return ((self.shape(x), "int32"),)

    def forward(self, x: Array, out: Array, winner: Array) -> None:
        images = self.images(x), self.images(out), self.images(winner)
        pooling.max_pool(*images, *self.geometry(x))

    def vjp(self, g: Array, x: Array, out: Array, winner: Array, gx: Array) -> None:
        pooling.max_pool_vjp(*map(self._pixels, (g, winner, gx)))

    def _pixels(self, x: Array) -> Array:
        """The same memory as (batch, pixels, channels)."""
        images = self.images(x)
        return images.reshape(len(x), -1, images.shape[3], copy=False)


class AveragePool(Pooling):
    """out = the mean of each window, for each channel; padding does not count.

    Windows do not overlap unless `strides` are given.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, channels);
        without the width for sequences.
    Gradient: gx = the sum of g / elements in the window, over the windows around each element.
    """

    def forward(self, x: Array, out: Array) -> None:
        pooling.average_pool(self.images(x), self.images(out), *self.geometry(x))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        pooling.average_pool_vjp(self.images(g), self.images(gx), *self.geometry(x))


def _function(op: Any, name: str) -> Any:
    def pool(
        inputs: Any,
        pool_size: int | Sequence[int],
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        data_format: str | None = None,
    ) -> Any:
        rank = len(inputs.shape) - 2
        size = per_axis(pool_size, rank, "pool_size")
        steps = size if strides is None else per_axis(strides, rank, "strides")
        return op(steps, check_padding(padding), check_format(data_format), size)(inputs)

    return named_like(op, pool, name)


max_pool, average_pool = _function(MaxPool, "max_pool"), _function(AveragePool, "average_pool")
