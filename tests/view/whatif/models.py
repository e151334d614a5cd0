"""Small models of each kind of input, and their data."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from funclab import Input, Model, layers, optimizers, utils
from funclab.datasets import digits, headlines, penguins

Data = tuple[Any, Any, Any]


@cache
def reader(seed: int = 1, epochs: int = 8) -> Data:
    """A trained reader of digits, with test images and their digits."""
    (x, y), (x_test, y_test) = digits.load_data()
    x, x_test = ((images[..., None] / 16).astype("float32") for images in (x, x_test))
    model = untrained_reader(seed)
    model.compile(optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=32, epochs=epochs, verbose=0, live=False)
    return model, x_test, y_test


def untrained_reader(seed: int = 1) -> Model:
    utils.set_random_seed(seed)
    image = Input((8, 8, 1), name="image")
    h = layers.Conv2D(8, 3, activation="relu", padding="same", name="strokes")(image)
    h = layers.Conv2D(12, 3, activation="relu", padding="same", name="parts")(h)
    h = layers.Flatten(name="flat")(layers.MaxPooling2D(2, name="pool")(h))
    h = layers.Dense(16, activation="relu", name="body")(h)
    return Model(image, layers.Dense(10, activation="softmax", name="digit")(h), name="reader")


@cache
def trio() -> Data:
    """Three answers about a penguin, with test birds; the mass is in kilograms."""
    (x, y), (x_test, y_test) = penguins.load_data(scaled=True)
    y, y_test = ({**part, "mass": part["mass"] / 1000} for part in (y, y_test))
    utils.set_random_seed(4)
    measures, island = Input((3,), name="measures"), Input((3,), name="island")
    bird = layers.concatenate([measures, island], name="bird")
    body = layers.Dense(16, activation="relu", name="body")(bird)
    answers = [
        layers.Dense(3, activation="softmax", name="species")(body),
        layers.Dense(1, activation="sigmoid", name="sex")(body),
        layers.Dense(1, name="mass")(body),
    ]
    model = Model([measures, island], answers, name="trio")
    losses = ["sparse_categorical_crossentropy", "binary_crossentropy", "mse"]
    model.compile(optimizers.Adam(0.01), losses)
    model.fit(x, y, epochs=20, verbose=0, live=False)
    return model, x_test, y_test


@cache
def editor() -> Data:
    """Whether a headline is popular, from its words and its hour."""
    train, test = headlines.load_data(600)
    utils.set_random_seed(5)
    words = Input((9,), dtype="int32", name="words")
    hour = Input((5,), name="hour")
    vectors = layers.Embedding(len(headlines.WORDS), 8, name="vectors")(words)
    phrases = layers.Conv1D(8, 3, activation="relu", padding="same", name="phrases")(vectors)
    both = layers.concatenate([layers.GlobalMaxPooling1D(name="most")(phrases), hour])
    answer = layers.Dense(1, activation="sigmoid", name="popular")(both)
    model = Model([words, hour], answer, name="editor")
    model.compile(optimizers.Adam(0.01), "binary_crossentropy")
    model.fit({"words": train.words, "hour": train.hour}, train.popular, epochs=6, verbose=0)
    return model, {"words": test.words, "hour": test.hour}, test.popular


def waves() -> Data:
    """A number about two columns in time, untrained."""
    utils.set_random_seed(6)
    series = Input((24, 2), name="series")
    h = layers.Conv1D(6, 5, activation="relu", padding="same", name="rises")(series)
    model = Model(series, layers.Dense(1, name="next")(layers.GlobalAveragePooling1D()(h)))
    x = np.random.default_rng(0).normal(size=(20, 24, 2)).astype("float32")
    return model, x, np.zeros(20)


def one(x: Any, index: int) -> list[Any]:
    """A sample as maps take it."""
    arrays = list(x.values()) if isinstance(x, dict) else [x]
    return [array[index : index + 1] for array in arrays]
