"""Any number of threads may use a model at once; only one may train it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from funclab import Sequential, ops
from funclab.callbacks import LambdaCallback
from funclab.errors import BusyError
from funclab.layers import Dense, Input, Layer
from funclab.models import Model
from funclab.optimizers import SGD
from tests.training.conftest import line

THREADS = 8
RANDOM = np.random.RandomState(0)
X = RANDOM.randn(96, 3).astype("float32")


def mlp():
    inputs = Input((3,))
    x = Dense(16, activation="tanh")(inputs)
    return Model(inputs, Dense(2)(Dense(16, activation="tanh")(x)))


class Own(Model):
    def __init__(self):
        super().__init__()
        self.first, self.last = Dense(16, activation="tanh"), Dense(2)

    def call(self, inputs):
        return self.last(self.first(inputs))


class Scale(Layer):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")

    def call(self, inputs):
        return ops.multiply(inputs, self.factor)


def at_once(work, count=THREADS):
    """What `work(number)` returns in each of `count` threads that begin together."""
    barrier = threading.Barrier(count)

    def begin(number):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


USES = {
    "predict": lambda model, x: model.predict(x, batch_size=7),
    "predict_on_batch": lambda model, x: model.predict_on_batch(x),
    "call": lambda model, x: model(x),
    "stream": lambda model, x: model.predict(iter(np.split(x, 4))),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
def test_threads_do_not_disturb_each_other(use):
    model = mlp()
    data = [X * (number + 1) for number in range(THREADS)]
    expected = [use(model, x) for x in data]

    def predict(number):
        return [use(model, data[number]) for _ in range(30)]

    for number, results in enumerate(at_once(predict)):
        for result in results:
            np.testing.assert_array_equal(result, expected[number])


@pytest.mark.parametrize(
    "make",
    [mlp, Own, lambda: Sequential([Dense(16), Dense(2)]), lambda: Sequential([Scale(), Dense(2)])],
    ids=["functional", "subclass", "sequential", "own layer"],
)
def test_threads_may_be_the_first_to_use_a_model(make):
    for model in [make() for _ in range(10)]:
        results = at_once(lambda number, model=model: model.predict(X))

        for result in results:
            np.testing.assert_array_equal(result, model.predict(X))


def test_evaluations_at_once_each_have_their_own_figures():
    model = mlp()
    model.compile("sgd", "mse", metrics=["mae"])
    targets = [np.full((96, 2), float(number)) for number in range(THREADS)]
    expected = [model.evaluate(X, y, batch_size=8, verbose=0) for y in targets]

    results = at_once(lambda number: model.evaluate(X, targets[number], batch_size=8, verbose=0))

    assert results == expected


def test_a_prediction_beside_training_uses_the_weights_of_a_whole_step():
    inputs = Input((3,))
    start = {"use_bias": False, "kernel_initializer": "ones"}
    first = Dense(200, **start)(inputs)
    model = Model(inputs, [first, Dense(200, **start)(inputs)])  # both kernels get the same steps
    model.compile(SGD(1e-4), ["mse", "mse"])
    y = RANDOM.randn(96, 200)
    training = model.fit(X, [y, y], batch_size=8, epochs=10**6, verbose=0, background=True)

    try:
        pairs = [model.predict(X[:8]) for _ in range(300)]
    finally:
        training.stop().wait()

    assert not np.array_equal(pairs[0][0], pairs[-1][0])
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("attempt", range(10))
def test_of_many_threads_that_train_a_model_only_one_does(attempt):
    model = line()
    model.compile("sgd", "mse")
    refused, all_refused = [], threading.Event()
    wait = LambdaCallback(on_train_end=lambda logs: all_refused.wait(10))

    def fit(number):
        try:
            model.fit(X, X[:, 0], verbose=0, callbacks=[wait])
        except BusyError:
            refused.append(number)
            if len(refused) == THREADS - 1:
                all_refused.set()

    at_once(fit)

    assert len(refused) == THREADS - 1
    assert int(model.optimizer.iterations) == 3


def test_single_training_steps_of_several_threads_are_all_done():
    model = line()
    model.compile(SGD(0.0), "mse")

    losses = at_once(lambda number: model.train_on_batch(X * number, X[:, 0] * number))

    assert int(model.optimizer.iterations) == THREADS
    expected = [np.mean(np.square(X[:, 0] * number)) for number in range(THREADS)]
    np.testing.assert_allclose(losses, expected, rtol=1e-6)


def test_two_models_train_in_two_threads_as_one_after_the_other():
    def trained(number):
        model = line()
        model.compile(SGD(0.01), "mse")
        model.fit(X * (number + 1), X[:, 0], shuffle=False, epochs=30, verbose=0)
        return model.get_weights()[0]

    for number, weights in enumerate(at_once(trained, 2)):
        np.testing.assert_array_equal(weights, trained(number))


def test_models_that_share_layers_may_be_used_while_one_of_them_trains():
    inputs = Input((3,))
    code = Dense(4, name="code")(inputs)
    encoder, whole = Model(inputs, code), Model(inputs, Dense(3)(code))
    whole.compile("sgd", "mse")
    encoder.predict(X)
    training = whole.fit(X, X, epochs=10**6, verbose=0, background=True)

    try:
        results = at_once(lambda number: [encoder.predict(X) for _ in range(50)])
    finally:
        training.stop().wait()

    assert np.isfinite(results).all()


class Student(Layer):
    """A layer that begins with the weights of another model."""

    def __init__(self, teacher):
        super().__init__()
        self.teacher = teacher

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(3, 16))
        self.kernel.assign(self.teacher.get_weights()[0])

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel)


@pytest.mark.parametrize("attempt", range(20))
def test_a_layer_may_read_a_model_while_it_is_built(attempt):
    teacher = mlp()

    at_once(lambda number: Student(teacher)(X) if number % 2 else teacher.get_weights())
    kernels = at_once(lambda number: Student(teacher)(np.eye(3, dtype="float32")))

    assert all(np.array_equal(kernel, teacher.get_weights()[0]) for kernel in kernels)
