"""The generator of random numbers, and the initializers that need none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from funclab import registry
from funclab.errors import ShapeError
from funclab.shape_math import Array, Shape, show

_rng = np.random.default_rng()
_own: ContextVar[np.random.Generator | None] = ContextVar("own generator", default=None)


def seed(value: int) -> None:
    """Restart the random numbers of initializers, shuffling and dropout."""
    global _rng
    _rng = np.random.default_rng(value)


def rng() -> np.random.Generator:
    """The generator behind everything random that has no seed of its own."""
    return _own.get() or _rng


@contextmanager
def using(generator: np.random.Generator) -> Iterator[None]:
    """Meanwhile, draw all random numbers from this generator, and leave the usual one alone.

    Only in this thread: a training in the background goes on with the usual one.
    """
    token = _own.set(generator)
    try:
        yield
    finally:
        _own.reset(token)


class Initializer(registry.Configured, kind="initializer"):
    """Makes the first value of a weight of a given shape."""

    def __call__(self, shape: Shape, dtype: str = "float32") -> Array:
        raise NotImplementedError(f"{type(self).__name__} has no `__call__` yet.")

    def clone(self) -> Any:
        return type(self).from_config(self.get_config())


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape: Shape, dtype: str = "float32") -> Array:
        return np.zeros(shape, dtype)  # type: ignore[arg-type]


class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: Shape, dtype: str = "float32") -> Array:
        return np.ones(shape, dtype)  # type: ignore[arg-type]


class Constant(Initializer):
    """One number everywhere, or an array that fills the weight."""

    value: Any = 0.0

    def __call__(self, shape: Shape, dtype: str = "float32") -> Array:
        value = np.asarray(self.value)
        if value.ndim and value.shape != tuple(shape):
            raise ShapeError(
                f"A Constant initializer of shape {show(value.shape)} cannot fill a weight of "
                f"shape {show(shape)}.",
                why="an array must give every element of the weight its value.",
                fix=f"pass a number, or an array of shape {show(shape)}.",
            )
        return np.full(shape, value, dtype)  # type: ignore[arg-type]


class Identity(Initializer):
    """Ones (times `gain`) on the diagonal of a matrix, zeros elsewhere."""

    gain: float = 1.0

    def __call__(self, shape: Shape, dtype: str = "float32") -> Array:
        check_rank("Identity", shape, len(shape) == 2, "two axes")
        return self.gain * np.eye(*shape, dtype=dtype)  # type: ignore[misc]


def check_rank(name: str, shape: Shape, fits: bool, wanted: str) -> None:
    if not fits:
        raise ShapeError(
            f"{name} initializer can only be used for {wanted} of a weight. "
            f"Received: shape={show(shape)} of rank {len(shape)}.",
            why="it is defined for matrices.",
            fix="use another initializer here, such as 'glorot_uniform' or 'zeros'.",
        )
