"""Layers that slide filters over images, sequences and volumes."""

from __future__ import annotations

from typing import Any

from funclab import activations, ops
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import show
from funclab.layers.base import Layer
from funclab.layers.checks import one_of
from funclab.layers.core import Kernel, finish
from funclab.layers.dimensions import family
from funclab.layers.spec import InputSpec
from funclab.ops.nn.window import check_padding, per_axis


class Windowed(Layer, abstract=True):
    """A layer with a window that slides over `rank` axes beside the channels."""

    rank = 2

    kernel_size: Any
    strides: Any = 1
    padding: str = "valid"
    data_format: str | None = None
    dilation_rate: Any = 1

    def prepare(self) -> None:
        super().prepare()
        for name in ("kernel_size", "strides", "dilation_rate"):
            setattr(self, name, per_axis(getattr(self, name), self.rank, name))
        self.padding = check_padding(self.padding)

    @property
    def channel_axis(self) -> int:
        """Which axis has the channels, without the steps of a sequence."""
        return 1 if self.data_format == "channels_first" else -1

    @property
    def settings(self) -> tuple[Any, ...]:
        """The arguments of a convolution of the inputs, besides the kernel."""
        return (self.strides, self.padding, self.data_format, self.dilation_rate)


class Sliding(Windowed, Kernel, abstract=True):
    """A kernel that slides over the `rank` axes between batch and channels."""

    def prepare(self) -> None:
        super().prepare()
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def end_build(self, channels: int | None, filters: int) -> None:
        """Make the bias, and from now on require inputs with this many channels."""
        self.bias = self.named_weight("bias", (filters,)) if self.use_bias else None
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self.channel_axis: channels})
        self.built = True

    def finish(self, x: Any) -> Any:
        """activation(x + bias), for channels on either axis."""
        if self.channel_axis == -1:
            return finish(x, self.bias, self.activation)
        return self.activation(x if self.bias is None else ops.bias_add(x, self.bias, axis=1))


PLAIN = tuple(name for name in Kernel.fields if not name.startswith(("lora", "quantization")))
"""The arguments of all layers with a kernel, without those that only some of them have in Keras."""


