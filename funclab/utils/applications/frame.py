"""What all networks have in common: the image at the beginning, the classes at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from funclab.errors import ArgumentError, ShapeError
from funclab.graph.graph import source_inputs
from funclab.graph.shape_math import show
from funclab.layers import Dense, GlobalAveragePooling2D, GlobalMaxPooling2D, Input, ZeroPadding2D
from funclab.models import Model
from funclab.utils.applications.imagenet_utils import preprocess_input

ARGUMENTS = """
    include_top: whether it ends in the layers that decide for a class.
    weights: None for new weights, or the path of a file of weights; "imagenet", the default as in
        Keras, is refused.
    input_tensor: a tensor to begin with; None for an Input of its own.
    input_shape: (height, width, 3); with `include_top` the usual size if it is left out, else any.
    pooling: without `include_top`, "avg" or "max" for one number of each feature map; None for
        feature maps.
    classes: how many classes there are.
    classifier_activation: the activation of the last layer; None for logits.
    name: the name of the model.
    Raises: ArgumentError for weights that would be a download; ShapeError for images that are too
        small.
"""


class Plan:
    """What was asked for: the image at the beginning, and how a network ends."""

    def __init__(
        self,
        include_top: bool,
        weights: Any,
        input_tensor: Any,
        input_shape: Any,
        pooling: str | None,
        classes: int,
        classifier_activation: Any,
        name: str,
        size: int | None = 224,
        least: int = 32,
    ) -> None:
        if weights == "imagenet":
            raise ArgumentError(
                f'{name} has no weights "imagenet" here.',
                why="trained weights would be a download.",
                fix="write weights=None, or the path of a file with weights.",
            )
        if pooling not in (None, "avg", "max"):
            raise ArgumentError(
                f"Invalid value for argument `pooling`. Received: pooling={pooling!r}.",
                why='feature maps become numbers by "avg" or "max", or stay with None.',
                fix='write pooling="avg".',
            )
        self.include_top, self.weights, self.pooling = include_top, weights, pooling
        self.classes, self.activation, self.name = classes, classifier_activation, name
        usual = (size, size, 3) if include_top else (None, None, 3)
        shape = tuple(input_shape or usual)
        if len(shape) != 3 or any(side is not None and side < least for side in shape[:2]):
            raise ShapeError(
                f"Input size must be at least {least}x{least}; received: "
                f"input_shape={show(shape)}.",
                why=f"{name} makes images smaller five times, by half each time.",
                fix=f"write input_shape=({size or 224}, {size or 224}, 3).",
            )
        self.image = Input(shape) if input_tensor is None else input_tensor

    def model(
        self,
        x: Any,
        flat: Callable[[Any], Any] | None = None,
        top: Callable[[Any], Any] | None = None,
        kernel_initializer: Any = "glorot_uniform",
        end: Callable[[Any], Any] | None = None,
    ) -> Model:
        """The model that ends in x, with its last layers. `flat` comes before the last one, if it
        is not the mean of each feature map; `top` stands for all of them, and `end`
        comes where there are none."""
        if self.include_top and top:
            x = top(x)
        elif self.include_top:
            x = (flat or GlobalAveragePooling2D(name="avg_pool"))(x)
            x = Dense(
                self.classes, self.activation, kernel_initializer=kernel_initializer,
                name="predictions",
            )(x)  # fmt: skip
        elif self.pooling:
            kinds = {"avg": GlobalAveragePooling2D, "max": GlobalMaxPooling2D}
            x = kinds[self.pooling](name=f"{self.pooling}_pool")(x)
        if end and not self.include_top:
            x = end(x)
        sources = source_inputs(self.image)
        model = Model(sources[0] if len(sources) == 1 else sources, x, name=self.name)
        if self.weights is not None:
            model.load_weights(self.weights)
        return model


def network(
    build: Callable[[Plan], Model], name: str, says: str, size: int = 224, least: int = 32
) -> Any:
    """The function that makes a network of a plan, for images that usually have `size` rows and
    columns, and at least `least`."""

    def make(
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        input_shape: Any = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str = name.lower(),
    ) -> Model:
        plan = Plan(
            include_top, weights, input_tensor, input_shape, pooling, classes,
            classifier_activation, name, size, least,
        )  # fmt: skip
        return build(plan)

    make.__name__ = make.__qualname__ = name
    make.__module__ = build.__module__
    make.__doc__ = f"{says}\n{ARGUMENTS}"
    return make


def divisible(width: float) -> int:
    """The nearest multiple of 8, but not less than 0.9 of the width."""
    nearest = max(8, int(width + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * width else nearest


def padded(x: Any, kernel: int, name: str) -> Any:
    """Zeros around x, for a window that moves by two: its last place ends at the border."""
    half = kernel // 2
    sides = [(half - (side is None or side % 2 == 0), half) for side in x.shape[1:3]]
    return ZeroPadding2D(sides, name=name)(x)


def unchanged(x: Any, data_format: str | None = None) -> Any:
    """The pixels as they are: networks of this family begin with layers that prepare them.

    x: an array (..., 3).
    data_format: has no effect; other families have it.
    """
    return x


def prepared(mode: str) -> Any:
    """The function that prepares pixels for a family of networks."""

    def preprocess(x: Any, data_format: str | None = None) -> Any:
        return preprocess_input(x, data_format, mode)

    preprocess.__name__ = preprocess.__qualname__ = "preprocess_input"
    preprocess.__doc__ = f"""Pixels from 0 to 255, prepared for a network of this family, in the
    mode "{mode}" of `keras.applications.imagenet_utils.preprocess_input`.

    x: an array (..., 3).
    data_format: "channels_first" if the colours come before height and width.
    """
    return preprocess
