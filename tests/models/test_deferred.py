"""Every entry point on a stack whose input the first data declare, before and after each other."""

from itertools import product
from typing import Any

import numpy as np
import pytest

from funclab import Input, Sequential
from funclab.layers import Dense
from tests.conftest import Trials

x = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
CLASSES, AMOUNTS = np.array([0, 1, 1, 0]), np.ones((4, 2), "float32")
HOT = np.eye(2, dtype="float32")[CLASSES]
TARGETS = {
    "mse": AMOUNTS,
    "poisson": AMOUNTS,
    "categorical_crossentropy": HOT,
    "sparse_categorical_crossentropy": CLASSES,
}
ENTRIES: dict[str, Any] = {
    "fit": lambda model, y: model.fit(x, y, verbose=0, shuffle=False).history,
    "fit, validated": lambda model, y: model.fit(x, y, verbose=0, shuffle=False,
                                                 validation_data=(x, y)).history,
    "evaluate": lambda model, y: model.evaluate(x, y, verbose=0),
    "predict": lambda model, y: model.predict(x, verbose=0).tolist(),
    "train_on_batch": lambda model, y: model.train_on_batch(x, y),
    "test_on_batch": lambda model, y: model.test_on_batch(x, y),
    "call": lambda model, y: model(x).tolist(),
}  # fmt: skip


def compiled(loss: str, *first: Any) -> Sequential:
    layers = [Dense(2, "softmax", kernel_initializer="ones", name="last")]
    model = Sequential([*first, *layers])
    model.compile("sgd", loss, metrics=["accuracy"])
    return model


@pytest.mark.parametrize("loss", TARGETS)
def test_a_stack_without_an_input_does_what_one_with_an_input_does(loss: str, trial: Trials):
    for names in product(ENTRIES, ENTRIES):
        with trial(" then ".join(names)):
            deferred, declared = compiled(loss), compiled(loss, Input((3,)))
            for name in names:
                results = [ENTRIES[name](model, TARGETS[loss]) for model in (deferred, declared)]
                assert results[0] == results[1]

    assert not trial.failures
    assert trial.count == len(ENTRIES) ** 2
