"""Images, or arrays of any rank, made larger or smaller and moved by fractions of a pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from funclab.ops.arithmetic import greater, less_equal, logical_and, maximum, where
from funclab.ops.base import Data, in_keras
from funclab.ops.basic import cast
from funclab.ops.elementwise import abs, clip, round
from funclab.ops.image.warping import known
from funclab.ops.matrices.matmul import tensordot
from funclab.ops.nn.resampling import CURVES
from funclab.ops.reduction import max, min, sum
from funclab.ops.shaping import moveaxis
from funclab.ops.waves import sinc

METHODS = {
    "bilinear": ("linear", "bilinear", "trilinear", "triangle"),
    "bicubic": ("cubic", "bicubic", "tricubic"),
}
"""The names that a curve has here."""
METHOD_CURVES = {
    name: curve for kind, curve in CURVES.items() for name in METHODS.get(kind, (kind,))
}


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
    known("method", method, METHOD_CURVES)
    whole = "int" in str(images.dtype)
    made = cast(images, "float32") if whole else images
    for i, axis in enumerate(spatial_dims):
        old, new = images.shape[axis], output_shape[axis]
        weights = _weights(old, new, scale[i], translation[i], METHOD_CURVES[method], antialias)
        made = moveaxis(tensordot(made, cast(weights, made.dtype), ((axis,), (0,))), -1, axis)
    if whole:
        made = cast(clip(round(made), min(images), max(images)), images.dtype)
    return made


def _weights(
    old: int, new: int, scale: Any, shift: Any, curve: Callable[..., Any], antialias: bool
) -> Any:
    """How much each of the old elements is in each of the new ones."""
    middles = (np.arange(new, dtype="float32") + 0.5 - shift) / scale - 0.5
    width = maximum(1 / scale, 1.0) if antialias else 1.0
    distances = abs(middles[None] - np.arange(old, dtype="float32")[:, None]) / width
    weights = curve(distances, SimpleNamespace(where=where, maximum=maximum, sinc=sinc))
    total = sum(weights, 0, keepdims=True)
    some = greater(abs(total), 1000 * float(np.finfo("float32").eps))
    weights = where(some, weights / where(some, total, 1.0), 0.0)
    inside = logical_and(greater(middles, -0.5 - 1e-12), less_equal(middles, old - 0.5))
    return where(inside[None], weights, 0.0)
