"""`fit` compared with plain NumPy: weights, losses, History, validation, sample weights."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from funclab import ops, regularizers
from funclab.callbacks import LambdaCallback
from funclab.errors import DataError
from funclab.layers import BatchNormalization, Dense, Dropout, Input, Layer
from funclab.models import Model, Sequential
from funclab.optimizers import SGD
from funclab.utils import set_random_seed
from tests.training.conftest import classifier, line

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(10, 3)
Y = X @ [1.0, -2.0, 0.5] + 0.25


def descend(x, y, sizes, rate=0.1, weights=None):
    """Linear regression by hand: the weights after each batch, and the loss before."""
    w, b, begin, seen = np.zeros(3), 0.0, 0, []
    for size in sizes:
        rows = slice(begin, begin + size)
        begin = (begin + size) % len(x)
        share = np.ones(size) if weights is None else weights[rows]
        error = x[rows] @ w + b - y[rows]
        seen.append((error**2 * share).mean())
        w = w - rate * 2 * (x[rows] * (error * share)[:, None]).mean(0)
        b = b - rate * 2 * (error * share).mean()
    return w, b, seen


def test_an_epoch_is_gradient_descent_batch_after_batch_with_a_smaller_last_one():
    model = line()
    model.compile(SGD(0.1), "mse")

    history = model.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)

    w, b, seen = descend(X, Y, [4, 4, 2] * 2)
    np.testing.assert_allclose(model.get_weights()[0][:, 0], w, rtol=1e-5)
    np.testing.assert_allclose(model.get_weights()[1][0], b, rtol=1e-5)
    means = [np.average(seen[:3], weights=[4, 4, 2]), np.average(seen[3:], weights=[4, 4, 2])]
    np.testing.assert_allclose(history.history["loss"], means, rtol=1e-5)
    assert history.epoch == [0, 1]


def test_sample_weights_multiply_the_losses():
    model, weights = line(), np.linspace(0, 2, 10)
    model.compile(SGD(0.1), "mse")

    model.fit(X, Y, 4, shuffle=False, sample_weight=weights, verbose=0)

    w, _, _ = descend(X, Y, [4, 4, 2], weights=weights)
    np.testing.assert_allclose(model.get_weights()[0][:, 0], w, rtol=1e-5)


@pytest.mark.parametrize("one_hot", [False, True])
def test_class_weights_are_the_sample_weights_of_each_class(one_hot):
    kinds, x = RANDOM.randint(0, 3, 12), RANDOM.randn(12, 4)
    y = np.eye(3)[kinds] if one_hot else kinds
    loss = "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy"
    by_class, by_sample = classifier(), classifier()
    by_sample.set_weights(by_class.get_weights())
    for model in (by_class, by_sample):
        model.compile("sgd", loss)

    by_class.fit(x, y, class_weight={0: 2.0, 2: 0.5}, shuffle=False, verbose=0)
    factors = np.array([2.0, 1.0, 0.5])[kinds]
    by_sample.fit(x, y, sample_weight=factors, shuffle=False, verbose=0)

    np.testing.assert_array_equal(by_class.get_weights()[0], by_sample.get_weights()[0])


def test_validation_split_holds_out_the_last_samples():
    split, given = line(), line()
    for model in (split, given):
        model.compile(SGD(0.1), "mse", metrics=["mae"])

    first = split.fit(X, Y, validation_split=0.3, shuffle=False, verbose=0)
    second = given.fit(X[:7], Y[:7], validation_data=(X[7:], Y[7:]), shuffle=False, verbose=0)

    assert first.history == second.history
    assert list(first.history) == ["loss", "mae", "val_loss", "val_mae"]
    w, b = split.get_weights()
    np.testing.assert_allclose(
        first.history["val_mae"], [np.abs(X[7:] @ w[:, 0] + b - Y[7:]).mean()], rtol=1e-5
    )


def test_validation_changes_nothing():
    watched, alone = line(), line()
    for model in (watched, alone):
        model.compile("adam", "mse")
        set_random_seed(0)
        validation = (X, Y) if model is watched else None
        model.fit(X, Y, batch_size=3, epochs=3, validation_data=validation, verbose=0)

    np.testing.assert_array_equal(watched.get_weights()[0], alone.get_weights()[0])


@pytest.mark.parametrize(("freq", "count"), [(2, 2), ([1, 5], 2), (1, 5)])
def test_validation_may_be_left_out_of_some_epochs(freq, count):
    model = line()
    model.compile("sgd", "mse")

    history = model.fit(X, Y, epochs=5, validation_data=(X, Y), validation_freq=freq, verbose=0)

    assert len(history.history["val_loss"]) == count
    assert len(history.history["loss"]) == 5


def batches_seen(model, shuffle):
    """The samples of each batch: each has a target that is another power of two."""
    sums = []
    powers = 2.0 ** np.arange(10)
    watch = LambdaCallback(on_batch_end=lambda batch, logs: sums.append(logs["loss"] * (batch + 1)))
    options = {"shuffle": shuffle, "callbacks": [watch], "verbose": 0}
    model.fit(np.zeros((10, 3)), powers, batch_size=2, **options)
    totals = np.rint(np.diff([0.0, *sums]) * 2).astype(int)
    return [[i for i in range(10) if total >> i & 1] for total in totals]


@pytest.mark.parametrize("shuffle", [False, True, "batch"])
def test_every_sample_is_shown_once_an_epoch(random, shuffle):
    model = line()
    model.compile(SGD(0.0), "mae")

    batches = batches_seen(model, shuffle)

    assert sorted(i for batch in batches for i in batch) == list(range(10))
    in_order = [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]
    assert (batches == in_order) is (shuffle is False)
    assert (sorted(batches) == in_order) is (shuffle is not True)


def test_the_same_seed_gives_the_same_run_bit_for_bit():
    runs = []
    for _ in range(2):
        set_random_seed(3)
        inputs = Input((3,))
        x = Dropout(0.4)(Dense(8, activation="relu")(inputs))
        model = Model(inputs, Dense(1)(BatchNormalization()(x)))
        model.compile("rmsprop", "mse")
        history = model.fit(X, Y, batch_size=4, epochs=3, verbose=0)
        runs.append((history.history["loss"], model.get_weights()))

    assert runs[0][0] == runs[1][0]
    assert all(map(np.array_equal, runs[0][1], runs[1][1]))


def test_fit_goes_on_where_it_ended():
    once, twice = line(), line()
    for model in (once, twice):
        model.compile("adam", "mse")

    once.fit(X, Y, epochs=4, shuffle=False, verbose=0)
    twice.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    history = twice.fit(X, Y, epochs=4, initial_epoch=2, shuffle=False, verbose=0)

    np.testing.assert_array_equal(once.get_weights()[0], twice.get_weights()[0])
    assert history.epoch == [2, 3]


def test_compiling_anew_with_a_new_optimizer_starts_it_afresh():
    again, fresh = line(), line()
    again.compile(SGD(0.1, momentum=0.9), "mse")
    again.fit(X, Y, verbose=0)
    fresh.set_weights(again.get_weights())
    for model in (again, fresh):
        model.compile(SGD(0.1, momentum=0.9), "mse")
        model.fit(X, Y, shuffle=False, verbose=0)

    np.testing.assert_array_equal(again.get_weights()[0], fresh.get_weights()[0])


def test_regularizers_and_added_losses_are_part_of_the_loss():
    class Penalty(Layer):
        def call(self, inputs):
            self.add_loss(ops.mean(ops.square(inputs)))
            return inputs

    inputs = Input((3,))
    x = Penalty()(inputs)
    dense = Dense(1, kernel_regularizer=regularizers.L2(0.1))
    model = Model(inputs, dense(x))
    model.compile("sgd", "mse")

    loss = model.test_on_batch(X, Y)

    w, b = model.get_weights()
    mse = ((X @ w[:, 0] + b - Y) ** 2).mean()
    np.testing.assert_allclose(loss, mse + (X**2).mean() + 0.1 * (w**2).sum(), rtol=1e-5)


def test_a_model_without_a_loss_trains_on_what_its_layers_add():
    class Toward(Layer):
        def build(self, input_shape):
            self.point = self.add_weight((1,), initializer="zeros", name="point")

        def call(self, inputs):
            self.add_loss(ops.mean(ops.square(inputs - self.point)))
            return inputs

    inputs = Input((1,))
    model = Model(inputs, Toward()(inputs))
    model.compile(SGD(0.5))

    model.fit(np.full((8, 1), 3.0), epochs=3, verbose=0)

    np.testing.assert_allclose(model.get_weights()[0], [3.0])


def test_a_subclassed_model_trains_and_names_its_outputs():
    class Twins(Model):
        def __init__(self):
            super().__init__()
            self.one, self.two = Dense(1), Dense(1)

        def call(self, inputs):
            return self.one(inputs), self.two(inputs)

    model = Twins()
    model.compile(SGD(0.1), "mse", metrics=["mae"])

    history = model.fit(X, [Y, -Y], epochs=40, verbose=0)

    assert list(history.history)[:3] == ["loss", "output_1_loss", "output_2_loss"]
    assert history.history["loss"][-1] < 0.1 * history.history["loss"][0]
    one, two = model.predict(X)
    np.testing.assert_allclose(one, -two, atol=0.5)


def test_a_sequential_without_a_shape_takes_it_from_the_first_data():
    model = Sequential([Dense(4, activation="tanh"), Dense(1)])
    model.compile(SGD(0.1), "mse", metrics=["mae"])

    history = model.fit(X, Y, epochs=20, verbose=0)

    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.input_shape == (None, 3)


def test_a_loss_of_nan_is_shown():
    model = line()
    model.compile(SGD(1e30), "mse")

    history = model.fit(X, Y, epochs=4, verbose=0)

    assert np.isnan(history.history["loss"][-1])


@pytest.mark.parametrize(
    ("steps", "batches"), [(3, [3, 2, 3, 2]), (5, [5, 5, 5, 5]), (8, [5, 5, 5, 5])]
)
def test_epochs_of_a_number_of_steps_go_on_in_the_data_and_end_with_them(steps, batches):
    model, counts = line(), []
    model.compile("sgd", "mse")
    count = LambdaCallback(
        on_epoch_begin=lambda epoch, logs: counts.append(0),
        on_train_batch_end=lambda batch, logs: counts.__setitem__(-1, counts[-1] + 1),
    )

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X[:5], Y[:5], 1, epochs=4, steps_per_epoch=steps, verbose=0, callbacks=[count])

    assert counts == batches  # as Keras 3.15 counts them
    assert len(caught) == sum(done < steps for done in batches)
    assert all("Your input ran out of data" in str(warning.message) for warning in caught)


def test_predictions_end_with_the_data():
    with pytest.warns(UserWarning, match="Your input ran out of data"):
        predicted = line().predict(X, batch_size=2, steps=100)

    assert len(predicted) == len(X)


def test_a_loss_may_be_a_tensor_of_the_graph():
    inputs = Input((3,))
    hidden = Dense(2)
    model = Model(inputs, Dense(1)(inputs))
    model.add_loss(ops.mean(ops.square(hidden(inputs) - 1.0)))
    model.compile(SGD(0.1), "mse")

    loss = model.test_on_batch(X, Y)

    kernel, bias = hidden.get_weights()
    mse = ((model.predict(X)[:, 0] - Y) ** 2).mean()
    np.testing.assert_allclose(loss, mse + ((X @ kernel + bias - 1) ** 2).mean(), rtol=1e-5)
    assert len(model.trainable_weights) == 4


@pytest.mark.parametrize(
    ("shape", "weights", "fix"),
    [
        ((3,), (6, 2), "pass an array of shape (samples,)."),
        ((5, 3), (6, 4), "pass an array of shape (samples,) or (None, 5)."),
        ((5, 3), (6, 5, 3), "pass an array of shape (samples,) or (None, 5)."),
    ],
)
def test_sample_weights_of_another_shape_are_refused_with_the_shapes_that_fit(shape, weights, fix):
    x = Input(shape)
    model = Model(x, Dense(1)(x))
    model.compile("sgd", "mse")
    data = np.zeros((6, *shape))

    with pytest.raises(DataError, match="Found a sample_weight array with shape") as caught:
        model.fit(data, data[..., :1], sample_weight=np.ones(weights), verbose=0)

    assert caught.value.fix == fix


def test_the_training_data_may_be_evaluated_after_each_epoch():
    x, y = np.arange(12.0).reshape(6, 2) / 12, np.ones((6, 1))
    inputs = Input((2,))
    model = Model(inputs, Dense(1)(inputs))
    model.compile("sgd", "mse", metrics=["mae"])

    history = model.fit(x, y, 4, epochs=2, evaluate_each_epoch=True, verbose=0)

    last = model.evaluate(x, y, 4, verbose=0, return_dict=True)
    assert {name: values[-1] for name, values in history.now.items()} == pytest.approx(last)
    assert [len(values) for values in history.now.values()] == [2, 2]
    assert history.now["loss"][-1] < history.history["loss"][-1]


@pytest.mark.parametrize(
    "keyword", ["max_queue_size", "workers", "use_multiprocessing", "pickle_safe", "max_q_size"]
)
def test_keywords_of_keras_2_for_queues_change_nothing(keyword):
    model = line()
    model.compile("sgd", "mse")

    history = model.fit(np.eye(3), np.ones(3), verbose=0, **{keyword: 1})

    assert len(history.epoch) == 1
