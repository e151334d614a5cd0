"""A model knows the data again that it was trained on, without keeping them."""

import pickle

import numpy as np
import pytest

from funclab import Input, Model
from funclab.layers import Dense
from funclab.training.data.batches import prepare_inputs
from funclab.training.data.remembered import has_trained, trained_on


def numbers(n: int, seed: int = 0):
    return np.random.default_rng(seed).random((n, 3)).astype("float32")


@pytest.fixture
def model():
    x = Input((3,))
    model = Model(x, Dense(1)(x))
    model.compile("sgd", "mse")
    return model


def known(model, x) -> int:
    return trained_on(model, prepare_inputs(model, x)[0])


def test_the_data_of_fit_are_known_again(model):
    x = numbers(80)
    model.fit(x, np.ones(80), verbose=0)

    assert known(model, x) == known(model, x.copy()) == known(model, x.tolist()) == 80
    assert known(model, numbers(80, seed=1)) == 0
    assert known(model, np.concatenate([x, numbers(20, 1)])) == 80


def test_what_was_held_out_does_not_count(model):
    x = numbers(80)
    model.fit(x, np.ones(80), verbose=0, validation_split=0.25)

    assert known(model, x) == 60
    assert known(model, x[60:]) == 0


def test_a_model_that_was_only_evaluated_knows_no_data(model):
    x = numbers(80)
    model.evaluate(x, np.ones(80), verbose=0)

    assert known(model, x) == 0


def test_batches_of_a_generator_leave_no_trace(model):
    x = numbers(32)
    model.fit(((x, np.ones(32)) for _ in range(2)), steps_per_epoch=2, verbose=0)

    assert known(model, x) == 0


def test_a_pickled_model_knows_them_too(model):
    x = numbers(40)
    model.fit(x, np.ones(40), verbose=0)

    assert known(pickle.loads(pickle.dumps(model)), x) == 40


def test_a_model_has_trained_after_fit_or_a_batch_and_not_before(model):
    fresh, batch = Model(model.inputs, model.outputs), Model(model.inputs, model.outputs)
    batch.compile("sgd", "mse")
    assert not any(map(has_trained, (fresh, batch, model)))

    batch.train_on_batch(numbers(4), np.ones(4))
    model.fit(((numbers(8), np.ones(8)) for _ in range(1)), steps_per_epoch=1, verbose=0)

    assert has_trained(batch)
    assert has_trained(model)
