"""Ops on images: (batch, height, width, channels), or one image without the batch; with the
channels before height and width for data_format "channels_first"."""

from funclab.graph.tensor import OPERATORS
from funclab.ops.composed import compose
from funclab.ops.image.borders import (
    crop_images, extract_patches, extract_patches_3d, pad_images,
)  # fmt: skip
from funclab.ops.image.colors import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from funclab.ops.image.filters import gaussian_blur, sobel_edges
from funclab.ops.image.warping import affine_transform
from funclab.ops.nn.resampling import resize

__all__ = [
    "affine_transform", "crop_images", "extract_patches", "extract_patches_3d", "gaussian_blur",
    "hsv_to_rgb", "pad_images", "resize", "rgb_to_grayscale", "rgb_to_hsv", "sobel_edges",
]  # fmt: skip

compose(globals())
OPERATORS.update({name: globals()[name] for name in __all__})
