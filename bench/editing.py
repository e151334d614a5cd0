"""How long a command of `funclab.edit` takes, picture included: `python -m bench.editing`.

Prints the median of five, in milliseconds of processor time, for a model as in the lessons and for
one of 200 calls. Wanted: 100 and 500.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import funclab
from funclab import Input, Model, layers

REPEATED = 5


def reader() -> Model:
    """Digits, read by two convolutions."""
    x = Input((8, 8, 1), name="image")
    y = layers.Conv2D(8, 3, padding="same", activation="relu", name="strokes")(x)
    y = layers.Conv2D(12, 3, padding="same", activation="relu", name="parts")(y)
    y = layers.Flatten(name="flat")(layers.MaxPooling2D(name="pool")(y))
    y = layers.Dense(16, activation="relu", name="body")(y)
    return Model(x, layers.Dense(10, activation="softmax", name="digit")(y), name="reader")


def blocks(count: int = 66) -> Model:
    """Residual blocks of three calls."""
    x = y = Input((16,), name="x")
    for i in range(count):
        inner = layers.Dense(16, activation="relu", name=f"dense_{i}")(y)
        y = layers.Activation("relu", name=f"relu_{i}")(layers.Add(name=f"add_{i}")([inner, y]))
    return Model(x, y, name="blocks")


COMMANDS: list[tuple[Callable[[], Model], list[Any]]] = [
    (reader, ["set", "body", {"units": 24}]),
    (reader, ["insert", "parts", "Dropout", {"rate": 0.5}]),
    (reader, ["connect", "strokes", "pool", {"how": "Add"}]),
    (blocks, ["rename", "dense_30", "middle"]),
    (blocks, ["set", "dense_30", {"activation": "tanh"}]),
    (blocks, ["delete", "relu_30"]),
    (blocks, ["set", "dense_3", {"units": 17}]),
]


def milliseconds(make: Callable[[], Model], step: list[Any]) -> float:
    """The median time of a command, each time in a new session."""
    taken = []
    for _ in range(REPEATED):
        session = funclab.edit(make())
        begun = time.process_time()
        session.do(*step[:-1], **step[-1]) if isinstance(step[-1], dict) else session.do(*step)
        taken.append(time.process_time() - begun)
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    for make, step in COMMANDS:
        print(f"{milliseconds(make, step):6.0f} ms  {make.__name__}: {step}", flush=True)
