"""Small models, compiled, and their data, which tests of clusters share."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import layers, metrics, ops, optimizers
from funclab.layers import Input
from funclab.metrics import Metric
from funclab.models import Model
from funclab.utils import set_random_seed

SAMPLES = 22
"""With batches of 8: three batches, the last of which is smaller; few divide by 4."""


def numbers(*shape: int) -> Any:
    return np.random.RandomState(0).standard_normal((SAMPLES, *shape)).astype("float32")


def classes(count: int, *shape: int) -> Any:
    return np.random.RandomState(1).randint(0, count, (SAMPLES, *shape))


def sgd() -> Any:
    return optimizers.SGD(0.1, momentum=0.9)


def mlp() -> tuple[Model, dict[str, Any]]:
    """Dropout, noise, a regularizer, and a metric that works on arrays."""
    inputs = Input((5,))
    x = layers.Dense(7, activation="relu", kernel_regularizer="l2")(inputs)
    x = layers.GaussianNoise(0.1)(layers.Dropout(0.4)(x))
    model = Model(inputs, layers.Dense(1, activation="sigmoid", activity_regularizer="l2")(x))
    model.compile(sgd(), "binary_crossentropy", metrics=["accuracy", "AUC"])
    return model, {"x": numbers(5), "y": classes(2, 1)}


def cnn(synchronized: bool = True) -> tuple[Model, dict[str, Any]]:
    """Batch normalization between convolutions."""
    inputs = Input((6, 6, 2))
    x = layers.Conv2D(3, 3, use_bias=False)(inputs)
    x = layers.BatchNormalization(momentum=0.8, synchronized=synchronized)(x)
    x = layers.Flatten()(layers.Activation("relu")(x))
    model = Model(inputs, layers.Dense(3, activation="softmax")(x))
    model.compile(sgd(), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model, {"x": numbers(6, 6, 2), "y": classes(3)}


def lstm() -> tuple[Model, dict[str, Any]]:
    """Masks of very different lengths, through the layers and into loss and metrics."""
    inputs = Input((6,), dtype="int32")
    x = layers.Embedding(9, 4, mask_zero=True)(inputs)
    x = layers.BatchNormalization(synchronized=True)(x)
    x = layers.LSTM(5, return_sequences=True, dropout=0.2, recurrent_dropout=0.1)(x)
    model = Model(inputs, layers.Dense(1)(x))
    model.compile(sgd(), "mse", metrics=["mae"])
    ids = classes(8, 6) + 1
    ids[np.arange(6) > np.arange(SAMPLES)[:, None] % 7] = 0
    return model, {"x": ids, "y": numbers(6, 1)}


def two_outputs() -> tuple[Model, dict[str, Any]]:
    """Sample weights of one output, a loss that is a sum, and one divided by the weights."""
    from funclab import losses

    inputs = Input((4,))
    x = layers.Dense(6, activation="tanh")(inputs)
    kind = layers.Dense(3, activation="softmax", name="kind")(x)
    size = layers.Dense(2, name="size")(x)
    model = Model(inputs, [kind, size])
    model.compile(
        optimizers.SGD(0.02, clipnorm=1.0),
        {
            "kind": losses.SparseCategoricalCrossentropy(reduction="sum"),
            "size": losses.MeanSquaredError(reduction="mean_with_sample_weight"),
        },
        loss_weights={"kind": 0.3, "size": 2.0},
        metrics={"kind": "accuracy"},
        weighted_metrics={"size": "mae"},
    )
    weights = {"kind": np.arange(SAMPLES) % 3, "size": np.linspace(0.1, 2, SAMPLES)}
    targets = {"kind": classes(3), "size": numbers(2)}
    return model, {"x": numbers(4), "y": targets, "sample_weight": weights}


class Largest(Metric):
    """The mean over samples of their largest number: a metric that works on arrays."""

    def __init__(self) -> None:
        super().__init__(name="largest")
        self.sums = self.add_variable((2,))

    def update_state(self, values: Any) -> None:
        self.sums.assign_add([np.max(values, -1).sum(), len(values)])

    def result(self) -> Any:
        return self.sums[0] / self.sums[1]


class Watched(layers.Layer):
    """Hands its input on, and keeps metrics of it: a number for a batch, and one of arrays."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.size, self.largest = metrics.Mean("size"), Largest()

    def call(self, x: Any) -> Any:
        self.size.update_state(ops.mean(ops.abs(x)))
        self.largest.update_state(x)
        return x


class Penalized(Model):
    """A model with a loss of its own."""

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None
    ) -> Any:
        loss = super().compute_loss(x, y, y_pred, sample_weight)
        return loss + 0.1 * ops.mean(ops.square(y_pred))


def own_parts() -> tuple[Model, dict[str, Any]]:
    """Metrics in a layer, and a loss of the model's own."""
    inputs = Input((4,))
    x = Watched()(layers.Dense(5, activation="tanh")(inputs))
    model = Penalized(inputs, layers.Dense(1)(x))
    model.compile(sgd(), "mse")
    return model, {"x": numbers(4), "y": numbers(1)}


def pair(make: Any, **settings: Any) -> tuple[Model, Model, dict[str, Any]]:
    """Two models that begin alike, and their data."""
    set_random_seed(4)
    first, data = make(**settings)
    first.get_weights()  # drawn now
    set_random_seed(4)
    second, _ = make(**settings)
    second.get_weights()
    return first, second, data
