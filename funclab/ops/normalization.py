"""Normalization by the statistics of a batch, or by those gathered in training."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab import shape_math
from funclab.errors import ShapeError
from funclab.graph.op import Array, Op, Work
from funclab.kernels import normalization as kernels
from funclab.shape_math import Shape, show


class PerChannel(Op, abstract=True):
    """An op with one number per channel; the channels are on `axis`."""

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

    def dtype(self, *dtypes: str) -> str:
        return dtypes[0]

    def rows(self, x: Array) -> Array:
        """(rows, channels): the same memory when the channels come last, else a copy."""
        return np.moveaxis(x, self.axis, -1).reshape(-1, x.shape[self.axis])

    def store(self, rows: Array, out: Array) -> None:
        """Write to `out` what was computed in `self.rows(out)`."""
        if not np.shares_memory(rows, out):
            moved = np.moveaxis(out, self.axis, -1)
            np.copyto(moved, rows.reshape(moved.shape))


class BatchNormalization(PerChannel):
    """Each channel is brought to mean 0 and variance 1 over the batch, then scaled and moved.

    out = scale (x - mean) / sqrt(variance + epsilon) + offset, with the mean and the variance of
    this batch, over all axes but `axis`. The moving statistics follow: each becomes momentum times
    itself plus 1 - momentum times that of the batch.

    Shapes: x (any), scale, offset, moving mean and moving variance (channels,) -> out (same as x).
        If `masked`, a mask over the leading axes of x follows: where it is False, x does not count
        in mean and variance.
    Gradient: with y = (x - mean) / std and n elements per channel,
        gx = scale / std * (g - sum(g) / n - y sum(g y) / n); gscale = sum(g y); goffset = sum(g).
    Numerics: sums in float64, of distances from one row of the data. The variance is biased
        (divided by n), in the moving statistics too.
    Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing
        internal covariate shift", 2015.
    """

    momentum: float = 0.99
    masked: bool = False
    mutates: ClassVar[tuple[int, ...]] = (3, 4)

    def work(self, x: Shape, *channels: Shape) -> Work:
        """Mean and variance of the batch."""
        return ((x[self.axis],), "float64"), ((x[self.axis],), "float64")

    def forward(self, x: Array, scale: Array, offset: Array, *rest: Array) -> None:
        moving_mean, moving_variance, *mask, out, mean, variance = rest
        rows, into = self.rows(x), self.rows(out)
        mean[:], variance[:] = kernels.moments(rows, self._mask(mask, x))
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
        if gscale is not None:
            np.copyto(gscale, products * inverse)
        if goffset is not None:
            np.copyto(goffset, total)
        if gx is not None:
            counts = self._mask(mask, x)
            steep = scale * inverse / kernels.counted(counts, rows)
            into = self.rows(gx)
            pulls = total * steep, products * inverse**2 * steep
            kernels.moments_vjp(g, rows, mean, scale * inverse, *pulls, counts, into)
            self.store(into, gx)

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
                if slot is not None:
                    np.copyto(slot, value)


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
) -> Any:
    """Normalize by this batch's mean and variance, which the moving statistics follow (training).

    Shapes: x (any), the next four (channels,), mask over leading axes of x -> same as x.
    """
    op = BatchNormalization(axis, epsilon, momentum, masked=mask is not None)
    extra = () if mask is None else (mask,)
    return op(x, scale, offset, moving_mean, moving_variance, *extra)


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int = -1,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 1e-3,
) -> Any:
    """Normalize by a given mean and variance: scale (x - mean) / sqrt(variance + epsilon) + offset.

    Shapes: x (any), the others (channels,) -> same as x. Without offset it is 0, without scale 1.
    """
    channels = tuple(mean.shape)
    scale = np.ones(channels, x.dtype) if scale is None else scale
    offset = np.zeros(channels, x.dtype) if offset is None else offset
    return Normalization(axis, epsilon)(x, scale, offset, mean, variance)
