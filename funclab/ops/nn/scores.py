"""Scoring predictions: the error or hit of each sample, and their weighted sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.engine.kernels import scores as kernels
from funclab.graph.op import Array, Op, as_float
from funclab.graph.shape_math import Shape
from funclab.ops.base import Slot, flat
from funclab.ops.nn.losses import PerElement, PerSample, check_same


class Total(Op):
    """out = sum(v * w) / n: a batch's loss from the losses v of its samples.

    `n` is 1, or with `mean` the number of elements of v; with a third input d it is sum(d) times
    the number of elements of v per element of d, and out is 0 if that is 0.

    Shapes: v (batch, ...), w and d shaped like the first axes of v -> out ().
    Gradient: gv = g * w / n; gw = g * v / n; gd = -g * out / sum(d), each summed over its axes.
    """

    mean: bool = True

    def shape(self, v: Shape, *weights: Shape) -> Shape:
        for weight in weights:
            check_same(weight, v[: len(weight)])
        return ()

    def dtype(self, v: str, *weights: str) -> str:
        return as_float(v)

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        return flat(*arrays)

    def forward(self, v: Array, *arrays: Array) -> None:
        *weights, out = arrays
        scale = self._scale(v, *weights)
        out[0] = scale * (_weighted_sum(v, weights[0]) if weights else kernels.plain_sum(v))

    def vjp(self, g: Array, v: Array, *arrays: Any) -> None:
        n = len(arrays) // 2
        weights, out, gv, slots = arrays[: n - 1], arrays[n - 1], arrays[n], arrays[n + 1 :]
        scale = self._scale(v, *weights)
        if gv is not None and weights:
            kernels.total_vjp(g, weights[0], scale, _rows(gv, weights[0]))
        elif gv is not None:
            gv.fill(g[0] * scale)
        if slots and slots[0] is not None:
            np.multiply(_rows(v, weights[0]).sum(1), g * scale, slots[0])
        if len(slots) > 1 and slots[1] is not None:
            slots[1].fill(-g[0] * out[0] / weights[1].sum())

    def _scale(self, v: Array, *weights: Array) -> float:
        if len(weights) == 2:
            divisor = weights[1].sum() * v.size / weights[1].size
            return 1.0 / divisor if divisor else 0.0
        return 1.0 / v.size if self.mean and v.size else 1.0


class Tally(Op):
    """Add a batch to a metric: (sum of v * w, sum of w) is added to sums; out = their quotient.

    Each sample counts once, however many elements it has. A single number v counts `batch` times.

    Shapes: sums (2,), v (batch, ...) or (), w shaped like the first axes of v -> out ().
    """

    makes = "first"
    mutates = (0,)
    differentiable = False
    batch: int = 1

    def shape(self, sums: Shape, v: Shape, *weights: Shape) -> Shape:
        for weight in weights:
            check_same(weight, v[: len(weight)])
        return ()

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        sums, v, *rest = arrays
        n = len(v) if v.ndim and v.size else v.size
        scale = n / v.size if v.ndim and v.size else float(self.batch)
        return (scale, sums, *flat(v, *rest))

    def forward(self, scale: float, sums: Array, v: Array, *arrays: Array) -> None:
        *weights, out = arrays
        if weights:
            gained = _weighted_sum(v, weights[0])
            count = kernels.plain_sum(weights[0]) * _rows(v, weights[0]).shape[1]
        else:
            gained, count = kernels.plain_sum(v), v.size
        before, counted = sums.tolist()  # for so few numbers Python is faster than NumPy
        sums[0] = total = before + scale * gained
        sums[1] = counted = counted + scale * count
        out[0] = total / counted if counted else 0.0


class ByKernel(PerSample, abstract=True):
    """One number for each sample, made by the kernel of the op's name."""

    def forward(self, target: Array, x: Array, out: Array) -> None:
        getattr(kernels, self.name)(target, x, out)


class SquaredError(ByKernel):
    """out = the mean of (x - target)^2 over the last axis.

    Shapes: target (..., n), x (..., n) -> out (...).
    Gradient: gx = g * 2 (x - target) / n; gtarget = -gx.
    """

    def vjp(self, g: Array, target: Array, x: Array, out: Array, gt: Slot, gx: Slot) -> None:
        for slot, a, b in ((gx, target, x), (gt, x, target)):
            if slot is not None:
                getattr(kernels, f"{self.name}_vjp")(g, a, b, slot)


class AbsoluteError(SquaredError):
    """out = the mean of |x - target| over the last axis.

    Shapes: target (..., n), x (..., n) -> out (...).
    Gradient: gx = g * sign(x - target) / n; gtarget = -gx.
    """


class ClassHits(ByKernel):
    """out = 1 where x and the target have their largest element at the same index, else 0.

    Shapes: target (..., classes), x (..., classes) -> out (...).
    """

    differentiable = False


class SparseClassHits(ClassHits):
    """out = 1 where the largest element of x is at the target class, else 0.

    Shapes: target (...) of class indices, x (..., classes) -> out (...).
    """

    sparse = True


class RankHits(SparseClassHits):
    """out = 1 where the target class is among the k largest elements of x, else 0.

    Shapes: target (...) of class indices, x (..., classes) -> out (...).
    """

    k: int = 5

    def forward(self, target: Array, x: Array, out: Array) -> None:
        kernels.rank_hits(target, x, out, self.k)


class ThresholdHits(PerElement):
    """out = 1 where x is above the threshold if and only if the target is 1, else 0.

    Shapes: target (any), x (same) -> out (same).
    """

    differentiable = False
    threshold: float = 0.5

    def forward(self, target: Array, x: Array, out: Array) -> None:
        kernels.threshold_hits(target, x, out, self.threshold)


def _weighted_sum(v: Array, w: Array) -> float:
    return kernels.weighted_sum(_rows(v, w), w)


def _rows(v: Array, w: Array) -> Array:
    return v.reshape(w.size, v.size // w.size if w.size else 0)
