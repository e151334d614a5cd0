"""Models with known answers: what they say is what they are given."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import Input, Model
from funclab.datasets.digits import load_data
from funclab.layers import Activation, Conv2D, Dense, Flatten


def classes(n: int = 10, name: str = "echo") -> Model:
    """Reads scores of n classes, and answers their softmax."""
    scores = Input((n,), name="scores")
    return Model(scores, Activation("softmax", name="answer")(scores), name=name)


def yes_or_no(name: str = "maybe") -> Model:
    """Reads a score, and answers its sigmoid."""
    score = Input((1,), name="score")
    return Model(score, Activation("sigmoid", name="answer")(score), name=name)


def numbers(n: int = 1, name: str = "same") -> Model:
    """Answers what it reads."""
    x = Input((n,), name="x")
    return Model(x, Activation("linear", name="answer")(x), name=name)


def images() -> Model:
    """An untrained reader of small images, with a layer of 16 numbers before its answer."""
    image = Input((8, 8, 1), name="image")
    h = Conv2D(4, 3, activation="relu", name="look")(image)
    h = Dense(16, activation="relu", name="body")(Flatten(name="flat")(h))
    return Model(image, Dense(10, activation="softmax", name="digit")(h), name="reader")


def digits(n: int = 40) -> tuple[Any, Any]:
    """Images for `images`, and the digits that they show."""
    shown, truth = load_data()[1]
    return (shown[:n, ..., None] / 16).astype("float32"), truth[:n]


def two_answers() -> Model:
    """A class and a number for each sample."""
    x = Input((3,), name="x")
    kind = Dense(3, activation="softmax", name="kind")(x)
    return Model(x, [kind, Dense(2, name="size")(x)], name="both")


def sample(n: int = 200, c: int = 10, seed: int = 0) -> tuple[Any, Any]:
    """Scores of classes, most of them right, and the true classes."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, c, n)
    scores = rng.normal(size=(n, c)).astype("float32") * 1.5
    scores[np.arange(n), truth] += 2
    return scores, truth
