"""Forms of data that mean the same."""

from __future__ import annotations

import numpy as np
import pytest

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
