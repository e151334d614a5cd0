"""Buttons of a live training: what they do, and how trainings and views end."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from funclab.callbacks import LambdaCallback, LearningRateScheduler
from funclab.errors import ArgumentError
from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.optimizers.schedules import ExponentialDecay
from funclab.training.one_batch import filled_step
from funclab.view.training.control import act_on, batch_of, leaves_out, slow_motion
from funclab.view.training.view import watch
from tests.view.training.live_runs import (
    LONG,
    X,
    Y,
    background,
    feed_of,
    fresh,
    wait_until,
    watched,
)

HALVE = {"do": "rate", "value": 0.25}


@pytest.fixture
def training():
    """A long training in the background with a live view, under way."""
    training, _ = background()
    yield training
    training.stop().wait(30)


@pytest.fixture
def loop(training):
    return feed_of(training.model).loop


def test_a_button_pauses_steps_and_goes_on(training, loop):
    steps, view = training.model.optimizer.iterations, watch(training.model)

    act_on(loop, {"do": "pause"})
    loop.control.wait_parked(60)
    first = steps.numpy()
    act_on(loop, {"do": "step"})
    wait_until(lambda: steps.numpy() == first + 1 and loop.control.parked)
    act_on(loop, {"do": "resume"})
    wait_until(lambda: steps.numpy() > first + 10)

    assert view.control
    assert training.running


def test_one_batch_at_the_end_of_an_epoch_is_trained_on_after_the_whole_validation():
    model = fresh()
    settings = {"batch_size": 32, "validation_data": (X, Y), "validation_batch_size": 8}
    training = model.fit(X, Y, epochs=LONG, live=True, background=True, verbose=0, **settings)
    loop, steps = feed_of(model).loop, model.optimizer.iterations
    loop.control.pause()
    loop.control.wait_parked(60)
    trained = [int(steps.numpy())]

    for _ in range(7):  # more than two epochs of three batches
        act_on(loop, {"do": "step"})
        wait_until(lambda: steps.numpy() > trained[-1] and loop.control.parked)
        trained.append(int(steps.numpy()))

    training.stop().wait(30)
    assert np.diff(trained).tolist() == [1] * 7
    assert len(training.history["val_loss"]) >= 2


def test_an_async_training_that_is_paused_while_it_yields_says_so():
    model = fresh()

    async def pressed():
        fit = asyncio.ensure_future(model.fit_async(X, Y, epochs=LONG, live=True, verbose=0))
        while model.optimizer.iterations.numpy() < 10:
            await asyncio.sleep(0)  # what follows runs while the training yields
        feed = feed_of(model)
        feed.act({"do": "pause"})
        phase = feed.status()["phase"]
        feed.act({"do": "stop"})
        await fit
        return phase

    assert asyncio.run(pressed()) == "paused"


def test_a_training_that_goes_on_in_the_middle_of_its_validation_says_so():
    model = fresh()
    validation = {"validation_data": (X, Y), "validation_batch_size": 1, "batch_size": 96}

    async def pressed():
        settings = {"epochs": LONG, "live": True, "verbose": 0, **validation}
        fit = asyncio.ensure_future(model.fit_async(X, Y, **settings))
        while not (model.compiled_state.loop and model.compiled_state.loop.control.evaluating):
            await asyncio.sleep(0)
        feed, phases = feed_of(model), []
        for press in ("pause", "resume"):
            feed.act({"do": press})
            phases.append(feed.status()["phase"])
        feed.act({"do": "stop"})
        await fit
        return phases

    assert asyncio.run(pressed()) == ["paused", "validating"]


@pytest.mark.parametrize("before", [(), ("pause",)])
def test_slow_motion_pauses_a_training_that_goes_on_then_unless_it_was_paused_before(
    training, loop, before
):
    feed = feed_of(training.model)
    for press in (*before, "slow"):
        feed.act({"do": press})
    paused = loop.control.paused

    feed.act({"do": "back"})

    assert paused
    assert loop.control.paused == bool(before)


def test_slow_motion_says_that_it_leaves_sample_weights_out():
    weights = np.linspace(0, 1, len(X))

    plain, weighted = (
        leaves_out(watched(fresh(), sample_weight=given).step) for given in (None, weights)
    )

    assert plain == ""
    assert "Sample weights and class weights are left out" in weighted


def test_stop_ends_the_training_and_all_its_views_say_so(training, loop):
    views = watch(training.model), watch(training.model, log=True)

    act_on(loop, {"do": "stop"})
    training.wait(30)

    assert [view.status["phase"] for view in views] == ["stopped", "stopped"]
    assert views[0].runs == views[1].runs
    assert views[0].runs[-1]["stopped"]
    assert len(views[0].runs[-1]["epochs"]) > 0
    assert views[1].line() == "funclab.watch(kinds, log=True)"


def test_the_learning_rate_can_be_changed_on_the_way(training, loop):
    answer = act_on(loop, {"do": "rate", "value": 0.125})

    assert answer == {"problem": ""}
    assert float(training.model.optimizer.learning_rate) == 0.125


@pytest.mark.parametrize("value", ["fast", -1, None])
def test_a_learning_rate_that_cannot_be_is_refused_in_words(training, loop, value):
    answer = act_on(loop, {"do": "rate", "value": value})

    assert answer["problem"]
    assert float(training.model.optimizer.learning_rate) == pytest.approx(0.01)


@pytest.mark.parametrize("by", ["ExponentialDecay", "LearningRateScheduler"])
def test_a_learning_rate_that_follows_a_schedule_is_not_changed_by_hand(by):
    model, told, schedulers = fresh(), [], []

    def press(batch, logs):
        feed = feed_of(model)
        told.append((feed.status()["rate_by"], act_on(feed.loop, HALVE)["problem"]))

    if by == "LearningRateScheduler":
        schedulers = [LearningRateScheduler(lambda epoch, rate: 0.5)]
    else:
        model.optimizer.learning_rate = ExponentialDecay(0.5, 10_000, 0.9)
    watched(model, LambdaCallback(on_train_batch_end=press), *schedulers, batch_size=96)

    assert told == [(by, f"{by} sets the learning rate: it cannot be changed by hand here.")]
    assert float(model.optimizer.learning_rate) == pytest.approx(0.5, rel=1e-3)


def test_slow_motion_takes_the_batch_that_was_trained_last(training, loop):
    feed = feed_of(training.model)
    act_on(loop, {"do": "pause"})
    loop.control.wait_parked(60)
    before = training.model.get_weights()

    slow_motion(training.model, feed.step)
    x, y = batch_of(training.model, feed.step)

    rows = [np.flatnonzero((row == X).all(axis=1)) for row in x]
    assert [len(numbers) for numbers in rows] == [1] * len(x)
    np.testing.assert_array_equal(Y[np.concatenate(rows)], y.reshape(-1))
    for weight, kept in zip(training.model.get_weights(), before):
        np.testing.assert_array_equal(weight, kept)


def test_a_training_in_the_background_pauses_while_a_batch_is_traced_and_then_goes_on(training):
    steps = training.model.optimizer.iterations

    with filled_step(training.model, X, Y, None, None, None):
        first = int(steps)
        for _ in range(50):
            training.model.predict(X)
        last = int(steps)

    assert first == last
    wait_until(lambda: steps.numpy() > first)


def test_slow_motion_begins_where_gradients_add_up_at_a_shared_layer():
    inputs = Input((4,), name="features")
    twice = Dense(4, name="twice")
    model = Model(inputs, Dense(1, name="size")(twice(twice(inputs))), name="loop")
    model.compile("sgd", "mse")
    feed = watched(model)

    view = slow_motion(model, feed.step)

    still = view.stills[view.state["step"]]
    assert still.kind == "add_into"
    assert "twice" in still.words


def test_there_is_no_slow_motion_before_the_first_batch():
    with pytest.raises(ArgumentError, match="No batch"):
        slow_motion(fresh(), None)


def test_a_page_brings_back_the_weights_of_an_epoch():
    model = fresh()
    feed = watched(model, epochs=3, snapshots=True)
    trained = model.get_weights()[0]

    answer = act_on(feed.loop, {"do": "restore", "value": 1})

    assert answer == {"problem": "", "restored": 1}
    assert (model.get_weights()[0] != trained).any()
    assert watch(model).runs
