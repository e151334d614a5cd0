"""ConvNeXt: a convolutional network with habits of transformers: patches, layer normalization, few
activations, and blocks that are wide inside.

Source: Liu et al., "A ConvNet for the 2020s", CVPR 2022.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab import layers
from funclab.initializers import Constant
from funclab.models import Model, Sequential
from funclab.registry.parameters import MEANINGS
from funclab.utils.applications.frame import ARGUMENTS, Plan, unchanged
from funclab.utils.applications.imagenet_utils import DEVIATIONS, MEANS

MEANINGS |= {
    "LayerScale.init_values": "the number that each feature is multiplied by at first",
    "LayerScale.projection_dim": "how many features there are",
}


class LayerScale(layers.Layer):
    """Each feature times a number that is learned, and small at first.

    Shapes: x (..., projection_dim) -> out (same as x).
    Weights: gamma (projection_dim,).
    """

    init_values: float
    projection_dim: int

    def build(self, input_shape: Any) -> None:
        start = Constant(self.init_values)
        self.gamma = self.add_weight((self.projection_dim,), start, name="gamma")
        self.built = True

    def call(self, inputs: Any) -> Any:
        return inputs * self.gamma


def convnext(plan: Plan, depths: Sequence[int], widths: Sequence[int], prepares: bool) -> Model:
    """A stem that reads patches, and four stages of blocks."""
    x, name = plan.image, plan.name
    if prepares:
        mean, variance = [255 * m for m in MEANS], [(255 * d) ** 2 for d in DEVIATIONS]
        x = layers.Normalization(
            mean=mean, variance=variance, name=f"{name}_prestem_normalization"
        )(x)  # fmt: skip
    stem = layers.Conv2D(widths[0], 4, 4, name=f"{name}_stem_conv")
    x = Sequential([stem, normalization(f"{name}_stem_layernorm")], name=f"{name}_stem")(x)
    for stage, (depth, width) in enumerate(zip(depths, widths, strict=True)):
        if stage:
            half = layers.Conv2D(width, 2, 2, name=f"{name}_downsampling_conv_{stage - 1}")
            norm = normalization(f"{name}_downsampling_layernorm_{stage - 1}")
            x = Sequential([norm, half], name=f"{name}_downsampling_block_{stage - 1}")(x)
        for i in range(depth):
            x = block(x, width, f"{name}_stage_{stage}_block_{i}")

    def top(x: Any) -> Any:
        x = layers.GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
        x = normalization(f"{name}_head_layernorm")(x)
        return layers.Dense(plan.classes, plan.activation, name=f"{name}_head_dense")(x)

    return plan.model(x, top=top, end=normalization(None))


def block(x: Any, width: int, name: str) -> Any:
    """Large windows for each feature map, then two Dense layers for each pixel, added to x."""
    y = layers.Conv2D(width, 7, padding="same", groups=width, name=f"{name}_depthwise_conv")(x)
    y = normalization(f"{name}_layernorm")(y)
    y = layers.Dense(4 * width, name=f"{name}_pointwise_conv_1")(y)
    y = layers.Activation("gelu", name=f"{name}_gelu")(y)
    y = layers.Dense(width, name=f"{name}_pointwise_conv_2")(y)
    y = LayerScale(1e-6, width, name=f"{name}_layer_scale")(y)
    return x + layers.Activation("linear", name=f"{name}_identity")(y)


def normalization(name: str | None) -> Any:
    return layers.LayerNormalization(epsilon=1e-6, name=name)


def family(kind: str, depth: int, width: int) -> Any:
    """The function that makes a network whose third stage has `depth` blocks."""
    usual = f"convnext_{kind.lower()}"

    def make(
        include_top: bool = True,
        include_preprocessing: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        input_shape: Any = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str = usual,
    ) -> Model:
        plan = Plan(
            include_top, weights, input_tensor, input_shape, pooling, classes,
            classifier_activation, name,
        )  # fmt: skip
        widths = [width * 2**stage for stage in range(4)]
        return convnext(plan, (3, 3, depth, 3), widths, include_preprocessing)

    make.__name__ = make.__qualname__ = f"ConvNeXt{kind}"
    make.__doc__ = f"""{depth + 9} blocks, the first with {width} feature maps.

    include_preprocessing: whether it begins by normalizing pixels from 0 to 255.{ARGUMENTS}"""
    return make


ConvNeXtTiny, ConvNeXtSmall, ConvNeXtBase, ConvNeXtLarge, ConvNeXtXLarge = (
    family(kind, depth, width)
    for kind, depth, width in (
        ("Tiny", 9, 96), ("Small", 27, 96), ("Base", 27, 128), ("Large", 27, 192),
        ("XLarge", 27, 256),
    )
)  # fmt: skip
preprocess_input = unchanged
