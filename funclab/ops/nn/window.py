"""Base classes for windows that slide over images, sequences and volumes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import TypeVar

from funclab import config
from funclab.config import FORMATS
from funclab.engine.kernels.window import Window
from funclab.errors import ArgumentError, ShapeError, suggest
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show

Length = TypeVar("Length", int, int | None)
"""A length in the shape of an array, where it is known, or of a tensor, where it may be None."""


class Spatial(Op, abstract=True):
    """An op on sequences, images or volumes.

    Shapes: sequences (batch, time, channels), images (batch, height, width, channels) and volumes
        (batch, depth, height, width, channels), or with the channels after the batch for
        data_format "channels_first".
    """

    data_format = "channels_last"

    def spatial(self, x: tuple[Length, ...]) -> tuple[Length, ...]:
        """The lengths of the axes along which the window slides: height and width, or time."""
        return x[2:] if self.data_format == "channels_first" else x[1:-1]

    def channels(self, x: Shape) -> int | None:
        return x[1] if self.data_format == "channels_first" else x[-1]

    def joined(self, batch: int | None, spatial: Shape, channels: int | None) -> Shape:
        if self.data_format == "channels_first":
            return (batch, channels, *spatial)
        return (batch, *spatial, channels)

    def channels_last(self, x: Array) -> Array:
        """The same memory with the channels as the last axis."""
        if self.data_format == "channels_first":
            return x.transpose(0, *range(2, x.ndim), 1)
        return x


class Sliding(Spatial, abstract=True):
    """An op that looks at each position of an image, sequence or volume through a window."""

    strides: tuple[int, ...] = (1, 1)
    padding: str = "valid"
    data_format: str = "channels_last"

    def check_kernel(self, x: Shape, w: Shape, ends: str) -> None:
        """Refuse a kernel for another number of axes; `ends` names its last two axes."""
        if len(x) != len(w):
            raise ShapeError(
                f"{self.name} expected ndim={len(w)}, found ndim={len(x)}: x has shape {show(x)}, "
                f"the kernel {show(w)}.",
                why=f"a kernel (height, width, {ends}) slides over images (batch, height, width, "
                f"channels), a kernel (time, {ends}) over sequences.",
                fix="add the missing axis with a Reshape layer, for example Reshape((28, 28, 1)).",
            )

    def out_spatial(self, x: Shape, size: Sequence[int], dilation: Sequence[int]) -> Shape:
        """How many windows fit along each axis; at least one must."""
        along = zip(self.spatial(x), size, self.strides, dilation, strict=True)
        lengths = tuple(shape_math.conv_length(*axis, self.padding) for axis in along)
        if any(length is not None and length <= 0 for length in lengths):
            spans = [spread * (n - 1) + 1 for n, spread in zip(size, dilation, strict=True)]
            name = self.name.removesuffix("_bias")  # the bias does not matter here
            raise ShapeError(
                f"Computed output size would be negative: {name} on a tensor of shape "
                f"{show(x)} gives spatial shape {show(lengths)}. One of the dimensions in the "
                "output is <= 0 due to downsampling.",
                why=f"a window that spans {show(spans)} does not fit in {show(self.spatial(x))} "
                'with padding="valid".',
                fix='use padding="same", a smaller window, larger images, or fewer pooling layers '
                "before this one.",
            )
        return lengths

    def window(self, x: Array, size: Sequence[int], dilation: Sequence[int]) -> Window:
        """The geometry for `x`."""
        pads = ((0, 0),) * len(size)
        if self.padding == "same":
            settings = zip(self.spatial(x.shape), size, self.strides, dilation, strict=True)
            pads = tuple(shape_math.same_padding(*axis) for axis in settings)
        return Window(tuple(size), self.strides, tuple(dilation), pads)


def per_axis(value: int | Sequence[int], rank: int, name: str, least: int = 1) -> tuple[int, ...]:
    """A setting for each spatial axis, from one number or one per axis; all at least `least`."""
    values = tuple(value) if isinstance(value, Iterable) else (value,) * rank
    if len(values) != rank or not all(
        isinstance(v, Integral) and not isinstance(v, bool) and int(v) >= least for v in values
    ):
        raise ArgumentError(
            f"The `{name}` argument must be a {'positive' if least else 'non-negative'} "
            f"integer or a tuple of {rank} of them. Received: {name}={value!r}.",
            why=f"it holds one number for each of the {rank} axes that the window moves along.",
            fix=suggest.per_axis(name, value, rank),
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
