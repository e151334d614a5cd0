"""Medians, quantiles, averages, sums that ignore NaN, running products, and correlation."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape
from funclab.ops.arithmetic import add, divide, multiply, subtract, where
from funclab.ops.arranging import diff, extract_sequences
from funclab.ops.base import Data, shape_of, with_settings
from funclab.ops.basic import cast, ones_like
from funclab.ops.copies import flip, pad
from funclab.ops.elementwise import isnan, logical_not, sqrt, square
from funclab.ops.indexing import get_item
from funclab.ops.matrices.matmul import matmul
from funclab.ops.moving import diagonal
from funclab.ops.reduction import (
    Axis, Cumsum, all, argmax, argmin, check_elements, cumsum, max, mean, min, prod, sum,
)  # fmt: skip
from funclab.ops.shaping import expand_dims, moveaxis, ravel, reshape, transpose
from funclab.registry.parameters import wrong_value


def amax(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest element along `axis`."""
    return max(x, axis, keepdims)


def amin(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The smallest element along `axis`."""
    return min(x, axis, keepdims)


METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


class Quantile(Op):
    """out = the value below which the fraction q of the elements along `axis` lies.

    Between two elements it is interpolated linearly, or with another `method` it is the lower one,
    the higher one, the nearest one or the midpoint.

    Shapes: x (any) -> out without the axes; several q give a new first axis.
    Gradient: g goes to the two elements on both sides, by their weights in the result.
    """

    makes = "float"
    q: Any
    axis: Axis = None
    method: str = "linear"
    keepdims: bool = False
    function: ClassVar[Callable[..., Any]] = np.quantile

    def shape(self, x: Shape) -> Shape:
        if np.any(np.clip(self.q, 0, 1) != self.q):
            raise wrong_value("quantile", "q", self.q, "a share from 0 to 1", "0.5")
        if self.method not in METHODS:
            raise wrong_value("quantile", "method", self.method, " or ".join(METHODS), '"linear"')
        check_elements(self, x, self.axis)
        return (*np.shape(self.q), *shape_math.reduce(x, self.axis, self.keepdims))

    def forward(self, x: Array, out: Array) -> None:
        settings: Any = {"axis": self.axis, "method": self.method, "keepdims": self.keepdims}
        out[...] = type(self).function(x, self.q, **settings)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        axes = shape_math.reduced_axes(x.ndim, self.axis)
        others = tuple(i for i in range(x.ndim) if i not in axes)
        rows = x.transpose(*others, *axes).reshape(math.prod(x.shape[i] for i in others), -1)
        order, slopes = np.argsort(rows, 1), np.zeros(rows.shape, g.dtype)
        last = (~np.isnan(rows)).sum(1) - 1  # NaNs are sorted to the end
        each = np.arange(len(rows))
        for q, part in zip(np.reshape(self.q, -1), g.reshape(-1, len(rows))):
            position = q * last
            share = self.share_of_upper(position)
            for index, weight in ((np.floor(position), 1 - share), (np.ceil(position), share)):
                slopes[each, order[each, index.astype(int)]] += part * weight
        whole = slopes.reshape([x.shape[i] for i in (*others, *axes)])
        np.copyto(gx, whole.transpose(np.argsort((*others, *axes))))

    def share_of_upper(self, position: Array) -> Array:
        """The weight of the upper of two elements, for a position between their indices."""
        between = position - np.floor(position)
        shares = {
            "linear": between,
            "lower": 0 * between,
            "higher": np.ceil(between),
            "midpoint": 0.5 * np.ceil(between),
            "nearest": np.round(position) - np.floor(position),
        }
        return shares[self.method]


class Nanquantile(Quantile):
    """out = the value below which the fraction q of the elements along `axis` lies, ignoring NaN.

    Shapes: x (any) -> out without the axes; several q give a new first axis.
    Gradient: g goes to the two elements on both sides, by their weights in the result.
    """

    function = np.nanquantile


quantile, nanquantile = with_settings(Quantile, "x"), with_settings(Nanquantile, "x")


def median(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The median along `axis`: the middle element, or the mean of the two middle ones."""
    return quantile(x, 0.5, axis, "linear", keepdims)


def percentile(
    x: Data, q: Data, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The value below which q percent of the elements along `axis` lie."""
    return quantile(x, _hundredth(q), axis, method, keepdims)


def nanmedian(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The median of the elements that are not NaN."""
    return nanquantile(x, 0.5, axis, "linear", keepdims)


def nanpercentile(
    x: Data, q: Data, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Any:
    """The percentile of the elements that are not NaN."""
    return nanquantile(x, _hundredth(q), axis, method, keepdims)


def _hundredth(q: Any) -> Any:
    return (np.asarray(q) / 100).tolist()


def ptp(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """Peak to peak: the largest element minus the smallest along `axis`."""
    return subtract(max(x, axis, keepdims), min(x, axis, keepdims))


def average(x: Data, axis: Any = None, weights: Data = None) -> Any:
    """The mean along `axis`, weighted by `weights`."""
    if weights is None:
        return mean(x, axis)
    if len(shape_of(weights)) < len(shape_of(x)):
        rank = len(shape_of(x))
        weights = reshape(weights, [-1 if i == axis % rank else 1 for i in range(rank)])
    whole = multiply(weights, ones_like(x))
    return divide(sum(multiply(x, weights), axis), sum(whole, axis))


# Ignoring NaN: each is replaced by a number that does not change the result.
def _passing(function: Any, stand_in: float) -> Any:
    """A reduction that ignores NaN."""

    def reduction(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
        return function(_filled(x, stand_in), axis, keepdims)

    return _called(reduction, function)


def _passing_to(function: Any, stand_in: float, nothing: float = math.nan) -> Any:
    """An extreme that ignores NaN, or its index; `nothing` where all elements are NaN."""

    def reduction(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
        if not _can_be_nan(x):
            return function(x, axis, keepdims)
        chosen = function(_filled(x, stand_in), axis, keepdims)
        return where(all(isnan(x), axis, keepdims), nothing, chosen)

    return _called(reduction, function)


def _passing_along(function: Any, stand_in: float) -> Any:
    """A running sum or product that ignores NaN."""

    def running(x: Data, axis: int | None = None, dtype: str | None = None) -> Any:
        return function(_filled(x, stand_in), axis, dtype)

    return _called(running, function)


def _called(made: Any, function: Any) -> Any:
    made.__name__ = made.__qualname__ = f"nan{function.__name__}"
    made.__doc__ = f"As `{function.__name__}`, of the elements that are not NaN."
    return made


def _can_be_nan(x: Any) -> bool:
    return "float" in str(getattr(x, "dtype", "float32"))


def _filled(x: Any, stand_in: float) -> Any:
    return where(isnan(x), stand_in, x) if _can_be_nan(x) else x


class Cumprod(Cumsum):
    """out = the product of all elements up to each, along `axis`.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = the product up to the element before, times the sum of g from here on, each
        times the elements between.
    """

    def forward(self, x: Array, out: Array) -> None:
        np.multiply.accumulate(x, self.axis, None, out)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        g, x, out, gx = (np.moveaxis(array, self.axis, 0) for array in (g, x, out, gx))
        later: Any = 0  # the gradient that all later products pass to the product up to here
        for i in reversed(range(len(x))):
            later = g[i] + later * (x[i + 1] if i + 1 < len(x) else 0)
            gx[i] = later * (out[i - 1] if i else 1)


def cumprod(x: Data, axis: int | None = None, dtype: str | None = None) -> Any:
    """The product of all elements up to each, along `axis` (None: of the flattened x)."""
    if axis is None:
        x, axis = ravel(x), 0
    return Cumprod(axis)(x if dtype is None else cast(x, dtype))


nansum, nanprod = _passing(sum, 0), _passing(prod, 1)
nanmax, nanmin = _passing_to(max, -math.inf), _passing_to(min, math.inf)
nanargmax, nanargmin = _passing_to(argmax, -math.inf, -1), _passing_to(argmin, math.inf, -1)
nancumsum, nancumprod = _passing_along(cumsum, 0), _passing_along(cumprod, 1)


def nanmean(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean of the elements that are not NaN."""
    count = sum(logical_not(isnan(x)), axis, keepdims)
    return divide(nansum(x, axis, keepdims), count)


def nanvar(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The variance of the elements that are not NaN."""
    centred = subtract(x, nanmean(x, axis, keepdims=True))
    count = sum(logical_not(isnan(x)), axis, keepdims)
    return divide(sum(square(where(isnan(x), 0, centred)), axis, keepdims), count)


def nanstd(x: Data, axis: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation of the elements that are not NaN."""
    return sqrt(nanvar(x, axis, keepdims))


def trapezoid(y: Data, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    """The area under a curve through the values y along `axis`, at positions x or dx apart."""
    heights = moveaxis(y, axis, -1)
    if x is not None:
        dx = diff(moveaxis(x, axis, -1) if len(shape_of(x)) > 1 else x)
    both = add(get_item(heights, np.s_[..., 1:]), get_item(heights, np.s_[..., :-1]))
    return sum(multiply(both, multiply(dx, 0.5)), -1)


def corrcoef(x: Data) -> Any:
    """The correlation coefficients of the rows of a matrix, of each with each.

    Shapes: x (n, m) -> (n, n).
    """
    centred = subtract(x, mean(x, -1, keepdims=True))
    products = matmul(centred, transpose(centred))
    lengths = sqrt(diagonal(products))
    return divide(products, multiply(expand_dims(lengths, 1), expand_dims(lengths, 0)))


def correlate(x1: Data, x2: Data, mode: str = "valid") -> Any:
    """The sum of products of two vectors, for each position of the second along the first.

    `mode` says which positions: "valid" where the shorter is inside the longer, "same" as many as
    the longer has elements, "full" wherever they overlap.
    """
    if mode not in ("valid", "same", "full"):
        raise wrong_value("correlate", "mode", mode, '"valid", "same" or "full"', '"full"')
    n, m = shape_of(x1)[0] or 0, shape_of(x2)[0] or 0
    if n < m:
        return flip(correlate(x2, x1, mode))
    x1, x2 = (multiply(x, 1.0) for x in (x1, x2))
    every = matmul(extract_sequences(pad(x1, m - 1), m, 1), x2)
    start = {"full": 0, "same": (m - 1) // 2 if m % 2 else m // 2 - 1, "valid": m - 1}[mode]
    length = {"full": n + m - 1, "same": n, "valid": n - m + 1}[mode]
    return get_item(every, slice(start, start + length))
