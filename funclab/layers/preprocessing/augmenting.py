"""What layers that change images at random have in common, and those that mirror and crop."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab import ops
from funclab.errors import ArgumentError, NotSupportedError, ShapeError
from funclab.graph.shape_math import show
from funclab.layers.base import Layer
from funclab.layers.checks import one_of, stream
from funclab.layers.preprocessing.scaling import OneSize

Range = tuple[float, float]
Drawn = dict[str, Any]
"""What was drawn for a batch of images, by name."""


class RandomImages(Layer, abstract=True):
    """A layer that draws one change for each image, from its own stream, which starts at `seed`.

    As in Keras, it changes images in `fit` and wherever it is not said whether a model is trained;
    in `predict` and `evaluate`, and with training=False, images stay as they are. What is called on
    a dict with "images", "labels" and "segmentation_masks" changes them together.
    """

    told: ClassVar = {
        "Shapes": "x (batch, height, width, channels) -> out (same as x); also one image without "
        "batch"
    }
    usual_training = True
    always = False
    """Whether images are changed in `predict`, too."""
    factors: ClassVar[dict[str, int]] = {}
    """The settings that say between which numbers one is drawn, and the least that these may be."""
    data_format: str | None = None

    def prepare(self) -> None:
        for name, least in self.factors.items():
            setattr(self, name, either_way(name, getattr(self, name), least))
        if "seed" in self.constructor_arguments:
            self.stream = stream(self.constructor_arguments["seed"])
        if "value_range" in self.constructor_arguments:
            check_range(self.constructor_arguments["value_range"])

    def call(self, inputs: Any, training: bool = True) -> Any:
        given = inputs if isinstance(inputs, dict) else {"images": inputs}
        parts = {**given, "images": ops.cast(given["images"], self.dtype)}
        batch = is_batch(self, parts["images"])
        if training or self.always:
            parts = self.together(parts) if batch else self.alone(parts)
        return parts if isinstance(inputs, dict) else parts["images"]

    def alone(self, parts: dict[str, Any]) -> dict[str, Any]:
        """One image, and what belongs to it, changed like a batch of one."""
        batch = {name: ops.convert_to_tensor(x)[None] for name, x in parts.items()}
        return {name: x[0] for name, x in self.together(batch).items()}

    def together(self, parts: dict[str, Any]) -> dict[str, Any]:
        """Images, labels and masks with the same change."""
        changes = {
            "images": self.changed,
            "labels": self.changed_labels,
            "segmentation_masks": self.changed_masks,
        }
        if unknown := parts.keys() - changes:
            raise NotSupportedError(
                f"{type(self).__name__} does not change {', '.join(sorted(unknown))}.",
                why="it knows images, their labels, and masks that have a class for each pixel.",
                fix=f"leave {sorted(unknown)[0]!r} out of the dict.",
            )
        drawn = self.draw(parts["images"])
        return {name: changes[name](x, **drawn) for name, x in parts.items()}

    def draw(self, images: Any) -> Drawn:
        """What a call draws for a batch of images: numbers for each, by name."""
        return {}

    def changed(self, images: Any, *args: Any, **drawn: Any) -> Any:
        """A batch of images, each changed by what was drawn for it."""
        raise NotImplementedError

    def changed_labels(self, labels: Any, *args: Any, **drawn: Any) -> Any:
        return labels

    def changed_masks(self, masks: Any, /, *args: Any, **drawn: Any) -> Any:
        """Pictures with a class for each pixel; most layers leave pixels where they are."""
        return masks

    def uniform(self, images: Any, among: Range, *lengths: int) -> Any:
        """Numbers (batch, *lengths) for each image."""
        shape = (images.shape[0], *lengths)
        return ops.random_uniform(shape, *among, dtype=self.dtype, state=self.stream)

    def sign(self, images: Any, *lengths: int) -> Any:
        """1 or -1 for each image."""
        return ops.where(ops.greater(self.uniform(images, (0, 1), *lengths), 0.5), -1.0, 1.0)

    def chosen(self, images: Any, factor: Range) -> Any:
        """Which images are changed, with a probability that is drawn for each from `factor`."""
        probability = self.uniform(images, factor, 1, 1, 1)
        return ops.less(self.uniform(images, (0, 1), 1, 1, 1), probability)

    def sides(self, images: Any) -> tuple[int, int]:
        """Height and width; on shapes alone, where they may not be known, any number."""
        height, width = (images.shape[axis] for axis in self.side_axes)
        return height or 1, width or 1

    @property
    def side_axes(self) -> tuple[int, int]:
        """The axes of height and width, from the end."""
        return (-2, -1) if self.data_format == "channels_first" else (-3, -2)


def is_batch(layer: Layer, images: Any) -> bool:
    """Whether a layer is called on a batch of images, not on one image."""
    rank = len(images.shape)
    if rank not in (3, 4):
        raise ShapeError(
            f"{type(layer).__name__} expects images of rank 3 (single image) or 4 (batch of "
            f"images). Received: shape {show(images.shape)}.",
            why="images have height, width and channels.",
            fix="pass images of shape (batch, height, width, channels).",
        )
    return rank == 4


class RandomFlip(RandomImages):
    """Images mirrored, each with probability 1/2: left and right, or top and bottom.

    Gradient: gx = g, mirrored as the image was.

    >>> image = np.array([[[1.0], [2.0]]])
    >>> flip = RandomFlip("horizontal", seed=1)
    >>> sorted({tuple(flip(image)[0, :, 0].tolist()) for _ in range(20)})
    [(1.0, 2.0), (2.0, 1.0)]
    """

    mode: str = "horizontal_and_vertical"
    seed: int | None = None
    data_format: str | None = None

    def prepare(self) -> None:
        super().prepare()
        one_of("mode", self.mode, ("horizontal_and_vertical", "horizontal", "vertical"))

    def draw(self, images: Any) -> Drawn:
        return {"mirrored": ops.less_equal(self.uniform(images, (0, 1), 1, 1, 1), 0.5)}

    def changed(self, images: Any, mirrored: Any) -> Any:
        for name, axis in zip(("vertical", "horizontal"), self.side_axes, strict=True):
            if name in self.mode:
                images = ops.where(mirrored, ops.flip(images, axis), images)
        return images

    changed_masks = changed


class RandomCrop(OneSize):
    """In training, a part of the images at a random place, the same for the whole batch; else, and
    for images that are not larger, the center, resized.

    Shapes: x (batch, height, width, channels) -> out (batch, `height`, `width`, channels).
    Gradient: gx = g in the part, 0 around it.

    >>> RandomCrop(24, 24)(Input((28, 28, 1))).shape
    (None, 24, 24, 1)
    """

    usual_training = True
    seed: int | None = None
    order = ("height", "width", "seed", "data_format")

    def prepare(self) -> None:
        super().prepare()
        self.stream = stream(self.constructor_arguments["seed"])

    def call(self, inputs: Any, training: bool = True) -> Any:
        images = ops.cast(inputs, self.dtype)
        if training and self.fits(images):
            return self.changed(images, **self.draw(images))
        size = self.height, self.width
        return ops.image.resize(self.to_aspect(images), size, data_format=self.data_format)

    def fits(self, images: Any) -> bool:
        """Whether images are larger than what is kept of them."""
        sides = zip(self.lengths(images), (self.height, self.width))
        return all(old is not None and old > new for old, new in sides)

    def draw(self, images: Any) -> Drawn:
        """The first row and the first column of the part."""
        rest = [old - new for old, new in zip(self.lengths(images), (self.height, self.width))]
        top, left = (
            ops.floor(ops.random_uniform((), 0, more + 1, state=self.stream)) for more in rest
        )
        return {"top": top, "left": left}

    def changed(self, images: Any, top: Any, left: Any) -> Any:
        parts = zip(self.axes(len(images.shape)), (self.height, self.width), (top, left))
        for axis, new, begin in parts:
            images = ops.take(images, ops.cast(begin, "int32") + ops.arange(new), axis)
        return images


def either_way(
    name: str, factor: Any, least: int, open_below: bool = False, most: int = 1
) -> Range:
    """From where to where a factor is drawn: a number stands for both directions."""
    pair: Any = factor if isinstance(factor, (list, tuple)) else (factor, factor)
    fine = len(pair) == 2 and all(isinstance(x, (int, float)) and least <= x <= most for x in pair)
    if not fine or (open_below and min(pair) == least):
        raise ArgumentError(
            f"The `{name}` argument should be a number (or a list of two numbers) in the range "
            f"{'(' if open_below else '['}{least}, {most}]. Received: {name}={factor!r}.",
            why="each image gets a number between the two, or between -factor and factor.",
            fix=f"write for example {name}={0.2 if least < 1 else most}.",
        )
    if pair is factor:
        return min(pair), max(pair)
    return max(0 - abs(pair[0]), least), abs(pair[0])  # `0 -`, as -0.0 would be shown


def check_range(value_range: Any) -> None:
    """Refuse what is not a lowest and a highest value of a pixel."""
    if not isinstance(value_range, (list, tuple)) or len(value_range) != 2:
        raise ArgumentError(
            "The `value_range` argument should be a list of two numbers. Received: "
            f"value_range={value_range!r}.",
            why="pixels lie between them.",
            fix="write value_range=(0, 255), or (0, 1) for rescaled images.",
        )
