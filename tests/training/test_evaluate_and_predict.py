"""Evaluate, predict, and single batches."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.optimizers import SGD
from tests.training.conftest import classifier, line, two_outputs

RANDOM = np.random.RandomState(0)
X, Y = RANDOM.randn(10, 3).astype("float32"), RANDOM.randn(10)


def test_evaluate_judges_all_samples_alike_whatever_the_batches():
    model = line()
    model.compile("sgd", "mse", metrics=["mae"])

    at_once = model.evaluate(X, Y, verbose=0)
    in_batches = model.evaluate(X, Y, batch_size=4, verbose=0)

    np.testing.assert_allclose(at_once, [(Y**2).mean(), np.abs(Y).mean()], rtol=1e-6)
    np.testing.assert_allclose(in_batches, at_once, rtol=1e-6)


def test_numbers_come_alone_in_a_list_or_in_a_dict():
    alone, several = line(), line()
    alone.compile("sgd", "mse")
    several.compile("sgd", "mse", metrics=["mae"])

    assert isinstance(alone.evaluate(X, Y, verbose=0), float)
    assert isinstance(several.evaluate(X, Y, verbose=0), list)
    assert list(several.evaluate(X, Y, verbose=0, return_dict=True)) == several.metrics_names


def test_predictions_are_the_outputs_of_the_layers():
    model = line()
    model.set_weights([np.ones((3, 1)), [0.5]])

    predicted = model.predict(X, batch_size=4)

    np.testing.assert_allclose(predicted[:, 0], X.sum(1) + 0.5, rtol=1e-5)
    np.testing.assert_array_equal(model.predict_on_batch(X[:4]), predicted[:4])


def test_predictions_have_the_form_of_the_outputs():
    inputs = Input((3,))
    tensors = Dense(1)(inputs), Dense(2)(inputs)

    pair = Model(inputs, list(tensors)).predict(X)
    named = Model(inputs, {"a": tensors[0], "b": [tensors[1]]}).predict(X)

    assert [one.shape for one in pair] == [(10, 1), (10, 2)]
    assert named["a"].shape == (10, 1)
    assert named["b"][0].shape == (10, 2)


def test_predictions_are_not_overwritten_by_the_next():
    model = classifier()

    first = model.predict(np.zeros((2, 4)))
    kept = first.copy()
    model.predict(np.ones((2, 4)))

    np.testing.assert_array_equal(first, kept)


def test_predictions_follow_the_weights():
    model = line()
    before = model.predict(X)
    model.compile(SGD(0.1), "mse")

    model.fit(X, Y, verbose=0)
    after = model.predict(X)
    model.set_weights([np.zeros((3, 1)), [0.0]])

    assert not np.array_equal(after, before)
    np.testing.assert_array_equal(model.predict(X), before)


def test_train_on_batch_takes_one_step_and_tells_what_it_saw_before():
    model = line()
    model.compile(SGD(0.1), "mse", metrics=["mae"])

    loss, mae = model.train_on_batch(X, Y)

    np.testing.assert_allclose([loss, mae], [(Y**2).mean(), np.abs(Y).mean()], rtol=1e-6)
    expected = 0.1 * 2 * (X * Y[:, None]).mean(0)
    np.testing.assert_allclose(model.get_weights()[0][:, 0], expected, rtol=1e-5)


def test_each_train_on_batch_speaks_of_its_own_batch():
    model = line()
    model.compile(SGD(0.0), "mse")

    first, second = model.train_on_batch(X[:2], Y[:2]), model.train_on_batch(X[2:], Y[2:])

    np.testing.assert_allclose([first, second], [(Y[:2] ** 2).mean(), (Y[2:] ** 2).mean()], 1e-6)


def test_test_on_batch_changes_nothing():
    model = two_outputs()
    model.compile("sgd", ["categorical_crossentropy", "mse"])
    before = model.get_weights()

    logs = model.test_on_batch(np.ones((2, 4)), [np.eye(3)[:2], np.ones((2, 1))], return_dict=True)

    assert list(logs) == ["loss", "kind_loss", "size_loss"]
    assert all(map(np.array_equal, before, model.get_weights()))


def test_a_batch_may_have_weights():
    model = line()
    model.compile("sgd", "mse", weighted_metrics=["mae"])

    loss, mae = model.test_on_batch(X[:2], Y[:2], sample_weight=[0.0, 2.0])

    np.testing.assert_allclose([loss, mae], [Y[1] ** 2, abs(Y[1])], rtol=1e-6)


def test_predict_generator_takes_the_number_of_steps_second():
    x = Input((3,))
    model = Model(x, Dense(2)(x))
    batches = (np.ones((4, 3), np.float32) for _ in range(5))

    predicted = model.predict_generator(batches, 2)

    assert predicted.shape == (8, 2)


def test_functions_of_batches_go_on_where_the_last_batch_ended():
    model, twin = line(), line()
    for each in (model, twin):
        each.compile(SGD(0.1), "mse", metrics=["mae"])
    train, test = model.make_train_function(), model.make_test_function()
    batches = [(X[:2], Y[:2]), (X[2:6], Y[2:6]), (X[6:], Y[6:])]

    iterator = iter(batches)
    logs = [train(iterator), train(iterator), test(iterator)]
    apart = [twin.train_on_batch(*batches[0]), twin.train_on_batch(*batches[1])]
    apart.append(twin.test_on_batch(*batches[2]))

    for count, found in enumerate(logs, 1):  # running means over samples, as in Keras
        wanted = np.average(apart[:count], axis=0, weights=[2, 4, 4][:count])
        np.testing.assert_allclose([found["loss"], found["mae"]], wanted, rtol=1e-5)
    predicted = model.make_predict_function()(iter(batches))
    np.testing.assert_allclose(predicted, twin.predict(X[:2], verbose=0), rtol=1e-6)
    assert (model.train_function, model.test_function) == (train, test)
    assert pickle.loads(pickle.dumps(model)).train_function is None
    with pytest.raises(StopIteration):
        train(iterator)
