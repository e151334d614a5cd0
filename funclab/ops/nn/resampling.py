"""Resampling of images: new pixels are interpolated between the old ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Lengths, Shape, show
from funclab.ops.nn.window import check_format, per_axis


def cubic(d: Any, room: Any) -> Any:
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return room.where(d < 1, near, room.where(d < 2, far, 0.0))


def lanczos(radius: int, d: Any, room: Any) -> Any:
    return room.where(d <= radius, room.sinc(d) * room.sinc(d / radius), 0.0)


CURVES: dict[str, Callable[[Any, Any], Any]] = {
    "bilinear": lambda d, room: room.maximum(1 - d, 0.0),
    "bicubic": cubic,
    "lanczos3": partial(lanczos, 3),
    "lanczos5": partial(lanczos, 5),
}
"""The weight of a pixel in a new one at a distance of `d` pixels, computed by the functions of a
room: NumPy's, or funclab's, through which gradients flow."""


class Resampling(Op, abstract=True):
    """Each new pixel is a weighted mean of old ones: a matrix product along each axis."""

    def changed(self, rank: int) -> dict[int, int]:
        """The axes whose lengths change, and a number that says how."""
        raise NotImplementedError

    def weights(self, length: int, how: int) -> Array:
        """The weight of each of `length` pixels in each new pixel: a matrix."""
        raise NotImplementedError

    def along(self, x: Array, lengths: Lengths, turned: Callable[[Array], Array]) -> Array:
        """x multiplied by the matrix of each axis, or by its transpose."""
        for axis, how in self.changed(x.ndim).items():
            weights = turned(self.weights(lengths[axis], how)).astype(x.dtype)
            x = np.moveaxis(np.matmul(weights, np.moveaxis(x, axis, -2)), -2, axis)
        return x

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, self.along(x, x.shape, lambda weights: weights))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, self.along(g, x.shape, np.transpose))


class UpSample(Resampling):
    """Images `size` times as large, each new pixel a weighted mean of those around it.

    A pixel is a square whose color belongs to its center. The weights add up to 1 even at the
    border, where pixels are missing on one side.

    Shapes: x (batch, height, width, channels) -> out (batch, height * size, width * size,
        channels); with the channels after the batch for data_format "channels_first".
    Gradient: gx = the sum of g * weight over the new pixels.
    Source: Keys, "Cubic convolution interpolation for digital image processing", 1981; Duchon,
        "Lanczos filtering in one and two dimensions", 1979.
    """

    keras = ""
    size: tuple[int, ...] = (2, 2)
    interpolation: str = "bilinear"
    data_format: str = "channels_last"

    def changed(self, rank: int) -> dict[int, int]:
        first = 2 if self.data_format == "channels_first" else 1
        return dict(zip(range(first, rank), self.size))

    def shape(self, x: Shape) -> Shape:
        if len(x) != len(self.size) + 2:
            raise ShapeError(
                f"up_sample expected ndim={len(self.size) + 2}, found ndim={len(x)}: x has shape "
                f"{show(x)}.",
                why=f"the size {show(self.size)} is for axes between the batch and the channels.",
                fix="add the missing axis with a Reshape layer.",
            )
        times = self.changed(len(x))
        return tuple(None if n is None else n * times.get(i, 1) for i, n in enumerate(x))

    def weights(self, length: int, how: int) -> Array:
        return resize_weights(length, length * how, self.interpolation, False)


class Resize(Resampling):
    """Images of another size, each new pixel a weighted mean of those around it.

    With `antialias`, the curve is widened by the factor by which the image shrinks, so that every
    old pixel contributes. Images of integers are rounded to integers.

    Shapes: x (batch, height, width, channels), `size` (h, w) -> out (batch, h, w, channels); with
        the channels before them for data_format "channels_first".
    Gradient: gx = the sum of g * weight over the new pixels.
    Source: as UpSample.
    """

    keras = "image.Resize"
    size: Lengths
    interpolation: str = "bilinear"
    antialias: bool = False
    data_format: str = "channels_last"

    def changed(self, rank: int) -> dict[int, int]:
        first = rank - 2 if self.data_format == "channels_first" else rank - 3
        return {first: self.size[0], first + 1: self.size[1]}

    def shape(self, x: Shape) -> Shape:
        if len(x) not in (3, 4):
            raise ShapeError(
                "Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images). "
                f"Received input with shape: images.shape={show(x)}.",
                why="height and width are axes besides the channels.",
                fix="add the missing axis with a Reshape layer.",
            )
        new = self.changed(len(x))
        return tuple(new.get(i, n) for i, n in enumerate(x))

    def forward(self, x: Array, out: Array) -> None:
        if x.dtype.kind == "f":
            super().forward(x, out)
            return
        made = np.round(self.along(x.astype("float32"), x.shape, lambda weights: weights))
        limits = np.iinfo(x.dtype) if x.dtype.kind in "iu" else None
        np.copyto(out, np.clip(made, limits.min, limits.max) if limits else made, "unsafe")

    def weights(self, length: int, how: int) -> Array:
        return resize_weights(length, how, self.interpolation, self.antialias)


@lru_cache(maxsize=64)
def resize_weights(length: int, new: int, interpolation: str, antialias: bool) -> Array:
    """The weight of each of `length` pixels in each of `new` pixels: a matrix."""
    middles = (np.arange(new) + 0.5) * length / new - 0.5
    if interpolation == "nearest":
        chosen = np.floor(middles + 0.5).astype(int)
        return np.equal(chosen[:, None], np.arange(length)).astype("float64")
    width = max(length / new, 1) if antialias else 1
    weights = CURVES[interpolation](np.abs(middles[:, None] - np.arange(length)) / width, np)
    return weights / weights.sum(axis=1, keepdims=True)


def up_sample(
    inputs: Any,
    size: int | Sequence[int],
    interpolation: str = "bilinear",
    data_format: str | None = None,
) -> Any:
    """Images `size` times as large, each new pixel a weighted mean of those around it.

    Shapes: inputs (batch, height, width, channels) -> (batch, height * size, width * size,
        channels).
    Raises: ArgumentError unless `interpolation` is "bilinear", "bicubic", "lanczos3" or "lanczos5".
    """
    check_curve(interpolation)
    sizes = per_axis(size, len(inputs.shape) - 2, "size")
    return UpSample(sizes, interpolation, check_format(data_format))(inputs)


def resize(
    images: Any,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    data_format: str | None = None,
) -> Any:
    """Images of another size.

    Shapes: images (batch, height, width, channels), or one without the batch; `size` (h, w) ->
        (batch, h, w, channels).
    Raises: ArgumentError unless `interpolation` is "nearest" or one of those of `up_sample`.

    >>> resize(np.array([[[0.0], [4.0]]]), (1, 4))[0, :, 0]
    array([0., 1., 3., 4.])
    """
    if interpolation != "nearest":
        check_curve(interpolation, "nearest")
    lengths = per_axis(size, 2, "size")
    return Resize(lengths, interpolation, bool(antialias), check_format(data_format))(images)


def check_curve(interpolation: str, *more: str) -> None:
    """Refuse an unknown `interpolation`."""
    if interpolation not in CURVES:
        raise ArgumentError(
            "Invalid value for argument `interpolation`. Expected one of "
            f"{[*more, *CURVES]}. Received: interpolation={interpolation!r}.",
            why="it is the curve on which new pixels lie.",
            fix='write interpolation="bilinear".',
        )
