"""What people write, what they mean, and the words that help: one row for each cause.

Gathered from questions about the functional API. `fix` must stand in the first sentence of the
error's fix, and `right` is the line with that fix typed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab import Input, Model, Sequential
from tests.misuse.desk import Desk

Line = Callable[[Desk], Any]


@dataclass
class Cause:
    """One line that fails, what was meant, the error, and the words of its fix that are typed."""

    wrote: str
    meant: str
    line: Line
    error: type[Exception]
    says: str
    fix: str
    right: Line

    def __str__(self) -> str:
        return self.wrote.replace(" ", "-")


N = 6
CLASSES = np.arange(N) % 3
YES_NO = np.arange(N) % 2
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]


def ones(*shape: int) -> Any:
    return np.ones((N, *shape), "float32")


def remember(desk: Desk, model: Any) -> Any:
    """Keep a model made by a line, with its weights, so that a test can compare them."""
    desk.__dict__.setdefault("own", []).append((model, model.get_weights()))
    return model


Layers = list[Callable[[], Any]]


def fit(shape: Any, layers: Layers, loss: Any, x: Any, y: Any, **more: Any) -> Line:
    """Compile a stack of layers on an Input of this shape and train it."""

    def line(desk: Desk) -> Any:
        first = Input(shape=shape, name="pixels")
        tensor = first
        for make in layers:
            tensor = make()(tensor)
        model = remember(desk, Model(first, tensor, name="own"))
        model.compile("sgd", loss, **more)
        return model.fit(x, y, verbose=0)

    return line


def predict(shape: Any, layers: Layers, x: Any) -> Line:
    def line(desk: Desk) -> Any:
        stack = Sequential([Input(shape=shape, name="pixels"), *(make() for make in layers)])
        return remember(desk, stack).predict(x, verbose=0)

    return line


def merge(layer: Callable[[], Any], *shapes: Any) -> Line:
    """Call a merging layer on inputs of these shapes; a function makes a tensor of its own."""

    def line(desk: Desk) -> Any:
        return layer()([shape() if callable(shape) else Input(shape=shape) for shape in shapes])

    return line


def make(function: Callable[[], Any]) -> Line:
    return lambda desk: function()


def compiled(**settings: Any) -> Line:
    """Compile the reader in another way."""
    return lambda desk: desk.reader.compile(**{"optimizer": "adam", "loss": "mse", **settings})


def reads(**changes: Any) -> Line:
    """Train the reader on its own data, but for `changes`; functions are given the desk."""

    def line(desk: Desk) -> Any:
        data = {"x": desk.x, "y": desk.y, "verbose": 0}
        given = {key: one(desk) if callable(one) else one for key, one in changes.items()}
        return desk.reader.fit(**{**data, **given})

    return line
