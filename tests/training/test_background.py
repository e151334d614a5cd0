"""Background training: in a thread, in an async cell, paused, stepped, stopped, and failing."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from funclab.callbacks import LambdaCallback
from funclab.errors import BusyError
from funclab.layers import Dense, Dropout, Input
from funclab.models import Model
from funclab.utils import set_random_seed

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(120, 4).astype("float32")
Y = RANDOM.randint(0, 3, 120)
SETTINGS = {"epochs": 3, "batch_size": 16, "validation_split": 0.25, "verbose": 0}
LONG = 10**9
"""Epochs that no machine gets through while a test runs."""


def fresh() -> Model:
    """The same compiled classifier every time, with dropout, so that random streams count."""
    set_random_seed(7)
    inputs = Input((4,), name="features")
    x = Dropout(0.3)(Dense(8, activation="relu")(inputs))
    model = Model(inputs, Dense(3, activation="softmax")(x), name="kinds")
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit_async(model, *args, **settings):
    return asyncio.run(model.fit_async(*args, **settings))


def after_batches(count):
    """A callback, and an event that is set after a number of batches."""
    event, seen = threading.Event(), []

    def note(batch, logs):
        seen.append(batch)
        if len(seen) >= count:
            event.set()

    return LambdaCallback(on_train_batch_end=note), event


@pytest.fixture
def training():
    """A long training in the background, under way, that the test may leave running."""
    model = fresh()
    callback, begun = after_batches(3)
    training = model.fit(X, Y, epochs=LONG, callbacks=[callback], background=True)
    assert begun.wait(30)
    yield training
    training.stop().wait(30)


@pytest.mark.parametrize("way", ["background", "async"])
def test_every_way_of_training_gives_the_same_numbers_to_the_last_bit(way):
    plain, beside = fresh(), fresh()
    expected = plain.fit(X, Y, **SETTINGS)

    set_random_seed(7)
    beside.set_weights(fresh().get_weights())
    if way == "async":
        history = fit_async(beside, X, Y, **SETTINGS)
    else:
        history = beside.fit(X, Y, background=True, **SETTINGS).wait()

    assert history.history == expected.history
    for one, other in zip(beside.get_weights(), plain.get_weights()):
        np.testing.assert_array_equal(one, other)


def test_a_training_in_the_background_is_the_history_of_its_model():
    model = fresh()

    training = model.fit(X, Y, background=True, **SETTINGS)

    assert training.wait() is training
    assert model.history is training
    assert training.epoch == [0, 1, 2]
    assert not training.running
    assert not training.stopped


def test_stop_ends_after_the_running_batch_and_keeps_what_was_learned(training):
    before = training.model.get_weights()[0]

    training.stop().wait(30)

    assert training.stopped
    assert not training.running
    assert not np.array_equal(before, fresh().get_weights()[0])
    training.model.fit(X, Y, verbose=0)


def test_a_paused_training_stays_between_two_batches_until_it_goes_on(training):
    steps = training.model.optimizer.iterations

    training.pause()
    first = steps.numpy()
    still = [training.wait(0.05) and steps.numpy() for _ in range(3)]
    training.resume()

    assert still == [first] * 3
    while steps.numpy() == first:
        assert training.running
    assert not training.paused


def test_a_step_of_a_paused_training_is_one_batch(training):
    steps = training.model.optimizer.iterations
    training.pause()
    first = steps.numpy()

    for _ in range(3):
        training.step()
    while steps.numpy() < first + 3:
        assert training.running
    training.wait(0.1)

    assert steps.numpy() == first + 3
    assert training.paused


def test_a_paused_training_can_be_stopped(training):
    training.pause().stop().wait(30)

    assert training.stopped
    assert not training.running


def test_a_training_says_what_it_is_doing(training):
    while not training.epoch:
        assert training.running
    running = repr(training)
    paused = repr(training.pause())
    stopped = repr(training.stop().wait(30))

    assert running == "<Training of kinds, running>"
    assert paused == "<Training of kinds, paused>"
    assert stopped.endswith("loss, accuracy, stopped>")


def test_an_error_in_the_thread_is_kept_told_and_raised_by_wait(capsys):
    def fail(batch, logs):
        raise ZeroDivisionError("in a callback")

    model = fresh()
    failing = LambdaCallback(on_train_batch_end=fail)

    training = model.fit(X, Y, callbacks=[failing], background=True, **SETTINGS)

    with pytest.raises(ZeroDivisionError, match="in a callback"):
        training.wait()
    assert isinstance(training.error, ZeroDivisionError)
    assert "Training of kinds failed. ZeroDivisionError: in a callback" in capsys.readouterr().err
    model.fit(X, Y, verbose=0)


def test_bad_data_fail_at_once_and_nothing_runs():
    model = fresh()

    with pytest.raises(ValueError, match="incompatible"):
        model.fit(X[:, :2], Y, background=True)

    model.fit(X, Y, verbose=0)


@pytest.mark.parametrize("method", ["fit", "train_on_batch", "compile"])
def test_a_model_in_training_can_be_neither_trained_again_nor_compiled(training, method):
    call = getattr(training.model, method)
    given = () if method == "compile" else (X, Y)

    with pytest.raises(BusyError, match="kinds is being trained") as raised:
        call(*given)

    assert "model.history.stop()" in raised.value.fix


def test_a_model_can_be_judged_while_it_trains_without_disturbing_its_history():
    alone, judged = fresh(), fresh()
    expected = alone.fit(X, Y, **SETTINGS)
    set_random_seed(7)
    judged.set_weights(fresh().get_weights())
    early = LambdaCallback(on_train_begin=lambda logs: judged.history.pause())

    training = judged.fit(X, Y, background=True, callbacks=[early], **SETTINGS)
    training.pause()  # returns once it is between two batches
    results = [judged.evaluate(X, Y, verbose=0), judged.evaluate(X, Y, verbose=0)]
    judged.test_on_batch(X[:5], Y[:5])
    assert training.paused
    training.resume().wait(30)

    assert results[0] == results[1]
    assert training.history == expected.history


def test_an_evaluation_gets_its_turn_between_two_batches(training):
    loss, accuracy = training.model.evaluate(X, Y, verbose=0)

    assert np.isfinite(loss)
    assert 0 <= accuracy <= 1
    assert training.running


def test_a_callback_may_judge_the_model_it_is_told_about():
    model, found = fresh(), []
    judge = LambdaCallback(
        on_epoch_end=lambda epoch, logs: found.append(model.evaluate(X, Y, verbose=0)[0])
    )

    history = model.fit(X, Y, callbacks=[judge], background=True, **SETTINGS).wait(60)

    assert len(found) == len(history.epoch) == 3


def test_other_tasks_run_while_an_async_fit_trains():
    ticks = []

    async def both():
        model = fresh()
        fit = asyncio.ensure_future(model.fit_async(X, Y, epochs=LONG, verbose=0))
        while len(ticks) < 5 or not model.history.epoch:
            await asyncio.sleep(0.01)
            ticks.append(model.optimizer.iterations.numpy())
        model.stop_training = True
        return await fit

    history = asyncio.run(both())

    assert 0 < len(history.epoch) < LONG
    assert ticks[-1] > ticks[0]


def test_a_cancelled_async_fit_ends_in_order():
    model, ended = fresh(), []
    callback = LambdaCallback(on_train_end=lambda logs: ended.append(True))

    async def cancel():
        fit = asyncio.ensure_future(
            model.fit_async(X, Y, epochs=LONG, callbacks=[callback], verbose=0)
        )
        while model.optimizer.iterations.numpy() < 3:
            await asyncio.sleep(0)
        fit.cancel()
        await asyncio.wait([fit])
        return fit.cancelled()

    cancelled = asyncio.run(cancel())

    assert cancelled
    assert ended == [True]
    assert model.history.stopped
    model.fit(X, Y, verbose=0)
