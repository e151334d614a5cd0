"""A layer in which something happens to a worker in the middle of a step."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from funclab import layers, optimizers
from funclab.graph.op import Op
from funclab.layers import Input, Layer
from funclab.models import Model

SAMPLES = 24


class Happens(Op, abstract=True):
    """out = x; in the process that first finds the file `trigger`, `event` happens."""

    trigger: str
    event: str

    def forward(self, x: Any, out: Any) -> None:
        np.copyto(out, x)
        try:
            os.rename(self.trigger, f"{self.trigger}.{os.getpid()}")
        except FileNotFoundError:
            return
        if self.event == "slow":
            time.sleep(4.5)
        else:
            os.kill(os.getpid(), getattr(signal, self.event))

    def vjp(self, g: Any, x: Any, out: Any, gx: Any) -> None:
        np.copyto(gx, g)


class Accident(Layer):
    """Hands its input on."""

    def __init__(self, trigger: str, event: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.trigger, self.event = trigger, event

    def call(self, x: Any) -> Any:
        return Happens(self.trigger, self.event)(x)


def accident_model(
    trigger: Path, event: str, synchronized: bool = False
) -> tuple[Model, dict[str, Any]]:
    """A model with a dropout, whose numbers depend on every step that was done before; if
    `synchronized`, workers also wait for each other in the middle of a step."""
    inputs = Input((4,))
    x = layers.Dense(5, activation="tanh")(inputs)
    x = layers.Dropout(0.3)(Accident(str(trigger), event)(x))
    if synchronized:
        x = layers.BatchNormalization(synchronized=True)(x)
    model = Model(inputs, layers.Dense(1)(x))
    model.compile(optimizers.SGD(0.05, momentum=0.9), "mse", metrics=["mae"])
    random = np.random.RandomState(0)
    x, y = random.standard_normal((2, SAMPLES, 4)).astype("float32")
    return model, {"x": x, "y": y[:, :1], "batch_size": 6, "verbose": 0, "shuffle": False}


def process_of(trigger: Path) -> int:
    """The process in which it happened."""
    return int(next(trigger.parent.glob(f"{trigger.name}.*")).suffix[1:])