class Conv(Sliding, abstract=True):
    """Filters that slide over the `rank` axes between batch and channels."""

    filters: int
    groups: int = 1
    order = (
        "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups",
        *Kernel.fields,
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        if self.filters % self.groups:
            raise ArgumentError(
                "The number of filters must be evenly divisible by the number of groups. "
                f"Received: groups={self.groups}, filters={self.filters}.",
                why="each group makes the same share of the filters.",
                fix=f"choose filters that are a multiple of {self.groups}.",
            )

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
        self.end_build(channels, self.filters)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """The convolution alone, without bias and activation: for classes that change it."""
        return ops.conv(inputs, kernel, *self.settings)

    def call(self, inputs: Any) -> Any:
        if type(self).convolution_op is not Conv.convolution_op:
            return self.finish(self.convolution_op(inputs, self.kernel))
        return self.slide(inputs, *self.settings)

    def slide(self, x: Any, *settings: Any) -> Any:
        fused = activations.fused_name(self.activation) not in (None, "linear")
        if fused and self.channel_axis == -1:
            return finish(ops.conv(x, self.kernel, *settings), self.bias, self.activation)
        return self.activation(ops.conv(x, self.kernel, *settings, bias=self.bias))


class Causal(Conv, abstract=True):
    """Filters that slide along sequences; with padding "causal" they see only the past."""

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
        padded = ops.pad(inputs, ((0, 0), (before, 0), (0, 0)))
        return self.slide(padded, self.strides, "valid", self.data_format, self.dilation_rate)


FITTING = """Raises: ArgumentError for invalid settings of the window; ShapeError for inputs that
        are not {inputs}, or {smaller} than the window."""

Conv1D, Conv2D, Conv3D = family(
    {1: Causal, 2: Conv, 3: Conv}, "Conv{}D",
    {
        1: 'Filters that slide along sequences. With padding "causal" they see only the past.',
        2: "Filters that slide over images: each makes a map of how well it matches where.",
        3: "Filters that slide through volumes, such as scans, or the frames of a video.",
    },
    f"""
    Shapes: x {{shape}} -> out (batch, {{new}}, filters), where a new length is (length - span) //
        stride + 1 with padding "valid", and length / stride, rounded up, with "same"; span =
        dilation * (size - 1) + 1. With data_format "channels_first" the channels come after the
        batch.
    Weights: kernel ({{axes}}, {{channels}} / groups, filters), bias (filters,).
    {FITTING}
    Source: LeCun et al., "Gradient-based learning applied to document recognition", 1998.
    """,
    {
        1: ('16, 3, padding="causal"', "10, 4", "10, 16"),
        2: ('16, 3, padding="same", activation="relu"', "32, 32, 3", "32, 32, 16"),
        3: ("8, 3, strides=(1, 2, 2)", "9, 32, 32, 1", "7, 15, 15, 8"),
    },
)  # fmt: skip


IN_VOLUMES = (
    "filters", "kernel_size", "strides", "padding", "data_format", "output_padding",
    "dilation_rate", *PLAIN,
)  # fmt: skip
"""The arguments of Conv3DTranspose, in which Keras puts `output_padding` elsewhere."""


class Transposed(Sliding, abstract=True):
    """Filters that are written to the output at each position: a transposed convolution."""

    filters: int
    output_padding: Any = None
    order = (
        "filters", "kernel_size", "strides", "padding", "output_padding", "data_format",
        "dilation_rate", *PLAIN,
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
                f"strides={self.strides} and dilation_rate={self.dilation_rate}.",
                why="Keras has no layer that does both.",
                fix="leave out `dilation_rate`, or `strides`.",
            )
        if self.output_padding is None:
            return
        self.output_padding = per_axis(self.output_padding, self.rank, "output_padding", least=0)
        if any(more >= stride for more, stride in zip(self.output_padding, self.strides)):
            raise ArgumentError(
                "`output_padding` must be strictly less than `strides` for all dimensions. "
                f"Received: output_padding={self.output_padding}, strides={self.strides}.",
                why="it chooses between lengths that a convolution with these strides makes equal; "
                "there are as many as the stride.",
                fix="leave `output_padding` out, or write a smaller number.",
            )

    def build(self, input_shape: Any) -> None:
        channels = input_shape[self.channel_axis]
        self.kernel = self.named_weight("kernel", (*self.kernel_size, self.filters, channels))
        self.end_build(channels, self.filters)

    def call(self, inputs: Any) -> Any:
        strides, padding, *rest = self.settings
        settings = (strides, padding, self.output_padding, *rest)
        return self.finish(ops.conv_transpose(inputs, self.kernel, *settings))


Conv1DTranspose, Conv2DTranspose, Conv3DTranspose = family(
    Transposed, "Conv{}DTranspose",
    "{inputs} enlarged: at each position, filters are written to the output and added up.",
    """It does to {inputs} what Conv{rank}D does to gradients, so it leads from the output shape
        of a Conv{rank}D with the same settings back to its input shape.

    Shapes: x {shape} -> out (batch, {new}, filters), where n positions become (n - 1) * stride +
        span with padding "valid" (span = dilation * (size - 1) + 1, or the stride if that is
        larger), and n * stride with "same". With `output_padding` p they become (n - 1) * stride +
        span + p, or (n - 1) * stride + span % 2 + p.
    Weights: kernel ({axes}, filters, {channels}), bias (filters,).
    Raises: ArgumentError for invalid settings of the window; ShapeError for inputs that are not
        {inputs}.
    Source: Zeiler et al., "Deconvolutional networks", CVPR 2010; Dumoulin and Visin, "A guide to
        convolution arithmetic for deep learning", 2016, chapter 4.
    """,
    {
        1: ("8, 3, strides=2", "10, 16", "21, 8"),
        2: ('8, 3, strides=2, padding="same"', "14, 14, 16", "28, 28, 8"),
        3: ("8, 2, strides=2", "4, 7, 7, 16", "8, 14, 14, 8"),
    },
    order={1: Transposed.order, 2: Transposed.order, 3: IN_VOLUMES},
)  # fmt: skip

Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
Convolution1DTranspose, Convolution2DTranspose = Conv1DTranspose, Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
