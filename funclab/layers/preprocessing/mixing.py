"""Layers that put something else in a part of an image, or mix two images and their labels."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab import ops, random
from funclab.errors import ArgumentError
from funclab.layers.checks import not_negative
from funclab.layers.preprocessing.augmenting import Drawn, RandomImages


class Boxed(RandomImages, abstract=True):
    """A layer that changes a rectangle of each image."""

    def box(self, images: Any, high: Any, wide: Any) -> Drawn:
        """Rectangles at random places, `high` and `wide` as fractions of the sides: from which row
        and column to which."""
        edges: Drawn = {}
        names = ("top", "bottom"), ("left", "right")
        for (first, last), side, share in zip(names, self.sides(images), (high, wide)):
            length = share * float(side)
            edges[first] = self.uniform(images, (0, 1), 1, 1, 1) * (side - length)
            edges[last] = edges[first] + length
        return edges

    def within(self, images: Any, top: Any, bottom: Any, left: Any, right: Any) -> Any:
        """Which pixels are in the rectangles."""
        rows, columns = (np.arange(side, dtype="float32") for side in self.sides(images))
        first = self.data_format == "channels_first"
        row = rows[:, None] if first else rows[:, None, None]
        column = columns if first else columns[:, None]
        high = ops.logical_and(ops.greater_equal(row, top), ops.less(row, bottom))
        wide = ops.logical_and(ops.greater_equal(column, left), ops.less(column, right))
        return ops.logical_and(high, wide)


class RandomErasing(Boxed):
    """Some images with a rectangle in which there is noise, or one colour.

    Gradient: gx = g outside of the rectangle, 0 in it.
    Raises: ArgumentError unless factors are in [0, 1], and `fill_value` one number or three.
    Source: Zhong et al., "Random erasing data augmentation", AAAI 2020.

    >>> RandomErasing((1, 1), scale=(1, 1), fill_value=9)(np.array([[[1.0], [2.0]]]))[0, :, 0]
    array([9., 9.], dtype=float32)
    """

    factors: ClassVar = {"factor": 0, "scale": 0}
    factor: Any = 1.0
    scale: Any = (0.02, 0.33)
    fill_value: Any = None
    value_range: Any = (0, 255)
    seed: int | None = None
    data_format: str | None = None

    def prepare(self) -> None:
        super().prepare()
        several = isinstance(self.fill_value, (list, tuple))
        numbers = self.fill_value if several else [self.fill_value or 0]
        if len(numbers) != (3 if several else 1) or not all(
            isinstance(x, (int, float)) for x in numbers
        ):
            raise ArgumentError(
                "The `fill_value` argument should be a number (or a list of three numbers). "
                f"Received: fill_value={self.fill_value!r}.",
                why="it is the colour of the rectangle.",
                fix="write fill_value=0, or leave it out for noise.",
            )

    def draw(self, images: Any) -> Drawn:
        high, wide = (ops.sqrt(self.uniform(images, self.scale, 1, 1, 1)) for _ in range(2))
        edges = self.box(images, high, wide)
        drawn = {"chosen": self.chosen(images, self.factor), **edges}
        if self.fill_value is None:
            noise = ops.random_normal(images.shape, dtype=self.dtype, state=self.stream)
            drawn["noise"] = noise * self.value_range[1]
        return drawn

    def changed(self, images: Any, chosen: Any, noise: Any = None, **edges: Any) -> Any:
        if noise is None:
            colour = np.asarray(self.fill_value, self.dtype)
            first = self.data_format == "channels_first" and colour.ndim
            noise = colour[:, None, None] if first else colour
        fill = ops.clip(noise, *self.value_range)
        erased = ops.logical_and(chosen, self.within(images, **edges))
        return ops.where(erased, fill, images)


class MixUp(RandomImages):
    """Each image mixed with another of the batch; labels are mixed alike.

    Shapes: x (batch, height, width, channels) -> out (same as x); labels (batch, classes) -> same.
    Gradient: gx = the sum of g times what the image counts.
    Raises: ArgumentError for a negative `alpha`.
    Source: Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018.

    >>> black_and_white = {"images": np.array([0.0, 1]).reshape(2, 1, 1, 1), "labels": np.eye(2)}
    >>> mixed = MixUp(0.4, seed=1)(black_and_white)
    >>> bool((mixed["images"].ravel() == mixed["labels"][:, 1]).all())
    True
    """

    alpha: float = 0.2
    data_format: str | None = None
    seed: int | None = None

    def prepare(self) -> None:
        super().prepare()
        not_negative("alpha", self.alpha)

    def draw(self, images: Any) -> Drawn:
        partner = ops.argsort(self.uniform(images, (0, 1)), 0)
        shape = (images.shape[0], 1, 1, 1)
        alpha = np.float32(self.alpha)
        return {"partner": partner, "weight": random.beta(shape, alpha, alpha, seed=self.stream)}

    def changed(self, images: Any, partner: Any, weight: Any) -> Any:
        return weight * images + (1 - weight) * ops.take(images, partner, 0)

    def changed_labels(self, labels: Any, partner: Any, weight: Any) -> Any:
        return mixed(labels, partner, weight, self.dtype)


class CutMix(Boxed):
    """Each image with a rectangle of another of the batch; labels are mixed by its area.

    Shapes: x (batch, height, width, channels) -> out (same as x); labels (batch, classes) -> same.
    Gradient: gx = the sum of g where the image is to be seen.
    Raises: ArgumentError unless factors are in [0, 1].
    Source: Yun et al., "CutMix: regularization strategy to train strong classifiers with
        localizable features", ICCV 2019.

    >>> images = np.stack([np.zeros((8, 8, 1)), np.ones((8, 8, 1))])
    >>> mixed = CutMix(seed=1)({"images": images, "labels": np.eye(2)})
    >>> bool(np.isin(mixed["images"], (0, 1)).all()), mixed["labels"].sum(1).round(3).tolist()
    (True, [1.0, 1.0])
    """

    factors: ClassVar = {"factor": 0}
    factor: Any = 1.0
    seed: int | None = None
    data_format: str | None = None

    def draw(self, images: Any) -> Drawn:
        alpha = ops.random_uniform((), *self.factor, dtype=self.dtype, state=self.stream) + 1e-6
        weight = random.beta((images.shape[0], 1, 1, 1), alpha, alpha, seed=self.stream)
        side = ops.sqrt(1 - weight)
        edges = self.box(images, side, side)
        partner = ops.argsort(self.uniform(images, (0, 1)), 0)
        return {"partner": partner, **edges, "weight": weight}

    def changed(self, images: Any, partner: Any, weight: Any, **edges: Any) -> Any:
        other = ops.take(images, partner, 0)
        return ops.where(self.within(images, **edges), other, images)

    def changed_labels(self, labels: Any, partner: Any, weight: Any, **edges: Any) -> Any:
        return mixed(labels, partner, weight, self.dtype)

    changed_masks = changed


def mixed(labels: Any, partner: Any, weight: Any, dtype: str) -> Any:
    """Labels (batch, ...), each counting `weight`, and that of its partner the rest."""
    given = ops.cast(labels, dtype)
    share = ops.reshape(weight, (-1, *(1,) * (len(given.shape) - 1)))
    return share * given + (1 - share) * ops.take(given, partner, 0)
