"""A student's desk: the objects that exist before a wrong line is typed, and must not be changed.

Every name on it (`left`, `encoder`, `twins`, ...) is one that an error about it should use.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab import Input, Model, Sequential, ops
from funclab.layers import Conv2D, Dense, Embedding, Flatten, Layer
from funclab.utils import set_random_seed

SAMPLES = 6


class Desk:
    """Two trained models, one that is not compiled, a Sequential, and some layers.

    `twins` takes left and right (4 numbers each), reads both with the shared `encoder` and says
    `same` (0 or 1) and `word` (one of 3). `reader` takes 4 pixels and says one of 3 digits.
    """

    def __init__(self) -> None:
        set_random_seed(3)
        self._make_twins()
        self._make_reader()
        self.draft = Model(self.left, self.a, name="draft")  # never compiled
        self.stack = Sequential([Input(shape=(4,)), Dense(2, name="first")], name="stack")
        self.steps = Input(shape=(5, 4), name="steps")
        self.long = Input(shape=(7,), name="long")
        self.image = Input(shape=(6, 6, 1), name="image")
        self.conv = Conv2D(2, 3, name="conv")
        self.spare = Dense(2, name="spare")  # never called
        self.stretched = Dense(2, name="stretched")  # called on two shapes
        self.stretched(self.left), self.stretched(self.steps)
        self.read = self.reader(self.left)
        self.positive = self.left > 0
        self.q = Dense(2, name="q")(Dense(2, name="q")(self.left))  # two layers of one name
        self.unscored = Model(self.left, Dense(3, name="guess")(self.left), name="unscored")
        self.unscored.compile("sgd")  # without a loss
        words = Input(shape=(3,), dtype="int32", name="words")
        vectors = Embedding(10, 2, name="vectors")(words)
        self.sentence = Model(words, Dense(1, name="mood")(Flatten()(vectors)), name="sentence")
        self.sentence.compile("sgd", "mse")

    def _make_twins(self) -> None:
        self.left, self.right = Input(shape=(4,), name="left"), Input(shape=(4,), name="right")
        self.encoder = Dense(3, activation="relu", name="encoder")
        self.a, self.b = self.encoder(self.left), self.encoder(self.right)
        gap = self.a - self.b
        self.same = Dense(1, activation="sigmoid", name="same")(gap)
        self.word = Dense(3, activation="softmax", name="word")(gap)
        self.twins = Model([self.left, self.right], [self.same, self.word], name="twins")
        self.compile_twins()
        random = np.random.default_rng(5)
        self.pair = [random.random((SAMPLES, 4), "float32") for _ in "ab"]
        self.answers = [np.arange(SAMPLES) % 2, np.arange(SAMPLES) % 3]
        self.twins.fit(self.pair, self.answers, verbose=0)

    def _make_reader(self) -> None:
        self.pixels = Input(shape=(4,), name="pixels")
        self.hidden = Dense(5, activation="relu", name="hidden")(self.pixels)
        digit = Dense(3, activation="softmax", name="digit")(self.hidden)
        self.reader = Model(self.pixels, digit, name="reader")
        self.reader.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        self.x, self.digits = self.pair[0], np.arange(SAMPLES) % 3
        self.y = np.eye(3, dtype="float32")[self.digits]
        self.reader.fit(self.x, self.y, verbose=0)

    def compile_twins(self, **settings: Any) -> None:
        losses = ["binary_crossentropy", "sparse_categorical_crossentropy"]
        self.twins.compile(**{"optimizer": "rmsprop", "loss": losses, **settings})

    @property
    def models(self) -> list[Any]:
        return [self.twins, self.reader, self.draft, self.stack, self.sentence, self.unscored]

    def snapshot(self) -> dict[str, Any]:
        """All that a failed line must leave alone, as plain values."""
        seen: dict[str, Any] = {"stack": [layer.name for layer in self.stack.layers]}
        layers = {layer for model in self.models for layer in [model, *model.layers]}
        for layer in {*layers, self.spare, self.stretched, self.conv}:
            seen[f"{layer.name} nodes"] = len(layer.inbound_nodes), len(layer.outbound_nodes)
            seen[f"{layer.name} trainable"] = layer.trainable
        for model in self.models:
            name = model.name
            seen[f"{name} weights"] = [array.tobytes() for array in model.get_weights()]
            seen[f"{name} compiled"] = model.loss, model.metrics_names, id(model.optimizer)
            if model.history is not None:
                seen[f"{name} history"] = repr(model.history.history), list(model.history.epoch)
            if model.optimizer is not None:
                state = [np.array(variable).tobytes() for variable in model.optimizer.variables]
                seen[f"{name} optimizer"] = int(model.optimizer.iterations), state
        return seen


@dataclass
class Misuse:
    """One wrong use: the line, what its error must say and be, and the line put right.

    `says` are the parts of Keras' messages that users search for, and what the text must name of
    the student's own; `types` the errors that Keras 2 and Keras 3 raise here.
    """

    title: str
    wrong: Callable[[Desk], Any]
    says: list[str]
    right: Callable[[Desk], Any]
    types: tuple[type[Exception], ...] = (ValueError,)

    def __str__(self) -> str:
        return self.title.replace(" ", "-")


class Forgetful(Layer):
    """A layer whose author forgot the first line of __init__."""

    def __init__(self, units: int) -> None:
        self.units = units

    def call(self, inputs: Any) -> Any:
        return inputs


class Chatty(Layer):
    """A layer that returns something that is not a tensor."""

    def call(self, inputs: Any) -> Any:
        return "done"


class Costly(Layer):
    """A layer that adds a loss made of what it was given when it was made."""

    def __init__(self, around: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.around = around

    def call(self, inputs: Any) -> Any:
        self.add_loss(ops.mean(inputs if self.around is None else self.around))
        return inputs


class Polite(Layer):
    """A correct custom layer."""

    def call(self, inputs: Any) -> Any:
        return inputs * 2
