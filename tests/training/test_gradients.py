"""`funclab.gradients` against finite differences, and what it refuses."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import funclab
from funclab import Input, Model, gradients, layers, ops
from funclab.errors import ArgumentError, TensorTypeError


def two_inputs() -> Model:
    """Two inputs, a shared layer, and a nested model that is called twice."""
    x = Input((3,), name="x")
    inner = Model(x, layers.Dense(3, activation="tanh", name="inside")(x), name="inner")
    shared = layers.Dense(3, activation="sigmoid", name="shared")
    a, b = Input((3,), name="a"), Input((3,), name="b")
    y = layers.Multiply(name="product")([inner(shared(a)), inner(shared(shared(b)))])
    return Model([a, b], layers.Dense(2, name="answer")(y), name="two")


def numbers(n: int = 4) -> list[np.ndarray]:
    random = np.random.RandomState(1)
    return [random.rand(n, 3).astype("float32") for _ in range(2)]


def slope(total, array: np.ndarray, place: tuple[int, ...], step: float = 1e-2) -> float:
    """The slope of a function of no arguments with respect to one number of an array."""
    start, ends = array[place].copy(), []
    for end in (start + step, start - step):
        array[place] = end
        ends.append(total())
    array[place] = start
    return (ends[0] - ends[1]) / (2 * step)


def test_inputs_of_a_model_with_shared_and_nested_layers():
    model, x = two_inputs(), numbers()

    def total() -> float:
        return float(model.predict(x, verbose=0)[:, 1].astype("float64").sum())

    found = gradients(model.output[:, 1], {"a": model.inputs[0], "b": model.inputs[1]}, x)

    assert {name: array.shape for name, array in found.items()} == {"a": (4, 3), "b": (4, 3)}
    for name, array in zip("ab", x):
        for place in np.ndindex(2, 3):
            assert np.isclose(found[name][place], slope(total, array, place), atol=1e-3)


def test_weights_of_a_layer_that_is_called_three_times():
    model, x = two_inputs(), numbers()
    kernel = model.get_layer("shared").kernel

    def total() -> float:
        return float(model.predict(x, verbose=0).astype("float64").sum())

    (found,) = gradients(model.output, [kernel], x)

    assert found.shape == (3, 3)
    for place in [(0, 0), (1, 2), (2, 1)]:
        before = kernel.numpy()
        ends = []
        for step in (0.01, -0.01):
            moved = before.copy()
            moved[place] += step
            kernel.assign(moved)
            ends.append(total())
        kernel.assign(before)
        assert np.isclose(found[place], (ends[0] - ends[1]) / 0.02, atol=2e-3)


def test_float64_agrees_to_many_digits():
    x = Input((3,), dtype="float64", name="x")
    y = ops.sum(ops.exp(ops.sin(x)) * ops.sqrt(x + 2.0), axis=1)
    array = np.random.RandomState(0).rand(2, 3)

    found = gradients(y, x, array)

    def by_hand(v: np.ndarray) -> np.ndarray:
        return np.exp(np.sin(v)) * (np.cos(v) * np.sqrt(v + 2) + 0.5 / np.sqrt(v + 2))

    assert found.dtype == "float64" and np.allclose(found, by_hand(array), atol=1e-12)


def test_a_tensor_in_between_and_a_dtype_for_each_place():
    words = Input((2,), dtype="int32", name="words")
    vectors = layers.Embedding(5, 3, name="vectors")(words)
    exact = Input((3,), dtype="float64", name="exact")
    y = ops.sum(vectors, axis=1) * ops.cast(exact, "float32")
    x = [np.array([[1, 2]]), np.array([[2.0, 3.0, 4.0]])]

    rows, numbers_ = gradients(y, [vectors, exact], x)

    assert np.allclose(rows, np.broadcast_to(x[1], (1, 2, 3)))
    table = vectors.node.operation.embeddings.numpy()
    assert numbers_.dtype == "float64" and np.allclose(numbers_, table[[1, 2]].sum(0), atol=1e-6)


def test_samples_do_not_meet_and_threads_do_not_either():
    model, x = two_inputs(), numbers()
    whole = gradients(model.output, model.inputs, x)
    found = []

    def work() -> None:
        found.append(gradients(model.output, model.inputs, [array[:1] for array in x]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    for one in found:
        for among, alone in zip(whole, one, strict=True):
            assert np.allclose(among[:1], alone, atol=1e-6)


def test_dropout_acts_in_training_only_and_statistics_stay():
    x = Input((50,), name="x")
    norm = layers.BatchNormalization(name="norm")
    model = Model(x, layers.Dropout(0.5, seed=3, name="drop")(norm(x)))
    array = np.random.RandomState(0).rand(6, 50).astype("float32")
    before = [weight.numpy() for weight in model.weights]

    calm, trained = (gradients(model.output, x, array, training=on) for on in (False, True))

    assert np.allclose(calm, 1 / np.sqrt(1.001), atol=1e-5)
    assert not np.allclose(trained, calm, atol=1e-3)
    for old, weight in zip(before, model.weights, strict=True):
        assert np.array_equal(old, weight.numpy())


def test_what_has_no_slope_is_refused_with_a_fix():
    model, x = two_inputs(), numbers()
    words = Input((2,), dtype="int32", name="words")
    vectors = layers.Embedding(5, 3, name="vectors")(words)
    apart = Input((3,), name="apart")
    ids = np.array([[1, 2]])

    with pytest.raises(ArgumentError, match="whole numbers") as error:
        gradients(vectors, words, ids)
    assert "Embedding" in str(error.value)
    with pytest.raises(ArgumentError, match="whole numbers"):
        gradients(ops.argmax(model.output), model.inputs, x)
    with pytest.raises(ArgumentError, match="does not depend"):
        gradients(model.output, apart, x)
    with pytest.raises(ArgumentError, match="does not depend"):
        gradients(model.output, layers.Dense(2)(model.output), x)
    for wrong in (model, 3, np.ones(3)):
        with pytest.raises(TensorTypeError):
            gradients(wrong, model.inputs, x)
        with pytest.raises(TensorTypeError):
            gradients(model.output, wrong, x)
    assert funclab.gradients is gradients
