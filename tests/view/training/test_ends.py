"""What a live training leaves behind if it ends in odd ways, or if its views are closed first."""

from __future__ import annotations

import gc
from weakref import ref

import pytest

from funclab.callbacks import LambdaCallback
from funclab.view.training.view import watch
from tests.view.training.live_runs import X, Y, background, feed_of, fresh, wait_until, watched


@pytest.mark.parametrize("moment", ["on_train_begin", "on_epoch_end"])
def test_a_training_that_fails_is_shown_as_failed(moment):
    model, feeds = fresh(), []

    def fail(*_):
        feeds.append(feed_of(model))
        raise ZeroDivisionError("no training like this")

    with pytest.raises(ZeroDivisionError):
        model.fit(X, Y, callbacks=[LambdaCallback(**{moment: fail})], live=True)

    status = feeds[0].view.status
    assert status["phase"] == "failed"
    assert "no training like this" in status["error"]
    assert feeds[0].control.comm is None


def test_a_view_that_fails_does_not_end_the_training():
    model = fresh()
    spoil = LambdaCallback(on_epoch_begin=lambda epoch, logs: spoil_heat(feed_of(model)))

    with pytest.warns(UserWarning, match="live view of kinds has ended"):
        feed = watched(model, spoil, epochs=3)

    assert len(model.history.epoch) == 3
    assert feed.view.status["phase"] == "lost"


def spoil_heat(feed):
    feed.heat.weights = {"hidden": [None]}


def test_the_buttons_of_a_view_that_was_lost_are_closed_when_the_training_ends():
    training, feed = background()

    with pytest.warns(UserWarning, match="live view of kinds has ended"):
        spoil_heat(feed)
        wait_until(lambda: feed.lost)
        open_before = feed.control.comm is not None
        training.stop().wait(30)

    assert open_before
    assert feed.control.comm is None


def test_a_view_asked_for_while_the_training_ends_shows_how_it_ended():
    training, feed = background()
    training.stop().wait(30)

    view = feed.add_view()

    assert view.status["phase"] == "stopped"
    assert view.runs[-1]["epochs"]
    assert view.control == ""


def test_views_that_were_closed_are_forgotten_and_the_others_are_told_on():
    training, feed = background()
    first, second = feed.views[0], watch(training.model)

    first.close()
    for _ in range(5):
        watch(training.model).close()
    third = watch(training.model)
    training.stop().wait(30)

    assert feed.views == [second, third]
    assert not feed.lost
    assert second.status["phase"] == third.status["phase"] == "stopped"


@pytest.mark.parametrize("snapshots", [False, True])
def test_a_view_that_stays_on_the_page_does_not_keep_the_model(snapshots):
    model = fresh()
    model.fit(X, Y, epochs=2, live=True, snapshots=snapshots)
    view, known = watch(model), ref(model)

    del model
    gc.collect()

    assert known() is None
    assert view.runs[-1]["epochs"] == [1, 2]


def test_a_view_of_runs_takes_the_settings_of_every_view():
    view = fresh().watch(look="dark", ask=True, log=True)

    assert (view.look, view.ask, view.state["log"]) == ("dark", True, True)


def test_after_its_last_batch_a_training_has_no_time_left_even_if_its_pace_is_not_known():
    model, left = fresh(), []
    told = LambdaCallback(
        on_train_batch_end=lambda batch, logs: left.append(feed_of(model).status()["left"])
    )

    model.fit(X, Y, callbacks=[told], live=True, epochs=1, verbose=0)

    assert len(left) > 1 and left[-1] == 0
    assert {*left[:-1]} == {None}
