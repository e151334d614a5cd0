"""Checks of constructor arguments. Each returns the value, or says what is wrong with it."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from funclab import initializers, meant
from funclab.errors import ArgumentError, NotSupportedError
from funclab.graph.value import Variable


def positive(name: str, value: Any) -> int:
    """A whole number above 0."""
    try:
        number = 0 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = 0
    if number > 0:
        return number
    raise ArgumentError(
        f"Received an invalid value for `{name}`, expected a positive integer. "
        f"Received: {name}={value!r}.",
        why=f"`{name}` counts something that must be there.",
        fix=meant.whole(name, value, 32),
    )


def fraction(
    name: str,
    value: Any,
    why: str = "it is the fraction of elements to drop; 1 would leave nothing.",
) -> float:
    """A fraction in [0, 1)."""
    if meant.is_number(value) and 0 <= value < 1:
        return value
    raise ArgumentError(
        f"Invalid value received for argument `{name}`. Expected a float value between 0 and 1. "
        f"Received: {name}={value!r}.",
        why=why,
        fix=meant.fraction(name, value),
    )


def one_of(name: str, value: Any, known: Iterable[Any]) -> Any:
    """One of a few known settings."""
    choices = list(known)
    if value in choices:
        return value
    raise ArgumentError(
        f"Invalid value for argument `{name}`. Expected one of {choices}. "
        f"Received: {name}={value!r}.",
        why="no other is known.",
        fix=f"write for example {name}={choices[0]!r}.",
    )


def not_negative(name: str, value: Any) -> float:
    """A number of 0 or more."""
    if meant.is_number(value) and value >= 0:
        return value
    raise ArgumentError(
        f"Invalid value for argument `{name}`: expected a number >= 0. Received: {name}={value!r}.",
        why=f"a negative `{name}` has no meaning here, nor has what is not a number.",
        fix=meant.number(name, value, "0.1"),
    )


def unsupported(layer: str, **settings: Any) -> None:
    """Refuse settings of Keras that funclab does not have, when they are used."""
    for name, value in settings.items():
        if value is not None:
            raise NotSupportedError(
                f"{layer}({name}={value!r}) is not supported.",
                why="funclab has neither low-rank adaptation nor quantization.",
                fix=f"leave `{name}` out.",
            )


def stream(seed: Any = None) -> Variable:
    """The state of a stream of random numbers: its seed, and how many were drawn."""
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise ArgumentError(
            f"Argument `seed` must be a whole number or None. Received: seed={seed!r}.",
            why="it is where a stream of random numbers begins.",
            fix="write for example seed=1.",
        )
    start = int(initializers.rng().integers(2**63)) if seed is None else seed % 2**64
    return Variable(np.array([start, 0], np.uint64), trainable=False, name="seed_generator_state")
