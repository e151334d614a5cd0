"""The maximum, or the mean, of each window of images, sequences and volumes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from funclab.engine.kernels import pooling
from funclab.engine.kernels.threads import share_samples
from funclab.engine.kernels.window import volumes
from funclab.errors import ShapeError
from funclab.graph.op import Array, Work
from funclab.graph.shape_math import Shape, show
from funclab.ops.base import Data, named_like
from funclab.ops.nn.window import Sliding, Spatial, check_format, check_padding, per_axis

OPERATIONS = 50
"""The cost of one pixel of one channel in these loops, in operations of a matrix product."""


class Windows(Spatial, abstract=True):
    """One number for each window and channel."""

    def spans(self, x: Array, out: Array) -> list[Array]:
        """Where each window begins and ends, along the three axes of a volume."""
        raise NotImplementedError

    def volumes(self, x: Array) -> Array:
        """The same memory as (batch, depth, height, width, channels)."""
        return volumes(self.channels_last(x))

    def check_rank(self, x: Shape, size: Sequence[int]) -> None:
        if len(x) != len(size) + 2:
            raise ShapeError(
                f"{self.name} expected ndim={len(size) + 2}, found ndim={len(x)}: x has shape "
                f"{show(x)}.",
                why=f"a size of {show(size)} is for axes between the batch and the channels.",
                fix="add the missing axis with a Reshape layer, or pool with fewer dimensions.",
            )


class Largest(Windows, abstract=True):
    """out = the largest element of each window."""

    def work(self, x: Shape) -> Work:
        """The number of the largest pixel in each window, counted row by row."""
        return ((self.shape(x), "int32"),)

    def forward(self, x: Array, out: Array, winner: Array) -> None:
        arrays = [*map(self.volumes, (x, out, winner))]
        share_samples(OPERATIONS * x.size, pooling.max_pool, arrays, *self.spans(x, out))

    def vjp(self, g: Array, x: Array, out: Array, winner: Array, gx: Array) -> None:
        arrays = [*map(self._pixels, (g, winner, gx))]
        share_samples(OPERATIONS * x.size, pooling.max_pool_vjp, arrays)

    def _pixels(self, x: Array) -> Array:
        """The same memory as (batch, pixels, channels)."""
        images = self.channels_last(x)
        return images.reshape(len(x), -1, images.shape[-1], copy=False)


class Average(Windows, abstract=True):
    """out = the mean of each window."""

    def forward(self, x: Array, out: Array) -> None:
        arrays = [self.volumes(x), self.volumes(out)]
        share_samples(OPERATIONS * x.size, pooling.average_pool, arrays, *self.spans(x, out))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        arrays = [self.volumes(g), self.volumes(gx)]
        share_samples(OPERATIONS * x.size, pooling.average_pool_vjp, arrays, *self.spans(x, out))


class Pooling(Windows, Sliding, abstract=True):
    """A window of a fixed size that slides over each channel separately."""

    pool_size: tuple[int, ...] = (2, 2)

    def shape(self, x: Shape) -> Shape:
        self.check_rank(x, self.pool_size)
        spatial = self.out_spatial(x, self.pool_size, self._ones)
        return self.joined(x[0], spatial, self.channels(x))

    def spans(self, x: Array, out: Array) -> list[Array]:
        window = self.window(x, self.pool_size, self._ones)
        lengths = self.spatial(out.shape), self.spatial(x.shape)
        axes = zip(*lengths, window.size, window.strides, window.padding, strict=True)
        return alone_in_front([even_spans(*axis) for axis in axes])

    @property
    def _ones(self) -> tuple[int, ...]:
        return (1,) * len(self.pool_size)


@lru_cache(maxsize=256)
def even_spans(count: int, length: int, size: int, stride: int, padding: tuple[int, int]) -> Array:
    """Where each of `count` windows along an axis begins and ends, without the padding."""
    starts = np.arange(count) * stride - padding[0]
    return np.stack([np.maximum(starts, 0), np.minimum(starts + size, length)], axis=1)


def alone_in_front(spans: list[Array]) -> list[Array]:
    """Windows along three axes: an axis that an image or a sequence lacks has one window."""
    return [np.array([(0, 1)])] * (3 - len(spans)) + spans


class MaxPool(Largest, Pooling):
    """out = the largest element in each window, for each channel.

    Windows do not overlap unless `strides` are given.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, channels);
        without the width for sequences, with a depth in front of the height for volumes.
    Gradient: gx = g at the largest element (the first, if several are equal), zero elsewhere.
    Numerics: NaN counts as largest. Padding is never the largest.
    """


class AveragePool(Average, Pooling):
    """out = the mean of each window, for each channel; padding does not count.

    Windows do not overlap unless `strides` are given.

    Shapes: x (batch, height, width, channels) -> out (batch, new height, new width, channels);
        without the width for sequences, with a depth in front of the height for volumes.
    Gradient: gx = the sum of g / elements in the window, over all windows that hold the element.
    """


class AdaptivePooling(Windows, abstract=True):
    """`output_size` windows, each just long enough that together they cover the axis."""

    keras = ""
    output_size: tuple[int, ...] = (1, 1)
    data_format: str = "channels_last"

    def shape(self, x: Shape) -> Shape:
        self.check_rank(x, self.output_size)
        return self.joined(x[0], self.output_size, self.channels(x))

    def spans(self, x: Array, out: Array) -> list[Array]:
        lengths = zip(self.output_size, self.spatial(x.shape), strict=True)
        return alone_in_front([adaptive_spans(*pair) for pair in lengths])


@lru_cache(maxsize=256)
def adaptive_spans(count: int, length: int) -> Array:
    """Where each of `count` windows that together cover an axis begins and ends.

    Window i of n goes from i * length / n, rounded down, to (i + 1) * length / n, rounded up.
    """
    i = np.arange(count)
    return np.stack([i * length // count, -(-(i + 1) * length // count)], axis=1)


class AdaptiveMaxPool(Largest, AdaptivePooling):
    """out = the largest element of each of `output_size` windows, for each channel.

    Shapes: x (batch, height, width, channels) -> out (batch, *output_size, channels).
    Gradient: gx = g at the largest element (the first, if several are equal), zero elsewhere.
    Numerics: NaN counts as largest.
    """


class AdaptiveAveragePool(Average, AdaptivePooling):
    """out = the mean of each of `output_size` windows, for each channel.

    Shapes: x (batch, height, width, channels) -> out (batch, *output_size, channels).
    Gradient: gx = the sum of g / elements in the window, over all windows that hold the element.
    """


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


def _adaptive(op: Any, name: str) -> Any:
    def pool(inputs: Data, output_size: int | Sequence[int], data_format: str | None = None) -> Any:
        size = per_axis(output_size, len(inputs.shape) - 2, "output_size")
        return op(size, check_format(data_format))(inputs)

    return named_like(op, pool, name)


adaptive_max_pool = _adaptive(AdaptiveMaxPool, "adaptive_max_pool")
adaptive_average_pool = _adaptive(AdaptiveAveragePool, "adaptive_average_pool")
