"""Ops on images: (batch, height, width, channels), or one image without the batch; with the
channels before height and width for data_format "channels_first"."""

from funclab.graph.tensor import OPERATORS
from funclab.ops.composed import compose
from funclab.ops.image.borders import (
    crop_images, extract_patches, extract_patches_3d, pad_images,
)  # fmt: skip
from funclab.ops.image.colors import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from funclab.ops.image.filters import gaussian_blur, sobel_edges, ssim
from funclab.ops.image.places import elastic_transform, map_coordinates, perspective_transform
from funclab.ops.image.scaling import scale_and_translate
from funclab.ops.image.warping import affine_transform
from funclab.ops.nn.resampling import resize

__all__ = [
    "affine_transform", "crop_images", "elastic_transform", "extract_patches", "extract_patches_3d",
    "gaussian_blur", "hsv_to_rgb", "map_coordinates", "pad_images", "perspective_transform",
    "resize", "rgb_to_grayscale", "rgb_to_hsv", "scale_and_translate", "sobel_edges", "ssim",
]  # fmt: skip

compose(globals())
OPERATORS.update({name: globals()[name] for name in __all__})
