"""The colors of images: gray, and as hue, saturation and value."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.errors import ShapeError
from funclab.graph.shape_math import show
from funclab.ops.arithmetic import equal, greater, less, maximum, minimum, mod, where
from funclab.ops.base import Data, in_keras
from funclab.ops.basic import cast
from funclab.ops.elementwise import abs, clip
from funclab.ops.joining import stack
from funclab.ops.nn.window import check_format
from funclab.ops.reduction import sum

GRAY = 0.2989, 0.5870, 0.1140
"""How bright red, green and blue look."""


def channels_axis(images: Any, data_format: str | None, counts: tuple[int, ...] = (3,)) -> int:
    """The axis of the channels; refuses what is not an image with so many of them."""
    axis = -1 if check_format(data_format) == "channels_last" else -3
    if len(images.shape) not in (3, 4) or images.shape[axis] not in counts:
        raise ShapeError(
            "Expected an image of rank 3 (single image) or 4 (batch of images) with "
            f"{' or '.join(map(str, counts))} channels. Received: images.shape="
            f"{show(images.shape)}.",
            why="red, green and blue are its channels.",
            fix="pass images of shape (batch, height, width, 3).",
        )
    return axis


@in_keras("image.RGBToGrayscale")
def rgb_to_grayscale(images: Data, data_format: str | None = None) -> Any:
    """How bright each pixel looks: 0.2989 red + 0.587 green + 0.114 blue.

    Shapes: images (batch, height, width, 3) or (height, width, 3) -> (batch, height, width, 1);
        images with one channel stay as they are.
    """
    axis = channels_axis(images, data_format, (1, 3))
    if images.shape[axis] == 1:
        return images
    floats = images if "float" in str(images.dtype) else cast(images, "float32")
    weights = np.array(GRAY, str(floats.dtype)).reshape((3,) + (1,) * (-1 - axis))
    return cast(sum(floats * weights, axis, keepdims=True), images.dtype)


@in_keras("image.RGBToHSV")
def rgb_to_hsv(images: Data, data_format: str | None = None) -> Any:
    """Red, green and blue as hue, saturation and value, all from 0 to 1.

    Shapes: images (batch, height, width, 3) or (height, width, 3), floats from 0 to 1 -> same.
    Source: Smith, "Color gamut transform pairs", SIGGRAPH 1978.

    >>> rgb_to_hsv(np.array([[[0.0, 0.0, 0.5]]])).round(3)
    array([[[0.667, 1.   , 0.5  ]]])
    """
    axis = channels_axis(images, data_format)
    red, green, blue = _planes(images, axis)
    value = maximum(maximum(red, green), blue)
    spread = value - minimum(minimum(red, green), blue)
    saturation = where(greater(value, 0), spread / where(greater(value, 0), value, 1), 0)
    sixth = 1 / (6 * where(greater(spread, 0), spread, 1))
    hue = where(equal(value, green), sixth * (blue - red) + 1 / 3, sixth * (red - green) + 2 / 3)
    hue = where(equal(value, red), sixth * (green - blue), hue)
    hue = where(greater(spread, 0), hue, 0)
    return stack([where(less(hue, 0), hue + 1, hue), saturation, value], axis)


@in_keras("image.HSVToRGB")
def hsv_to_rgb(images: Data, data_format: str | None = None) -> Any:
    """Hue, saturation and value as red, green and blue: the inverse of `rgb_to_hsv`.

    Shapes: images (batch, height, width, 3) or (height, width, 3), floats from 0 to 1 -> same.

    >>> hsv_to_rgb(np.array([[[2 / 3, 1.0, 0.5]]])).round(3)
    array([[[0. , 0. , 0.5]]])
    """
    axis = channels_axis(images, data_format)
    hue, saturation, value = _planes(images, axis)
    turn = mod(hue, 1.0) * 6.0
    red = clip(abs(turn - 3.0) - 1.0, 0, 1)
    green = clip(2.0 - abs(turn - 2.0), 0, 1)
    blue = clip(2.0 - abs(turn - 4.0), 0, 1)
    return stack([value * (1 - saturation * (1 - part)) for part in (red, green, blue)], axis)


def _planes(images: Any, axis: int) -> list[Any]:
    """The three channels, without their axis."""
    key: list[Any] = [slice(None)] * len(images.shape)
    planes = []
    for channel in range(3):
        key[axis] = channel
        planes.append(images[tuple(key)])
    return planes
