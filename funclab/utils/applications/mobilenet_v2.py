"""MobileNetV2: narrow feature maps are widened, filtered each on its own, and made narrow again.

Source: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018.
"""

from __future__ import annotations

from typing import Any

from funclab import layers
from funclab.models import Model
from funclab.utils.applications.frame import ARGUMENTS, Plan, divisible, padded, prepared

STAGES = ((16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1))
"""Feature maps, blocks, and the stride of the first block."""


def mobilenet(plan: Plan, alpha: float) -> Model:
    """Stages of blocks, with `alpha` times as many feature maps."""
    x = layers.Conv2D(divisible(32 * alpha), 3, 2, "same", use_bias=False, name="Conv1")(plan.image)
    x = layers.ReLU(6, name="Conv1_relu")(normalized(x, "bn_Conv1"))
    number = 0
    for width, depth, stride in STAGES:
        for i in range(depth):
            x = block(x, divisible(int(width * alpha)), stride if i == 0 else 1, number)
            number += 1
    last = divisible(1280 * max(alpha, 1))
    x = normalized(layers.Conv2D(last, 1, use_bias=False, name="Conv_1")(x), "Conv_1_bn")
    return plan.model(layers.ReLU(6, name="out_relu")(x), layers.GlobalAveragePooling2D())


def block(x: Any, width: int, stride: int, number: int) -> Any:
    """An inverted residual: what is added are narrow feature maps, without an activation."""
    name, y = f"block_{number}" if number else "expanded_conv", x
    if number:
        y = layers.Conv2D(
            6 * x.shape[-1], 1, padding="same", use_bias=False, name=f"{name}_expand"
        )(y)
        y = normalized(y, f"{name}_expand_BN")
        y = layers.ReLU(6, name=f"{name}_expand_relu")(y)
    if stride == 2:
        y = padded(y, 3, f"{name}_pad")
    padding = "same" if stride == 1 else "valid"
    y = layers.DepthwiseConv2D(3, stride, padding, use_bias=False, name=f"{name}_depthwise")(y)
    y = layers.ReLU(6, name=f"{name}_depthwise_relu")(normalized(y, f"{name}_depthwise_BN"))
    y = layers.Conv2D(width, 1, padding="same", use_bias=False, name=f"{name}_project")(y)
    y = normalized(y, f"{name}_project_BN")
    return layers.Add(name=f"{name}_add")([x, y]) if x.shape[-1] == width and stride == 1 else y


def normalized(x: Any, name: str) -> Any:
    return layers.BatchNormalization(epsilon=1e-3, momentum=0.999, name=name)(x)


def MobileNetV2(
    input_shape: Any = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Model:
    plan = Plan(
        include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation,
        name or f"mobilenetv2_{alpha:.2f}_{(input_shape or (224,))[0] or 224}",
    )  # fmt: skip
    return mobilenet(plan, alpha)


MobileNetV2.__doc__ = f"""53 layers with weights, made for telephones.

    alpha: how many feature maps there are, as a multiple of the usual number.{ARGUMENTS}"""
preprocess_input = prepared("tf")
