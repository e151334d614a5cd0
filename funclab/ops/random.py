"""Random ops. Their state is a uint64 array (seed, counter), so that runs are reproducible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from funclab.engine.kernels import random as kernels
from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op, Work
from funclab.graph.shape_math import Shape, show, to_shape


class Dropout(Op):
    """Each element becomes zero with probability `rate`; the others are scaled to keep the mean.

    out = x kept / (1 - rate), where kept is 0 or 1. With a noise shape, one draw applies to all
    elements along the axes where it has length 1.

    Shapes: x (any), state (2,) -> out (same as x).
    Gradient: gx = g kept / (1 - rate).
    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
        2014.
    """

    keras = ""
    makes = "first"
    rate: float = 0.5
    noise_shape: Shape | None = None
    mutates: ClassVar[tuple[int, ...]] = (1,)

    def shape(self, x: Shape, state: Shape) -> Shape:
        noise = self.noise(x)
        stretched = tuple(i if j == 1 else j for i, j in zip(x, noise))
        if len(noise) != len(x) or not shape_math.same(stretched, x):
            raise ShapeError(
                f"Dropout's `noise_shape` {show(noise)} does not fit x of shape {show(x)}.",
                why="it needs as many axes as x, each of the same length or of length 1.",
                fix=f"write for example noise_shape={show(x[:1] + (1,) * (len(x) - 2) + x[-1:])}.",
            )
        return x

    def noise(self, x: Shape) -> Shape:
        """The noise shape, with None standing for the length of x."""
        if self.noise_shape is None:
            return x
        longer = x + (None,) * len(self.noise_shape)
        return tuple(a if b is None else b for a, b in zip(longer, self.noise_shape))

    def work(self, x: Shape, state: Shape) -> Work:
        """Which elements are kept."""
        return ((self.noise(x), "bool"),)

    def forward(self, x: Array, state: Array, out: Array, kept: Array) -> None:
        if kept.shape == x.shape:
            kernels.dropout(_flat(x), state, self.rate, _flat(kept), _flat(out))
            return
        scaled = np.empty(kept.shape, x.dtype)
        kernels.dropout(np.ones(kept.size, x.dtype), state, self.rate, _flat(kept), _flat(scaled))
        np.multiply(x, scaled, out=out)

    def vjp(self, g: Array, x: Array, state: Array, out: Array, kept: Array, *slots: Any) -> None:
        gx, scale = slots[0], 1 / (1 - self.rate) if self.rate < 1 else 0.0
        if kept.shape == x.shape:
            kernels.dropout_vjp(_flat(g), _flat(kept), scale, _flat(gx))
        else:
            np.multiply(g, kept * np.asarray(scale, g.dtype), out=gx)


class Draw(Op, abstract=True):
    """Random numbers that depend only on a state: no gradient flows back."""

    differentiable = False
    dims: Shape = ()
    kind: str = "float32"
    mutates: ClassVar[tuple[int, ...]] = (0,)

    def shape(self, *shapes: Shape) -> Shape:
        return self.dims

    def dtype(self, *dtypes: str) -> str:
        return self.kind


class RandomUniform(Draw):
    """Numbers uniformly distributed from `low` up to, but without, `high`.

    Shapes: state (2,) -> out (dims).
    """

    keras = ""
    low: float = 0.0
    high: float = 1.0

    def forward(self, state: Array, out: Array) -> None:
        kernels.uniform(state, self.low, self.high, _flat(out))


class RandomNormal(Draw):
    """Normally distributed numbers with a given mean and standard deviation.

    Shapes: state (2,) -> out (dims).
    Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
    """

    keras = ""
    mean: float = 0.0
    deviation: float = 1.0

    def forward(self, state: Array, out: Array) -> None:
        kernels.normal(state, self.mean, self.deviation, _flat(out))


def dropout(
    inputs: Any, rate: float, noise_shape: Sequence[int | None] | None = None, *, state: Any
) -> Any:
    """Zero each element with probability `rate`, and divide the others by 1 - rate.

    Shapes: inputs (any), state (2,) -> same as inputs.
    """
    if not 0 <= rate <= 1:
        raise ArgumentError(
            f"Invalid value received for argument `rate`. Expected a float value between 0 and 1. "
            f"Received: rate={rate!r}.",
            why="it is the share of elements that become zero.",
            fix="write for example rate=0.5.",
        )
    noise = None if noise_shape is None else to_shape(noise_shape, "noise_shape")
    return Dropout(float(rate), noise)(inputs, state)


def random_uniform(
    shape: Sequence[int | None],
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: str = "float32",
    *,
    state: Any,
) -> Any:
    """Random numbers, minval <= x < maxval.

    Shapes: state (2,) -> `shape`.
    """
    return RandomUniform(to_shape(shape), dtype, float(minval), float(maxval))(state)


def random_normal(
    shape: Sequence[int | None],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: str = "float32",
    *,
    state: Any,
) -> Any:
    """Normally distributed random numbers.

    Shapes: state (2,) -> `shape`.
    """
    return RandomNormal(to_shape(shape), dtype, float(mean), float(stddev))(state)


def _flat(x: Array) -> Array:
    return x.reshape(-1, copy=False)
