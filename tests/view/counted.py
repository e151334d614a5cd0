"""Trained models that are so small that all their numbers were computed by hand, and their data."""

from __future__ import annotations

import numpy as np

import funclab
from funclab import Input, Model, layers, optimizers
from funclab.callbacks import WeightPath

WORDS = ["", "dogs", "cats", "bark", "sleep"]
STROKES = np.zeros((3, 5, 5, 1), "float32")
"""An upright stroke, a level one, and a level one of half the ink that is labelled as upright."""
STROKES[0, :, 2], STROKES[1, 2], STROKES[2, 1] = 1, 1, 0.5
BANDS = np.array([[0, 0], [1, 2], [2, 1], [-1, 3], [4, -2], [3, 3]], "float32")


def strokes() -> Model:
    """Two filters: ink to the left of none, and ink above none; a class for each."""
    image = Input((5, 5, 1), name="image")
    edges = layers.Conv2D(2, 2, activation="relu", name="edges")(image)
    pool = layers.MaxPooling2D(2, name="pool")(edges)
    flat = layers.Flatten(name="flat")(pool)
    way = layers.Dense(2, activation="softmax", name="way")(flat)
    model = Model(image, way, name="strokes")
    kernel = np.array([[[1, 1], [-1, 1]], [[1, -1], [-1, -1]]], "float32")[:, :, None]
    model.set_weights([kernel, [0, 0], np.tile(np.eye(2), (4, 1)) / 2, [0.25, 0]])
    return model


def headlines() -> Model:
    """Two heads look at words: one for what is equal, one for what is next to it in the table."""
    words = Input((4,), dtype="int32", name="words")
    vectors = layers.Embedding(5, 2, name="vectors")(words)
    looked = layers.MultiHeadAttention(2, 2, use_bias=False, name="heads")(vectors, vectors)
    mean = layers.GlobalAveragePooling1D(name="mean")(looked)
    model = Model(words, layers.Dense(1, activation="sigmoid", name="loud")(mean), name="news")
    eye, turn = np.eye(2), np.array([[0, 1], [1, 0]])
    both, values = np.stack([eye, turn], axis=1), np.stack([eye, 2 * eye], axis=1)
    table = [[0, 0], [1, 0], [0, 1], [2, 0], [0, 2]]
    keys = np.stack([eye, eye], axis=1)
    model.set_weights([table, both, keys, values, np.stack([eye, eye]), [[1], [-1]], [0.5]])
    return model


def sizes() -> Model:
    """A line: 1 for each metre, −2 for each kilogram, and 3."""
    row = Input((2,), name="row")
    model = Model(row, layers.Dense(1, name="price")(row), name="sizes")
    model.set_weights([[[1], [-2]], [3]])
    return model


def scores():
    """Scores of three classes for eight samples: five right answers, and three wrong ones."""
    found = np.zeros((8, 3), "float32")
    for i, (truth_says, size) in enumerate([(0, 2), (0, 1), (1, 3), (2, 1), (2, 2), (1, 1), (0, 3),
                                            (2, 0.5)]):  # fmt: skip
        found[i, truth_says] = size
    return found, np.array([0, 0, 1, 2, 2, 2, 1, 0])


def landscape(**state):
    """A line that is fitted to 3 x + 1 in six steps of gradient descent."""
    x = Input((1,), name="x")
    model = Model(x, layers.Dense(1, kernel_initializer="zeros", name="line")(x), name="line")
    model.compile(optimizers.SGD(0.1), "mse")
    data = np.array([[0.0], [1.0], [2.0]])
    settings = {"batch_size": 3, "verbose": 0, "live": False, "callbacks": [WeightPath()]}
    return model.fit(data, 3 * data + 1, epochs=6, **settings).landscape(
        data, 3 * data + 1, **state
    )


NAMED = {"labels": ["upright", "level"]}
IDS = np.array([[1, 3, 2, 4], [2, 4, 0, 0]])


def between_lines():
    """The losses between two lines: y = 0, and y = 2 x + 2, for points on y = x + 1."""
    first, second = (line(*weights) for weights in ((0.0, 0.0), (2.0, 2.0)))
    data = np.array([[0.0], [1.0], [2.0]])
    return funclab.landscape(None, data, data + 1, between=[first, second])


def line(slope: float, begin: float) -> Model:
    x = Input((1,), name="x")
    model = Model(x, layers.Dense(1, name="line")(x), name="line")
    model.set_weights([[[slope]], [begin]])
    model.compile(optimizers.SGD(0.1), "mse")
    return model
