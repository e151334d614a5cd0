"""Images turned, shifted, stretched or sheared: each new pixel is read at another place."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.engine.kernels import warping as kernels
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.ops.base import Slot
from funclab.ops.nn.window import check_format

FILL_MODES = {
    "constant": kernels.CONSTANT,
    "nearest": kernels.NEAREST,
    "wrap": kernels.WRAP,
    "mirror": kernels.MIRROR,
    "reflect": kernels.REFLECT,
}
"""What is read outside of an image."""
INTERPOLATIONS = ("nearest", "bilinear")


class AffineTransform(Op):
    """Images in which each new pixel is read at another place of the old one.

    A transform (a0, a1, a2, b0, b1, b2, c0, c1) reads the new pixel in column x and row y from
    column (a0 x + a1 y + a2) / k and row (b0 x + b1 y + b2) / k, with k = c0 x + c1 y + 1. Between
    pixels, the four around are weighted by how near they are ("bilinear"), or the nearest is taken.
    Images of integers are rounded to integers.

    Shapes: images (batch, height, width, channels), transforms (batch, 8) -> out (same as images);
        with the channels before height and width for data_format "channels_first".
    Gradient: gimages = the sum of g * weight over the new pixels; gtransforms = how much the
        weights change where the places move, 0 for "nearest".
    Source: Jaderberg et al., "Spatial transformer networks", NIPS 2015.
    """

    keras = "image.AffineTransform"
    makes = "first"
    interpolation: str = "bilinear"
    fill_mode: str = "constant"
    fill_value: float = 0
    data_format: str = "channels_last"

    def shape(self, images: Shape, transforms: Shape) -> Shape:
        if len(images) != 4 or len(transforms) != 2 or transforms[1] not in (8, None):
            raise ShapeError(
                "affine_transform needs images of rank 3 (single image) or 4 (batch of images), "
                f"and 8 numbers for each. Received: {show(images)} and {show(transforms)}.",
                why="the eight say where each new pixel is read.",
                fix="pass transforms of shape (batch, 8).",
            )
        return images

    def forward(self, images: Array, transforms: Array, out: Array) -> None:
        made = np.empty(self._ordered(out).shape, images.dtype if images.dtype.kind == "f" else "f")
        linear, mode = self.interpolation == "bilinear", FILL_MODES[self.fill_mode]
        given = np.ascontiguousarray(self._ordered(images), made.dtype)
        fill = float(self.fill_value)
        kernels.warp(given, self._maps(transforms, images), made, linear, mode, fill)
        whole = out.dtype.kind != "f"
        np.copyto(self._ordered(out), np.round(made) if whole else made, casting="unsafe")

    def vjp(
        self, g: Array, images: Array, transforms: Array, out: Array, gx: Slot, gmaps: Slot
    ) -> None:
        given, slopes = (np.ascontiguousarray(self._ordered(x)) for x in (images, g))
        maps = self._maps(transforms, images)
        made, turned = np.empty_like(slopes), np.empty_like(maps)
        linear, mode = self.interpolation == "bilinear", FILL_MODES[self.fill_mode]
        kernels.warp_vjp(slopes, given, maps, made, turned, linear, mode, float(self.fill_value))
        if gx is not None:
            np.copyto(self._ordered(gx), made)
        if gmaps is not None:
            gmaps[...] = turned if len(transforms) == len(images) else turned.sum(0)

    def _ordered(self, images: Array) -> Array:
        """The images with their channels last."""
        return np.moveaxis(images, 1, -1) if self.data_format == "channels_first" else images

    def _maps(self, transforms: Array, images: Array) -> Array:
        """A transform for each image."""
        each = np.broadcast_to(transforms, (len(images), 8))
        return np.ascontiguousarray(each, "float64")


def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Any:
    """Images in which the pixel in column x and row y is what was in column a0 x + a1 y + a2 and
    row b0 x + b1 y + b2.

    Shapes: images (batch, height, width, channels) or (height, width, channels); transform (batch,
        8) or (8,): a0, a1, a2, b0, b1, b2, and two numbers that are 0 unless lines that run away
        from the eye are wanted (see AffineTransform) -> same as images.
    Raises: ArgumentError unless `interpolation` is "bilinear" or "nearest", and `fill_mode`
        "constant" (`fill_value`), "nearest", "wrap", "mirror" or "reflect".

    >>> image = np.array([[[1.0], [2.0], [3.0]]])
    >>> affine_transform(image, np.array([1.0, 0, 1, 0, 1, 0, 0, 0]))[0, :, 0]  # one to the left
    array([2., 3., 0.])
    """
    known("interpolation", interpolation, INTERPOLATIONS)
    known("fill_mode", fill_mode, FILL_MODES)
    one = len(images.shape) == 3
    transforms = transform[None] if len(transform.shape) == 1 else transform
    op = AffineTransform(interpolation, fill_mode, fill_value, check_format(data_format))
    made = op(images[None] if one else images, transforms)
    return made[0] if one else made


def known(name: str, value: Any, choices: Any) -> None:
    """Refuse an unknown setting."""
    if value not in choices:
        raise ArgumentError(
            f"Invalid value for argument `{name}`. Expected of one {[*choices]}. Received: "
            f"{name}={value!r}.",
            why="no other is known.",
            fix=f"write {name}={[*choices][-1]!r}.",
        )
