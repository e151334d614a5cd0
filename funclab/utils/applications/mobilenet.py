"""MobileNet: a convolution is split in two, one for each feature map and one across all of them.

Source: Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision
applications", 2017.
"""

from __future__ import annotations

from typing import Any

from funclab import layers
from funclab.models import Model
from funclab.utils.applications.frame import ARGUMENTS, Plan, prepared

BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1)),
    *((512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)),
)
"""Feature maps, and the stride, of each block."""


def block(x: Any, width: int, stride: int, depth: int, number: int) -> Any:
    """Each feature map is filtered on its own; then they are mixed, pixel by pixel."""
    if stride == 2:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
    x = layers.DepthwiseConv2D(
        3, stride, "same" if stride == 1 else "valid", depth, use_bias=False,
        name=f"conv_dw_{number}",
    )(x)  # fmt: skip
    x = active(x, f"conv_dw_{number}")
    x = layers.Conv2D(width, 1, padding="same", use_bias=False, name=f"conv_pw_{number}")(x)
    return active(x, f"conv_pw_{number}")


def active(x: Any, name: str) -> Any:
    return layers.ReLU(6, name=f"{name}_relu")(layers.BatchNormalization(name=f"{name}_bn")(x))


def MobileNet(
    input_shape: Any = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 1e-3,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Model:
    rows = input_shape[0] if input_shape else 224 if include_top else None
    plan = Plan(
        include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation,
        name or f"mobilenet_{alpha:.2f}_{rows}",
    )  # fmt: skip
    x = layers.Conv2D(int(32 * alpha), 3, 2, "same", use_bias=False, name="conv1")(plan.image)
    x = active(x, "conv1")
    for number, (width, stride) in enumerate(BLOCKS, 1):
        x = block(x, int(width * alpha), stride, depth_multiplier, number)

    def top(x: Any) -> Any:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        x = layers.Dropout(dropout, name="dropout")(x)
        x = layers.Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = layers.Reshape((classes,), name="reshape_2")(x)
        return layers.Activation(classifier_activation, name="predictions")(x)

    return plan.model(x, top=top)


MobileNet.__doc__ = f"""28 layers with weights, made for telephones.

    alpha: how many feature maps there are, as a multiple of the usual number.
    depth_multiplier: how many filters there are for each feature map.
    dropout: the fraction of numbers that are dropped before the last layer.{ARGUMENTS}"""
preprocess_input = prepared("tf")
