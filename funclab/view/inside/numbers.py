"""One number of a call, with all that it is made of; and the activations that end it."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import erf
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array

TOLERANCE = 1e-3


@dataclass
class Row:
    """The part of a number that comes from one channel of what a call reads."""

    values: Array
    """The window, (rows, columns); zeros in the padding."""
    weights: Array | None
    """The kernel that it is multiplied with; None where there is none."""
    inside: Array
    """Where the window is not padding."""
    channel: int

    @property
    def partial(self) -> float:
        """The sum of the products."""
        return float((self.values * self.weights).sum()) if self.weights is not None else 0.0


@dataclass
class Number:
    """How a number is made: `total` of the rows, plus `bias`, then the activation: `result`."""

    rows: list[Row]
    total: float
    bias: float
    result: float
    steps: dict[str, float] = field(default_factory=dict)
    """The terms of a normalization by name."""

    def agrees(self, engine: float) -> bool:
        """Whether the result is what the engine computed, but for rounding."""
        largest = max(abs(engine), abs(self.total), abs(self.bias))
        return abs(self.result - engine) <= TOLERANCE * largest or np.isnan(engine)


def _softmax(z: Array, k: int) -> float:
    powers = np.exp(z - z.max())
    return float(powers[k] / powers.sum())


ACTIVATIONS: dict[str, Any] = {
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "elu": lambda z: z if z > 0 else np.expm1(z),
    "silu": lambda z: z / (1 + np.exp(-z)),
    "softplus": lambda z: np.logaddexp(0, z),
    "gelu": lambda z: z * (1 + erf(z / 2**0.5)) / 2,
}
"""Activations of one number; relu has settings, and softmax needs all channels."""


def activated(activation: str, settings: dict[str, Any], z: Array, k: int) -> float:
    """What an activation makes of number k of a place; NaN for one that is not known here."""
    if activation == "softmax":
        return _softmax(z, k)
    value = float(z[k])
    if activation == "relu":
        most, threshold = settings.get("max_value"), settings.get("threshold", 0)
        if value < threshold:
            return settings.get("negative_slope", 0) * (value - threshold)
        return value if most is None else min(value, most)
    known = ACTIVATIONS.get(activation)
    return float("nan") if known is None else float(known(value))
