"""What calls on data give: arrays with Keras' `numpy()`, masks and dtypes."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import funclab
from funclab import Variable, constraints, initializers, layers, losses, metrics, ops, regularizers
from funclab.errors import ArgumentError, TensorTypeError
from funclab.optimizers import schedules

X = np.array([[1.0, -2.0], [0.5, 3.0]], "float32")


def test_operations_on_a_variable_outside_of_a_graph_give_numbers():
    v = Variable(X)

    assert float(regularizers.L2(0.5)(v)) == 0.5 * 14.25
    np.testing.assert_array_equal(constraints.NonNeg()(v), np.maximum(X, 0))
    np.testing.assert_array_equal(v * 2 + 1, X * 2 + 1)
    np.testing.assert_array_equal(v.value, X)
    assert (v > 0.0).numpy().tolist() == [[True, False], [True, True]]
    assert (v / 3).dtype == (2.5 * v).dtype == (v - X.astype("float64")).dtype == "float32"
    v.assign(v + 1)
    np.testing.assert_array_equal(v, X + 1)
    assert schedules.ExponentialDecay(0.1, 10, 0.5)(Variable(20)).numpy() == np.float32(0.025)


@pytest.mark.parametrize(
    "x",
    [
        layers.Dense(2)(X), ops.zeros(3), ops.convert_to_tensor([1, 2]), ops.arange(3),
        losses.mse(X, X), initializers.GlorotUniform()((2, 2)), funclab.random.normal((2,)),
        metrics.MeanSquaredError()(X, X * 2), ops.mean(X) * 3, ops.convert_to_tensor(X)[0],
    ],
)  # fmt: skip
def test_results_are_arrays_with_numpy(x: Any):
    assert isinstance(x, np.ndarray)
    numbers = x.numpy()
    assert type(numbers) is np.ndarray or isinstance(numbers, np.generic)
    np.testing.assert_array_equal(numbers, x)
    assert type(pickle.loads(pickle.dumps(x))) is type(copy.deepcopy(x)) is np.ndarray
    assert repr(x) == repr(np.asarray(x))


def test_dtypes_of_arithmetic_are_those_of_keras():
    whole = ops.convert_to_tensor([1, 2])

    assert (whole.dtype, (whole + 1).dtype, (whole / 2).dtype) == ("int32", "int32", "float32")
    assert np.sqrt(whole).dtype == "float32"
    assert (whole * np.array([0.5, 1.0])).dtype == "float64"  # NumPy's own array is of float64
    assert f"{ops.mean(X):.3f}" == "0.625" and round(ops.mean(X), 1) == 0.6
    x = ops.convert_to_tensor(X)
    x += 1
    np.testing.assert_array_equal(x, X + 1)
    assert X[0, 0] == 1.0
    with pytest.raises(TensorTypeError, match="truth value of an array"):
        bool(x > 0)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        ([1.0, 2.0], "float32"), (1.5, "float32"), (3, "int32"), ([[1, 2]], "int32"),
        (True, "bool"), (np.ones(2), "float64"), (np.ones(2, "int64"), "int64"),
    ],
)  # fmt: skip
def test_a_variable_of_python_s_numbers_has_the_dtypes_of_keras(value, dtype):
    assert Variable(value).dtype == dtype
    assert Variable(value, dtype="float64").dtype == "float64"


def test_a_loss_is_float32_as_its_dtype_says_also_of_other_numbers():
    wide = np.array([[1.0], [3.0]]), np.array([[2.0], [5.0]])

    assert losses.MeanSquaredError()(*wide).dtype == losses.Huber()(*wide).dtype == "float32"
    assert losses.MeanSquaredError(dtype="float64")(*wide).dtype == "float64"
    assert losses.MeanSquaredError()(*wide).numpy() == 2.5


def test_a_number_of_an_array_has_numpy_too_and_is_still_an_index_and_a_key():
    x, whole = ops.convert_to_tensor(X), ops.convert_to_tensor([1, 2])

    assert x[1, 1].numpy() == 3.0 and [v.numpy() for v in x[0]] == [1.0, -2.0]
    assert ["a", "b"][whole[0]] == "b" and {2: "two"}[whole[1]] == "two"
    assert list(range(whole[1])) == [0, 1] and f"{x[0, 1]:.1f}" == "-2.0"
    with pytest.raises(TypeError, match="unhashable"):
        hash(x)


def test_words_and_windows_have_numpy():
    vectorize = layers.TextVectorization(vocabulary=["a", "b"])
    windows = funclab.utils.timeseries_dataset_from_array(np.arange(4.0), np.arange(4), 2)

    assert vectorize(["b a", "a"]).numpy().tolist() == [[3, 2], [2, 0]]
    ((x, y),) = windows
    assert y[1].numpy() == 1 and x[0, 1].numpy() == 1.0
    assert x.numpy().tolist() == [[0, 1], [1, 2], [2, 3]] and y.numpy().tolist() == [0, 1, 2]


def test_losses_of_samples_have_numpy():
    y_true, y_pred = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 4.0], [0.0, 5.0]])
    for weights, expected in ((None, [2.0, 4.5]), (np.array([2.0, 1.0]), [4.0, 4.5])):
        found = losses.MeanSquaredError(reduction="none")(y_true, y_pred, weights)
        assert found.numpy().tolist() == expected


def test_a_mask_goes_with_the_array_to_the_next_layer_and_to_the_loss():
    words = np.array([[3, 1, 0], [2, 0, 0]])
    embedded = layers.Embedding(5, 4, mask_zero=True)(words)
    lstm = layers.LSTM(3)

    assert embedded._keras_mask.tolist() == [[True, True, False], [True, False, False]]
    np.testing.assert_array_equal(
        lstm(embedded), lstm(np.asarray(embedded), mask=np.asarray(embedded._keras_mask))
    )
    counted = (np.asarray(embedded) ** 2).mean(-1)[words > 0].mean()
    loss = losses.MeanSquaredError()(np.zeros((2, 3, 4)), embedded)
    assert float(loss) == pytest.approx(counted, rel=1e-6)


def test_losses_are_those_of_the_last_call():
    class Adds(layers.Layer):
        def call(self, x: Any) -> Any:
            self.add_loss(ops.sum(x))
            return x

    inputs = layers.Input((2,))
    outputs = layers.Dense(1, kernel_regularizer="l1", activity_regularizer="l2")(Adds()(inputs))
    model = funclab.Model(inputs, outputs)
    penalty = 0.01 * np.abs(model.get_weights()[0]).sum()

    for x in (X, X * 2):
        made = np.asarray(model(x))
        wanted = [x.sum(), 0.01 * (made**2).sum() / 2, penalty]
        assert [float(loss) for loss in model.losses] == pytest.approx(wanted, rel=1e-5)
    alone = layers.Dense(3, activity_regularizer="l1")
    alone(X)
    assert len(alone.losses) == 1


def test_a_call_without_state_leaves_the_layer_as_it_was():
    norm = layers.BatchNormalization(momentum=0.5)
    norm(X)
    before = norm.get_weights()
    values = [np.full(2, 3.0, "float32"), np.ones(2, "float32")]

    outputs, after = norm.stateless_call(values, before[2:], X, training=True)

    np.testing.assert_array_equal(norm.get_weights(), before)
    np.testing.assert_allclose(after[0], X.mean(0) / 2, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(outputs).mean(0), 1.0, rtol=1e-5)
    with pytest.raises(ArgumentError, match="got 1 trainable_variables, but .* has 2"):
        norm.stateless_call(values[:1], before[2:], X)
