"""Views as a class and a reader see them, and what is measured of them on a page: heights, sizes of
words, edges, empty room. The numbers wanted are those of the tests that use this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import funclab
from funclab import Input, Model, layers
from funclab.layers import Conv2D, Dense
from funclab.teach import arrange, ask, vote
from funclab.teach.checking import check_lines
from tests.teach.tries import tries
from tests.view import gallery

NOTEBOOK, PROJECTOR = {"width": 1128, "height": 720}, {"width": 1212, "height": 720}
"""Windows whose pages leave a view 1,096 and 1,180 pixels, as JupyterLab does in a window of 1280
by 720."""


def twice() -> Model:
    """One layer called twice, as in README."""
    x = Input((64,), name="x")
    shared = Dense(64, activation="relu", name="shared")
    model = Model(x, Dense(10, activation="softmax", name="out")(shared(shared(x))), name="twice")
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def alone() -> Model:
    """The same job with a layer for each call."""
    y = x = Input((64,), name="x")
    for name in ("a", "b"):
        y = Dense(64, activation="relu", name=name)(y)
    return Model(x, Dense(10, name="out")(y), name="alone")


def convolutional() -> Model:
    image = Input((28, 28, 1), name="image")
    x = layers.MaxPooling2D(name="pool")(Conv2D(6, 3, activation="relu", name="conv")(image))
    return Model(image, Dense(10, name="digit")(layers.Flatten(name="flat")(x)), name="cnn")


def batch(n: int = 64) -> tuple[np.ndarray, np.ndarray]:
    random_state = np.random.RandomState(0)
    return random_state.rand(n, 64), random_state.randint(0, 10, n)


def traced() -> Any:
    x, shared = Input((4,), name="x"), Dense(4, activation="relu", name="shared")
    model = Model(x, Dense(2, activation="softmax", name="out")(shared(shared(x))), name="small")
    model.compile("sgd", "sparse_categorical_crossentropy")
    rows, labels = batch(8)
    return model, rows[:, :4], labels % 2


def watched() -> Model:
    model = twice()
    model.fit(*batch(), epochs=7, validation_split=0.25, verbose=0)
    return model


def verdict(**settings: Any) -> Any:
    """The verdict on a new layer in place of one that the model has."""
    one = next(one for one in tries() if (one.exercise, one.mistake) == ("1B", "new_layer"))
    view = check_lines("1B", one.lines, one.names)
    for name, value in settings.items():
        setattr(view, name, value)
    return view


VIEWS: dict[str, Callable[..., Any]] = {
    "explorer": lambda **s: funclab.explore(twice(), **s),
    "selection": lambda **s: funclab.explore(twice(), selected="shared[1]", **s),
    "u-net": lambda **s: funclab.explore(gallery.built("unet"), **s),
    "shapes": lambda **s: funclab.shapes(convolutional(), step=1, **s),
    "diff": lambda **s: funclab.diff(twice(), alone()).view(**s),
    "trace": lambda **s: funclab.trace(*traced(), step=10, **s),
    "training": lambda **s: funclab.watch(watched(), **s),
    "playground": lambda **s: funclab.playground(epochs=3, **s),
    "profile": lambda **s: funclab.profile(twice(), batch(32)[0], **s),
    "question": lambda **s: ask("1.1", **s),
    "lines": lambda **s: arrange("1A", **s),
    "verdict": verdict,
    "vote": lambda **s: vote("5.1", **s),
}
"""Every kind of view, and how it is made with these settings."""
