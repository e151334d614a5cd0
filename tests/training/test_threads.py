"""Any number of threads may use a model at once; only one may train it."""

from __future__ import annotations

import asyncio
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from funclab import Sequential, ops
from funclab.callbacks import LambdaCallback
from funclab.errors import BusyError
from funclab.layers import LSTM, BatchNormalization, Dense, Dropout, Input, Layer, Reshape
from funclab.models import Model
from funclab.optimizers import SGD
from funclab.view.trace.view import trace
from funclab.view.training.view import watch
from tests.training.conftest import line

pytestmark = pytest.mark.soak("threads")
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
        while np.array_equal(pairs[0][0], pairs[-1][0]):
            pairs.append(model.predict(X[:8]))
    finally:
        training.stop().wait()

    for one, other in pairs:
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("attempt", range(10))
def test_of_many_threads_that_train_a_model_only_one_does(attempt):
    model = line()
    model.compile("sgd", "mse")
    refused, all_refused = [], threading.Event()
    wait = LambdaCallback(on_train_end=lambda logs: all_refused.wait(60))

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


@pytest.fixture
def eager_switching():
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_evaluations_and_training_at_once_each_have_their_own_figures(eager_switching):
    model, y = mlp(), X[:, :2]
    model.compile(SGD(0.0), "mse", metrics=["mae"])
    data = {"validation_data": (X, -y), "shuffle": False, "batch_size": 48, "verbose": 0}
    expected = model.evaluate(X, 2 * y, verbose=0)
    training = model.fit(X, y, epochs=10**6, background=True, **data)

    def evaluate(number):
        return [model.evaluate(X, 2 * y, verbose=0) for _ in range(40)]

    try:
        results = at_once(evaluate, 2)
        while len(training.epoch) < 3:
            model.evaluate(X, 2 * y, verbose=0)
    finally:
        training.stop().wait()
    assert all(result == expected for results in results for result in results)
    for name, values in training.history.items():
        whole = values[: len(training.history["val_loss"]) - 1]
        assert len(set(whole)) == 1, name


EVENTS = ["train_begin", "epoch_begin", "train_batch_begin", "train_batch_end", "test_begin"]
EVENTS += ["test_batch_end", "test_end", "epoch_end", "train_end"]


@pytest.mark.parametrize("mode", ["blocking", "background", "async"])
@pytest.mark.parametrize("event", EVENTS)
def test_a_callback_may_wait_for_a_thread_that_evaluates_the_model(event, mode):
    model = line()
    model.compile("sgd", "mse")
    y, losses = X[:, 0], []

    def evaluate():
        losses.append(model.evaluate(X, y, verbose=0))

    def wait(*args, **logs):
        thread = threading.Thread(target=evaluate, daemon=True)
        thread.start()
        thread.join(30)
        model.stop_training = True

    callback = LambdaCallback()
    setattr(callback, f"on_{event}", wait)
    settings = {"validation_data": (X, y), "callbacks": [callback], "verbose": 0, "batch_size": 96}
    if mode == "async":
        history = asyncio.run(model.fit_async(X, y, **settings))
    else:
        history = model.fit(X, y, background=mode == "background", **settings)
    getattr(history, "wait", lambda: None)()

    assert len(losses) == 1
    assert list(history.history) == ["loss", "val_loss"]
    assert history.history["loss"] == pytest.approx([np.mean(np.square(y))])


def test_a_prediction_beside_slow_motion_does_not_see_the_weights_it_tries(eager_switching):
    model = mlp()
    model.compile("sgd", "mse")
    expected, ended = model.predict(X), threading.Event()

    def use(number):
        if number:
            return [model.predict(X) for _ in iter(ended.is_set, True)]
        try:
            for _ in range(5):
                trace(model, X, X[:, :2])
        finally:
            ended.set()
        return []

    for result in at_once(use, 2)[1]:
        np.testing.assert_array_equal(result, expected)


class Held(Model):
    """A model that calls another in its own way."""

    def __init__(self):
        super().__init__()
        self.inner = with_state()

    def call(self, inputs):
        return self.inner(inputs)


def with_state():
    """A model whose layers change their own variables: statistics and random streams."""
    inputs = Input((3,))
    x = BatchNormalization()(Dropout(0.5)(inputs))
    x = Reshape((3, 1))(x)
    return Model(inputs, Dense(1)(LSTM(2)(x)))


def stateful():
    """A recurrent model that goes on where the last batch ended."""
    inputs = Input((3, 1), batch_size=8)
    return Model(inputs, LSTM(3, stateful=True)(inputs))


@pytest.mark.parametrize("make", [with_state, Held, Own], ids=["functional", "nested", "subclass"])
def test_a_model_is_used_in_every_way_while_it_trains(make, tmp_path, eager_switching):
    model = make()
    model.compile("adam", "mse", metrics=["mae"])
    y = model.predict(X) + 1
    uses = [
        lambda: model.predict(X[: RANDOM.randint(1, 96)]),
        lambda: model(X, training=True),
        lambda: model.evaluate(X, y, verbose=0),
        lambda: [*model.weights, *model.trainable_weights, *model.variables],
        lambda: model.set_weights(model.get_weights()),
        lambda: model.save_weights(tmp_path / "m.weights.h5"),
        lambda: model.optimizer.get_weights(),
        lambda: watch(model),
    ]
    training = model.fit(X, y, epochs=10**6, live=True, verbose=0, background=True)

    try:
        at_once(lambda number: [uses[number]() for _ in range(15)], len(uses))
    finally:
        training.stop().wait()

    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    assert not np.array_equal(*(model(X, training=True) for _ in range(2))) or make is Own


def test_a_state_that_goes_on_from_batch_to_batch_is_never_half_of_one_thread():
    model = stateful()
    x = np.ones((8, 3, 1), "float32")
    expected = [model.predict(x) for _ in range(THREADS * 20)]
    model.layers[1].reset_states()

    results = at_once(lambda number: [model.predict(x) for _ in range(20)])

    flat = sorted(result.tobytes() for results in results for result in results)
    assert flat == sorted(result.tobytes() for result in expected)


def test_dropout_never_drops_the_same_twice_in_several_threads():
    layer = Dropout(0.5)
    ones = np.ones((50, 50), "float32")

    results = at_once(lambda number: [layer(ones, training=True) for _ in range(10)])

    masks = {result.tobytes() for results in results for result in results}
    assert len(masks) == THREADS * 10


def test_saving_while_a_training_begins_does_not_part_the_optimizer_from_its_memory(tmp_path):
    for _ in range(20):
        model = mlp()
        model.compile("adam", "mse")
        uses = [
            lambda model=model: model.fit(X, X[:, :2], epochs=3, verbose=0),
            lambda model=model: model.save_weights(tmp_path / "m.weights.h5"),
        ]
        at_once(lambda number, uses=uses: uses[number](), 2)

        assert any(np.any(slot) for slot in model.optimizer.get_weights()[1:])


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
