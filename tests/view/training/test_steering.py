"""Buttons of a live training: what they do, and how trainings and views end."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from funclab.callbacks import LambdaCallback, LearningRateScheduler
from funclab.errors import ArgumentError
from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.optimizers.schedules import ExponentialDecay
from funclab.view.trace.batch import filled_step
from funclab.view.training.control import act_on
from funclab.view.training.slow import batch_of, leaves_out, slow_motion
from funclab.view.training.view import watch
from tests.view.training.live_runs import X, Y, course_of, fresh, wait_until

LONG = 100_000
HALVE = {"do": "rate", "value": 0.25}


@pytest.fixture
def training():
    """A long training in the background with a live view, under way."""
    model, begun = fresh(), threading.Event()
    told = LambdaCallback(on_epoch_end=lambda epoch, logs: begun.set())
    training = model.fit(X, Y, epochs=LONG, callbacks=[told], live=True, background=True)
    assert begun.wait(30)
    yield training
    training.stop().wait(30)


def test_a_button_pauses_steps_and_goes_on(training):
    course, steps = course_of(training), training.model.optimizer.iterations
    view = watch(training.model)

    act_on(course, {"do": "pause"})
    course.control.wait_parked(10)
    first = steps.numpy()
    act_on(course, {"do": "step"})
    wait_until(lambda: steps.numpy() == first + 1 and course.control.parked)
    act_on(course, {"do": "resume"})
    wait_until(lambda: steps.numpy() > first + 10)

    assert view.control
    assert training.running


def test_one_batch_at_the_end_of_an_epoch_is_trained_on_after_the_whole_validation():
    model = fresh()
    settings = {"batch_size": 32, "validation_data": (X, Y), "validation_batch_size": 8}
    training = model.fit(X, Y, epochs=LONG, live=True, background=True, verbose=0, **settings)
    loop, steps = course_of(training), model.optimizer.iterations
    loop.control.pause()
    loop.control.wait_parked(10)
    trained = [int(steps.numpy())]

    for _ in range(7):  # more than two epochs of three batches
        act_on(loop, {"do": "step"})
        wait_until(lambda: steps.numpy() > trained[-1] and loop.control.parked)
        trained.append(int(steps.numpy()))

    training.stop().wait(30)
    assert np.diff(trained).tolist() == [1] * 7
    assert len(training.history["val_loss"]) >= 2


def test_slow_motion_pauses_the_training_and_lets_it_go_on_when_it_is_closed(training):
    loop, steps = course_of(training), training.model.optimizer.iterations
    feed = loop.watchers[0]

    feed.act({"do": "slow"})
    paused, first = loop.control.paused, steps.numpy()
    feed.act({"do": "back"})

    assert paused
    wait_until(lambda: steps.numpy() > first)


def test_a_training_that_was_paused_stays_paused_when_slow_motion_is_closed(training):
    loop = course_of(training)
    act_on(loop, {"do": "pause"})

    loop.watchers[0].act({"do": "slow"})
    loop.watchers[0].act({"do": "back"})

    assert loop.control.paused


def test_slow_motion_says_that_it_leaves_sample_weights_out():
    loops = []
    note = LambdaCallback(on_train_begin=lambda logs: loops.append(course_of(model.history)))
    for weights in (None, np.linspace(0, 1, len(X))):
        model = fresh()
        model.fit(X, Y, sample_weight=weights, callbacks=[note], live=True)

    said = [leaves_out(loop.watchers[0].step) for loop in loops]

    assert said[0] == ""
    assert "Sample weights and class weights are left out" in said[1]


def test_stop_ends_the_training_and_the_view_says_so(training):
    view = watch(training.model)

    act_on(course_of(training), {"do": "stop"})
    training.wait(30)

    assert view.status["phase"] == "stopped"
    assert view.runs[-1]["stopped"]
    assert len(view.runs[-1]["epochs"]) > 0


def test_the_learning_rate_can_be_changed_on_the_way(training):
    answer = act_on(course_of(training), {"do": "rate", "value": 0.125})

    assert answer == {"problem": ""}
    assert float(training.model.optimizer.learning_rate) == 0.125


@pytest.mark.parametrize("value", ["fast", -1, None])
def test_a_learning_rate_that_cannot_be_is_refused_in_words(training, value):
    answer = act_on(course_of(training), {"do": "rate", "value": value})

    assert answer["problem"]
    assert float(training.model.optimizer.learning_rate) == pytest.approx(0.01)


@pytest.mark.parametrize("by", ["ExponentialDecay", "LearningRateScheduler"])
def test_a_learning_rate_that_follows_a_schedule_is_not_changed_by_hand(by):
    model, seen = fresh(), []

    def press(batch, logs):
        course = course_of(model.history)
        seen.append((course.watchers[0].status()["rate_by"], act_on(course, HALVE)["problem"]))

    callbacks = [LambdaCallback(on_train_batch_end=press)]
    if by == "LearningRateScheduler":
        callbacks.append(LearningRateScheduler(lambda epoch, rate: 0.5))
    else:
        model.optimizer.learning_rate = ExponentialDecay(0.5, 10_000, 0.9)
    model.fit(X, Y, batch_size=96, callbacks=callbacks, live=True)

    assert seen == [(by, f"{by} sets the learning rate: it cannot be changed by hand here.")]
    assert float(model.optimizer.learning_rate) == pytest.approx(0.5, rel=1e-3)


def test_slow_motion_takes_the_batch_that_was_trained_last(training):
    feed = course_of(training).watchers[0]
    act_on(course_of(training), {"do": "pause"})
    course_of(training).control.wait_parked(10)
    before = training.model.get_weights()

    slow_motion(training.model, feed.step)
    x, y = batch_of(training.model, feed.step)

    places = [np.flatnonzero((row == X).all(axis=1)) for row in x]
    assert all(len(found) == 1 for found in places)
    np.testing.assert_array_equal(Y[np.concatenate(places)], y.reshape(-1))
    for weight, kept in zip(training.model.get_weights(), before):
        np.testing.assert_array_equal(weight, kept)


def test_a_training_in_the_background_pauses_while_a_batch_is_traced_and_then_goes_on(training):
    control, steps = course_of(training).control, training.model.optimizer.iterations

    with filled_step(training.model, X, Y, None, None, None):
        rested, first = control.parked, int(steps)

    assert rested
    wait_until(lambda: steps.numpy() > first)


def test_slow_motion_begins_where_gradients_add_up_at_a_shared_layer():
    inputs = Input((4,), name="features")
    twice = Dense(4, name="twice")
    model = Model(inputs, Dense(1, name="size")(twice(twice(inputs))), name="loop")
    model.compile("sgd", "mse")
    courses = []
    note = LambdaCallback(on_train_begin=lambda logs: courses.append(course_of(model.history)))
    model.fit(X, Y, callbacks=[note], live=True)

    view = slow_motion(model, courses[0].watchers[0].step)

    still = view.stills[view.state["step"]]
    assert still.kind == "add_into"
    assert "twice" in still.words


def test_there_is_no_slow_motion_before_the_first_batch():
    with pytest.raises(ArgumentError, match="No batch"):
        slow_motion(fresh(), None)


def test_the_view_hears_when_a_page_asks(training):
    feed = course_of(training).watchers[0]

    feed.act({"do": "hello", "id": 1})

    assert feed.status()["heard"]


def test_several_views_follow_one_training(training):
    one, two = watch(training.model), watch(training.model, log=True)

    training.stop().wait(30)

    assert one.runs == two.runs
    assert one.status["phase"] == two.status["phase"] == "stopped"
    assert two.line() == "funclab.watch(kinds, log=True)"


def test_a_training_that_fails_is_shown_as_failed():
    def fail(epoch, logs):
        raise ZeroDivisionError("no epoch like this")

    model = fresh()
    seen = []
    look = LambdaCallback(on_train_begin=lambda logs: seen.append(watch(model)), on_epoch_end=fail)

    with pytest.raises(ZeroDivisionError):
        model.fit(X, Y, callbacks=[look], live=True)

    assert seen[0].status["phase"] == "failed"
    assert "no epoch like this" in seen[0].status["error"]


def test_a_view_that_fails_does_not_end_the_training():
    model = fresh()
    course = []
    look = LambdaCallback(on_train_begin=lambda logs: course.append(course_of(model.history)))
    spoil = LambdaCallback(on_epoch_begin=lambda epoch, logs: spoil_heat(course[0]))

    with pytest.warns(UserWarning, match="live view of kinds has ended"):
        history = model.fit(X, Y, epochs=3, callbacks=[look, spoil], live=True)

    assert len(history.epoch) == 3
    assert course[0].watchers[0].views[0].status["phase"] == "lost"


def spoil_heat(course):
    course.watchers[0].heat.weights = {"hidden": [None]}


def test_a_page_brings_back_the_weights_of_an_epoch():
    model, courses = fresh(), []
    note = LambdaCallback(on_train_begin=lambda logs: courses.append(course_of(model.history)))
    model.fit(X, Y, epochs=3, callbacks=[note], live=True, snapshots=True)
    trained = model.get_weights()[0]

    answer = act_on(courses[0], {"do": "restore", "value": 1})

    assert answer == {"problem": "", "restored": 1}
    assert (model.get_weights()[0] != trained).any()
    assert watch(model).runs
