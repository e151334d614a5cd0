"""Constraints: rules that weights satisfy after every training step."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import config, registry
from funclab.errors import unwritten
from funclab.errors.missing_names import guard
from funclab.graph.shape_math import Array, reduced_axes
from funclab.graph.value import with_arrays
from funclab.registry.parameters import MEANINGS

registry.KINDS["constraint"] = registry.Kind(
    takes=("x",),
    example='kernel_constraint="non_neg"',
    from_number="constraints.MaxNorm({})",
    aliases={"non_negative": "non_neg", "positive": "non_neg"},
)


MEANINGS |= {
    "MaxNorm.axis": "the axis, or axes, along which a vector of weights lies",
    "UnitNorm.axis": "the axis, or axes, along which a vector of weights lies",
    "MinMaxNorm.axis": "the axis, or axes, along which a vector of weights lies",
    "MinMaxNorm.rate": "how far the norm moves at each step, from 0 to 1",
    "min_value": "the smallest allowed norm of a vector",
    "MaxNorm.max_value": "the largest allowed norm of a vector",
    "MinMaxNorm.max_value": "the largest allowed norm of a vector",
}


class Constraint(registry.Configured, kind="constraint", calls=with_arrays):
    """A rule for a weight: called on its array, returns the nearest array that satisfies it."""

    def __call__(self, x: Any) -> Any:
        raise unwritten(self, "__call__")


class NonNeg(Constraint):
    """No weight below 0.

    >>> NonNeg()(np.array([1.0, -2.0]))
    array([1., 0.])
    """

    def __call__(self, x: Any) -> Array:
        return np.maximum(x, 0)


class MaxNorm(Constraint):
    """No vector of weights has a norm above `max_value`.

    Shapes: `axis` is the axis (or axes) along which a vector lies: 0 for the kernel (features,
        units) of Dense, so that each unit has one; [0, 1, 2] for that of Conv2D.
    Source: Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting",
        JMLR 2014, section 5.1.

    >>> MaxNorm(1.0)(np.array([[3.0], [4.0]])).round(2)
    array([[0.6],
           [0.8]])
    """

    max_value: float = 2
    axis: Any = 0

    def __call__(self, x: Any) -> Array:
        length = norm(x, self.axis)
        return x * (np.clip(length, 0, self.max_value) / (config.epsilon() + length))


class UnitNorm(Constraint):
    """Every vector of weights has norm 1; `axis` as for MaxNorm.

    >>> UnitNorm()(np.array([[3.0], [4.0]])).round(2)
    array([[0.6],
           [0.8]])
    """

    axis: Any = 0

    def __call__(self, x: Any) -> Array:
        return x / (config.epsilon() + norm(x, self.axis))


class MinMaxNorm(Constraint):
    """The norm of every vector of weights moves towards [min_value, max_value].

    At rate 1 it gets there in every step, at lower rates part of the way; `axis` as for MaxNorm.

    >>> MinMaxNorm(0.5, 1.0)(np.array([[3.0], [4.0]])).round(2)
    array([[0.6],
           [0.8]])
    """

    min_value: float = 0.0
    max_value: float = 1.0
    rate: float = 1.0
    axis: Any = 0

    def __call__(self, x: Any) -> Array:
        length = norm(x, self.axis)
        inside = np.clip(length, self.min_value, self.max_value)
        wanted = self.rate * inside + (1 - self.rate) * length
        return x * (wanted / (config.epsilon() + length))


def norm(x: Any, axis: Any) -> Array:
    """The norms of the vectors along `axis`, which is kept with length 1."""
    axes = reduced_axes(np.ndim(x), axis)
    return np.sqrt(np.sum(np.square(x), axis=axes, keepdims=True))


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm
# The spellings of Keras 2.
for _name, _class in {"maxnorm": MaxNorm, "nonneg": NonNeg, "unitnorm": UnitNorm}.items():
    registry.register("constraint", _class, _name)


def get(identifier: Any) -> Any:
    """A constraint from its name, class, config, or any function of an array."""
    return registry.get("constraint", identifier)


serialize, deserialize = registry.pair("constraint")


guard(__name__)
