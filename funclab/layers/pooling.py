"""Layers that keep the maximum or the mean of each window, or of all positions."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab import ops
from funclab.layers.dimensions import Dimensional, family
from funclab.ops.nn.window import check_padding, per_axis


class Pooling(Dimensional, abstract=True):
    """A window that slides along the `rank` axes between batch and channels."""

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
        super().prepare()

    def call(self, inputs: Any) -> Any:
        settings = (self.pool_size, self.strides, self.padding, self.data_format)
        return type(self).pool(inputs, *settings)


POOLED = """
    Shapes: x {shape} -> out (batch, {new}, {channels}); new lengths as for Conv2D, with strides
        equal to `pool_size` unless given.
    Raises: ArgumentError for invalid settings of the window; ShapeError for inputs that are not
        {inputs}, or {smaller} than the window.
"""
EXAMPLES = {
    1: ("2", "8, 3", "4, 3"),
    2: ("2", "8, 8, 3", "4, 4, 3"),
    3: ("(1, 2, 2)", "4, 8, 8, 3", "4, 4, 4, 3"),
}
MaxPooling1D, MaxPooling2D, MaxPooling3D = family(
    Pooling, "MaxPooling{}D", "The largest element of each window of {inputs}, for each channel.",
    POOLED, EXAMPLES, pool=staticmethod(ops.max_pool),
)  # fmt: skip
AveragePooling1D, AveragePooling2D, AveragePooling3D = family(
    Pooling, "AveragePooling{}D",
    "The mean of each window of {inputs}, for each channel; padding does not count.",
    POOLED, EXAMPLES, pool=staticmethod(ops.average_pool),
)  # fmt: skip


class GlobalPooling(Dimensional, abstract=True):
    """One number per channel for all the axes between batch and channels."""

    reduce: ClassVar[Any]
    data_format: str | None = None
    keepdims: bool = False

    def call(self, inputs: Any) -> Any:
        return type(self).reduce(inputs, axis=self.axes, keepdims=bool(self.keepdims))


class MaskedPooling(GlobalPooling, abstract=True):
    """The mean of all steps that are not masked."""

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return super().call(inputs)
        beside = -1 if self.data_format == "channels_last" else 1
        weights = ops.expand_dims(ops.cast(mask, inputs.dtype), beside)
        total = ops.sum(ops.multiply(inputs, weights), axis=self.axes, keepdims=self.keepdims)
        return ops.divide(total, ops.sum(weights, axis=self.axes, keepdims=self.keepdims))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return None


WHOLE = """
    Shapes: x {shape} -> out (batch, {channels}), or with lengths of 1 kept.
"""
EXAMPLES = {1: ("", "8, 3", "3"), 2: ("", "8, 8, 3", "3"), 3: ("", "4, 8, 8, 3", "3")}
GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D = family(
    GlobalPooling, "GlobalMaxPooling{}D", "The largest element of each channel, over {inputs}.",
    WHOLE, EXAMPLES, reduce=staticmethod(ops.max),
)  # fmt: skip
GlobalAveragePooling1D, GlobalAveragePooling2D, GlobalAveragePooling3D = family(
    {1: MaskedPooling, 2: GlobalPooling, 3: GlobalPooling}, "GlobalAveragePooling{}D",
    {1: "The mean of each feature over all steps of sequences; masked steps do not count."}
    | dict.fromkeys((2, 3), "The mean of each channel, over whole {inputs}."),
    f"{WHOLE.rstrip()}\n    Source: Lin et al., \"Network in network\", ICLR 2014, section 3.2.",
    EXAMPLES, reduce=staticmethod(ops.mean),
)  # fmt: skip


class AdaptivePooling(Dimensional, abstract=True):
    """`output_size` windows along the `rank` axes between batch and channels."""

    pool: ClassVar[Any]
    output_size: Any
    data_format: str | None = None

    def prepare(self) -> None:
        self.output_size = per_axis(self.output_size, self.rank, "output_size")
        super().prepare()

    def call(self, inputs: Any) -> Any:
        return type(self).pool(inputs, self.output_size, self.data_format)


EVEN = """
    Windows are as equal as possible: number i of n begins at i * length / n, rounded down, and
         ends at (i + 1) * length / n, rounded up.

    Shapes: x {shape} -> out (batch, *output_size, {channels}).
"""
EXAMPLES = {
    1: ("4", "10, 3", "4, 3"),
    2: ("(4, 2)", "10, 9, 3", "4, 2, 3"),
    3: ("2", "5, 10, 9, 3", "2, 2, 2, 3"),
}
AdaptiveMaxPooling1D, AdaptiveMaxPooling2D, AdaptiveMaxPooling3D = family(
    AdaptivePooling, "AdaptiveMaxPooling{}D",
    "The largest element of each of `output_size` windows of {inputs}, for each channel.",
    EVEN, EXAMPLES, pool=staticmethod(ops.adaptive_max_pool),
)  # fmt: skip
AdaptiveAveragePooling1D, AdaptiveAveragePooling2D, AdaptiveAveragePooling3D = family(
    AdaptivePooling, "AdaptiveAveragePooling{}D",
    "The mean of each of `output_size` windows of {inputs}, for each channel.",
    EVEN, EXAMPLES, pool=staticmethod(ops.adaptive_average_pool),
)  # fmt: skip

MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalMaxPool1D, GlobalMaxPool2D = GlobalMaxPooling1D, GlobalMaxPooling2D
GlobalAvgPool3D, GlobalMaxPool3D = GlobalAveragePooling3D, GlobalMaxPooling3D
