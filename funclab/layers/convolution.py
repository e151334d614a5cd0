"""Layers that slide filters over images, sequences and volumes."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.errors import ArgumentError, ShapeError
from funclab.layers.checks import one_of
from funclab.layers.core import Kernel, finish
from funclab.layers.spec import InputSpec
from funclab.ops.window import check_padding, per_axis
from funclab.shape_math import show


class Conv(Kernel, abstract=True):
    """Filters that slide over the `rank` axes between batch and channels."""

    rank = 2

    filters: int
    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1
    groups: int = 1
    order = (
        "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups",
        *Kernel.fields,
    )  # fmt: skip

    def prepare(self) -> None:
        for name in ("kernel_size", "strides", "dilation_rate"):
            setattr(self, name, per_axis(getattr(self, name), self.rank, name))
        self.padding = check_padding(self.padding)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        if self.filters % self.groups:
            raise ArgumentError(
                "The number of filters must be evenly divisible by the number of groups. "
                f"Received: groups={self.groups}, filters={self.filters}.",
                why="each group makes the same share of the filters.",
                fix=f"choose filters that are a multiple of {self.groups}.",
            )

    @property
    def channel_axis(self) -> int:
        return 1 if self.data_format == "channels_first" else -1

    def build(self, input_shape: Any) -> None:
        channels = input_shape[self.channel_axis]
        if channels is not None and (channels % self.groups or not channels):
            raise ShapeError(
                "The number of input channels must be evenly divisible by the number of groups. "
                f"Received groups={self.groups}, but the input has {channels} channels (full "
                f"input shape is {show(input_shape)}).",
                why=f"each group of {self.name} sees the same share of the channels.",
                fix="change `groups`, or check `data_format`.",
                graph=self,
            )
        depth = None if channels is None else channels // self.groups
        self.kernel = self.named_weight("kernel", (*self.kernel_size, depth, self.filters))
        self.bias = self.named_weight("bias", (self.filters,)) if self.use_bias else None
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self.channel_axis: channels})
        self.built = True

    def call(self, inputs: Any) -> Any:
        return self.slide(inputs, self.padding)

    def slide(self, x: Any, padding: str) -> Any:
        settings = (self.strides, padding, self.data_format, self.dilation_rate)
        if self.channel_axis == -1:
            return finish(ops.conv(x, self.kernel, *settings), self.bias, self.activation)
        return self.activation(ops.conv(x, self.kernel, *settings, bias=self.bias))


class Conv2D(Conv):
    """Filters that slide over images: each makes a map of how well it fits where.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, filters), where
        a new length is (length - span) // stride + 1 with padding "valid", and length / stride,
        rounded up, with "same"; span = dilation * (size - 1) + 1. With data_format
        "channels_first" the channels stand after the batch.
    Weights: kernel (height, width, channels / groups, filters), bias (filters,).
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        images, or smaller than the window.
    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.

    >>> from funclab import Input
    >>> Conv2D(16, 3, padding="same", activation="relu")(Input((32, 32, 3))).shape
    (None, 32, 32, 16)
    """


class Conv3D(Conv):
    """Filters that slide through volumes, such as scans, or the frames of a film.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, new depth, new height, new
        width, filters); lengths as for Conv2D.
    Weights: kernel (depth, height, width, channels / groups, filters), bias (filters,).
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        volumes, or smaller than the window.

    >>> from funclab import Input
    >>> Conv3D(8, 3, strides=(1, 2, 2))(Input((9, 32, 32, 1))).shape
    (None, 7, 15, 15, 8)
    """

    rank = 3


class Conv1D(Conv):
    """Filters that slide along sequences. Padding "causal" looks at the past only.

    Shapes: x (batch, time, features) -> out (batch, new time, filters); lengths as for Conv2D.
    Weights: kernel (time, features / groups, filters), bias (filters,).
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        sequences, or shorter than the window.

    >>> from funclab import Input
    >>> Conv1D(16, 3, padding="causal")(Input((10, 4))).shape
    (None, 10, 16)
    """

    rank = 1

    def prepare(self) -> None:
        if self.padding != "causal":
            super().prepare()
            return
        one_of("data_format", self.data_format, ["channels_last"])
        self.padding = "valid"
        super().prepare()
        self.padding = "causal"

    def call(self, inputs: Any) -> Any:
        if self.padding != "causal":
            return super().call(inputs)
        before = self.dilation_rate[0] * (self.kernel_size[0] - 1)
        return self.slide(ops.pad(inputs, ((0, 0), (before, 0), (0, 0))), "valid")


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
