"""Forms of data that mean the same."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import Input, Model
from funclab.errors import FunclabError
from funclab.layers import LSTM, Dense, Embedding, Flatten
from funclab.metrics import Metric
from tests.training.conftest import line

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(10, 3)
Y = X @ [1.0, -2.0, 0.5] + 0.25


def test_targets_of_one_dimension_meet_predictions_of_two():
    flat, column = line(), line()
    for model, y in ((flat, Y), (column, Y[:, None])):
        model.compile("sgd", "mse", metrics=["mae"])
        model.fit(X, y, shuffle=False, verbose=0)

    np.testing.assert_array_equal(flat.get_weights()[0], column.get_weights()[0])


def test_lists_of_numbers_are_data():
    model = line(features=2)
    model.compile("sgd", "mse")

    history = model.fit([[1, 2], [3, 4], [5, 6]], [1, 2, 3], verbose=0)

    np.testing.assert_allclose(history.history["loss"], [14 / 3])


@pytest.mark.parametrize("dtype", ["float64", "int64", "uint8", "bool"])
def test_data_of_any_numeric_dtype_train_a_float32_model(dtype):
    x = (RANDOM.rand(6, 3) * 3).astype(dtype)
    model, same = line(), line()
    for one in (model, same):
        one.compile("sgd", "mse")

    model.fit(x, x[:, 0], shuffle=False, verbose=0)
    same.fit(x.astype("float32"), x[:, 0].astype("float32"), shuffle=False, verbose=0)

    np.testing.assert_array_equal(model.get_weights()[0], same.get_weights()[0])


class Sparse:
    """What SciPy's sparse matrices have in common."""

    def __init__(self, array):
        self.array, self.shape = array, array.shape

    def toarray(self):
        return self.array


def test_sparse_matrices_are_data():
    model = line()

    np.testing.assert_array_equal(model.predict(Sparse(X)), model.predict(X))


def reads_ids():
    ids = Input((3,))
    return Model(ids, Embedding(4, 2, name="rows")(ids))


def reads_steps():
    steps = Input((None, 2), name="steps")
    return Model(steps, LSTM(2)(steps))


class Impatient(Metric):
    def update_state(self, *arrays, sample_weight=None):
        next(iter(()))

    def result(self):
        return 0.0


def fit_line(metrics=None, **options):
    model = line()
    model.compile("sgd", "mse", metrics=metrics)
    model.fit(X, Y, verbose=0, **options)


UNUSABLE = {
    "ids that are nan": (
        lambda: reads_ids().predict(np.array([[np.nan, 1, 2]])),
        "holds nan or inf where ids are expected",
        "np.nan_to_num",
    ),
    "sequences without steps": (
        lambda: reads_steps().predict(np.zeros((2, 0, 2))),
        r"hold no numbers: their shape is \(2, 0, 2\)",
        "pad them",
    ),
    "no number of epochs": (lambda: fit_line(epochs=None), "epochs=None", "epochs=5"),
    "words for classes": (
        lambda: fit_line(class_weight={"cat": 1.0}),
        r"should be class numbers. Received: \['cat'\]",
        "{0: 1.0, 1: 5.0}",
    ),
    "a metric that ends the loop": (
        lambda: fit_line(metrics=[Impatient()]),
        "impatient raised StopIteration",
        "next(iterator, None)",
    ),
}


@pytest.mark.parametrize(("use", "what", "fix"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_cannot_be_used_is_refused_with_what_to_do(use, what, fix):
    with pytest.raises(FunclabError, match=what) as caught:
        use()

    assert fix in caught.value.fix


def test_a_list_with_a_part_for_each_sample_is_told_to_become_one_array():
    image = Input((4, 3))
    model = Model(image, Dense(2)(Flatten()(image)))
    model.compile("sgd", "mse")

    with pytest.raises(FunclabError, match=r"numpy\.array\(y\): one array"):
        model.fit(np.ones((5, 4, 3)), [np.ones(2)] * 5, verbose=0)
