"""InceptionV3: in each block, windows of several sizes look at the same image side by side.

Source: Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR 2016.
"""

from __future__ import annotations

from typing import Any

from funclab.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    MaxPooling2D,
)  # fmt: skip
from funclab.models import Model
from funclab.utils.applications.frame import Plan, network, prepared


def inception(plan: Plan) -> Model:
    """A stem, and eleven blocks: three, five and three, each kind on a smaller image."""
    x = chain(plan.image, (32, 3, 2, "valid"), (32, 3, 1, "valid"), (64, 3))
    x = chain(MaxPooling2D(3, strides=2)(x), (80, 1, 1, "valid"), (192, 3, 1, "valid"))
    x = MaxPooling2D(3, strides=2)(x)
    for i, width in enumerate((32, 64, 64)):
        parts = [chain(x, (64, 1)), chain(x, (48, 1), (64, 5)), chain(x, (64, 1), (96, 3), (96, 3))]
        x = Concatenate(name=f"mixed{i}")([*parts, pooled(x, width)])
    x = smaller(x, "mixed3", [(384, 3)], [(64, 1), (96, 3), (96, 3)])
    for i, width in enumerate((128, 160, 160, 192), 4):
        row, column = (width, (1, 7)), (width, (7, 1))
        parts = [
            chain(x, (192, 1)),
            chain(x, (width, 1), row, (192, (7, 1))),
            chain(x, (width, 1), column, row, column, (192, (1, 7))),
        ]
        x = Concatenate(name=f"mixed{i}")([*parts, pooled(x, 192)])
    x = smaller(
        x, "mixed8", [(192, 1), (320, 3)], [(192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3)]
    )
    for i in range(2):
        parts = [
            chain(x, (320, 1)),
            crossed(chain(x, (384, 1)), f"mixed9_{i}"),
            crossed(chain(x, (448, 1), (384, 3)), None),
        ]
        x = Concatenate(name=f"mixed{9 + i}")([*parts, pooled(x, 192)])
    return plan.model(x)


def chain(x: Any, *convolutions: Any) -> Any:
    """Convolutions one after another: each with its feature maps, window, stride and padding."""
    for width, size, *rest in convolutions:
        stride, padding = rest or (1, "same")
        x = Conv2D(width, size, stride, padding, use_bias=False)(x)
        x = Activation("relu")(BatchNormalization(scale=False)(x))
    return x


def pooled(x: Any, width: int) -> Any:
    return chain(AveragePooling2D(3, strides=1, padding="same")(x), (width, 1))


def crossed(x: Any, name: str | None) -> Any:
    """A row and a column of three, side by side."""
    return Concatenate(name=name)([chain(x, (384, (1, 3))), chain(x, (384, (3, 1)))])


def smaller(x: Any, name: str, *branches: Any) -> Any:
    """Branches that end in a stride of two, beside a pooling."""
    parts = [chain(x, *steps, (*last, 2, "valid")) for *steps, last in branches]
    return Concatenate(name=name)([*parts, MaxPooling2D(3, strides=2)(x)])


InceptionV3 = network(inception, "InceptionV3", "94 convolutions and a Dense.", 299, 75)
preprocess_input = prepared("tf")
