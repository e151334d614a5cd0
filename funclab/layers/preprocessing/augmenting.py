"""Layers that change images at random, so that a model sees each of them in many forms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from funclab import ops
from funclab.errors import ArgumentError
from funclab.layers.base import Layer
from funclab.layers.checks import one_of, stream
from funclab.layers.preprocessing.scaling import OneSize
from funclab.layers.spec import InputSpec
from funclab.ops.image.warping import INTERPOLATIONS

FILL_MODES = ("reflect", "wrap", "constant", "nearest")
Range = tuple[float, float]


class RandomImages(Layer, abstract=True):
    """A layer that draws one change for each image, from its own stream, which starts at `seed`.

    As in Keras, it changes images in `fit` and wherever it is not said whether a model is trained;
    in `predict` and `evaluate`, and with training=False, images stay as they are.
    """

    input_spec = InputSpec(min_ndim=3, max_ndim=4)
    usual_training = True
    data_format: str | None = None

    def prepare(self) -> None:
        self.stream = stream(self.constructor_arguments["seed"])

    def call(self, inputs: Any, training: bool = True) -> Any:
        images = ops.cast(inputs, self.dtype)
        if not training:
            return images
        one = len(images.shape) == 3
        made = self.changed(images[None] if one else images)
        return made[0] if one else made

    def changed(self, images: Any) -> Any:
        """The images, each with a change of its own."""
        raise NotImplementedError

    def drawn(self, images: Any, among: Range, *lengths: int) -> Any:
        """Numbers (batch, *lengths) for each image."""
        shape = (images.shape[0], *lengths)
        return ops.random_uniform(shape, *among, dtype=self.dtype, state=self.stream)

    def sides(self, images: Any) -> tuple[int, int]:
        """Height and width; on shapes alone, where they may not be known, any number."""
        last = self.data_format != "channels_first"
        height, width = images.shape[1:3] if last else images.shape[2:]
        return height or 1, width or 1


class RandomFlip(RandomImages):
    """Images mirrored, each with probability 1/2: left and right, or top and bottom.

    Shapes: x (batch, height, width, channels) -> out (same as x); also one image without batch.
    Gradient: gx = g, mirrored as the image was.

    >>> import numpy as np
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

    def changed(self, images: Any) -> Any:
        axes = {"horizontal": -2, "vertical": -3}
        before = 1 if self.data_format == "channels_first" else 0
        flips = ops.less_equal(self.drawn(images, (0, 1), 1, 1, 1), 0.5)
        for name, axis in axes.items():
            if name in self.mode:
                images = ops.where(flips, ops.flip(images, axis + before), images)
        return images


