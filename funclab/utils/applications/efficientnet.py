"""EfficientNet: one network, made deeper, wider and for larger images in fixed proportions.

Source: Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", ICML
2019.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from funclab import layers
from funclab.models import Model
from funclab.utils.applications.frame import Plan, divisible, network, padded, unchanged

STAGES = (
    (16, 1, 3, 1, 1), (24, 2, 3, 2, 6), (40, 2, 5, 2, 6), (80, 3, 3, 2, 6), (112, 3, 5, 1, 6),
    (192, 4, 5, 2, 6), (320, 1, 3, 1, 6),
)  # fmt: skip
"""Feature maps, blocks, kernel, stride of the first block, and how much wider blocks are inside."""
START = {
    "class_name": "VarianceScaling",
    "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
}
LAST = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1 / 3, "mode": "fan_out", "distribution": "uniform"},
}


def efficientnet(plan: Plan, wider: float, deeper: float, dropout: float) -> Model:
    """Seven stages of blocks, `wider` and `deeper` than those of the first network."""
    x = layers.Normalization(axis=3)(layers.Rescaling(1 / 255)(plan.image))
    x = padded(x, 3, "stem_conv_pad")
    x = conv(x, divisible(32 * wider), "stem_conv", "stem_bn", "stem_activation", 2, "valid", 3)
    depths = [math.ceil(deeper * depth) for _, depth, *_ in STAGES]
    done = 0
    for stage, (width, _, kernel, stride, inside) in enumerate(STAGES):
        for i in range(depths[stage]):
            settings = divisible(width * wider), kernel, 1 if i else stride, inside
            name = f"block{stage + 1}{chr(ord('a') + i)}_"
            x = block(x, *settings, 0.2 * done / sum(depths), name)
            done += 1
    x = conv(x, divisible(1280 * wider), "top_conv", "top_bn", "top_activation")

    def flat(x: Any) -> Any:
        means = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        return layers.Dropout(dropout, name="top_dropout")(means)

    return plan.model(x, flat, kernel_initializer=LAST)


def block(x: Any, width: int, kernel: int, stride: int, inside: int, drop: float, name: str) -> Any:
    """An inverted residual, whose feature maps are weighed; in training it is left out at times."""
    given, wide = x, x.shape[-1] * inside
    if inside > 1:
        x = conv(x, wide, f"{name}expand_conv", f"{name}expand_bn", f"{name}expand_activation")
    x = padded(x, kernel, f"{name}dwconv_pad") if stride == 2 else x
    x = layers.DepthwiseConv2D(
        kernel, stride, "same" if stride == 1 else "valid", use_bias=False,
        depthwise_initializer=START, name=f"{name}dwconv",
    )(x)  # fmt: skip
    x = layers.BatchNormalization(name=f"{name}bn")(x)
    x = layers.Activation("swish", name=f"{name}activation")(x)
    x = weighed(x, max(1, given.shape[-1] // 4), f"{name}se_")
    x = conv(x, width, f"{name}project_conv", f"{name}project_bn")
    if stride > 1 or given.shape[-1] != width:
        return x
    if drop > 0:
        x = layers.Dropout(drop, (None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.Add(name=f"{name}add")([x, given])


def weighed(x: Any, narrow: int, name: str) -> Any:
    """Each feature map times a number from 0 to 1, computed from the means of all of them."""
    y, width = layers.GlobalAveragePooling2D(name=f"{name}squeeze")(x), x.shape[-1]
    y = layers.Reshape((1, 1, width), name=f"{name}reshape")(y)
    for wide, activation, step in ((narrow, "swish", "reduce"), (width, "sigmoid", "expand")):
        y = layers.Conv2D(
            wide, 1, padding="same", activation=activation, kernel_initializer=START,
            name=f"{name}{step}",
        )(y)  # fmt: skip
    return layers.Multiply(name=f"{name}excite")([x, y])


def conv(x: Any, width: int, name: str, norm: str, activation: str = "", stride: int = 1,
         padding: str = "same", kernel: int = 1) -> Any:  # fmt: skip
    x = layers.Conv2D(
        width, kernel, stride, padding, use_bias=False, kernel_initializer=START, name=name
    )(x)
    x = layers.BatchNormalization(name=norm)(x)
    return layers.Activation("swish", name=activation)(x) if activation else x


(
    EfficientNetB0, EfficientNetB1, EfficientNetB2, EfficientNetB3, EfficientNetB4, EfficientNetB5,
    EfficientNetB6, EfficientNetB7,
) = (
    network(
        partial(efficientnet, wider=wider, deeper=deeper, dropout=dropout),
        f"EfficientNetB{i}", f"For images of {size} by {size} pixels.", size,
    )
    for i, (wider, deeper, size, dropout) in enumerate((
        (1.0, 1.0, 224, 0.2), (1.0, 1.1, 240, 0.2), (1.1, 1.2, 260, 0.3), (1.2, 1.4, 300, 0.3),
        (1.4, 1.8, 380, 0.4), (1.6, 2.2, 456, 0.4), (1.8, 2.6, 528, 0.5), (2.0, 3.1, 600, 0.5),
    ))
)  # fmt: skip
preprocess_input = unchanged
