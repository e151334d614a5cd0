"""`keras.backend` for images and sequences: convolution, pooling, padding and resizing."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.config import image_data_format
from funclab.layers.preprocessing.resizing import UpSampling2D, UpSampling3D

__all__ = [
    "conv1d", "conv2d", "conv2d_transpose", "conv3d", "conv3d_transpose", "pool2d", "pool3d",
    "resize_images", "resize_volumes", "spatial_2d_padding", "spatial_3d_padding",
]  # fmt: skip


def conv2d(
    x: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """The convolution of images or sequences with the filters of `kernel`."""
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


conv1d = conv3d = conv2d


def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any = None,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: Any = 1,
) -> Any:
    """The gradient of `conv2d` as a function: each number of x spreads over a window of the output,
    whose shape follows from the other arguments."""
    return ops.conv_transpose(x, kernel, strides, padding, None, data_format, dilation_rate)


def conv3d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any = None,
    strides: Any = (1, 1, 1),
    padding: str = "valid",
    data_format: str | None = None,
) -> Any:
    """The same for volumes."""
    return conv2d_transpose(x, kernel, output_shape, strides, padding, data_format)


def pool2d(
    x: Any,
    pool_size: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
    pool_mode: str = "max",
) -> Any:
    """The largest number, or with pool_mode="avg" the mean, in each window."""
    pool = ops.max_pool if pool_mode == "max" else ops.average_pool
    return pool(x, pool_size, strides, padding, data_format)


pool3d = pool2d


def spatial_2d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """Zeros around images, before and after along each axis."""
    pads = [(0, 0), *padding, (0, 0)]
    if (data_format or image_data_format()) == "channels_first":
        pads = [(0, 0), (0, 0), *padding]
    return ops.pad(x, pads)


def spatial_3d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None
) -> Any:
    """Zeros around volumes, before and after along each axis."""
    return spatial_2d_padding(x, padding, data_format)


def resize_images(
    x: Any,
    height_factor: int,
    width_factor: int,
    data_format: str | None = None,
    interpolation: str = "nearest",
) -> Any:
    """Images enlarged by whole factors."""
    layer = UpSampling2D((height_factor, width_factor), data_format, interpolation)
    return layer.call(x)


def resize_volumes(
    x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str | None = None
) -> Any:
    """Volumes enlarged by whole factors."""
    return UpSampling3D((depth_factor, height_factor, width_factor), data_format).call(x)
