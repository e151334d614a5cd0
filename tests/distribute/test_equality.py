"""Training on a cluster gives the numbers of training on one machine, of the same batches."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import layers, random
from funclab.errors import NotSupportedError
from funclab.graph import structure
from funclab.layers import Input
from funclab.models import Model
from funclab.utils import set_random_seed
from tests.distribute.models import cnn, lstm, mlp, numbers, own_parts, pair, sgd, two_outputs

CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def assert_alike(first, second):
    for mine, theirs in zip(first.variables, second.variables, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), **CLOSE, err_msg=mine.path)


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("make", [mlp, cnn, lstm, two_outputs, own_parts])
def test_any_number_of_workers_trains_like_one_machine(make, workers, of_workers):
    alone, spread, data = pair(make)
    options = {"batch_size": 8, "epochs": 2, "verbose": 0}

    set_random_seed(5)
    expected = alone.fit(**data, **options)
    set_random_seed(5)
    history = spread.fit(**data, **options, cluster=of_workers(workers))

    assert len(history.cluster.workers) == workers
    assert history.history.keys() == expected.history.keys()
    for name, values in expected.history.items():
        np.testing.assert_allclose(history.history[name], values, **CLOSE, err_msg=name)
    assert_alike(alone, spread)


@pytest.mark.parametrize("make", [mlp, cnn, lstm, two_outputs])
def test_evaluation_and_prediction_are_those_of_one_machine(make, of_workers):
    model, _, data = pair(make)
    cluster = of_workers(2)

    expected = model.evaluate(**data, batch_size=8, verbose=0, return_dict=True)
    logs = model.evaluate(**data, batch_size=8, verbose=0, return_dict=True, cluster=cluster)
    predictions = model.predict(data["x"], batch_size=8, cluster=cluster)

    assert logs == pytest.approx(expected, rel=1e-5, abs=1e-6)
    outputs = structure.flatten(model.predict(data["x"]))
    for mine, theirs in zip(structure.flatten(predictions), outputs, strict=True):
        np.testing.assert_allclose(mine, theirs, **CLOSE)


def test_a_model_that_is_not_compiled_predicts_on_a_cluster(of_workers):
    inputs = Input((3,))
    model = Model(inputs, layers.Dense(2)(inputs))

    predictions = model.predict(numbers(3), cluster=of_workers(2))

    np.testing.assert_allclose(predictions, model.predict(numbers(3)), **CLOSE)


def test_batch_normalization_is_by_worker_unless_synchronized(of_workers):
    inputs = Input((2,))
    model = Model(inputs, layers.BatchNormalization(momentum=0.5)(inputs))
    model.compile(sgd(), "mse")
    x = np.array([[0, 1], [2, 5], [10, 10], [30, 20]], "float32")

    model.fit(x, x, batch_size=4, shuffle=False, verbose=0, cluster=of_workers(2))

    mean, variance = (variable.numpy() for variable in model.non_trainable_variables)
    np.testing.assert_allclose(mean, 0.5 * x.mean(0))
    parts = (x[:2].var(0) + x[2:].var(0)) / 2
    np.testing.assert_allclose(variance, 0.5 + 0.5 * parts)


def test_renormalization_is_refused_where_it_should_be_synchronized(of_workers):
    inputs = Input((2,))
    model = Model(inputs, layers.BatchNormalization(renorm=True, synchronized=True)(inputs))
    model.compile("sgd", "mse")

    with pytest.raises(NotSupportedError, match="both renorm and synchronized"):
        model.fit(numbers(2), numbers(2), verbose=0, cluster=of_workers(2))


def test_random_orders_along_the_batch_are_refused(of_workers):
    class Shuffled(layers.Layer):
        def call(self, x):
            return random.shuffle(x, seed=1)

    inputs = Input((2,))
    model = Model(inputs, layers.Dense(2)(Shuffled()(inputs)))
    model.compile("sgd", "mse")

    with pytest.raises(NotSupportedError, match="cannot be drawn in parts"):
        model.fit(numbers(2), numbers(2), verbose=0, cluster=of_workers(2))


def test_frozen_weights_and_batches_from_a_generator_train_alike(of_workers):
    def make():
        inputs = Input((4,))
        frozen = layers.Dense(3, trainable=False)
        model = Model(inputs, layers.Dense(1)(frozen(inputs)))
        model.compile(sgd(), "mse")
        return model, {}

    def batches():
        for size in (5, 3, 1, 5):
            yield numbers(4)[:size], numbers(1)[:size]

    alone, spread, _ = pair(make)

    alone.fit(batches(), verbose=0)
    spread.fit(batches(), verbose=0, cluster=of_workers(4))

    assert_alike(alone, spread)
