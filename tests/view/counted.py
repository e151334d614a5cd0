"""Models that are so small that all their numbers were computed by hand, and their data."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import funclab
from funclab import Input, Model, layers, optimizers
from funclab.callbacks import WeightPath
from funclab.datasets import penguins
from funclab.engine.profile import Profile
from funclab.layers import Dense
from funclab.view.landscape import losses
from funclab.view.profile.picture import Bars
from funclab.view.profile.view import ProfileView, timed_batch
from funclab.view.training import record
from funclab.view.whatif import view
from tests.view import models


def unhurried(monkeypatch: Any) -> None:
    """Measure all that there is, on any machine: each epoch of a training, a whole landscape, and
    how far maps are to be trusted on every sample."""
    monkeypatch.setattr(record, "PAUSE", 0)
    monkeypatch.setattr(record, "SPACING", 0)
    monkeypatch.setattr(record.Pace, "is_due", True)
    monkeypatch.setattr(losses, "MOST_SECONDS", math.inf)
    monkeypatch.setattr(view, "MEASURING", math.inf)


def counted() -> Model:
    """A model whose every number can be computed by hand."""
    x = Input((2,), name="x")
    model = Model(x, Dense(1, name="out")(Dense(2, activation="relu", name="hidden")(x)))
    model.set_weights([[[1, -1], [0, 2]], [0, 1], [[1], [2]], [-1]])
    model.compile(funclab.optimizers.SGD(0.5), "mse")
    return model


def slow_motion(**settings):
    return funclab.trace(counted(), np.array([[1, 2], [3, -1]]), np.array([[8], [0]]), **settings)


def line(epochs: int, validated: bool = False, **settings) -> Model:
    """One weight, 0 at first, which halves its distance to 2 in each step: so losses are 10, 2.5,
    0.625, ..., and the gradients -10, -5, -2.5, ... Validated on 3 and 6, where its loss is 9 times
    the square of that distance: 9, 2.25, 0.5625, ..."""
    x = Input((1,), name="x")
    model = Model(
        x, Dense(1, use_bias=False, kernel_initializer="zeros", name="slope")(x), name="line"
    )
    model.compile(funclab.optimizers.SGD(0.1), "mse", **settings)
    data = {"validation_data": (np.array([[3.0]]), np.array([[6.0]]))} if validated else {}
    x, y = np.array([[1.0], [2]]), np.array([[2.0], [4]])
    model.fit(x, y, epochs=epochs, verbose=0, live=True, **data)
    return model


def images() -> Model:
    """Windows, strides, pooling and padding, whose lengths were counted by hand."""
    x = y = Input((9, 12, 3), name="x")
    y = layers.Conv2D(4, 3, strides=2, name="look")(y)
    y = layers.ZeroPadding2D(1, name="rim")(y)
    y = layers.MaxPooling2D(2, name="half")(y)
    y = layers.Conv2DTranspose(2, 3, strides=2, padding="same", name="back")(y)
    y = layers.Flatten(name="flat")(y)
    return Model(x, Dense(5, name="out")(y), name="images")


def changed():
    """Two models that differ in one layer's units, and in a layer that one of them has alone."""
    x = Input((4,), name="x")
    other = Dense(3, name="out")(Dense(4, name="more")(Dense(4, name="first")(x)))
    return funclab.diff(models.twice(), Model(x, other, name="other")).view()


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
    way = Dense(2, activation="softmax", name="way")(flat)
    model = Model(image, way, name="strokes")
    kernel = np.array([[[1, 1], [-1, 1]], [[1, -1], [-1, -1]]], "float32")[:, :, None]
    model.set_weights([kernel, [0, 0], np.tile(np.eye(2), (4, 1)) / 2, [0.25, 0]])
    return model


def windows(**settings):
    """Two channels, 0 to 8 and 1 to 9 times -1, read by windows of every kind: a sum with padding
    and a bias, one of fields that are apart, the largest, the mean, a channel of its own."""
    image = Input((3, 3, 2), name="image")
    look = layers.Conv2D(2, 3, padding="same", activation="relu", name="look")(image)
    most = layers.MaxPooling2D(2, name="most")(look)
    mean = layers.AveragePooling2D(2, strides=1, name="mean")(image)
    apart = layers.Conv2D(1, 2, dilation_rate=2, use_bias=False, name="apart")(image)
    each = layers.DepthwiseConv2D(2, name="each")(image)
    model = Model(image, [most, mean, apart, each], name="windows")
    cross = np.array([[0, 1, 0], [1, 2, 1], [0, 1, 0]])
    kernel = np.stack([np.stack([cross, 0 * cross], -1), np.stack([cross - 1, -cross], -1)], 2)
    four = np.array([[1, 2], [3, 4]])
    both = np.stack([four, -four], -1)[..., None]
    model.set_weights([kernel, [-5, 0.5], both, both, [10, 0]])
    ramp = np.arange(9).reshape(3, 3)
    return funclab.trace(model, np.stack([ramp, -1 - ramp], -1)[None], **settings)


