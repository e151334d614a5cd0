"""Small models and data that the tests of training share."""

from __future__ import annotations

import numpy as np
import pytest

from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.utils import set_random_seed


def line(units: int = 1, features: int = 3) -> Model:
    """A linear model with weights of zero."""
    inputs = Input((features,), name="features")
    zeros = {"kernel_initializer": "zeros", "name": "line"}
    return Model(inputs, Dense(units, **zeros)(inputs))


def two_outputs() -> Model:
    """A classifier `kind` (3 classes) and a number `size`, on one input."""
    inputs = Input((4,), name="features")
    x = Dense(5, activation="tanh", name="hidden")(inputs)
    kind = Dense(3, activation="softmax", name="kind")(x)
    return Model(inputs, [kind, Dense(1, name="size")(x)])


def classifier(classes: int = 3) -> Model:
    inputs = Input((4,), name="features")
    activation = "sigmoid" if classes == 1 else "softmax"
    return Model(inputs, Dense(classes, activation=activation, name="kind")(inputs))


@pytest.fixture
def random() -> np.random.RandomState:
    set_random_seed(1)
    return np.random.RandomState(0)
