"""Convolutions that first treat each channel separately."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.layers.convolution import FITTING, Sliding
from funclab.layers.dimensions import family

WINDOW = ("kernel_size", "strides", "padding")


class Depthwise(Sliding, abstract=True):
    """Separate filters for each channel, which slide over the axes between batch and channels."""

    depth_multiplier: int = 1
    depthwise_initializer: Any = "glorot_uniform"
    depthwise_regularizer: Any = None
    depthwise_constraint: Any = None
    order = (
        *WINDOW, "depth_multiplier", "data_format", "dilation_rate", "activation", "use_bias",
        "depthwise_initializer", "bias_initializer", "depthwise_regularizer", "bias_regularizer",
        "activity_regularizer", "depthwise_constraint", "bias_constraint",
    )  # fmt: skip

    def build(self, input_shape: Any) -> None:
        channels = input_shape[self.channel_axis]
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.kernel = self.named_weight("depthwise", shape, name="kernel")
        self.end_build(channels, channels * self.depth_multiplier)

    def call(self, inputs: Any) -> Any:
        return self.finish(ops.depthwise_conv(inputs, self.kernel, *self.settings))


SOURCE = """Source: Chollet, "Xception: deep learning with depthwise separable convolutions",
        CVPR 2017."""

DepthwiseConv1D, DepthwiseConv2D = family(
    Depthwise, "DepthwiseConv{}D",
    "Filters that slide over each of the {channels} of {inputs} separately.",
    f"""
    Shapes: x {{shape}} -> out (batch, {{new}}, {{channels}} * depth_multiplier); lengths as for
        Conv2D.
    Weights: kernel ({{axes}}, {{channels}}, depth_multiplier), bias ({{channels}} *
        depth_multiplier,).
    {FITTING}
    {SOURCE}
    """,
    {
        1: ('3, padding="same"', "10, 4", "10, 4"),
        2: ("3, depth_multiplier=2", "32, 32, 8", "30, 30, 16"),
    },
)  # fmt: skip


class Separable(Depthwise, abstract=True):
    """A depthwise convolution, then a pointwise one (window 1), which mixes the channels."""

    filters: int
    pointwise_initializer: Any = "glorot_uniform"
    pointwise_regularizer: Any = None
    pointwise_constraint: Any = None
    order = (
        "filters", *WINDOW, "data_format", "dilation_rate", "depth_multiplier", "activation",
        "use_bias", "depthwise_initializer", "pointwise_initializer", "bias_initializer",
        "depthwise_regularizer", "pointwise_regularizer", "bias_regularizer",
        "activity_regularizer", "depthwise_constraint", "pointwise_constraint", "bias_constraint",
    )  # fmt: skip

    def build(self, input_shape: Any) -> None:
        channels = input_shape[self.channel_axis]
        shape = (*self.kernel_size, channels, self.depth_multiplier)
        self.depthwise_kernel = self.named_weight("depthwise", shape, name="depthwise_kernel")
        shape = (*(1,) * self.rank, channels * self.depth_multiplier, self.filters)
        self.pointwise_kernel = self.named_weight("pointwise", shape, name="pointwise_kernel")
        self.end_build(channels, self.filters)

    def call(self, inputs: Any) -> Any:
        kernels = self.depthwise_kernel, self.pointwise_kernel
        return self.finish(ops.separable_conv(inputs, *kernels, *self.settings))


SeparableConv1D, SeparableConv2D = family(
    Separable, "SeparableConv{}D",
    "A convolution in two steps: each of the {channels} separately, then all at each position.",
    f"""It needs far fewer weights than a Conv{{rank}}D with the same window.

    Shapes: x {{shape}} -> out (batch, {{new}}, filters); lengths as for Conv2D.
    Weights: depthwise_kernel ({{axes}}, {{channels}}, depth_multiplier), pointwise_kernel
        ({{ones}}, {{channels}} * depth_multiplier, filters), bias (filters,).
    {FITTING}
    {SOURCE}
    """,
    {
        1: ("16, 3", "10, 4", "8, 16"),
        2: ('16, 3, padding="same"', "32, 32, 8", "32, 32, 16"),
    },
)  # fmt: skip

SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
