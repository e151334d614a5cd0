"""Images cut, with borders, and in patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, ShapeError
from funclab.graph.shape_math import show
from funclab.ops.base import Data, in_keras
from funclab.ops.copies import pad
from funclab.ops.nn.conv import conv
from funclab.ops.nn.window import check_format


@in_keras("image.PadImages")
def pad_images(
    images: Data,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Images with zeros around them. Of top, bottom and the new height two are given, and of left,
    right and the new width.

    Shapes: images (batch, height, width, channels) or (height, width, channels) -> the same, with
        the new height and width.
    Raises: ArgumentError unless two of three are given; ShapeError if a border is negative.
    """
    down = ("top", "bottom", "height"), (top_padding, bottom_padding, target_height)
    right = ("left", "right", "width"), (left_padding, right_padding, target_width)
    return pad(images, _borders("padding", images, data_format, down, right))


@in_keras("image.CropImages")
def crop_images(
    images: Data,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Any:
    """Images without their borders. Of top, bottom and the new height two are given, and of left,
    right and the new width.

    Shapes: images (batch, height, width, channels) or (height, width, channels) -> the same, with
        the new height and width.
    Raises: ArgumentError unless two of three are given; ShapeError if a border is negative.
    """
    down = ("top", "bottom", "height"), (top_cropping, bottom_cropping, target_height)
    right = ("left", "right", "width"), (left_cropping, right_cropping, target_width)
    widths = _borders("cropping", images, data_format, down, right)
    return images[tuple(slice(first or None, -last or None) for first, last in widths)]


def _borders(kind: str, images: Any, data_format: str | None, *sides: Any) -> list[tuple[int, int]]:
    """For each axis, how many pixels are added ("padding") or removed ("cropping") before and
    after; `sides` has the names and the settings for height and for width."""
    axes = (-3, -2) if check_format(data_format) == "channels_last" else (-2, -1)
    if len(images.shape) not in (3, 4) or any(images.shape[axis] is None for axis in axes):
        raise ShapeError(
            "Expected images of rank 3 (single image) or 4 (batch of images) with a known height "
            f"and width. Received: images.shape={show(images.shape)}.",
            why="the borders are counted in pixels.",
            fix="write Input((height, width, channels)).",
        )
    widths = [(0, 0)] * len(images.shape)
    for axis, (names, given) in zip(axes, sides):
        widths[axis] = _border(kind, names, images.shape[axis], *given)
    return widths


def _border(
    kind: str, names: Sequence[str], length: int,
    first: int | None, last: int | None, target: int | None,
) -> tuple[int, int]:  # fmt: skip
    said = f"{names[0]}_{kind}", f"{names[1]}_{kind}", f"target_{names[2]}"
    if [first, last, target].count(None) != 1:
        raise ArgumentError(
            f"Must specify exactly two of {', '.join(said)}. Received: {said[0]}={first}, "
            f"{said[1]}={last}, {said[2]}={target}.",
            why="the third follows from them.",
            fix=f"leave {said[1]} out.",
        )
    grows = 1 if kind == "padding" else -1
    if target is None:
        target = length + grows * ((first or 0) + (last or 0))
    total = grows * (target - length)
    before = total - (last or 0) if first is None else first
    after = total - before
    if min(before, after, target) < 0:
        raise ShapeError(
            f"{said[0]} and {said[1]} must be >= 0, and leave something. Received: {before} and "
            f"{after} at a length of {length}.",
            why="they count pixels.",
            fix=f"choose another {said[2]}.",
        )
    return before, after


@in_keras("image.ExtractPatches")
def extract_patches(
    images: Data,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The pixels of each window as one row of numbers: a convolution whose filters are the
    identity.

    Shapes: images (batch, height, width, channels) or (height, width, channels) -> (batch, rows,
        columns, height of a patch * width of it * channels); of volumes with three numbers in
        `size`. `strides` is `size` if it is left out.

    >>> extract_patches(np.arange(16.0).reshape(4, 4, 1), 2)[0, 1]
    array([2., 3., 6., 7.])
    """
    rank = 3 if not isinstance(size, int) and len(size) == 3 else 2
    lengths = (size,) * rank if isinstance(size, int) else tuple(size)
    one = len(images.shape) == rank + 1
    given = images[None] if one else images
    last = check_format(data_format) == "channels_last"
    count = int(np.prod(lengths)) * given.shape[-1 if last else 1]
    kernel = np.eye(count, dtype=str(images.dtype)).reshape(*lengths, -1, count)
    made = conv(given, kernel, strides or lengths, padding, data_format, dilation_rate)
    return made[0] if one else made


@in_keras("")
def extract_patches_3d(
    volumes: Any,
    size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    dilation_rate: int | Sequence[int] = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """`extract_patches` of volumes.

    Shapes: volumes (batch, depth, height, width, channels) or one without the batch -> (batch,
        planes, rows, columns, numbers of a patch).
    """
    sizes = (size,) * 3 if isinstance(size, int) else tuple(size)
    return extract_patches(volumes, sizes, strides, dilation_rate, padding, data_format)
