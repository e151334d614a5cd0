"""A small model and data that the tests of live training share."""

from __future__ import annotations

import threading

import numpy as np

from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.utils import set_random_seed

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(96, 4).astype("float32")
Y = RANDOM.randint(0, 3, 96)


def fresh(seed: int = 5, name: str = "kinds") -> Model:
    set_random_seed(seed)
    inputs = Input((4,), name="features")
    hidden = Dense(6, activation="relu", name="hidden")(inputs)
    model = Model(inputs, Dense(3, activation="softmax", name="kind")(hidden), name=name)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def course_of(training):
    return training.model.compiled_state.loop


def wait_until(true):
    pause = threading.Event()
    for _ in range(1000):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it has not come true in ten seconds")
