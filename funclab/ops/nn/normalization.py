"""Normalization by statistics of batches, collected in training, or of each single sample."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from funclab import config
from funclab.engine.kernels import normalization as kernels
from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op, Work, as_float
from funclab.graph.shape_math import Shape, known, show
from funclab.ops.arithmetic import divide, maximum, multiply, power
from funclab.ops.base import Data, in_keras, shape_of, write
from funclab.ops.elementwise import absolute, rsqrt, square
from funclab.ops.reduction import Axis, sum, to_axis


def rows_of(x: Array, *axes: int) -> Array:
    """A matrix with a row for each position on the other axes: a view if `axes` come last."""
    last = range(x.ndim - len(axes), x.ndim)
    if [axis % x.ndim for axis in axes] != [*last]:
        x = np.moveaxis(x, axes, last)
    return x.reshape(-1, math.prod(x.shape[last.start :]))


def store(rows: Array, out: Array, *axes: int) -> None:
    """Write to `out` what was computed in `rows_of(out, *axes)`."""
    if not np.may_share_memory(rows, out):  # rows is a copy
        moved = np.moveaxis(out, axes, range(-len(axes), 0))
        np.copyto(moved, rows.reshape(moved.shape))


class PerChannel(Op, abstract=True):
    """An op with one number per channel; the channels are on `axis`."""

    makes = "first"
    axis: int = -1
    epsilon: float = 1e-3

    def shape(self, x: Shape, *channels: Shape) -> Shape:
        axis = shape_math.axis_index(self.axis, len(x))
        for channel in channels[:4]:
            if not shape_math.same(channel, x[axis : axis + 1]):
                raise ShapeError(
                    f"Batch normalization on axis {self.axis} of a tensor of shape {show(x)} "
                    f"expected shape={show(x[axis : axis + 1])}, found shape={show(channel)}.",
                    why="scale, offset, mean and variance hold one number per channel.",
                    fix=f"give them the shape {show(x[axis : axis + 1])}, or name another axis.",
                )
        return x

    def rows(self, x: Array) -> Array:
        """(rows, channels): the same memory if the channels come last, else a copy."""
        return rows_of(x, self.axis)

    def store(self, rows: Array, out: Array) -> None:
        store(rows, out, self.axis)


class BatchNormalization(PerChannel):
    """Each channel is normalized to mean 0 and variance 1 over the batch, then scaled and shifted.

    out = scale (x - mean) / sqrt(variance + epsilon) + offset, with the mean and the variance of
    this batch, over all axes but `axis`. The moving statistics are updated: each becomes momentum
    times itself plus 1 - momentum times that of the batch.

    Shapes: x (any), scale, offset, moving mean and moving variance (channels,) -> out (same as x).
        If `masked`, a mask over the leading axes of x follows: where it is False, x does not count
        in mean and variance.
    Gradient: with y = (x - mean) / std and n elements per channel,
        gx = scale / std * (g - sum(g) / n - y sum(g y) / n); gscale = sum(g y); goffset = sum(g).
    Numerics: sums in float64, of differences from one row of the data. The variance is biased
        (divided by n), in the moving statistics too.
    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing
        internal covariate shift", 2015.
    """

    keras = ""
    momentum: float = 0.99
    masked: bool = False
    synchronized: bool = False
    """Whether a batch that is split across several machines is normalized as a whole."""
    mutates: ClassVar[tuple[int, ...]] = (3, 4)

    def work(self, x: Shape, *channels: Shape) -> Work:
        """Mean and variance of the batch."""
        return ((x[self.axis],), "float64"), ((x[self.axis],), "float64")

    def forward(self, x: Array, scale: Array, offset: Array, *rest: Array) -> None:
        moving_mean, moving_variance, *mask, out, mean, variance = rest
        rows, into = self.rows(x), self.rows(out)
        mean[:], variance[:] = self.moments(rows, self._mask(mask, x))
        kernels.normalize(rows, mean, scale / np.sqrt(variance + self.epsilon), offset, into)
        self.store(into, out)
        for moving, batch in ((moving_mean, mean), (moving_variance, variance)):
            moving *= self.momentum
            moving += (1 - self.momentum) * batch

    def vjp(self, g: Array, x: Array, scale: Array, offset: Array, *rest: Any) -> None:
        mask, (_, mean, variance, *slots) = rest[2 : 2 + self.masked], rest[2 + self.masked :]
        gx, gscale, goffset = slots[:3]
        g, rows = self.rows(g), self.rows(x)
        total, products = kernels.sums_for_vjp(g, rows, mean)
        inverse = 1 / np.sqrt(variance + self.epsilon)
        write(products * inverse, gscale)
        write(total, goffset)
        if gx is not None:
            counts = self._mask(mask, x)
            total, products, number = self.pulls(total, products, counts, rows)
            steep = scale * inverse / number
            into = self.rows(gx)
            pulls = total * steep, products * inverse**2 * steep
            kernels.moments_vjp(g, rows, mean, scale * inverse, *pulls, counts, into)
            self.store(into, gx)

    def moments(self, rows: Array, mask: Array | None) -> tuple[Array, Array]:
        """Mean and variance of each channel, over the rows of the batch that count."""
        return kernels.moments(rows, mask)

    def pulls(
        self, total: Array, products: Array, mask: Array | None, rows: Array
    ) -> tuple[Array, Array, float]:
        """The batch's sums of g and of g (x - mean), and how many rows count."""
        return total, products, float(kernels.counted(mask, rows))

    def _mask(self, mask: Any, x: Array) -> Array | None:
        """For each row, whether it counts."""
        if not self.masked:
            return None
        shape = np.moveaxis(x, self.axis, -1).shape[:-1]
        aligned = mask[0].reshape(mask[0].shape + (1,) * (len(shape) - mask[0].ndim))
        return np.broadcast_to(aligned, shape).reshape(-1).astype(bool)


