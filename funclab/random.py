"""Random tensors with the names of `keras.random`.

Numbers come from a stream. `seed` can be a `SeedGenerator`, which advances with every draw; if it
is omitted, the stream is the one that `funclab.utils.set_random_seed` sets; if it is an integer,
every draw gives the same numbers. In a layer's `call`, a draw is a step of the model and gives new
numbers in every run.

>>> generator = SeedGenerator(seed=7)
>>> normal((2, 3), seed=generator).shape
(2, 3)
>>> bool((uniform((4,), seed=1) == uniform((4,), seed=1)).all())
True
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from funclab import initializers, ops
from funclab.config import floatx
from funclab.errors import ArgumentError, suggest
from funclab.errors.missing_names import guard
from funclab.graph.op import Op
from funclab.graph.shape_math import to_shape
from funclab.graph.tape import eager_tape, is_recording
from funclab.graph.tensor import Tensor
from funclab.graph.value import Constant, Value, Variable
from funclab.ops import drawing
from funclab.ops import random as streams

__all__ = [
    "SeedGenerator", "beta", "binomial", "categorical", "dropout", "gamma", "normal", "randint",
    "shuffle", "truncated_normal", "uniform",
]  # fmt: skip

Dims = Sequence[int | None]

INSIDE_TWO = math.erf(math.sqrt(2))
"""The probability that a normal number is at most two standard deviations from the mean."""


class SeedGenerator(Variable):
    """A stream of random numbers, which advances with every draw.

    As an attribute of a layer it is saved and restored with the layer's state.

    seed: where the stream begins; None for a random start, which depends on `set_random_seed`.
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        if seed is not None and not suggest.is_whole(seed):
            raise ArgumentError(
                f"Argument `seed` must be an integer. Received: seed={seed}",
                why="a stream of random numbers begins at a whole number.",
                fix="write for example SeedGenerator(seed=1).",
            )
        start = int(initializers.rng().integers(2**63)) if seed is None else int(seed) % 2**64
        state = np.array([start, 0], np.uint64)
        super().__init__(state, trainable=False, name=name or "seed_generator_state")
        self.seed = seed

    @property
    def state(self) -> Variable:
        """The seed, and how many numbers have been drawn."""
        return self

    def next(self, ordered: bool = True) -> Any:
        """The present state as an array; then the stream advances."""
        state = self.numpy()
        self.assign(state + np.array([0, 1], np.uint64))
        return state

    def get_config(self) -> dict[str, Any]:
        """The config of a stream with the same beginning."""
        return {"seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """A new stream from a config, at its beginning."""
        return cls(**config)


def _draw(op: Op, seed: Any, *inputs: Any) -> Any:
    """The op's draw from the stream given by `seed`: immediately, or as a step of a model."""
    later = is_recording() or any(isinstance(x, (Tensor, Value)) for x in inputs)
    if isinstance(seed, Variable):
        stream: Any = seed
    else:
        # On a tape with numbers, every run of a step has to draw from the same stream.
        stream = _shared_stream() if seed is None and eager_tape() else SeedGenerator(seed)
        if later and seed is not None:  # every run begins at the seed again: it draws from a copy
            stream = ops.cast(Constant(stream.array), "uint64")
    if later:
        return op(*inputs, stream)
    with stream.lock or nullcontext():
        return op.compute(*inputs, stream.array)


_shared: tuple[Any, SeedGenerator] | None = None


def _shared_stream() -> SeedGenerator:
    """The stream of all draws without a seed; a new one after `set_random_seed`."""
    global _shared
    if _shared is None or _shared[0] is not initializers.rng():
        _shared = initializers.rng(), SeedGenerator()
    return _shared[1]


def uniform(
    shape: Dims,
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: str | None = None,
    seed: Any = None,
) -> Any:
    """Numbers uniformly distributed from `minval` up to, but without, `maxval`."""
    op = streams.RandomUniform(to_shape(shape), dtype or floatx(), float(minval), float(maxval))
    return _draw(op, seed)


def normal(
    shape: Dims, mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: Any = None
) -> Any:
    """Normally distributed numbers."""
    op = streams.RandomNormal(to_shape(shape), dtype or floatx(), float(mean), float(stddev))
    return _draw(op, seed)


def truncated_normal(
    shape: Dims, mean: float = 0.0, stddev: float = 1.0, dtype: str | None = None, seed: Any = None
) -> Any:
    """Normally distributed numbers, all within two standard deviations of the mean."""
    level = uniform(shape, -INSIDE_TWO, INSIDE_TWO, dtype, seed)
    return ops.add(ops.multiply(ops.erfinv(level), math.sqrt(2) * stddev), mean)


def randint(shape: Dims, minval: int, maxval: int, dtype: str = "int32", seed: Any = None) -> Any:
    """Random integers from `minval` up to, but without, `maxval`."""
    return ops.cast(ops.floor(uniform(shape, minval, maxval, "float64", seed)), dtype)


def gamma(shape: Dims, alpha: Any, dtype: str | None = None, seed: Any = None) -> Any:
    """Numbers of the gamma distribution with the shape `alpha` and the scale 1."""
    op = drawing.RandomGamma(to_shape(shape), dtype or floatx())
    return _draw(op, seed, alpha)


def beta(shape: Dims, alpha: Any, beta: Any, dtype: str | None = None, seed: Any = None) -> Any:
    """Numbers of the beta distribution, between 0 and 1."""
    op = drawing.RandomBeta(to_shape(shape), dtype or floatx())
    return _draw(op, seed, alpha, beta)


def binomial(
    shape: Dims, counts: Any, probabilities: Any, dtype: str | None = None, seed: Any = None
) -> Any:
    """How many of `counts` trials succeed, with given probabilities."""
    op = drawing.RandomBinomial(to_shape(shape), dtype or floatx())
    return _draw(op, seed, counts, probabilities)


def categorical(logits: Any, num_samples: int, dtype: str = "int32", seed: Any = None) -> Any:
    """Classes drawn for each sample, with the softmax of its logits as probabilities.

    Shapes: logits (n, classes) -> (n, num_samples).
    """
    op = drawing.RandomCategories(num_samples, dtype)
    return _draw(op, seed, logits)


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """The slices of x along `axis` in random order."""
    return ops.take(x, _draw(drawing.Permutation(axis), seed, x), axis)


def dropout(inputs: Any, rate: float, noise_shape: Dims | None = None, seed: Any = None) -> Any:
    """Zero each element with probability `rate`, and divide the others by 1 - rate."""
    if rate == 0:
        return inputs
    noise = None if noise_shape is None else to_shape(noise_shape, "noise_shape")
    return _draw(streams.Dropout(float(rate), noise), seed, inputs)


guard(__name__)
