"""MobileNetV3: the blocks of MobileNetV2, found by a search; some weigh their own feature maps.

Source: Howard et al., "Searching for MobileNetV3", ICCV 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab import layers
from funclab.models import Model
from funclab.utils.applications.frame import ARGUMENTS, Plan, divisible, padded, unchanged
from funclab.utils.applications.mobilenet_v2 import normalized

Blocks = Sequence[tuple[float, int, int, int, bool, bool]]
"""How much wider a block is inside, its feature maps, kernel and stride, whether it weighs feature
maps, and whether its activation is hard_swish."""
SMALL: Blocks = (
    (1, 16, 3, 2, True, False), (4.5, 24, 3, 2, False, False), (88 / 24, 24, 3, 1, False, False),
    (4, 40, 5, 2, True, True), *[(6, 40, 5, 1, True, True)] * 2, *[(3, 48, 5, 1, True, True)] * 2,
    (6, 96, 5, 2, True, True), *[(6, 96, 5, 1, True, True)] * 2,
)  # fmt: skip
LARGE: Blocks = (
    (1, 16, 3, 1, False, False), (4, 24, 3, 2, False, False), (3, 24, 3, 1, False, False),
    (3, 40, 5, 2, True, False), *[(3, 40, 5, 1, True, False)] * 2, (6, 80, 3, 2, False, True),
    (2.5, 80, 3, 1, False, True), *[(2.3, 80, 3, 1, False, True)] * 2,
    *[(6, 112, 3, 1, True, True)] * 2, (6, 160, 5, 2, True, True),
    *[(6, 160, 5, 1, True, True)] * 2,
)  # fmt: skip


def block(x: Any, number: int, inside: float, width: int, kernel: int, stride: int,
          weighs: bool, swish: bool) -> Any:  # fmt: skip
    """An inverted residual: widened, filtered, perhaps weighed, and made narrow again."""
    name, y = f"expanded_conv_{number}_" if number else "expanded_conv_", x
    wide = divisible(x.shape[-1] * inside)
    if number:
        y = layers.Conv2D(wide, 1, padding="same", use_bias=False, name=f"{name}expand")(y)
        y = active(normalized(y, f"{name}expand_bn"), swish)
    y = padded(y, kernel, f"{name}depthwise_pad") if stride == 2 else y
    padding = "same" if stride == 1 else "valid"
    y = layers.DepthwiseConv2D(kernel, stride, padding, use_bias=False, name=f"{name}depthwise")(y)
    y = active(normalized(y, f"{name}depthwise_bn"), swish)
    y = weighed(y, wide, f"{name}squeeze_excite_") if weighs else y
    y = layers.Conv2D(width, 1, padding="same", use_bias=False, name=f"{name}project")(y)
    y = normalized(y, f"{name}project_bn")
    same = stride == 1 and x.shape[-1] == width
    return layers.Add(name=f"{name}add")([x, y]) if same else y


def weighed(x: Any, width: int, name: str) -> Any:
    """Each feature map times a number from 0 to 1, computed from the means of all of them."""
    y = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}avg_pool")(x)
    y = layers.Conv2D(divisible(width * 0.25), 1, padding="same", name=f"{name}conv")(y)
    y = layers.ReLU(name=f"{name}relu")(y)
    y = layers.Conv2D(width, 1, padding="same", name=f"{name}conv_1")(y)
    return layers.Multiply(name=f"{name}mul")([x, layers.ReLU(6)(y + 3.0) * (1 / 6)])


def active(x: Any, swish: bool) -> Any:
    return layers.Activation("hard_swish")(x) if swish else layers.ReLU()(x)


def mobilenet(
    plan: Plan, blocks: Blocks, last: int, alpha: float, full: bool, dropout: float, prepares: bool
) -> Model:
    """The blocks between a convolution and the layers that decide."""
    x = layers.Rescaling(1 / 127.5, -1.0)(plan.image) if prepares else plan.image
    x = layers.Conv2D(16, 3, 2, "same", use_bias=False, name="conv")(x)
    x = active(normalized(x, "conv_bn"), full)
    for i, (inside, width, kernel, stride, weighs, swish) in enumerate(blocks):
        sizes = inside, divisible(width * alpha), kernel if full else 3, stride
        x = block(x, i, *sizes, weighs and full, swish and full)
    wide = divisible(x.shape[-1] * 6)
    x = layers.Conv2D(wide, 1, padding="same", use_bias=False, name="conv_1")(x)
    x = active(normalized(x, "conv_1_bn"), full)

    def top(x: Any) -> Any:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        wide = divisible(last * alpha) if alpha > 1 else last
        x = active(layers.Conv2D(wide, 1, padding="same", name="conv_2")(x), full)
        x = layers.Dropout(dropout)(x) if dropout > 0 else x
        x = layers.Conv2D(plan.classes, 1, padding="same", name="logits")(x)
        return layers.Activation(plan.activation, name="predictions")(layers.Flatten()(x))

    return plan.model(x, top=top)


def family(blocks: Blocks, last: int, kind: str, says: str) -> Any:
    """The function that makes a network of these blocks."""

    def make(
        input_shape: Any = None,
        alpha: float = 1.0,
        minimalistic: bool = False,
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        classes: int = 1000,
        pooling: str | None = None,
        dropout_rate: float = 0.2,
        classifier_activation: Any = "softmax",
        include_preprocessing: bool = True,
        name: str = kind,
    ) -> Model:
        plan = Plan(
            include_top, weights, input_tensor, input_shape, pooling, classes,
            classifier_activation, name, None,
        )  # fmt: skip
        return mobilenet(
            plan, blocks, last, alpha, not minimalistic, dropout_rate, include_preprocessing
        )

    make.__name__ = make.__qualname__ = kind
    make.__doc__ = f"""{says}

    alpha: how many feature maps there are, as a multiple of the usual number.
    minimalistic: whether there are neither hard_swish nor windows of 5 nor weighed feature maps.
    dropout_rate: the fraction of numbers that are dropped before the last layer.
    include_preprocessing: whether it begins by scaling pixels to -1 to 1.{ARGUMENTS}"""
    return make


MobileNetV3Small = family(SMALL, 1024, "MobileNetV3Small", "11 blocks, made for telephones.")
MobileNetV3Large = family(LARGE, 1280, "MobileNetV3Large", "15 blocks, made for telephones.")
preprocess_input = unchanged
