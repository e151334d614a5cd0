"""Layers that perturb or penalize activations in training, to reduce overfitting."""

from __future__ import annotations

import math
from typing import Any

from funclab import ops, regularizers
from funclab.graph.shape_math import to_shape
from funclab.layers.activation import SameShape
from funclab.layers.checks import stream
from funclab.layers.dimensions import family
from funclab.layers.spec import InputSpec
from funclab.ops.random import dropout, random_normal
from funclab.registry.parameters import wrong_value


class Seeded(SameShape, abstract=True):
    """A layer that draws random numbers from its own stream, which starts at `seed`."""

    def prepare(self) -> None:
        self.stream = stream(self.constructor_arguments["seed"])


class Dropout(Seeded):
    """In training, each element becomes 0 with probability `rate`; others are divided by 1 - rate.

    Shapes: x (any) -> out (same as x). Along axes of length 1 in `noise_shape`, one draw applies to
        all elements; None in it is the length of x.
    Raises: ArgumentError unless 0 <= rate < 1.
    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
        JMLR 2014.

    >>> Dropout(0.5)(np.ones((1, 3)))  # nothing is dropped outside training
    array([[1., 1., 1.]], dtype=float32)
    """

    rate: float
    noise_shape: Any = None
    seed: int | None = None

    def prepare(self) -> None:
        super().prepare()
        shape = self.noise_shape
        if shape is None:
            return
        if not isinstance(shape, (list, tuple)) or 0 in shape:
            raise wrong_value(
                "Dropout", "noise_shape", shape, "a tuple of lengths", "(None, 1, None)"
            )
        self.noise_shape = to_shape(shape, "noise_shape")

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.rate:
            return inputs
        return dropout(inputs, self.rate, self.noise_shape, state=self.stream)


ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805
"""The constants of the activation selu."""


class AlphaDropout(Dropout):
    """Dropout for selu: in training, each element becomes selu's lowest value with probability
    `rate`, and all are scaled and shifted so that the mean and the variance stay the same.

    Shapes: x (any) -> out (same as x). Along axes of length 1 in `noise_shape`, one draw applies to
        all elements; None in it is the length of x.
    Raises: ArgumentError unless 0 <= rate < 1.
    Source: Klambauer et al., "Self-normalizing neural networks", NIPS 2017, section 2.

    >>> AlphaDropout(0.5)(np.ones((1, 3)))  # nothing is dropped outside training
    array([[1., 1., 1.]], dtype=float32)
    """

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.rate:
            return inputs
        wanted = (None,) * inputs.ndim if self.noise_shape is None else self.noise_shape
        shape = [n if n is not None else own for n, own in zip(wanted, inputs.shape, strict=True)]
        drawn = ops.random_uniform(shape, dtype=inputs.dtype, state=self.stream)
        lowest = -ALPHA * SCALE
        factor = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5
        kept = ops.where(ops.greater_equal(drawn, self.rate), inputs, lowest)
        return ops.add(ops.multiply(kept, factor), -factor * lowest * self.rate)


class SpatialDropout(Dropout, abstract=True):
    """Dropout of whole channels: features of a sequence, or feature maps of an image or volume."""

    rank = 0
    data_format = "channels_last"

    def prepare(self) -> None:
        between = (1,) * self.rank
        last = self.data_format == "channels_last"
        self.noise_shape = (None, *between, None) if last else (None, None, *between)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        super().prepare()

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["trainable"]  # there is nothing to train, and Keras' class does not take it
        return config


SpatialDropout1D, SpatialDropout2D, SpatialDropout3D = family(
    SpatialDropout, "SpatialDropout{}D", "Dropout of whole {channels} of {inputs}.",
    """
    Shapes: x {shape} -> out (same as x).
    Raises: ArgumentError unless 0 <= rate < 1.
    Source: Tompson et al., "Efficient object localization using convolutional networks", CVPR 2015.
    """,
    {
        1: ("0.5", "7, 4", "7, 4"),
        2: ("0.5", "8, 8, 4", "8, 8, 4"),
        3: ("0.5", "4, 8, 8, 3", "4, 8, 8, 3"),
    },
    seed=None,
    data_format={2: None, 3: None},
    __annotations__={"rate": "float", "data_format": "str | None", "seed": "int | None"},
)  # fmt: skip


class GaussianNoise(Seeded):
    """In training, adds normally distributed noise with standard deviation `stddev`.


    >>> GaussianNoise(0.1)(Input((4,))).shape
    (None, 4)
    """

    stddev: float
    seed: int | None = None

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.stddev:
            return inputs
        settings = {"stddev": self.stddev, "dtype": inputs.dtype, "state": self.stream}
        return ops.add(inputs, random_normal(inputs.shape, **settings))


class GaussianDropout(Seeded):
    """In training, multiplies by normal noise with mean 1 and variance rate / (1 - rate).

    Raises: ArgumentError unless 0 <= rate < 1.
    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
        JMLR 2014, section 10.

    >>> GaussianDropout(0.5)(Input((4,))).shape
    (None, 4)
    """

    rate: float
    seed: int | None = None

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.rate:
            return inputs
        deviation = math.sqrt(self.rate / (1 - self.rate))
        settings = {"stddev": deviation, "dtype": inputs.dtype, "state": self.stream}
        return ops.multiply(inputs, random_normal(inputs.shape, mean=1.0, **settings))


class ActivityRegularization(SameShape):
    """out = x, with the penalty l1 * sum |x| + l2 * sum x^2 (per sample) added to the loss.


    >>> ActivityRegularization(l2=0.01)(Input((4,))).shape
    (None, 4)
    """

    l1: float = 0.0
    l2: float = 0.0

    def prepare(self) -> None:
        self.activity_regularizer = regularizers.L1L2(self.l1, self.l2)

    def call(self, inputs: Any) -> Any:
        return inputs
