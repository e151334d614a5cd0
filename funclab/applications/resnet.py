"""ResNet: each block adds what it computes to what it was given.

Source: He et al., "Deep residual learning for image recognition", CVPR 2016.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from funclab.applications.frame import Plan, network, prepared
from funclab.layers import Activation, Add, BatchNormalization, Conv2D, MaxPooling2D, ZeroPadding2D
from funclab.models import Model

EPSILON = 1.001e-5


def resnet(plan: Plan, depths: Sequence[int]) -> Model:
    """Four stages of `depths` blocks."""
    x = ZeroPadding2D(3, name="conv1_pad")(plan.image)
    x = normalized(Conv2D(64, 7, strides=2, name="conv1_conv")(x), "conv1")
    x = Activation("relu", name="conv1_relu")(x)
    x = ZeroPadding2D(1, name="pool1_pad")(x)
    x = MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, depth in enumerate(depths, 2):
        width = 32 * 2 ** (stage - 1)
        for i in range(1, depth + 1):
            stride = 2 if stage > 2 and i == 1 else 1
            x = block(x, width, stride, i == 1, f"conv{stage}_block{i}")
    return plan.model(x)


def block(x: Any, width: int, stride: int, changes: bool, name: str) -> Any:
    """A bottleneck: three convolutions, around which the input goes on as it is, or where the shape
    changes through a convolution."""
    y = x
    if changes:
        y = Conv2D(4 * width, 1, strides=stride, name=f"{name}_0_conv")(x)
        y = normalized(y, f"{name}_0")
    x = normalized(Conv2D(width, 1, strides=stride, name=f"{name}_1_conv")(x), f"{name}_1")
    x = Activation("relu", name=f"{name}_1_relu")(x)
    x = normalized(Conv2D(width, 3, padding="same", name=f"{name}_2_conv")(x), f"{name}_2")
    x = Activation("relu", name=f"{name}_2_relu")(x)
    x = normalized(Conv2D(4 * width, 1, name=f"{name}_3_conv")(x), f"{name}_3")
    return Activation("relu", name=f"{name}_out")(Add(name=f"{name}_add")([y, x]))


def normalized(x: Any, name: str) -> Any:
    return BatchNormalization(epsilon=EPSILON, name=f"{name}_bn")(x)


ResNet50 = network(partial(resnet, depths=(3, 4, 6, 3)), "ResNet50", "50 layers with weights.")
ResNet101 = network(partial(resnet, depths=(3, 4, 23, 3)), "ResNet101", "101 layers with weights.")
ResNet152 = network(partial(resnet, depths=(3, 8, 36, 3)), "ResNet152", "152 layers with weights.")
preprocess_input = prepared("caffe")
