"""Spots on a plane: small generated data sets with two features, easy to draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.graph.shape_math import Array

Generator = np.random.Generator
Set = tuple[Array, Array]

TURNS = 1.25
FEWEST = 8


def circles(n: int, noise: float, random: Generator) -> Set:
    """A ring (0) around a disc (1)."""
    inside = np.arange(n) % 2
    radius = np.where(inside, 0.45 * np.sqrt(random.random(n)), random.uniform(0.7, 1, n))
    return _turned(radius, random.uniform(0, 2 * np.pi, n)) + _blur(n, noise, random), inside


def spirals(n: int, noise: float, random: Generator) -> Set:
    """Two arms that wind around each other."""
    arm = np.arange(n) % 2
    along = np.sqrt(random.uniform(0.01, 1, n))
    return _turned(along, 2 * np.pi * TURNS * along + np.pi * arm) + _blur(n, noise, random), arm


def xor(n: int, noise: float, random: Generator) -> Set:
    """Four squares: 1 where exactly one of the two features is above zero."""
    x = random.uniform(-1, 1, (n, 2))
    return x + _blur(n, noise, random), (x[:, 0] > 0) != (x[:, 1] > 0)


def moons(n: int, noise: float, random: Generator) -> Set:
    """Two interlocking half circles."""
    lower = np.arange(n) % 2
    x = 0.65 * _turned(np.ones(n), random.uniform(0, np.pi, n))
    x[lower == 1] = (0.65, 0.3) - x[lower == 1]
    x -= (0.325, 0.15)
    return x + _blur(n, noise, random), lower


def gaussians(n: int, noise: float, random: Generator) -> Set:
    """Two clouds; noise makes them wider."""
    right = np.arange(n) % 2
    middle = np.where(right[:, None], 0.45, -0.45)
    return middle + _blur(n, 0.18 + noise, random), right


def plane(n: int, noise: float, random: Generator) -> Set:
    """For regression: a number that grows linearly in one direction, with noise added to it."""
    x = random.uniform(-1, 1, (n, 2))
    return x, x @ (0.6, -0.3) + noise * random.standard_normal(n)


SETS: dict[str, Callable[[int, float, Generator], Set]] = {
    make.__name__: make for make in (circles, spirals, xor, moons, gaussians, plane)
}


def load_data(
    name: str = "spirals", samples: int = 400, noise: float = 0.05, seed: int = 0
) -> tuple[Set, Set]:
    """Spots for training and, a quarter of them, for testing, determined by the seed.

    `noise` is the standard deviation of the noise; without it, all spots lie within 1 of 0.

    Shapes: x (n, 2) float32; y (n,) float32, a class 0 or 1, or for "plane" any number.
    Raises: ArgumentError for an unknown name, fewer than 8 samples, or noise below 0.

    >>> (x_train, y_train), (x_test, y_test) = load_data("moons")
    >>> x_train.shape, x_test.shape, y_train[:3]
    ((300, 2), (100, 2), array([1., 1., 0.], dtype=float32))
    """
    if name not in SETS:
        raise ArgumentError(
            f"There are no spots named {name!r}.",
            why=f"the sets are {', '.join(SETS)}.",
            fix='choose one of them, for example load_data("spirals").',
        )
    if samples < FEWEST or not noise >= 0:
        raise ArgumentError(
            f"samples={samples!r} and noise={noise!r} make no spots to train on.",
            why=f"at least {FEWEST} are divided into training and test, and noise is a distance.",
            fix=f'write load_data("{name}", samples=400, noise=0.05).',
        )
    x, y = SETS[name](samples, noise, np.random.default_rng(seed))
    return divided(x, y, seed)


def divided(x: Any, y: Any, seed: int = 0) -> tuple[Set, Set]:
    """Spots of your own as ((x_train, y_train), (x_test, y_test)): a quarter, drawn at random,
    for testing.

    >>> (x_train, _), (x_test, _) = divided([[0, 0], [1, 1], [2, 2], [3, 3]], [0, 1, 0, 1])
    >>> x_train.shape, x_test.shape
    ((3, 2), (1, 2))
    """
    order = np.random.default_rng(seed).permutation(len(x))
    tested, trained = np.split(order, [len(x) // 4])
    x, y = np.asarray(x, "float32"), np.asarray(y, "float32")
    return (x[trained], y[trained]), (x[tested], y[tested])


def _turned(radius: Array, angle: Array) -> Array:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _blur(n: int, noise: float, random: Generator) -> Array:
    return noise * random.standard_normal((n, 2))
