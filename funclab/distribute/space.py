"""What a sweep tries: a grid of settings, or settings drawn at random."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, suggest

Config = dict[str, Any]
Space = dict[str, Any]
"""For each name a list of values, or a distribution that draws them."""

DRAWING, TRAINING = 0, 1
"""The purposes of streams of random numbers."""


def stream(seed: int, purpose: int, number: int) -> np.random.Generator:
    """The random numbers of one trial: they depend only on the seed and its number."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(purpose, number)))


@dataclass(frozen=True)
class Between:
    """A range of numbers to draw from.

    low, high: its ends. Two whole numbers give whole numbers, including both ends; others give
        real numbers.
    log: whether equal factors are equally likely, as is best for learning rates: as many numbers
        between 0.001 and 0.01 as between 0.01 and 0.1.

    Raises: ArgumentError when the ends are not numbers in order, or not above 0 with log=True.

    >>> Between(8, 64), Between(1e-4, 0.1, log=True)
    (Between(low=8, high=64, log=False), Between(low=0.0001, high=0.1, log=True))
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        numbers = all(map(suggest.is_number, (self.low, self.high)))
        if not numbers or not -math.inf < self.low < self.high < math.inf:
            raise ArgumentError(
                f"Between needs two numbers, the lower one first. Received: {self}.",
                why="values are drawn from the lower one up to the higher one.",
                fix="write for example Between(8, 64), or Between(0.0, 0.5).",
            )
        if self.log and self.low <= 0:
            raise ArgumentError(
                f"With log=True both ends are above 0. Received: {self}.",
                why="equal factors are equally likely, and no factor leads to 0.",
                fix="write for example Between(0.0001, 0.1, log=True).",
            )

    def draw(self, random: np.random.Generator) -> float:
        """A random number from the range."""
        whole = suggest.is_whole(self.low) and suggest.is_whole(self.high)
        low, high = float(self.low), float(self.high + whole)
        if self.log:
            value = math.exp(random.uniform(math.log(low), math.log(high)))
        else:
            value = random.uniform(low, high)
        return min(math.floor(value), int(self.high)) if whole else min(max(value, low), high)


def checked(space: Any) -> Space:
    """The space, with a list in place of every sequence of values.

    Raises: ArgumentError for anything but a dict of names, and for values that cannot be tried.
    """
    if not isinstance(space, Mapping) or not space or not all(isinstance(n, str) for n in space):
        raise _wrong_space(f"`space` is {space!r}")
    known: Space = {}
    for name, values in space.items():
        if isinstance(values, (list, tuple, range, np.ndarray)):
            values = values.tolist() if isinstance(values, np.ndarray) else list(values)
        elif not isinstance(values, Between) and not hasattr(values, "rvs"):
            raise _wrong_space(f"{name!r} has {values!r}")
        if isinstance(values, list) and not values:
            raise _wrong_space(f"{name!r} has no values")
        known[name] = values
    return known


def _wrong_space(received: str) -> ArgumentError:
    return ArgumentError(
        f"The space of a sweep is a dict with a list of values for each name; {received}.",
        why="each name is an argument of `build` (or of fit), and its values are tried.",
        fix='write {"units": [16, 32]}, or {"rate": Between(0.001, 0.1, log=True)} to draw them.',
    )


def size(space: Space) -> float:
    """The number of combinations; infinity where values are drawn."""
    lengths = [len(values) if isinstance(values, list) else math.inf for values in space.values()]
    return math.prod(lengths)


def grid(space: Space) -> list[Config]:
    """Every combination of the values, the last name changing fastest.

    Raises: ArgumentError when values are drawn.
    """
    drawn = [name for name, values in space.items() if not isinstance(values, list)]
    if drawn:
        raise ArgumentError(
            f"A grid needs a list of values for {drawn[0]!r}, which has {space[drawn[0]]!r}.",
            why="a grid tries every combination, and a range has no end of values.",
            fix=f'list the values, or draw: search="random", trials=20. ({drawn[0]} is a range.)',
        )
    return [dict(zip(space, values)) for values in itertools.product(*space.values())]


def draws(space: Space, count: int, seed: int) -> list[Config]:
    """`count` different combinations, drawn at random; fewer if there are not that many.

    A larger count begins with the combinations of a smaller one.
    """
    count = int(min(count, size(space)))
    known: dict[tuple[Any, ...], Config] = {}
    for attempt in range(100 * count + 1000):  # there may be fewer than `count` combinations
        if len(known) == count:
            break
        random = stream(seed, DRAWING, attempt)
        picks = {name: _pick(values, random) for name, values in space.items()}
        key = tuple(key for key, _ in picks.values())
        known.setdefault(key, {name: value for name, (_, value) in picks.items()})
    return list(known.values())


def _pick(values: Any, random: np.random.Generator) -> tuple[Any, Any]:
    """A key that identifies the picked value, and the value."""
    if isinstance(values, list):
        index = int(random.integers(len(values)))
        return index, values[index]
    value = values.draw(random) if isinstance(values, Between) else values.rvs(random_state=random)
    value = value.item() if isinstance(value, np.generic) else value
    return value, value


def label(value: Any) -> Any:
    """A value for journals and tables: numbers and text as they are, others by name.

    >>> label(32), label(("relu", None)), label(len)
    (32, ['relu', None], 'len')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.ndarray):
        return f"array of {value.shape}, {value.dtype}"
    if isinstance(value, (list, tuple)):
        return [label(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): label(each) for key, each in value.items()}
    name = getattr(value, "__qualname__", type(value).__qualname__)
    settings = {} if isinstance(value, type) else getattr(value, "get_config", dict)()
    inside = ", ".join(f"{key}={label(each)}" for key, each in settings.items())
    return f"{name}({inside})" if inside else name


def in_words(config: Mapping[str, Any]) -> str:
    """Settings as a label.

    >>> in_words({"units": 32, "rate": 0.0123456, "activation": None})
    'units 32, rate 0.01235, activation None'
    """
    return ", ".join(f"{name} {short(value)}" for name, value in config.items())


def short(value: Any) -> str:
    """A value with few digits."""
    value = label(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"[{', '.join(map(short, value))}]" if isinstance(value, list) else str(value)
