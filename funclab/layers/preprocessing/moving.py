"""Layers that move the pixels of images at random: each new pixel is read at another place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from funclab import ops
from funclab.layers.checks import one_of
from funclab.layers.preprocessing.augmenting import Drawn, RandomImages, either_way
from funclab.ops.image.places import displace, smooth
from funclab.ops.image.warping import FILL_MODES as ALL_FILL_MODES
from funclab.ops.image.warping import INTERPOLATIONS

FILL_MODES: tuple[str, ...] = ("reflect", "wrap", "constant", "nearest")


Matrix = tuple[Sequence[Any], Sequence[Any]]


class Moving(RandomImages, abstract=True):
    """A layer that reads each new pixel at another place of the old image."""

    told: ClassVar = {
        **RandomImages.told, "Gradient": "gx = the sum of g * weight over the new pixels",
    }  # fmt: skip
    interpolation: str = "bilinear"
    fill_mode: str = "reflect"
    fill_value: float = 0.0
    seed: int | None = None
    fill_modes = FILL_MODES

    def prepare(self) -> None:
        super().prepare()
        one_of("interpolation", self.interpolation, INTERPOLATIONS)
        one_of("fill_mode", self.fill_mode, self.fill_modes)

    def changed(self, images: Any, **drawn: Any) -> Any:
        return self.moved(images, self.interpolation, **drawn)

    def changed_masks(self, masks: Any, **drawn: Any) -> Any:
        """A class is never between two others."""
        return self.moved(masks, "nearest", **drawn)

    def moved(self, images: Any, interpolation: str, *args: Any, **drawn: Any) -> Any:
        rows = self.matrix(images, *args, **drawn)
        zero = ops.zeros_like(next(x for row in rows for x in row if hasattr(x, "shape")))
        maps = ops.stack([zero + x for row in (*rows, (0.0, 0.0)) for x in row], -1)
        return ops.image.affine_transform(
            images, maps, interpolation, self.fill_mode, self.fill_value, self.data_format
        )

    def matrix(self, images: Any, *args: Any, **drawn: Any) -> Matrix:
        """For each image (a0, a1, a2) and (b0, b1, b2): see `ops.image.affine_transform`."""
        raise NotImplementedError


class RandomRotation(Moving):
    """Images turned about their middle, each by an angle of its own.

    Raises: ArgumentError unless factors are in [-1, 1].

    >>> RandomRotation(0.1)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    factors: ClassVar = {"factor": -1}
    factor: Any
    order = ("factor", "fill_mode", "interpolation", "seed", "fill_value", "data_format")

    def draw(self, images: Any) -> Drawn:
        low, high = (2 * math.pi * share for share in self.factor)
        return {"angle": self.uniform(images, (low, high))}

    def matrix(self, images: Any, angle: Any) -> Matrix:
        height, width = self.sides(images)
        x, y = (width - 1) / 2, (height - 1) / 2
        c, s = ops.cos(angle), ops.sin(angle)
        return (c, -s, x - x * c + y * s), (s, c, y - x * s - y * c)


