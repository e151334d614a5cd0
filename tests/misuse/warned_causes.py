"""What works but is not intended: outputs, losses and targets that do not go together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from funclab import Input, Model
from funclab.layers import Activation, Conv2D, Dense, Dropout, Flatten, Layer, Softmax
from funclab.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
)  # fmt: skip
from funclab.metrics import Accuracy
from tests.misuse.causes import CLASSES, ONE_HOT, YES_NO, Line, fit, ones


@dataclass
class Warned:
    """A line that works, what its warning says, and the line put right."""

    wrote: str
    line: Line
    says: list[str]
    right: Line

    def __str__(self) -> str:
        return self.wrote.replace(" ", "-")


SCCE, CCE, BCE = (
    "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy",
)  # fmt: skip
LINEAR, RELU = partial(Dense, 3, name="digit"), partial(Dense, 3, activation="relu", name="digit")
SOFT = partial(Dense, 3, activation="softmax", name="digit")
YES = partial(Dense, 1, activation="sigmoid", name="digit")
LOGIT = partial(Dense, 1, name="digit")


def inner(make: Callable[[], Layer]) -> Callable[[], Model]:
    """Makes a model of one layer, to be called inside another."""

    def model() -> Model:
        x = Input((4,))
        return Model(x, make()(x), name="digit_model")

    return model


WARNED = [
    Warned("no softmax under sparse crossentropy", fit((4,), [LINEAR], SCCE, ones(4), CLASSES),
           ["digit has no softmax", 'activation="softmax"',
            "SparseCategoricalCrossentropy(from_logits=True)"],
           fit((4,), [LINEAR], SparseCategoricalCrossentropy(from_logits=True), ones(4), CLASSES)),
    Warned("relu under categorical crossentropy", fit((4,), [RELU], CCE, ones(4), ONE_HOT),
           ["digit has no softmax (relu instead)", 'activation="softmax"'],
           fit((4,), [SOFT], CCE, ones(4), ONE_HOT)),
    Warned("no sigmoid under binary crossentropy", fit((4,), [LOGIT], BCE, ones(4), YES_NO),
           ["digit has no sigmoid", 'activation="sigmoid"', "BinaryCrossentropy(from_logits=True)"],
           fit((4,), [YES], BCE, ones(4), YES_NO)),
    Warned("softmax twice: in the layer and in the loss",
           fit((4,), [SOFT], CategoricalCrossentropy(from_logits=True), ones(4), ONE_HOT),
           ["digit ends in a softmax", "from_logits=True", 'loss="categorical_crossentropy"'],
           fit((4,), [SOFT], CCE, ones(4), ONE_HOT)),
    Warned("sigmoid twice: in the layer and in the loss",
           fit((4,), [YES], BinaryCrossentropy(from_logits=True), ones(4), YES_NO),
           ["digit ends in a sigmoid", 'activation="sigmoid"'],
           fit((4,), [LOGIT], BinaryCrossentropy(from_logits=True), ones(4), YES_NO)),
    Warned("softmax twice: in a model inside and in the loss",
           fit((4,), [inner(SOFT)], CategoricalCrossentropy(from_logits=True), ones(4), ONE_HOT),
           ["ends in a softmax", "from_logits=True", 'loss="categorical_crossentropy"'],
           fit((4,), [inner(SOFT)], CCE, ones(4), ONE_HOT)),
    Warned("softmax of a softmax", fit((4,), [SOFT, Softmax], CCE, ones(4), ONE_HOT),
           ["softmax of a softmax", "Take one of the two out"],
           fit((4,), [LINEAR, Softmax], CCE, ones(4), ONE_HOT)),
    Warned("no softmax behind a Flatten",
           fit((4, 4, 1), [partial(Conv2D, 3, 4), Flatten], CCE, ones(4, 4, 1), ONE_HOT),
           ["has no softmax (linear instead)"],
           fit((4, 4, 1), [partial(Conv2D, 3, 4), Flatten, partial(Activation, "softmax")], CCE,
               ones(4, 4, 1), ONE_HOT)),
    Warned("three classes under binary crossentropy", fit((4,), [YES], BCE, ones(4), CLASSES),
           ["go from 0 to 2", 'Dense(3, activation="softmax")',
            'loss="sparse_categorical_crossentropy"'],
           fit((4,), [SOFT], SCCE, ones(4), CLASSES)),
    Warned("yes or no as one and minus one", fit((4,), [YES], BCE, ones(4), YES_NO * 2 - 1),
           ["go from -1 to 1", "(y + 1) / 2"],
           fit((4,), [YES], BCE, ones(4), (YES_NO * 2 - 1 + 1) / 2)),
    Warned("pixels up to 255 under binary crossentropy",
           fit((4,), [partial(Dense, 4, activation="sigmoid")], BCE, ones(4), ones(4) * 255),
           ["go from 255 to 255", "y / 255"],
           fit((4,), [partial(Dense, 4, activation="sigmoid")], BCE, ones(4), ones(4))),
    Warned("softmax over classes under binary crossentropy",
           fit((4,), [SOFT], BCE, ones(4), ONE_HOT),
           ["digit is a softmax", 'loss="categorical_crossentropy"'],
           fit((4,), [SOFT], CCE, ones(4), ONE_HOT)),
    Warned("Dropout after the softmax",
           fit((4,), [SOFT, partial(Dropout, 0.01, name="last")], CCE, ones(4), ONE_HOT),
           ["last is a Dropout after the softmax", "before the layer with the softmax"],
           fit((4,), [partial(Dropout, 0.5), SOFT], CCE, ones(4), ONE_HOT)),
    Warned("amounts up to 50 for a sigmoid", fit((4,), [YES], "mse", ones(4), ones(1) * 50),
           ["go from 50 to 50", "its sigmoid gives numbers from 0 to 1",
            "Leave out the activation"],
           fit((4,), [LOGIT], "mse", ones(4), ones(1) * 50)),
    Warned("amounts below zero for a relu",
           fit((4,), [partial(Dense, 1, activation="relu")], "mae", ones(4), -ones(1)),
           ["its relu gives numbers from 0", "Leave out the activation"],
           fit((4,), [LOGIT], "mae", ones(4), -ones(1))),
    Warned("the accuracy of amounts",
           fit((4,), [LOGIT], "mse", ones(4), ones(1) * 0.3, metrics=["accuracy"]),
           ["The accuracy of digit", "such as 0.3", 'metrics=["mae"]'],
           fit((4,), [LOGIT], "mse", ones(4), ones(1) * 0.3, metrics=["mae"])),
    Warned("the class Accuracy for probabilities",
           fit((4,), [SOFT], CCE, ones(4), ONE_HOT, metrics=[Accuracy()]),
           ["The metric Accuracy", "digit", 'metrics=["accuracy"]'],
           fit((4,), [SOFT], CCE, ones(4), ONE_HOT, metrics=["accuracy"])),
]  # fmt: skip