class Normalization(PerChannel):
    """out = scale (x - mean) / sqrt(variance + epsilon) + offset, with given mean and variance.

    Shapes: x (any), scale, offset, mean and variance (channels,) -> out (same as x).
    Gradient: with y = (x - mean) / std: gx = g scale / std; gscale = sum(g y); goffset = sum(g);
        gmean = -scale / std sum(g); gvariance = -scale / (2 variance + 2 epsilon) sum(g y).
    """

    def forward(
        self, x: Array, scale: Array, offset: Array, mean: Array, variance: Array, out: Array
    ) -> None:
        into = self.rows(out)
        steep = scale / np.sqrt(variance + self.epsilon)
        kernels.normalize(self.rows(x), mean, steep, offset, into)
        self.store(into, out)

    def vjp(self, g: Array, x: Array, scale: Array, *rest: Any) -> None:
        _, mean, variance, _, gx, *slots = rest
        inverse = 1 / np.sqrt(variance + self.epsilon)
        if gx is not None:
            into, none = self.rows(gx), np.zeros_like(mean)
            kernels.normalize(self.rows(g), none, scale * inverse, none, into)
            self.store(into, gx)
        if any(slot is not None for slot in slots):
            total, products = kernels.sums_for_vjp(self.rows(g), self.rows(x), mean)
            along = products * inverse
            gradients = along, total, -total * scale * inverse, -0.5 * along * scale * inverse**2
            for slot, value in zip(slots, gradients, strict=True):
                write(value, slot)


