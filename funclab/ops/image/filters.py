"""Images blurred, and their edges: the same small filter for every channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.ops.base import Data, in_keras
from funclab.ops.joining import stack
from funclab.ops.nn.conv import depthwise_conv
from funclab.ops.nn.window import check_format, per_axis


@in_keras("image.GaussianBlur")
def gaussian_blur(
    images: Data,
    kernel_size: int | Sequence[int] = (3, 3),
    sigma: float | Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> Any:
    """Each pixel as a mean of those around it, weighted by a bell curve; beyond the border are
    zeros.

    Shapes: images (batch, height, width, channels) or (height, width, channels) -> same.
        `kernel_size` and `sigma` are (along a row, along a column), in pixels.
    """
    wide, high = per_axis(kernel_size, 2, "kernel_size")
    sigmas = (sigma, sigma) if isinstance(sigma, (int, float)) else tuple(sigma)
    kernel = np.outer(bell(high, sigmas[1]), bell(wide, sigmas[0]))
    return filtered(images, [kernel], data_format)[0]


@in_keras("image.SobelEdges")
def sobel_edges(images: Data, data_format: str | None = None) -> Any:
    """How fast each pixel changes downward, and to the right; beyond the border are zeros.

    Shapes: images (batch, height, width, channels) -> (batch, height, width, channels, 2).
    Source: Sobel and Feldman, "A 3x3 isotropic gradient operator for image processing", 1968.
    """
    right = np.outer([1, 2, 1], [-1, 0, 1])
    return stack(filtered(images, [right.T, right], data_format), -1)


def bell(count: int, sigma: float) -> Array:
    """Weights of a normal distribution, with sum 1."""
    weights = np.exp(-0.5 * ((np.arange(count) - (count - 1) / 2) / sigma) ** 2)
    return weights / weights.sum()


def filtered(images: Any, kernels: Sequence[Array], data_format: str | None) -> list[Any]:
    """The images, each channel with the same kernel."""
    form = check_format(data_format)
    one = len(images.shape) == 3
    given = images[None] if one else images
    channels = given.shape[-1 if form == "channels_last" else 1]
    made = []
    for kernel in kernels:
        every = np.repeat(kernel[:, :, None, None], channels, 2).astype(str(images.dtype))
        blurred = depthwise_conv(given, every, 1, "same", form)
        made.append(blurred[0] if one else blurred)
    return made
