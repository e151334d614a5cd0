"""An example of every op: its settings, and arrays to run it on.

The batch is BATCH long, and no other axis is: so a test can tell which lengths are the batch.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import funclab.ops
from funclab import registry
from funclab.graph.op import Op

for module in pkgutil.walk_packages(funclab.ops.__path__, "funclab.ops."):
    importlib.import_module(module.name)

Array = np.ndarray[Any, Any]

BATCH = 5


@dataclass(frozen=True)
class Example:
    """An op, and a function from the batch size to the arrays it is run on."""

    op: Op
    arrays: Callable[[int], list[Array]]

    def __str__(self) -> str:
        return str(self.op)


EXAMPLES: list[Example] = []


def example(op: Op, *makers: Any) -> None:
    """An example of `op`; each maker is an array, or a function of batch size and generator."""

    def arrays(batch: int) -> list[Array]:
        rng = np.random.default_rng(len(str(op)))
        return [maker(batch, rng) if callable(maker) else np.array(maker) for maker in makers]

    EXAMPLES.append(Example(op, arrays))


def named(name: str, *settings: Any, **more: Any) -> Op:
    """The op of that class name."""
    return registry.lookup("op", name)(*settings, **more)


# Makers of arrays. Each gives float64; tests that want float32 convert.
def normal(*shape: int) -> Callable[..., Array]:
    """Normal numbers (batch, *shape)."""
    return lambda batch, rng: rng.standard_normal((batch, *shape))


def weight(*shape: int) -> Callable[..., Array]:
    """Normal numbers in a shape without the batch."""
    return lambda batch, rng: rng.standard_normal(shape)


def positive(*shape: int) -> Callable[..., Array]:
    return lambda batch, rng: rng.uniform(0.5, 2, (batch, *shape))


def apart(*shape: int) -> Callable[..., Array]:
    """Numbers at least 0.1 from one another and from whole and half numbers, in random order."""

    def make(batch: int, rng: np.random.Generator) -> Array:
        count = int(np.prod((batch, *shape)))
        return rng.permutation(np.arange(count) * 0.25 - count / 8 + 0.1).reshape(batch, *shape)

    return make


def whole(high: int, *shape: int) -> Callable[..., Array]:
    """Whole numbers from 0 up to `high`, as int64."""
    return lambda batch, rng: rng.integers(0, high, (batch, *shape))


def truth(*shape: int) -> Callable[..., Array]:
    return lambda batch, rng: rng.random((batch, *shape)) < 0.5


def chances(*shape: int) -> Callable[..., Array]:
    """Numbers between 0 and 1."""
    return lambda batch, rng: rng.uniform(0.05, 0.95, (batch, *shape))
