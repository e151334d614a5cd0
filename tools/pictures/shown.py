"""What README and the first page of the site show: a layer that is called twice, in each view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import funclab
from funclab import Input, Model, registry
from funclab.datasets import digits
from funclab.errors import FunclabError
from funclab.layers import Dense
from funclab.utils import set_random_seed
from funclab.view.faults.faults import picture_of_fault


def fresh(make: Callable[[], Any]) -> Any:
    """What a function makes in a new session."""
    registry.reset_names()
    set_random_seed(7)
    return make()


def shared(units: int = 64, classes: int = 10, name: str = "model") -> Model:
    """The model at the top of README: one layer, called twice."""
    x = Input((units,), name="x")
    layer = Dense(units, activation="relu", name="shared")
    return Model(x, Dense(classes, activation="softmax", name="out")(layer(layer(x))), name=name)


def error(look: str = "light") -> Any:
    """What a notebook draws under the error of a missing Input."""
    left, right = Input((64,), name="left"), Input((64,), name="right")
    layer = Dense(64, activation="relu", name="shared")
    try:
        Model(left, Dense(10, name="out")(layer(layer(right))))
    except FunclabError as fault:
        return picture_of_fault(fault, look)


def explorer() -> Any:
    return funclab.explore(shared(), selected="shared[1]", look="light")


def a_batch() -> Any:
    """One batch in slow motion, through the shared layer and back."""
    random = np.random.default_rng(3)
    x = random.normal(size=(8, 4)).astype("float32")
    y = np.eye(2, dtype="float32")[(x[:, 0] > 0).astype(int)]
    model = shared(4, 2, "small")
    return funclab.trace(model, x, y, loss="categorical_crossentropy", look="light")


def slow_motion() -> Any:
    """The step in which two gradients meet at the shared bias."""
    view = a_batch()
    steps = [f"{step}" for step in view.facts["steps"]]
    view.show(step=next(i for i, step in enumerate(steps) if "bias" in step and "added" in step))
    return view


def training() -> Any:
    (x, y), _ = digits.load_data()
    model = shared()
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = x[:1000].reshape(1000, 64) / 16, y[:1000]
    model.fit(x, y, epochs=12, batch_size=64, validation_split=0.2, verbose=0, live=True)
    return funclab.watch(model, look="light")


def playground() -> Any:
    view = funclab.playground(data="spirals", seed=3, look="dark")
    view.train(200)
    return view
