"""Layers that disturb or penalize activations in training, against learning by heart."""

from __future__ import annotations

import math
from typing import Any

from funclab import ops, regularizers
from funclab.layers.base import Layer
from funclab.layers.checks import fraction, not_negative, stream
from funclab.layers.spec import InputSpec
from funclab.ops.random import dropout, random_normal


class Dropout(Layer):
    """In training, each element becomes 0 with probability `rate`, the others grow by 1/(1 - rate).

    Shapes: x (any) -> out (same as x). Along axes of length 1 in `noise_shape` one draw serves all;
        None in it is the length of x.
    Raises: ArgumentError unless 0 <= rate < 1.
    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
        JMLR 2014.
    """

    def __init__(
        self, rate: float, noise_shape: Any = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = fraction("rate", rate)
        self.noise_shape = None if noise_shape is None else tuple(noise_shape)
        self.seed = seed
        self.stream = stream(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.rate:
            return inputs
        return dropout(inputs, self.rate, self.noise_shape, state=self.stream)


class SpatialDropout(Dropout, abstract=True):
    """Dropout of whole channels: features of a sequence, or maps of an image."""

    rank = 0

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, seed=seed, **kwargs)
        self.data_format = data_format or "channels_last"
        ones = (1,) * self.rank
        last = self.data_format == "channels_last"
        self.noise_shape = (None, *ones, None) if last else (None, None, *ones)
        self.input_spec = InputSpec(ndim=self.rank + 2)


class SpatialDropout1D(SpatialDropout):
    """Dropout of whole features of a sequence.

    Shapes: x (batch, time, features) -> out (same as x).
    Raises: ArgumentError unless 0 <= rate < 1.
    Source: Tompson et al., "Efficient object localization using convolutional networks", CVPR 2015.
    """

    rank = 1

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, seed=seed, **kwargs)


class SpatialDropout2D(SpatialDropout):
    """Dropout of whole maps of an image.

    Shapes: x (batch, height, width, channels) -> out (same as x).
    Raises: ArgumentError unless 0 <= rate < 1.
    Source: as SpatialDropout1D.
    """

    rank = 2


class GaussianNoise(Layer):
    """In training, adds normal noise of standard deviation `stddev`.

    Shapes: x (any) -> out (same as x).
    """

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = not_negative("stddev", stddev)
        self.seed = seed
        self.stream = stream(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.stddev:
            return inputs
        settings = {"stddev": self.stddev, "dtype": inputs.dtype, "state": self.stream}
        return ops.add(inputs, random_normal(inputs.shape, **settings))


class GaussianDropout(Layer):
    """In training, multiplies by normal noise of mean 1 and variance rate / (1 - rate).

    Shapes: x (any) -> out (same as x).
    Raises: ArgumentError unless 0 <= rate < 1.
    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
        JMLR 2014, section 10.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = fraction("rate", rate)
        self.seed = seed
        self.stream = stream(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or not self.rate:
            return inputs
        deviation = math.sqrt(self.rate / (1 - self.rate))
        settings = {"stddev": deviation, "dtype": inputs.dtype, "state": self.stream}
        return ops.multiply(inputs, random_normal(inputs.shape, mean=1.0, **settings))


class ActivityRegularization(Layer):
    """out = x, with the penalty l1 * sum |x| + l2 * sum x^2 (per sample) added to the loss.

    Shapes: x (any) -> out (same as x).
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        kwargs.pop("activity_regularizer", None)
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1, self.l2 = l1, l2
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        return inputs
