"""Xception: every convolution is split in two, one for each feature map and one across all of them.

Source: Chollet, "Xception: deep learning with depthwise separable convolutions", CVPR 2017.
"""

from __future__ import annotations

from typing import Any

from funclab.layers import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    MaxPooling2D,
    SeparableConv2D,
)  # fmt: skip
from funclab.models import Model
from funclab.utils.applications.frame import Plan, network, prepared


def xception(plan: Plan) -> Model:
    """An entry of three blocks, eight in the middle, and an exit."""
    x = plan.image
    for i, width in ((1, 32), (2, 64)):
        x = Conv2D(width, 3, 3 - i, use_bias=False, name=f"block1_conv{i}")(x)
        x = BatchNormalization(name=f"block1_conv{i}_bn")(x)
        x = relu(x, f"block1_conv{i}_act")
    for number, width in ((2, 128), (3, 256), (4, 728)):
        x = smaller(x, number, width, width)
    for number in range(5, 13):
        y = x
        for i in (1, 2, 3):
            y = separable(
                relu(y, f"block{number}_sepconv{i}_act"), 728, f"block{number}_sepconv{i}"
            )
        x = Add()([y, x])
    x = smaller(x, 13, 728, 1024)
    for i, width in ((1, 1536), (2, 2048)):
        x = relu(separable(x, width, f"block14_sepconv{i}"), f"block14_sepconv{i}_act")
    return plan.model(x)


def smaller(x: Any, number: int, first: int, second: int) -> Any:
    """Two convolutions and a pooling, around which the image goes through one with a stride."""
    name = f"block{number}"
    around = BatchNormalization()(Conv2D(second, 1, 2, "same", use_bias=False)(x))
    x = relu(x, f"{name}_sepconv1_act") if number > 2 else x  # it comes from an activation
    x = separable(x, first, f"{name}_sepconv1")
    x = separable(relu(x, f"{name}_sepconv2_act"), second, f"{name}_sepconv2")
    return Add()([MaxPooling2D(3, 2, "same", name=f"{name}_pool")(x), around])


def separable(x: Any, width: int, name: str) -> Any:
    x = SeparableConv2D(width, 3, padding="same", use_bias=False, name=name)(x)
    return BatchNormalization(name=f"{name}_bn")(x)


def relu(x: Any, name: str) -> Any:
    return Activation("relu", name=name)(x)


Xception = network(xception, "Xception", "40 convolutions and a Dense.", 299, 71)
preprocess_input = prepared("tf")
