"""Layers that keep the largest or the mean of each neighbourhood, or of everything."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab import ops
from funclab.layers.base import Layer
from funclab.layers.spec import InputSpec
from funclab.ops.window import check_padding, per_axis


class Pooling(Layer, abstract=True):
    """A window that moves along the `rank` axes between batch and channels."""

    rank = 2
    pool: ClassVar[Any]
    pool_size: Any = 2
    strides: Any = None
    padding: str = "valid"
    data_format: str | None = None

    def prepare(self) -> None:
        self.pool_size = per_axis(self.pool_size, self.rank, "pool_size")
        strides = self.pool_size if self.strides is None else self.strides
        self.strides = per_axis(strides, self.rank, "strides")
        self.padding = check_padding(self.padding)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        settings = (self.pool_size, self.strides, self.padding, self.data_format)
        return type(self).pool(inputs, *settings)


class MaxPooling2D(Pooling):
    """The largest element of each window of an image, channel by channel.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, channels); new
        lengths as for Conv2D, with strides equal to `pool_size` unless given.
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        images, or smaller than the window.

    >>> from funclab import Input
    >>> MaxPooling2D(2)(Input((8, 8, 3))).shape
    (None, 4, 4, 3)
    """

    pool = staticmethod(ops.max_pool)


class AveragePooling2D(Pooling):
    """The mean of each window of an image, channel by channel; padding does not count.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, channels); new
        lengths as for MaxPooling2D.
    Raises: ArgumentError for settings that make no window; ShapeError for inputs that are not
        images, or smaller than the window.

    >>> from funclab import Input
    >>> AveragePooling2D(2)(Input((8, 8, 3))).shape
    (None, 4, 4, 3)
    """

    pool = staticmethod(ops.average_pool)


class MaxPooling1D(Pooling):
    """The largest element of each window of a sequence, feature by feature.

    Shapes: x (batch, time, features) -> out (batch, new time, features).

    >>> from funclab import Input
    >>> MaxPooling1D(2)(Input((8, 3))).shape
    (None, 4, 3)
    """

    rank = 1
    pool = staticmethod(ops.max_pool)


class AveragePooling1D(Pooling):
    """The mean of each window of a sequence, feature by feature.

    Shapes: x (batch, time, features) -> out (batch, new time, features).

    >>> from funclab import Input
    >>> AveragePooling1D(2)(Input((8, 3))).shape
    (None, 4, 3)
    """

    rank = 1
    pool = staticmethod(ops.average_pool)


class MaxPooling3D(Pooling):
    """The largest element of each window of a volume, channel by channel.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, new depth, new height, new
        width, channels).

    >>> from funclab import Input
    >>> MaxPooling3D((1, 2, 2))(Input((4, 8, 8, 3))).shape
    (None, 4, 4, 4, 3)
    """

    rank = 3
    pool = staticmethod(ops.max_pool)


class AveragePooling3D(Pooling):
    """The mean of each window of a volume, channel by channel; padding does not count.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, new depth, new height, new
        width, channels).

    >>> from funclab import Input
    >>> AveragePooling3D(2)(Input((4, 8, 8, 3))).shape
    (None, 2, 4, 4, 3)
    """

    rank = 3
    pool = staticmethod(ops.average_pool)


class GlobalPooling(Layer, abstract=True):
    """One number per channel for all the axes between batch and channels."""

    input_spec = InputSpec(ndim=4)
    reduce: ClassVar[Any]
    data_format: str | None = None
    keepdims: bool = False

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes that go."""
        last = self.input_spec.ndim
        return tuple(range(2, last) if self.data_format == "channels_first" else range(1, last - 1))

    def call(self, inputs: Any) -> Any:
        return type(self).reduce(inputs, axis=self.axes, keepdims=bool(self.keepdims))


