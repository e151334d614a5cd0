"""`keras.applications.imagenet_utils`: pixels as networks of that time expected them."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.config import image_data_format
from funclab.errors.missing_names import guard
from funclab.graph.shape_math import Array
from funclab.layers.checks import one_of

MEANS, DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""The means and deviations of red, green and blue in ImageNet's images, from 0 to 1 (Simonyan,
Zisserman 2014, and the PyTorch models)."""
BLUE_FIRST = (103.939, 116.779, 123.68)
"""The means of blue, green and red, from 0 to 255, that Caffe's networks subtract."""


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe") -> Array:
    """Pixels from 0 to 255, prepared for a network that was trained on ImageNet.

    data_format: whether the colours are the last axis ("channels_last") or the third from the end.
    mode: "caffe" subtracts each colour's mean and puts blue first; "tf" scales to -1 to 1;
        "torch" scales to 0 to 1, subtracts each colour's mean and divides by its deviation.

    Shapes: (..., 3), or with "channels_first" (..., 3, height, width) -> the same.
    Raises: ArgumentError for another mode.

    >>> preprocess_input(np.array([[[0, 127.5, 255]]]), "channels_last", mode="tf")
    array([[[-1.,  0.,  1.]]], dtype=float32)
    """
    one_of("mode", mode, ("caffe", "tf", "torch"))
    first = (data_format or image_data_format()) == "channels_first"
    pixels = np.array(x, "float32")
    colours = np.moveaxis(pixels, -3, -1) if first else pixels
    if mode == "caffe":
        colours[...] = colours[..., ::-1] - np.array(BLUE_FIRST, "float32")
    elif mode == "tf":
        colours[...] = colours / 127.5 - 1
    else:
        colours[...] = (colours / 255 - np.array(MEANS, "float32")) / DEVIATIONS
    return pixels


guard(__name__)