class RandomTranslation(Moving):
    """Images shifted, each down and to the right by a fraction of its height and width.

    Raises: ArgumentError unless factors are in [-1, 1].

    >>> RandomTranslation(0.1, 0.1)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    height_factor: Any
    width_factor: Any
    order = (
        "height_factor", "width_factor", "fill_mode", "interpolation", "seed", "fill_value",
        "data_format",
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        self.ranges = [
            either_way(name, getattr(self, name), -1) for name in ("height_factor", "width_factor")
        ]

    def draw(self, images: Any) -> Drawn:
        down, right = (self.uniform(images, among) for among in self.ranges)
        return {"down": down, "right": right}

    def matrix(self, images: Any, down: Any, right: Any) -> Matrix:
        height, width = self.sides(images)
        return (1.0, 0.0, right * -width), (0.0, 1.0, down * -height)


class RandomZoom(Moving):
    """Images zoomed, each by a factor of its own: out with a positive number, in with a negative.

    Raises: ArgumentError unless factors are in (-1, 1].

    >>> RandomZoom((-0.2, 0))(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    height_factor: Any
    width_factor: Any = None
    order = (
        "height_factor", "width_factor", "fill_mode", "interpolation", "seed", "fill_value",
        "data_format",
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        given = self.height_factor, self.width_factor
        names = "height_factor", "width_factor"
        self.ranges = [
            either_way(name, factor, -1, open_below=True)
            for name, factor in zip(names, given)
            if factor is not None
        ]

    def draw(self, images: Any) -> Drawn:
        high, *wide = (1 + self.uniform(images, among) for among in self.ranges)
        return {"high": high, "wide": wide[0] if wide else high}

    def matrix(self, images: Any, high: Any, wide: Any) -> Matrix:
        height, width = self.sides(images)
        rest_x, rest_y = (width - 1) / 2 * (1 - wide), (height - 1) / 2 * (1 - high)
        return (wide, 0.0, rest_x), (0.0, high, rest_y)


class RandomShear(Moving):
    """Images sheared, so that rectangles become parallelograms: each row is shifted a little
    further than the one above it, and each column further than the one before.

    Raises: ArgumentError unless factors are in [-1, 1].

    >>> RandomShear(0.2, 0.1)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    factors: ClassVar = {"x_factor": -1, "y_factor": -1}
    x_factor: Any = 0.0
    y_factor: Any = 0.0
    order = (
        "x_factor", "y_factor", "interpolation", "fill_mode", "fill_value", "data_format", "seed",
    )  # fmt: skip

    def draw(self, images: Any) -> Drawn:
        sign = self.sign(images)  # the same for both, as in Keras
        down, right = (self.uniform(images, x) * sign for x in (self.y_factor, self.x_factor))
        return {"shear_x": right, "shear_y": down}

    def matrix(self, images: Any, shear_x: Any, shear_y: Any) -> Matrix:
        return (1.0, shear_x, 0.0), (shear_y, 1.0, 0.0)


class RandomPerspective(Moving):
    """Some images seen from another side: corners are moved, and straight lines stay straight.

    Raises: ArgumentError unless `factor` and `scale` are in [0, 1].

    As in Keras, a corner moves by a fraction of its own row and column: the upper left one stays.

    >>> RandomPerspective(0.5)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    factors: ClassVar = {"factor": 0}
    factor: Any = 1.0
    scale: float = 1.0
    fill_mode = "constant"
    order = ("factor", "scale", "interpolation", "fill_value", "seed", "data_format")

    def prepare(self) -> None:
        super().prepare()
        either_way("scale", self.scale, 0)

    def draw(self, images: Any) -> Drawn:
        chosen = self.chosen(images, self.factor)
        low, high = -0.5 * self.scale, 0.5 * self.scale
        return {"chosen": chosen, "corners": self.uniform(images, (low, high), 4, 2)}

    def moved(self, images: Any, interpolation: str, chosen: Any, corners: Any) -> Any:
        bottom, right = (side - 1 for side in self.sides(images))
        start = np.array([[0, 0], [right, 0], [0, bottom], [right, bottom]], self.dtype)
        end = corners * start + start
        start = ops.zeros_like(end) + start
        made = ops.image.perspective_transform(
            images, start, end, interpolation, self.fill_value, self.data_format
        )
        return ops.where(chosen, made, images)


class RandomElasticTransform(Moving):
    """Some images bent, as if they were printed on rubber.

    Raises: ArgumentError unless `factor` and `scale` are in [0, 1].
    Source: Simard et al., "Best practices for convolutional neural networks applied to visual
        document analysis", ICDAR 2003.

    >>> RandomElasticTransform(0.5, 0.8)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    factors: ClassVar = {"factor": 0, "scale": 0}
    factor: Any = 1.0
    scale: Any = 1.0
    value_range: Any = (0, 255)
    fill_modes = tuple(ALL_FILL_MODES)
    order = (
        "factor", "scale", "interpolation", "fill_mode", "fill_value", "value_range", "seed",
        "data_format",
    )  # fmt: skip

    def draw(self, images: Any) -> Drawn:
        chosen = self.chosen(images, self.factor)
        strength = ops.random_uniform((), *self.scale, dtype=self.dtype, state=self.stream)
        shape = (images.shape[0], *self.sides(images), 2)
        noise = ops.random_normal(shape, dtype=self.dtype, state=self.stream)
        return {"chosen": chosen, "strength": strength, "noise": noise}

    def changed(self, images: Any, **drawn: Any) -> Any:
        made = super().changed(images, **drawn)
        return ops.clip(made, *self.value_range)

    def moved(self, images: Any, interpolation: str, chosen: Any, strength: Any, noise: Any) -> Any:
        sides, most = self.sides(images), self.scale[1]
        if most == 0 or self.factor[1] == 0:
            return images
        alpha, sigma = max(sides) * 0.1 * strength, min(sides) * 0.05 * strength
        right, down = smooth(noise * sigma, alpha, sigma, min(sides) * 0.05 * most)
        made = displace(
            images, right, down, interpolation, self.fill_mode, self.fill_value, self.data_format
        )
        return ops.where(chosen, made, images)