def headlines() -> Model:
    """Two heads look at words: one for what is equal, one for what is next to it in the table."""
    words = Input((4,), dtype="int32", name="words")
    vectors = layers.Embedding(5, 2, name="vectors")(words)
    looked = layers.MultiHeadAttention(2, 2, use_bias=False, name="heads")(vectors, vectors)
    mean = layers.GlobalAveragePooling1D(name="mean")(looked)
    model = Model(words, Dense(1, activation="sigmoid", name="loud")(mean), name="news")
    eye, turn = np.eye(2), np.array([[0, 1], [1, 0]])
    both, values = np.stack([eye, turn], axis=1), np.stack([eye, 2 * eye], axis=1)
    table = [[0, 0], [1, 0], [0, 1], [3, 0], [0, 2]]
    keys = np.stack([eye, eye], axis=1)
    model.set_weights([table, both, keys, values, np.stack([eye, eye]), [[1], [-1]], [0.5]])
    return model


def sizes() -> Model:
    """A line: 1 for each metre, −2 for each kilogram, and 3."""
    row = Input((2,), name="row")
    model = Model(row, Dense(1, name="price")(row), name="sizes")
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
    model = Model(x, Dense(1, kernel_initializer="zeros", name="line")(x), name="line")
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
    first, second = (ready(*weights) for weights in ((0.0, 0.0), (2.0, 2.0)))
    data = np.array([[0.0], [1.0], [2.0]])
    return funclab.landscape(None, data, data + 1, between=[first, second])


def ready(slope: float, begin: float) -> Model:
    x = Input((1,), name="x")
    model = Model(x, Dense(1, name="line")(x), name="line")
    model.set_weights([[[slope]], [begin]])
    model.compile(optimizers.SGD(0.1), "mse")
    return model


def handed_on() -> Model:
    """A layer that hands its input on, called twice, and one that takes the first two numbers."""
    model = models.twice()
    model.set_weights([np.eye(4), np.zeros(4), np.eye(4)[:, :2], np.zeros(2)])
    return model


def birds() -> tuple[Model, dict[str, Any], Any]:
    """Six penguins, and a model that takes the islands for the species, but for their measures."""
    _, (x, y) = penguins.load_data(scaled=True)
    measures, island = Input((3,), name="measures"), Input((3,), name="island")
    both = layers.Concatenate(name="bird")([measures, island])
    model = Model([measures, island], Dense(3, activation="softmax", name="species")(both))
    model.set_weights([np.concatenate([np.eye(3), 2 * np.eye(3)]), np.zeros(3)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model, {name: array[:6] for name, array in x.items()}, y["species"][:6]


def kinds() -> Model:
    """One call for each way in which a number can be made of others, beside sums of products."""
    image = Input((4, 4, 2), name="image")
    mean = layers.AveragePooling2D(2, name="mean")(image)
    most = layers.MaxPooling2D(2, name="most")(image)
    less, product = layers.Subtract(name="less")([mean, most]), layers.Multiply()([mean, most])
    both = layers.Concatenate(name="both")([less, product])
    even = layers.Activation("tanh", name="bent")(layers.LayerNormalization(name="even")(both))
    large = layers.UpSampling2D(2, name="large")(even)
    smooth = layers.UpSampling2D(2, interpolation="bilinear", name="smooth")(both)
    line = layers.Reshape((64,), name="line")(layers.Average(name="half")([large, smooth]))
    back = layers.Conv2DTranspose(1, 3, strides=2, padding="same", name="back")(less)
    model = Model(image, [Dense(2, name="out")(line), back], name="kinds")
    model.set_weights([np.ones(4), np.zeros(4), np.ones((64, 2)) / 64, [0, 1],
                       np.arange(18).reshape(3, 3, 1, 2), [5]])  # fmt: skip
    return model


SQUARES = np.stack([np.arange(16).reshape(4, 4), np.arange(16)[::-1].reshape(4, 4) % 5], -1)[None]


def colours() -> Model:
    """Is there more red than blue?"""
    image = Input((3, 3, 3), name="image")
    mean = layers.GlobalAveragePooling2D(name="mean")(image)
    model = Model(image, Dense(2, activation="softmax", name="which")(mean), name="colours")
    model.set_weights([[[4, 0], [0, 0], [0, 4]], [0, 0]])
    return model


INKS = np.zeros((2, 3, 3, 3), "float32")
"""A red cross on black, and a blue picture with a white corner."""
INKS[0, 1, :, 0] = INKS[0, :, 1, 0] = INKS[1, ..., 2] = INKS[1, 0, 0] = 1


def long_headline() -> tuple[Model, np.ndarray]:
    """Seventy words of two kinds, of which the first kind looks at itself."""
    words = Input((70,), dtype="int32", name="words")
    vectors = layers.Embedding(2, 2, name="vectors")(words)
    looked = layers.MultiHeadAttention(1, 2, use_bias=False, name="heads")(vectors, vectors)
    model = Model(words, layers.GlobalAveragePooling1D(name="mean")(looked), name="long")
    eye = np.eye(2)[:, None]
    model.set_weights([[[2, 0], [0, 1]], eye, eye, eye, np.eye(2)[None]])
    return model, (np.arange(140).reshape(2, 70) % 3 == 0).astype(int)


def timed() -> ProfileView:
    """A profile whose steps took 1, 2, 3, ... milliseconds."""
    model = models.twice()
    whole, batch = timed_batch(model, np.ones((8, 4)), None, 8, None, None, None)
    steps = [
        step._replace(seconds=(i + 1) / 1000, least=0.0005) for i, step in enumerate(whole.steps)
    ]
    return ProfileView(Bars("twice", Profile(steps, 5, 1e9), batch), "funclab.profile(model$)")
