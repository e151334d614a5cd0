"""Layers made of other layers: one after another, or some of them chosen at random."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab import ops, random
from funclab.errors import ArgumentError
from funclab.layers.base import Layer
from funclab.layers.checks import not_negative, positive
from funclab.layers.preprocessing.augmenting import Drawn, RandomImages
from funclab.layers.preprocessing.equalizing import AutoContrast, Equalization
from funclab.layers.preprocessing.moving import RandomRotation, RandomShear, RandomTranslation
from funclab.layers.preprocessing.toning import (
    RandomBrightness,
    RandomColorDegeneration,
    RandomContrast,
    RandomHue,
    RandomPosterization,
    RandomSaturation,
    RandomSharpness,
    Solarization,
)

Named = dict[str, RandomImages]


class Pipeline(Layer):
    """Layers applied one after another, as one layer.

    Shapes: x (what the first layer takes) -> out (what the last one gives).
    Weights: those of the layers.
    Raises: ArgumentError unless `layers` are layers.

    >>> from funclab.layers import RandomFlip, Rescaling
    >>> Pipeline([RandomFlip(), Rescaling(1 / 255)])(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    usual_training = hands_training_on = True
    layers: Any

    def prepare(self) -> None:
        listed = isinstance(self.layers, (list, tuple))
        if not listed or not all(isinstance(layer, Layer) for layer in self.layers):
            raise ArgumentError(
                f"Pipeline needs a list of layers. Received: layers={self.layers!r}.",
                why="it calls one after another.",
                fix="write Pipeline([RandomFlip(), RandomRotation(0.1)]).",
            )
        self.layers = list(self.layers)

    def call(self, inputs: Any, training: bool = True) -> Any:
        for layer in self.layers:
            inputs = layer(inputs, training=training) if layer.uses_training else layer(inputs)
        return inputs


class RandomColorJitter(RandomImages):
    """Images with another brightness, contrast, saturation and hue, each drawn for itself.

    Shapes: x (batch, height, width, 3) -> out (same as x); also one image without batch.
    Gradient: that of the layers RandomBrightness, RandomContrast, RandomSaturation and RandomHue.
    Raises: as these layers do.

    >>> RandomColorJitter(brightness_factor=(0.1, 0.1))(np.array([[[0.0, 10.0, 250.0]]]))
    array([[[ 25.5,  35.5, 255. ]]], dtype=float32)
    """

    value_range: Any = (0, 255)
    brightness_factor: Any = None
    contrast_factor: Any = None
    saturation_factor: Any = None
    hue_factor: Any = None
    seed: int | None = None
    data_format: str | None = None

    def prepare(self) -> None:
        super().prepare()
        kinds = {
            "brightness": RandomBrightness,
            "contrast": RandomContrast,
            "saturation": RandomSaturation,
            "hue": RandomHue,
        }
        shared = {"value_range": self.value_range, "data_format": self.data_format}
        factors = {name: getattr(self, f"{name}_factor") for name in kinds}
        self.parts: Named = {
            name: kinds[name](factor, **shared)
            for name, factor in factors.items()
            if factor is not None
        }
        for part in self.parts.values():
            part.stream = self.stream

    def draw(self, images: Any) -> Drawn:
        return {name: part.draw(images) for name, part in self.parts.items()}

    def changed(self, images: Any, **drawn: Any) -> Any:
        for name, part in self.parts.items():
            images = part.changed(images, **drawn[name])
        return images


class Policy(RandomImages, abstract=True):
    """A layer that chooses among the usual changes, for the whole batch."""

    factors: ClassVar = {"factor": 0}
    value_range: Any = (0, 255)
    factor: Any = 0.5
    interpolation: str = "bilinear"
    seed: int | None = None
    data_format: str | None = None

    def prepare(self) -> None:
        super().prepare()
        shared: Any = {"data_format": self.data_format}
        moved = {**shared, "interpolation": self.interpolation}
        toned = {**shared, "value_range": self.value_range}
        both, bits = self.factor, max(1, int(8 * self.factor[1]))
        self.parts: Named = {
            "shear": RandomShear(both, both, **moved),
            "translation": RandomTranslation(both, both, **moved),
            "rotation": RandomRotation(both, **moved),
            "brightness": RandomBrightness(both, **toned),
            "color_degeneration": RandomColorDegeneration(both, **toned),
            "contrast": RandomContrast(both, **toned),
            "sharpness": RandomSharpness(both, **toned),
            "posterization": RandomPosterization(bits, **toned),
            "solarization": Solarization(both, both, **toned),
            "auto_contrast": AutoContrast(**toned),
            "equalization": Equalization(**toned),
        }
        for part in self.parts.values():
            part.stream = self.stream

    def draw_parts(self, images: Any) -> dict[str, Drawn]:
        return {name: part.draw(images) for name, part in self.parts.items()}

    def one_change(self, images: Any, chosen: Any, drawn: dict[str, Drawn]) -> Any:
        """The images, changed by the part with this number; with one more they stay."""
        made = [
            lambda part=part, name=name: part.changed(images, **drawn[name])
            for name, part in self.parts.items()
        ]
        return ops.switch(chosen, [*made, lambda: images])


class RandAugment(Policy):
    """Images changed by `num_ops` of eleven layers, which are drawn for the whole batch.

    Gradient: that of the layers that were drawn.
    Raises: ArgumentError unless factors are in [0, 1].
    Source: Cubuk et al., "RandAugment: practical automated data augmentation with a reduced search
        space", NeurIPS 2020.

    >>> RandAugment(num_ops=1)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    num_ops: int = 2
    order = ("value_range", "num_ops", "factor", "interpolation", "seed", "data_format")

    def prepare(self) -> None:
        super().prepare()
        positive("num_ops", self.num_ops)

    def draw(self, images: Any) -> Drawn:
        chosen = random.randint((self.num_ops,), 0, len(self.parts), seed=self.stream)
        return {"chosen": chosen, "parts": self.draw_parts(images)}

    def changed(self, images: Any, chosen: Any, parts: Any) -> Any:
        for i in range(self.num_ops):
            images = self.one_change(images, chosen[i], parts)
        return images


class AugMix(Policy):
    """Images mixed with a mean of several chains of changes, which are drawn for the whole batch.

    Gradient: that of the mean and of the layers that were drawn.
    Raises: ArgumentError unless factors are in [0, 1].
    Source: Hendrycks et al., "AugMix: a simple data processing method to improve robustness and
        uncertainty", ICLR 2020.

    >>> AugMix(num_chains=1, chain_depth=1)(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    num_chains: int = 3
    chain_depth: int = 3
    factor: Any = 0.3
    alpha: float = 1.0
    all_ops: bool = True
    order = (
        "value_range", "num_chains", "chain_depth", "factor", "alpha", "all_ops", "interpolation",
        "seed", "data_format",
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        positive("num_chains", self.num_chains)
        positive("chain_depth", self.chain_depth)
        not_negative("alpha", self.alpha)
        if not self.all_ops:
            for name in ("brightness", "color_degeneration", "contrast", "sharpness"):
                del self.parts[name]

    def draw(self, images: Any) -> Drawn:
        alpha, shape = np.float32(self.alpha), (self.num_chains, self.chain_depth)
        weights = random.gamma((self.num_chains,), alpha, seed=self.stream)
        return {
            "weights": weights / ops.sum(weights),
            "kept": random.beta((), alpha, alpha, seed=self.stream),
            "chosen": random.randint(shape, 0, len(self.parts) + 1, seed=self.stream),
            "parts": [[self.draw_parts(images) for _ in range(shape[1])] for _ in range(shape[0])],
        }

    def changed(self, images: Any, weights: Any, kept: Any, chosen: Any, parts: Any) -> Any:
        mean = 0.0
        for i in range(self.num_chains):
            made = images
            for j in range(self.chain_depth):
                made = self.one_change(made, chosen[i, j], parts[i][j])
            mean = mean + made * weights[i]
        mixed = images * kept + mean * (1 - kept)
        return ops.clip(mixed, *self.value_range)
