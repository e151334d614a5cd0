"""The workloads, written once: `keras` is funclab or the real Keras."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Maker = Callable[[np.random.Generator, int], np.ndarray]


@dataclass(frozen=True)
class Workload:
    """A compiled model and data for one epoch of `steps` batches."""

    title: str
    batch: int
    steps: int
    x: list[Maker]
    y: list[Maker]
    build: Callable[[Any], Any]

    def data(self, steps: int | None = None) -> tuple[Any, Any]:
        random = np.random.default_rng(0)
        samples = self.batch * (steps or self.steps)
        x = [maker(random, samples) for maker in self.x]
        y = [maker(random, samples) for maker in self.y]
        return one_or_all(x), one_or_all(y)


WORKLOADS: dict[str, Workload] = {}


def workload(*settings: Any) -> Callable[[Callable], Callable]:
    """Register `build` with its title, batch, steps, x and y."""

    def register(build: Callable) -> Callable:
        WORKLOADS[build.__name__] = Workload(*settings, build)
        return build

    return register


def one_or_all(arrays: list[np.ndarray]) -> Any:
    return arrays[0] if len(arrays) == 1 else arrays


def first(data: Any, count: int) -> Any:
    """The first `count` samples, whatever the structure."""
    if isinstance(data, list):
        return [array[:count] for array in data]
    return data[:count]


def values(*shape: int) -> Maker:
    return lambda random, n: random.standard_normal((n, *shape), "float32")


def words(vocabulary: int, length: int) -> Maker:
    return lambda random, n: random.integers(1, vocabulary, (n, length), "int32")


def yes_or_no(random: np.random.Generator, n: int) -> np.ndarray:
    return random.integers(0, 2, (n, 1)).astype("float32")


def one_hot(*shape: int) -> Maker:
    """One class of the last dimension, for every place of the dimensions before it."""
    *places, count = shape
    eye = np.eye(count, dtype="float32")
    return lambda random, n: eye[random.integers(0, count, (n, *places))]


def perceptron(keras: Any, width: int) -> Any:
    layers = keras.layers
    inputs = keras.Input((784,))
    x = layers.Dense(width, activation="relu")(inputs)
    x = layers.Dense(width, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@workload("guide's MLP 784-64-64-10, batch 32, RMSprop", 32, 500, [values(784)], [one_hot(10)])
def mlp(keras):
    model = perceptron(keras, 64)
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return model


@workload(
    "two inputs, two outputs, batch 32, RMSprop",
    32,
    500,
    [values(100), values(5)],
    [yes_or_no, yes_or_no],
)
def two_by_two(keras):
    layers = keras.layers
    main, extra = keras.Input((100,), name="main"), keras.Input((5,), name="extra")
    x = layers.Dense(32, activation="relu")(main)
    aside = layers.Dense(1, activation="sigmoid", name="aside")(x)
    x = layers.concatenate([x, extra])
    for _ in range(3):
        x = layers.Dense(64, activation="relu")(x)
    answer = layers.Dense(1, activation="sigmoid", name="answer")(x)
    model = keras.Model([main, extra], [answer, aside])
    losses = ["binary_crossentropy", "binary_crossentropy"]
    model.compile("rmsprop", losses, loss_weights=[1.0, 0.2])
    return model


@workload(
    "shared Dense(64) called twice, batch 32, RMSprop",
    32,
    500,
    [values(280), values(280)],
    [yes_or_no],
)
def shared_dense(keras):
    layers = keras.layers
    left, right = keras.Input((280,)), keras.Input((280,))
    shared = layers.Dense(64, activation="relu")
    x = layers.concatenate([shared(left), shared(right)])
    model = keras.Model([left, right], layers.Dense(1, activation="sigmoid")(x))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@workload("wide MLP 784-1024-1024-10, batch 128, RMSprop", 128, 40, [values(784)], [one_hot(10)])
def wide_mlp(keras):
    model = perceptron(keras, 1024)
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    return model


@workload(
    "TimeDistributed(guide's MLP), 20 steps, batch 32, RMSprop",
    32,
    40,
    [values(20, 784)],
    [one_hot(20, 10)],
)
def time_distributed(keras):
    inputs = keras.Input((20, 784))
    model = keras.Model(inputs, keras.layers.TimeDistributed(perceptron(keras, 64))(inputs))
    model.compile("rmsprop", "categorical_crossentropy")
    return model


@workload(
    "Embedding(1000, 64) + LSTM(64), 50 steps, batch 32, RMSprop",
    32,
    60,
    [words(1000, 50)],
    [yes_or_no],
)
def lstm(keras):
    layers = keras.layers
    inputs = keras.Input((50,), dtype="int32")
    x = layers.LSTM(64)(layers.Embedding(1000, 64)(inputs))
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


@workload(
    "CNN 28x28, 32 and 64 filters, batch 32, Adam", 32, 40, [values(28, 28, 1)], [one_hot(10)]
)
def cnn(keras):
    layers = keras.layers
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


@workload("small ResNet 32x32x3, batch 32, Adam", 32, 20, [values(32, 32, 3)], [one_hot(10)])
def resnet(keras):
    layers = keras.layers
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    for _ in range(2):
        y = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
        y = layers.Conv2D(64, 3, activation="relu", padding="same")(y)
        x = layers.add([y, x])
    x = layers.Conv2D(64, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


# What a layer costs: it reads the data, and a Dense(10) with a softmax follows it.
SEQUENCE, IMAGE = values(50, 64), values(28, 28, 32)


def chain(layers: Any, x: Any) -> Any:
    for _ in range(1000):
        x = layers.Dense(16, activation="relu")(x)
    return x


LAYERS: dict[str, tuple[str, Maker, Callable[[Any, Any], Any]]] = {
    "gru": ("GRU(64), 50 steps of 64", SEQUENCE, lambda layers, x: layers.GRU(64)(x)),
    "simple_rnn": (
        "SimpleRNN(64), 50 steps of 64",
        SEQUENCE,
        lambda layers, x: layers.SimpleRNN(64)(x),
    ),
    "conv1d": (
        "Conv1D(64, 5), 50 steps of 64",
        SEQUENCE,
        lambda layers, x: layers.GlobalMaxPooling1D()(layers.Conv1D(64, 5)(x)),
    ),
    "separable": (
        "SeparableConv2D(64, 3) on 28x28x32",
        IMAGE,
        lambda layers, x: layers.GlobalMaxPooling2D()(layers.SeparableConv2D(64, 3)(x)),
    ),
    "transposed": (
        "Conv2DTranspose(16, 3, strides=2) on 28x28x32",
        IMAGE,
        lambda layers, x: layers.GlobalMaxPooling2D()(
            layers.Conv2DTranspose(16, 3, strides=2, padding="same")(x)
        ),
    ),
    "attention": (
        "MultiHeadAttention(4, 16), 50 steps of 64",
        SEQUENCE,
        lambda layers, x: layers.GlobalAveragePooling1D()(layers.MultiHeadAttention(4, 16)(x, x)),
    ),
    "batch_norm": (
        "BatchNormalization on 28x28x32",
        IMAGE,
        lambda layers, x: layers.GlobalMaxPooling2D()(layers.BatchNormalization()(x)),
    ),
    "layer_norm": (
        "LayerNormalization, 50 steps of 64",
        SEQUENCE,
        lambda layers, x: layers.GlobalMaxPooling1D()(layers.LayerNormalization()(x)),
    ),
    "chain_of_1000": ("1,000 layers of Dense(16)", values(16), chain),
}


def with_a_head(body: Callable[[Any, Any], Any], shape: tuple[int, ...]) -> Callable[[Any], Any]:
    def build(keras: Any) -> Any:
        x = keras.Input(shape)
        y = keras.layers.Dense(10, activation="softmax")(body(keras.layers, x))
        model = keras.Model(x, y)
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        return model

    return build


for name, (title, data, body) in LAYERS.items():
    shape = data(np.random.default_rng(0), 1).shape[1:]
    WORKLOADS[name] = Workload(
        f"{title}, batch 32, Adam", 32, 40, [data], [one_hot(10)], with_a_head(body, shape)
    )