class LayerNormalization(Op):
    """Each sample is normalized to mean 0 and variance 1 along `axis`, then scaled and shifted.

    out = scale (x - mean) / sqrt(variance + epsilon) + offset, with the mean and the variance along
    the axes, at each position of the others.

    Shapes: x (any), if `scaled` scale, and if `moved` offset (the lengths of the axes) -> out (same
        as x).
    Gradient: with y = (x - mean) / std, h = scale g, and means along the axes,
        gx = (h - mean(h) - y mean(h y)) / std; gscale = sum(g y); goffset = sum(g).
    Numerics: means in float64, the variance from differences to the mean.
    Source: Ba et al., "Layer normalization", 2016, equation 4.
    """

    keras = ""
    axis: tuple[int, ...] = (-1,)
    epsilon: float = 1e-3
    scaled: bool = True
    moved: bool = True
    centered: ClassVar[bool] = True

    def shape(self, x: Shape, *weights: Shape) -> Shape:
        wanted = tuple(x[axis] for axis in shape_math.reduced_axes(len(x), self.axis))
        for weight in weights:
            if sorted(known(weight)) != sorted(known(wanted)):
                raise ShapeError(
                    f"Normalization along axis {self.axis} of a tensor of shape {show(x)} "
                    f"expected shape={show(wanted)}, found shape={show(weight)}.",
                    why="there is one number for each position along these axes.",
                    fix=f"give scale and offset the shape {show(wanted)}, or name other axes.",
                )
        return x

    def dtype(self, x: str, *weights: str) -> str:
        return as_float(x)

    def work(self, x: Shape, *weights: Shape) -> Work:
        """The mean and 1 / the standard deviation of each row."""
        rows = shape_math.reduce(x, self.axis, keepdims=False)
        return (rows, "float64"), (rows, "float64")

    def forward(self, x: Array, *rest: Array) -> None:
        *weights, out, mean, inverse = rest
        rows, into = rows_of(x, *self.axes(x)), rows_of(out, *self.axes(x))
        offset = weights[-1].reshape(-1) if self.moved else np.zeros(rows.shape[1], rows.dtype)
        around = self._scale(rows, weights), offset, self.epsilon
        statistics = mean.reshape(-1), inverse.reshape(-1)
        kernels.normalize_rows(rows, *around, self.centered, into, *statistics)
        store(into, out, *self.axes(x))

    def vjp(self, g: Array, x: Array, *rest: Any) -> None:
        count = self.scaled + self.moved
        weights, (_, mean, inverse, gx, *slots) = rest[:count], rest[count:]
        axes = self.axes(x)
        rows, into = rows_of(x, *axes), rows_of(np.empty_like(g) if gx is None else gx, *axes)
        statistics = mean.reshape(-1), inverse.reshape(-1)
        around = rows, self._scale(rows, weights), *statistics, self.centered
        sums = kernels.normalize_rows_vjp(rows_of(g, *axes), *around, into)
        for slot, total in zip(slots, sums[0 if self.scaled else 1 :], strict=False):
            if slot is not None:
                np.copyto(slot, total.reshape(slot.shape))
        if gx is not None:
            store(into, gx, *axes)

    def axes(self, x: Array) -> tuple[int, ...]:
        return shape_math.reduced_axes(x.ndim, self.axis)

    def _scale(self, rows: Array, weights: Any) -> Array:
        return weights[0].reshape(-1) if self.scaled else np.ones(rows.shape[1], rows.dtype)


class RMSNormalization(LayerNormalization):
    """Each sample is divided by the root of its mean square along `axis`, then scaled.

    out = scale x / sqrt(mean(x^2) + epsilon): a layer normalization without subtracting the mean.

    Shapes: x (any), if `scaled` scale (the lengths of the axes) -> out (same as x).
    Gradient: with y = x / root, h = scale g, gx = (h - y mean(h y)) / root; gscale = sum(g y).
    Numerics: sums over the batch in float64, those of a row in the dtype of x.
    Source: Zhang and Sennrich, "Root mean square layer normalization", NeurIPS 2019, equation 4.
    """

    name = "rms_normalization"
    moved: bool = False
    centered: ClassVar[bool] = False


