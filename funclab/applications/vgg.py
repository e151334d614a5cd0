"""VGG: many small convolutions in a row.

Source: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image
recognition", ICLR 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from funclab.applications.frame import Plan, network, prepared
from funclab.layers import Conv2D, Dense, Flatten, MaxPooling2D
from funclab.models import Model

WIDTHS = 64, 128, 256, 512, 512
"""The number of feature maps of each block."""


def vgg(plan: Plan, depths: Sequence[int]) -> Model:
    """Blocks of `depths` convolutions, each followed by a pooling that halves height and width."""
    x = plan.image
    for block, (depth, width) in enumerate(zip(depths, WIDTHS, strict=True), 1):
        for i in range(1, depth + 1):
            conv = Conv2D(width, 3, padding="same", activation="relu", name=f"block{block}_conv{i}")
            x = conv(x)
        x = MaxPooling2D(2, name=f"block{block}_pool")(x)
    return plan.model(x, head)


def head(x: Any) -> Any:
    x = Flatten(name="flatten")(x)
    x = Dense(4096, activation="relu", name="fc1")(x)
    return Dense(4096, activation="relu", name="fc2")(x)


VGG16 = network(partial(vgg, depths=(2, 2, 3, 3, 3)), "VGG16", "16 layers with weights.")
VGG19 = network(partial(vgg, depths=(2, 2, 4, 4, 4)), "VGG19", "19 layers with weights.")
preprocess_input = prepared("caffe")
