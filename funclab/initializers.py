"""How weights begin."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funclab import registry
from funclab.shapes import Shape

Array = np.ndarray[Any, Any]

_rng = np.random.default_rng()


def seed(value: int) -> None:
    """Restart the random numbers of initializers, shuffling and dropout."""
    global _rng
    _rng = np.random.default_rng(value)


def rng() -> np.random.Generator:
    """The generator behind everything random that has no seed of its own."""
    return _rng


class Initializer:
    """Makes the first value of a weight of a given shape."""

    def __init_subclass__(cls) -> None:
        registry.register("initializer", cls, registry.to_snake_case(cls.__name__))

    def __call__(self, shape: Shape, dtype: str = "float32") -> Array:
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape: Shape, dtype: str = "float32") -> Array:
        return np.zeros(shape, dtype)  # type: ignore[arg-type]


class GlorotUniform(Initializer):
    """Uniform in +-sqrt(6 / (fan_in + fan_out)), which keeps the signal's size through a layer.

    Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, equation 16.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.seed = seed

    def __call__(self, shape: Shape, dtype: str = "float32") -> Array:
        fan_in, fan_out = fans(shape)
        limit = math.sqrt(6 / (fan_in + fan_out))
        generator = rng() if self.seed is None else np.random.default_rng(self.seed)
        return generator.uniform(-limit, limit, shape).astype(dtype)  # type: ignore[arg-type]


def fans(shape: Any) -> tuple[float, float]:
    """How many inputs reach one output, and how many outputs one input reaches."""
    if len(shape) < 2:
        n = shape[0] if shape else 1
        return n, n
    window = math.prod(shape[:-2])
    return shape[-2] * window, shape[-1] * window


def get(identifier: Any) -> Any:
    """An initializer from its name, class, config, or any function of (shape, dtype)."""
    return registry.get("initializer", identifier)
