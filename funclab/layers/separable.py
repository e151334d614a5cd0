"""Convolutions that treat each channel by itself first."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.layers.convolution import Sliding

WINDOW = ("kernel_size", "strides", "padding")


class Depthwise(Sliding, abstract=True):
    """Filters of each channel of its own, which slide over the axes between batch and channels."""

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


class DepthwiseConv2D(Depthwise):
    """Filters that slide over the channels of images one by one: no channel sees another.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, channels *
        depth_multiplier); lengths as for Conv2D.
    Weights: kernel (height, width, channels, depth_multiplier), bias (channels *
        depth_multiplier,).
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        images, or smaller than the window.
    Source: Chollet, "Xception: deep learning with depthwise separable convolutions", CVPR 2017.

    >>> from funclab import Input
    >>> DepthwiseConv2D(3, depth_multiplier=2)(Input((32, 32, 8))).shape
    (None, 30, 30, 16)
    """


class DepthwiseConv1D(Depthwise):
    """Filters that slide along the features of sequences one by one: no feature sees another.

    Shapes: x (batch, time, features) -> out (batch, new time, features * depth_multiplier).
    Weights: kernel (time, features, depth_multiplier), bias (features * depth_multiplier,).
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        sequences, or shorter than the window.

    >>> from funclab import Input
    >>> DepthwiseConv1D(3, padding="same")(Input((10, 4))).shape
    (None, 10, 4)
    """

    rank = 1


class Separable(Depthwise, abstract=True):
    """A depthwise convolution, then one with a window of one position that mixes the channels."""

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


class SeparableConv2D(Separable):
    """A convolution in two steps: each channel by itself, then all channels of each pixel.

    It needs far fewer weights than a Conv2D that sees as much.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, filters);
        lengths as for Conv2D.
    Weights: depthwise_kernel (height, width, channels, depth_multiplier), pointwise_kernel (1, 1,
        channels * depth_multiplier, filters), bias (filters,).
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        images, or smaller than the window.
    Source: Chollet, "Xception: deep learning with depthwise separable convolutions", CVPR 2017.

    >>> from funclab import Input
    >>> SeparableConv2D(16, 3, padding="same")(Input((32, 32, 8))).shape
    (None, 32, 32, 16)
    """


class SeparableConv1D(Separable):
    """A convolution in two steps: each feature by itself, then all features of each step.

    Shapes: x (batch, time, features) -> out (batch, new time, filters); lengths as for Conv2D.
    Weights: depthwise_kernel (time, features, depth_multiplier), pointwise_kernel (1, features *
        depth_multiplier, filters), bias (filters,).
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        sequences, or shorter than the window.

    >>> from funclab import Input
    >>> SeparableConv1D(16, 3)(Input((10, 4))).shape
    (None, 8, 16)
    """

    rank = 1


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
