"""Images blurred, their edges, and how alike two are: the same small filter for every channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.errors import ShapeError
from funclab.graph.shape_math import show
from funclab.ops.base import Data, in_keras, shape_of
from funclab.ops.basic import cast
from funclab.ops.copies import repeat
from funclab.ops.elementwise import exp, square
from funclab.ops.joining import stack
from funclab.ops.nn.conv import depthwise_conv
from funclab.ops.nn.window import check_format, per_axis
from funclab.ops.reduction import mean, sum


@in_keras("image.GaussianBlur")
def gaussian_blur(
    images: Data,
    kernel_size: int | Sequence[int] = (3, 3),
    sigma: Any = (1.0, 1.0),
    data_format: str | None = None,
) -> Any:
    """Each pixel as a mean of those around it, weighted by a bell curve; beyond the border are
    zeros.

    Shapes: images (batch, height, width, channels) or (height, width, channels) -> same.
        `kernel_size` and `sigma` are (along a row, along a column), in pixels.
    """
    wide, high = per_axis(kernel_size, 2, "kernel_size")
    along, across = (sigma, sigma) if isinstance(sigma, (int, float)) else (sigma[0], sigma[1])
    dtype = str(images.dtype)
    return filtered(images, [_outer(bell(high, across, dtype), bell(wide, along, dtype))],
                    data_format)[0]  # fmt: skip


@in_keras("image.SobelEdges")
def sobel_edges(images: Data, data_format: str | None = None) -> Any:
    """How fast each pixel changes downward, and to the right; beyond the border are zeros.

    Shapes: images (batch, height, width, channels) -> (batch, height, width, channels, 2).
    Source: Sobel and Feldman, "A 3x3 isotropic gradient operator for image processing", 1968.
    """
    right = np.outer([1, 2, 1], [-1, 0, 1])
    return stack(filtered(images, [right.T, right], data_format), -1)


@in_keras("image.SSIM")
def ssim(
    image1: Data,
    image2: Data,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Any:
    """The structural similarity of images: 1 if they are the same. Around each pixel, the means,
    the spreads and the correlation are compared; the result is the mean over the pixels.

    image1, image2: images, from 0 to `max_val`.
    filter_size, filter_sigma: the window around a pixel, and the bell curve of its weights.
    k1, k2: what keeps the comparison steady where it is dark, and where all is of one colour.

    Shapes: (batch, height, width, channels) twice -> (batch,); of single images a number.
    Raises: ShapeError for what is not an image.
    Source: Wang et al., "Image quality assessment: from error visibility to structural
        similarity", IEEE Transactions on Image Processing 2004.

    >>> image = np.eye(12)[..., None]
    >>> round(float(ssim(image, image)), 6)
    1.0
    """
    for image in (image1, image2):
        if len(shape_of(image)) not in (3, 4):
            raise ShapeError(
                "Invalid image1 or image2 rank: expected rank 3 (single image) or rank 4 (batch of "
                f"images). Received: shape {show(shape_of(image))}.",
                why="images have height, width and channels.",
                fix="pass images of shape (batch, height, width, channels).",
            )
    dtype = str(image1.dtype)
    x, y = (image if "float" in str(image.dtype) else cast(image, "float32")
            for image in (image1, image2))  # fmt: skip
    bells = [bell(filter_size, filter_sigma, str(x.dtype)) for _ in range(2)]
    means = [filtered(part, [_outer(*bells)], data_format, "valid")[0]
             for part in (x, y, x * x, y * y, x * y)]  # fmt: skip
    mean1, mean2, square1, square2, product = means
    light, contrast = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    together = (2 * mean1 * mean2 + light) * (2 * (product - mean1 * mean2) + contrast)
    apart = (mean1 * mean1 + mean2 * mean2 + light) * (
        square1 - mean1 * mean1 + square2 - mean2 * mean2 + contrast
    )
    return cast(mean(together / apart, (-3, -2, -1)), dtype)


def bell(count: int, sigma: Any, dtype: str) -> Any:
    """Weights of a normal distribution, with sum 1; sigma is a number or a tensor."""
    places = (np.arange(count) - (count - 1) / 2).astype(dtype)
    weights = exp(square(places / sigma) * -0.5)
    return weights / sum(weights)


def _outer(down: Any, right: Any) -> Any:
    return down[:, None] * right[None]


def filtered(
    images: Any, kernels: Sequence[Any], data_format: str | None, padding: str = "same"
) -> list[Any]:
    """The images, each channel with the same kernel."""
    form = check_format(data_format)
    one = len(images.shape) == 3
    given = images[None] if one else images
    channels = given.shape[-1 if form == "channels_last" else 1]
    made = []
    for kernel in kernels:
        every = cast(repeat(kernel[:, :, None, None], channels, 2), images.dtype)
        blurred = depthwise_conv(given, every, 1, padding, form)
        made.append(blurred[0] if one else blurred)
    return made