class Moving(RandomImages, abstract=True):
    """A layer that reads each new pixel at another place of the old image."""

    interpolation: str = "bilinear"
    fill_mode: str = "reflect"
    fill_value: float = 0.0

    def prepare(self) -> None:
        super().prepare()
        one_of("interpolation", self.interpolation, INTERPOLATIONS)
        one_of("fill_mode", self.fill_mode, FILL_MODES)

    def changed(self, images: Any) -> Any:
        rows = self.matrix(images)
        zero = ops.zeros_like(next(x for row in rows for x in row if hasattr(x, "shape")))
        maps = ops.stack([zero + x for row in (*rows, (0.0, 0.0)) for x in row], -1)
        return ops.image.affine_transform(
            images, maps, self.interpolation, self.fill_mode, self.fill_value, self.data_format
        )

    def matrix(self, images: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        """For each image (a0, a1, a2) and (b0, b1, b2): see `ops.image.affine_transform`."""
        raise NotImplementedError


class RandomRotation(Moving):
    """Images turned about their middle, each by an angle of its own.

    Shapes: x (batch, height, width, channels) -> out (same as x); also one image without batch.
    Gradient: gx = the sum of g * weight over the new pixels.
    Raises: ArgumentError unless factors are in [-1, 1].

    >>> from funclab import Input
    >>> RandomRotation(0.1)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    factor: Any
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0
    data_format: str | None = None

    def prepare(self) -> None:
        super().prepare()
        self.factor = either_way("factor", self.factor, -1)

    def matrix(self, images: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        height, width = self.sides(images)
        x, y = (width - 1) / 2, (height - 1) / 2
        low, high = (2 * math.pi * share for share in self.factor)
        angles = self.drawn(images, (low, high))
        c, s = ops.cos(angles), ops.sin(angles)
        return (c, -s, x - x * c + y * s), (s, c, y - x * s - y * c)


class RandomTranslation(Moving):
    """Images shifted, each down and to the right by a fraction of its height and width.

    Shapes: x (batch, height, width, channels) -> out (same as x); also one image without batch.
    Gradient: gx = the sum of g * weight over the new pixels.
    Raises: ArgumentError unless factors are in [-1, 1].

    >>> from funclab import Input
    >>> RandomTranslation(0.1, 0.1)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    height_factor: Any
    width_factor: Any
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0
    data_format: str | None = None

    def prepare(self) -> None:
        super().prepare()
        self.ranges = [
            either_way(name, getattr(self, name), -1) for name in ("height_factor", "width_factor")
        ]

    def matrix(self, images: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        down, right = (self.drawn(images, among) for among in self.ranges)
        height, width = self.sides(images)
        return (1.0, 0.0, right * -width), (0.0, 1.0, down * -height)


class RandomZoom(Moving):
    """Images zoomed, each by a factor of its own: out with a positive number, in with a negative.

    Shapes: x (batch, height, width, channels) -> out (same as x); also one image without batch.
    Gradient: gx = the sum of g * weight over the new pixels.
    Raises: ArgumentError unless factors are in (-1, 1].

    >>> from funclab import Input
    >>> RandomZoom((-0.2, 0))(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    height_factor: Any
    width_factor: Any = None
    fill_mode: str = "reflect"
    interpolation: str = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0
    data_format: str | None = None

    def prepare(self) -> None:
        super().prepare()
        given = self.height_factor, self.width_factor
        names = "height_factor", "width_factor"
        self.ranges = [
            either_way(name, factor, -1, open_below=True)
            for name, factor in zip(names, given)
            if factor is not None
        ]

    def matrix(self, images: Any) -> tuple[Sequence[Any], Sequence[Any]]:
        high, *wide = (1 + self.drawn(images, among) for among in self.ranges)
        height, width = self.sides(images)
        zoom = wide[0] if wide else high
        rest_x, rest_y = (width - 1) / 2 * (1 - zoom), (height - 1) / 2 * (1 - high)
        return (zoom, 0.0, rest_x), (0.0, high, rest_y)


class RandomCrop(OneSize):
    """In training, a part of the images at a random place, the same for the whole batch; else, and
    for images that are not larger, the center, resized.

    Shapes: x (batch, height, width, channels) -> out (batch, `height`, `width`, channels).
    Gradient: gx = g in the part, 0 around it.

    >>> from funclab import Input
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
        size, lengths = (self.height, self.width), self.lengths(images)
        if None in lengths or not all(old > new for old, new in zip(lengths, size)):
            training = False
        if not training:
            return ops.image.resize(self.to_aspect(images), size, data_format=self.data_format)
        for axis, new, old in zip(self.axes(len(images.shape)), size, lengths):
            begin = ops.random_uniform((), 0, old - new + 1, state=self.stream)
            places = ops.cast(ops.floor(begin), "int32") + ops.arange(new)
            images = ops.take(images, places, axis)
        return images


class Toning(RandomImages, abstract=True):
    """A layer that changes the numbers of pixels, and keeps them in `value_range`."""

    factor: Any
    value_range: Any = (0, 255)
    seed: int | None = None
    data_format: str | None = None

    def prepare(self) -> None:
        super().prepare()
        if not isinstance(self.value_range, (list, tuple)) or len(self.value_range) != 2:
            raise ArgumentError(
                "The `value_range` argument should be a list of two numbers. Received: "
                f"value_range={self.value_range!r}.",
                why="pixels lie between them.",
                fix="write value_range=(0, 255), or (0, 1) for rescaled images.",
            )


class RandomBrightness(Toning):
    """Images made brighter or darker: each gets a number of its own added to all pixels.

    Shapes: x (batch, height, width, channels) -> out (same as x); also one image without batch.
    Gradient: gx = g where the pixel stays in `value_range`, else 0.
    Raises: ArgumentError unless factors are in [-1, 1].

    >>> import numpy as np
    >>> RandomBrightness((0.1, 0.1))(np.array([[[100.0], [250.0]]]))[0, :, 0]
    array([125.5, 255. ], dtype=float32)
    """

    def prepare(self) -> None:
        super().prepare()
        self.factor = either_way("factor", self.factor, -1)
        self.value_range = tuple(sorted(self.value_range))

    def changed(self, images: Any) -> Any:
        low, high = self.value_range
        more = self.drawn(images, self.factor, 1, 1, 1) * (high - low)
        return ops.clip(images + more, low, high)


class RandomContrast(Toning):
    """Images with more or less contrast: the distance of each pixel from the mean of its channel is
    multiplied by a number of the image's own, from 1 - the first factor to 1 + the second.

    Shapes: x (batch, height, width, channels) -> out (same as x); also one image without batch.
    Gradient: that of the products and the mean; 0 where a pixel leaves `value_range`.
    Raises: ArgumentError unless factors are in [0, 1].

    >>> import numpy as np
    >>> RandomContrast((0, 0))(np.array([[[100.0], [250.0]]]))[0, :, 0]
    array([100., 250.], dtype=float32)
    """

    def prepare(self) -> None:
        super().prepare()
        self.factor = either_way("factor", self.factor, 0)

    def changed(self, images: Any) -> Any:
        less, more = self.factor
        times = self.drawn(images, (1 - less, 1 + more), 1, 1, 1)
        axes = (2, 3) if self.data_format == "channels_first" else (1, 2)
        mean = ops.mean(images, axes, keepdims=True)
        return ops.clip((images - mean) * times + mean, *self.value_range)


def either_way(name: str, factor: Any, least: int, open_below: bool = False) -> Range:
    """From where to where a factor is drawn: a number stands for both directions."""
    pair: Any = factor if isinstance(factor, (list, tuple)) else (factor, factor)
    numbers = all(isinstance(x, (int, float)) for x in pair)
    if not numbers or len(pair) != 2 or not all(least <= x <= 1 for x in pair):
        fine = False
    else:
        fine = not open_below or min(pair) > least
    if not fine:
        raise ArgumentError(
            f"The `{name}` argument should be a number (or a list of two numbers) in the range "
            f"{'(' if open_below else '['}{least}, 1]. Received: {name}={factor!r}.",
            why="each image gets a number between the two, or between -factor and factor.",
            fix=f"write for example {name}=0.2.",
        )
    if pair is factor:
        return min(pair), max(pair)
    return max(-abs(pair[0]), least), abs(pair[0])