class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel over the whole image.

    Shapes: x (batch, height, width, channels) -> out (batch, channels), or with lengths 1 kept.
    Source: Lin et al., "Network in network", ICLR 2014, section 3.2.

    >>> from funclab import Input
    >>> GlobalAveragePooling2D()(Input((8, 8, 3))).shape
    (None, 3)
    """

    reduce = staticmethod(ops.mean)


class GlobalMaxPooling2D(GlobalPooling):
    """The largest element of each channel over the whole image.

    Shapes: x (batch, height, width, channels) -> out (batch, channels), or with lengths 1 kept.

    >>> from funclab import Input
    >>> GlobalMaxPooling2D()(Input((8, 8, 3))).shape
    (None, 3)
    """

    reduce = staticmethod(ops.max)


class GlobalAveragePooling1D(GlobalPooling):
    """The mean of each feature over all steps of a sequence; masked steps do not count.

    Shapes: x (batch, time, features) -> out (batch, features), or with length 1 kept.

    >>> from funclab import Input
    >>> GlobalAveragePooling1D()(Input((8, 3))).shape
    (None, 3)
    """

    input_spec = InputSpec(ndim=3)
    reduce = staticmethod(ops.mean)

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return super().call(inputs)
        beside = -1 if self.data_format == "channels_last" else 1
        weights = ops.expand_dims(ops.cast(mask, inputs.dtype), beside)
        total = ops.sum(ops.multiply(inputs, weights), axis=self.axes, keepdims=self.keepdims)
        return ops.divide(total, ops.sum(weights, axis=self.axes, keepdims=self.keepdims))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return None


class GlobalMaxPooling1D(GlobalPooling):
    """The largest element of each feature over all steps of a sequence.

    Shapes: x (batch, time, features) -> out (batch, features), or with length 1 kept.

    >>> from funclab import Input
    >>> GlobalMaxPooling1D()(Input((8, 3))).shape
    (None, 3)
    """

    input_spec = InputSpec(ndim=3)
    reduce = staticmethod(ops.max)


class GlobalAveragePooling3D(GlobalPooling):
    """The mean of each channel over the whole volume.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, channels), or with lengths 1
        kept.

    >>> from funclab import Input
    >>> GlobalAveragePooling3D()(Input((4, 8, 8, 3))).shape
    (None, 3)
    """

    input_spec = InputSpec(ndim=5)
    reduce = staticmethod(ops.mean)


class GlobalMaxPooling3D(GlobalPooling):
    """The largest element of each channel over the whole volume.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, channels), or with lengths 1
        kept.

    >>> from funclab import Input
    >>> GlobalMaxPooling3D(keepdims=True)(Input((4, 8, 8, 3))).shape
    (None, 1, 1, 1, 3)
    """

    input_spec = InputSpec(ndim=5)
    reduce = staticmethod(ops.max)


class AdaptivePooling(Layer, abstract=True):
    """As many windows as `output_size` says along the `rank` axes between batch and channels."""

    rank = 2
    pool: ClassVar[Any]
    output_size: Any
    data_format: str | None = None

    def prepare(self) -> None:
        self.output_size = per_axis(self.output_size, self.rank, "output_size")
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        return type(self).pool(inputs, self.output_size, self.data_format)


class AdaptiveAveragePooling1D(AdaptivePooling):
    """The mean of each of `output_size` windows of a sequence, channel by channel.

    Windows are as even as they can be: number i of n begins at i * length / n, rounded down, and
    ends at (i + 1) * length / n, rounded up.

    Shapes: x (batch, time, features) -> out (batch, output_size, features).

    >>> from funclab import Input
    >>> AdaptiveAveragePooling1D(4)(Input((10, 3))).shape
    (None, 4, 3)
    """

    rank = 1
    pool = staticmethod(ops.adaptive_average_pool)


class AdaptiveAveragePooling2D(AdaptivePooling):
    """The mean of each of `output_size` windows of an image, channel by channel.

    Windows are as even as they can be: number i of n begins at i * length / n, rounded down, and
    ends at (i + 1) * length / n, rounded up.

    Shapes: x (batch, height, width, channels) -> out (batch, *output_size, channels).

    >>> from funclab import Input
    >>> AdaptiveAveragePooling2D((4, 2))(Input((10, 9, 3))).shape
    (None, 4, 2, 3)
    """

    pool = staticmethod(ops.adaptive_average_pool)


class AdaptiveAveragePooling3D(AdaptivePooling):
    """The mean of each of `output_size` windows of a volume, channel by channel.

    Windows are as even as they can be: number i of n begins at i * length / n, rounded down, and
    ends at (i + 1) * length / n, rounded up.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, *output_size, channels).

    >>> from funclab import Input
    >>> AdaptiveAveragePooling3D(2)(Input((5, 10, 9, 3))).shape
    (None, 2, 2, 2, 3)
    """

    rank = 3
    pool = staticmethod(ops.adaptive_average_pool)


class AdaptiveMaxPooling1D(AdaptivePooling):
    """The largest element of each of `output_size` windows of a sequence, channel by channel.

    Windows are as even as they can be: number i of n begins at i * length / n, rounded down, and
    ends at (i + 1) * length / n, rounded up.

    Shapes: x (batch, time, features) -> out (batch, output_size, features).

    >>> from funclab import Input
    >>> AdaptiveMaxPooling1D(4)(Input((10, 3))).shape
    (None, 4, 3)
    """

    rank = 1
    pool = staticmethod(ops.adaptive_max_pool)


class AdaptiveMaxPooling2D(AdaptivePooling):
    """The largest element of each of `output_size` windows of an image, channel by channel.

    Windows are as even as they can be: number i of n begins at i * length / n, rounded down, and
    ends at (i + 1) * length / n, rounded up.

    Shapes: x (batch, height, width, channels) -> out (batch, *output_size, channels).

    >>> from funclab import Input
    >>> AdaptiveMaxPooling2D((4, 2))(Input((10, 9, 3))).shape
    (None, 4, 2, 3)
    """

    pool = staticmethod(ops.adaptive_max_pool)


class AdaptiveMaxPooling3D(AdaptivePooling):
    """The largest element of each of `output_size` windows of a volume, channel by channel.

    Windows are as even as they can be: number i of n begins at i * length / n, rounded down, and
    ends at (i + 1) * length / n, rounded up.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, *output_size, channels).

    >>> from funclab import Input
    >>> AdaptiveMaxPooling3D(2)(Input((5, 10, 9, 3))).shape
    (None, 2, 2, 2, 3)
    """

    rank = 3
    pool = staticmethod(ops.adaptive_max_pool)


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalMaxPool1D, GlobalMaxPool2D = GlobalMaxPooling1D, GlobalMaxPooling2D
GlobalAvgPool3D, GlobalMaxPool3D = GlobalAveragePooling3D, GlobalMaxPooling3D
