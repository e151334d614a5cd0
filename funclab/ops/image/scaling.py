"""Images, or arrays of any rank, made larger or smaller and moved by fractions of a pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab.ops.arithmetic import greater, less, less_equal, logical_and, maximum, where
from funclab.ops.base import Data, in_keras
from funclab.ops.basic import cast
from funclab.ops.elementwise import abs, clip, round
from funclab.ops.image.warping import known
from funclab.ops.matrices.matmul import tensordot
from funclab.ops.reduction import max, min, sum
from funclab.ops.shaping import moveaxis
from funclab.ops.waves import sinc


def _cubic(d: Any) -> Any:
    near, far = ((1.5 * d - 2.5) * d * d + 1), (((-0.5 * d + 2.5) * d - 4) * d + 2)
    return where(less(d, 1), near, where(less(d, 2), far, 0.0))


def _lanczos(radius: int) -> Callable[[Any], Any]:
    return lambda d: where(less_equal(d, radius), sinc(d) * sinc(d / radius), 0.0)


CURVES: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("linear", "bilinear", "trilinear", "triangle"), lambda d: maximum(1 - d, 0.0)),
    **dict.fromkeys(("cubic", "bicubic", "tricubic"), _cubic),
    "lanczos3": _lanczos(3),
    "lanczos5": _lanczos(5),
}
"""The weight of an element in a new one at a distance d; tensors, so that gradients flow."""


@in_keras("image.ScaleAndTranslate")
def scale_and_translate(
    images: Data,
    output_shape: Sequence[int],
    scale: Data,
    translation: Data,
    spatial_dims: Sequence[int],
    method: str,
    antialias: bool = True,
) -> Any:
    """An array stretched along some axes, and then shifted: what was at x is at scale * x +
    translation. Elements that come from outside are 0.

    output_shape: the shape of the result.
    scale, translation: a number for each of `spatial_dims`; the shift in elements of the result.
    spatial_dims: the axes that change.
    method: the curve of the weights: "linear" (or "bilinear", "trilinear", "triangle"), "cubic" (or
        "bicubic", "tricubic"), "lanczos3" or "lanczos5".
    antialias: whether every element counts where an axis becomes shorter.

    Shapes: images (any), scale and translation (n,) -> `output_shape`.
    Raises: ArgumentError for another method.

    >>> row, scale, shift = np.array([1.0, 2.0, 3.0]), np.ones(1), np.ones(1)
    >>> scale_and_translate(row, (3,), scale, shift, (0,), "linear")
    array([0., 1., 2.])
    """
    known("method", method, CURVES)
    whole = "int" in str(images.dtype)
    made = cast(images, "float32") if whole else images
    for i, axis in enumerate(spatial_dims):
        old, new = images.shape[axis], output_shape[axis]
        weights = _weights(old, new, scale[i], translation[i], CURVES[method], antialias)
        made = moveaxis(tensordot(made, cast(weights, made.dtype), ((axis,), (0,))), -1, axis)
    if whole:
        made = cast(clip(round(made), min(images), max(images)), images.dtype)
    return made


def _weights(
    old: int, new: int, scale: Any, shift: Any, curve: Callable[[Any], Any], antialias: bool
) -> Any:
    """How much each of the old elements is in each of the new ones."""
    middles = (np.arange(new, dtype="float32") + 0.5 - shift) / scale - 0.5
    width = maximum(1 / scale, 1.0) if antialias else 1.0
    weights = curve(abs(middles[None] - np.arange(old, dtype="float32")[:, None]) / width)
    total = sum(weights, 0, keepdims=True)
    some = greater(abs(total), 1000 * float(np.finfo("float32").eps))
    weights = where(some, weights / where(some, total, 1.0), 0.0)
    inside = logical_and(greater(middles, -0.5 - 1e-12), less_equal(middles, old - 0.5))
    return where(inside[None], weights, 0.0)