def normalize_batch(
    x: Any,
    scale: Any,
    offset: Any,
    moving_mean: Any,
    moving_variance: Any,
    mask: Any = None,
    axis: int = -1,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
    synchronized: bool = False,
) -> Any:
    """Normalize by this batch's mean and variance, and update the moving statistics (training).

    A batch that is split across several machines is normalized on each machine separately, or as a
    whole if `synchronized`.
    Shapes: x (any), the next four (channels,), mask over leading axes of x -> same as x.
    """
    op = BatchNormalization(axis, epsilon, momentum, mask is not None, synchronized)
    extra = () if mask is None else (mask,)
    return op(x, scale, offset, moving_mean, moving_variance, *extra)


@in_keras("nn.BatchNorm")
def batch_normalization(
    x: Data,
    mean: Data,
    variance: Data,
    axis: int = -1,
    offset: Data = None,
    scale: Data = None,
    epsilon: float = 1e-3,
) -> Any:
    """Normalize by a given mean and variance: scale (x - mean) / sqrt(variance + epsilon) + offset.

    Shapes: x (any), the others (channels,) -> same as x. Without offset it is 0, without scale 1.
    """
    channels = tuple(mean.shape)
    scale = np.ones(channels, x.dtype) if scale is None else scale
    offset = np.zeros(channels, x.dtype) if offset is None else offset
    return Normalization(axis, epsilon)(x, scale, offset, mean, variance)


@in_keras("nn.LayerNorm")
def layer_normalization(
    x: Data, gamma: Data = None, beta: Data = None, axis: Any = -1, epsilon: float | None = None
) -> Any:
    """Each sample normalized to mean 0 and variance 1 along `axis`, times gamma, plus beta.

    Shapes: x (any), gamma and beta (the lengths of the axes) -> same as x. For epsilon, None is
        1e-7.
    """
    epsilon = config.epsilon() if epsilon is None else epsilon
    op = LayerNormalization(_axes(axis), epsilon, gamma is not None, beta is not None)
    return op(x, *(weight for weight in (gamma, beta) if weight is not None))


@in_keras("nn.RMSNorm")
def rms_normalization(
    x: Data, scale: Data = None, axis: Any = -1, epsilon: float | None = None
) -> Any:
    """Each sample divided by the root of its mean square along `axis`, times scale.

    Shapes: x (any), scale (broadcast with x) -> same as x. None for epsilon is 1e-7.
    """
    epsilon, rank = config.epsilon() if epsilon is None else epsilon, len(shape_of(x))
    axes = shape_math.reduced_axes(rank, _axes(axis))
    if scale is not None and shape_of(x)[axes[0] :] == shape_of(scale):
        return RMSNormalization(_axes(axis), epsilon)(x, scale)
    y = RMSNormalization(_axes(axis), epsilon, scaled=False)(x)
    return y if scale is None else multiply(y, scale)


def normalize(x: Data, axis: Axis = -1, order: int = 2, epsilon: float | None = None) -> Any:
    """x divided by its norm along `axis`, or by epsilon (None: 1e-7) where the norm is smaller.

    The norm is (the sum of |x|^order)^(1 / order).
    """
    if not isinstance(order, int) or order < 1 or (order != 2 and not isinstance(axis, int)):
        raise ArgumentError(
            f"Argument `order` must be an int >= 1. Received: order={order} and axis={axis}.",
            why="a sum of powers measures a vector; along several axes only squares do.",
            fix="write for example order=2.",
        )
    axis, epsilon = to_axis(axis), config.epsilon() if epsilon is None else epsilon
    if order == 2:
        squares = sum(square(x), axis, keepdims=True)
        return multiply(x, rsqrt(maximum(squares, epsilon**2)))
    powers = sum(power(absolute(x), order), axis, keepdims=True)
    return divide(x, power(maximum(powers, epsilon**order), 1 / order))


def _axes(axis: Any) -> tuple[int, ...]:
    axes = to_axis(axis)
    return (axes,) if isinstance(axes, int) else axes or ()
