"""DenseNet: each block reads what all blocks before it made.

Source: Huang et al., "Densely connected convolutional networks", CVPR 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from funclab.applications.frame import Plan, network, prepared
from funclab.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    MaxPooling2D,
    ZeroPadding2D,
)  # fmt: skip
from funclab.models import Model

GROWTH, EPSILON = 32, 1.001e-5
"""How many feature maps each block adds."""


def densenet(plan: Plan, depths: Sequence[int]) -> Model:
    """Four stages of `depths` blocks; between them, half of the feature maps, half as high and
    wide."""
    x = ZeroPadding2D(3)(plan.image)
    x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x)
    x = active(x, "conv1_bn", "conv1_relu")
    x = MaxPooling2D(3, strides=2, name="pool1")(ZeroPadding2D(1)(x))
    for stage, depth in enumerate(depths, 2):
        for i in range(1, depth + 1):
            x = block(x, f"conv{stage}_block{i}")
        if stage < len(depths) + 1:
            x = transition(x, f"pool{stage}")
    return plan.model(active(x, "bn", "relu"))


def block(x: Any, name: str) -> Any:
    """A bottleneck, whose result is put beside what it was given."""
    y = active(x, f"{name}_0_bn", f"{name}_0_relu")
    y = Conv2D(4 * GROWTH, 1, use_bias=False, name=f"{name}_1_conv")(y)
    y = active(y, f"{name}_1_bn", f"{name}_1_relu")
    y = Conv2D(GROWTH, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(y)
    return Concatenate(name=f"{name}_concat")([x, y])


def transition(x: Any, name: str) -> Any:
    x = active(x, f"{name}_bn", f"{name}_relu")
    x = Conv2D(x.shape[-1] // 2, 1, use_bias=False, name=f"{name}_conv")(x)
    return AveragePooling2D(2, strides=2, name=f"{name}_pool")(x)


def active(x: Any, norm: str, relu: str) -> Any:
    return Activation("relu", name=relu)(BatchNormalization(epsilon=EPSILON, name=norm)(x))


DenseNet121, DenseNet169, DenseNet201 = (
    network(partial(densenet, depths=depths), f"DenseNet{n}", f"{n} layers with weights.")
    for n, depths in ((121, (6, 12, 24, 16)), (169, (6, 12, 32, 32)), (201, (6, 12, 48, 32)))
)
preprocess_input = prepared("torch")
