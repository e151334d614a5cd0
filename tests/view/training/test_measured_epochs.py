"""Which epochs the live view measures inside the layers: always the first and the last."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import funclab
from funclab.callbacks import EarlyStopping, History, LambdaCallback
from funclab.optimizers import SGD
from funclab.view.training import record
from funclab.view.training.record import Record
from tests.view.training.live_runs import X, Y, fresh

RATE = 0.5
LONG = 40


@pytest.fixture
def quick(monkeypatch):
    """Epochs take so little time that the view measures the first and the last only."""
    monkeypatch.setattr(record, "PAUSE", math.inf)


class Weights:
    """The weights of the first layer at the beginning of the last epoch and of the last batch."""

    def __init__(self, model):
        self.model = model
        self.callback = LambdaCallback(
            on_epoch_begin=lambda epoch, logs: setattr(self, "epoch", self.now()),
            on_train_batch_begin=lambda batch, logs: setattr(self, "batch", self.now()),
        )

    def now(self):
        return np.concatenate([a.ravel() for a in self.model.get_layer("hidden").get_weights()])


def model_of(rate=RATE):
    model = fresh()
    model.compile(SGD(rate), "sparse_categorical_crossentropy")
    return model


def measured(model):
    """The last epoch measured, and its gradient and change as they are shown."""
    last = funclab.watch(model).curves["heat"][-1]
    gradient, change, _ = last["layers"]["hidden"]
    return last["epoch"], float(gradient[1]), change and float(change[1].removesuffix(" %"))


def gradient_of(weights):
    """With plain SGD, a step is the rate times the gradient."""
    return np.sqrt(np.mean(((weights.now() - weights.batch) / RATE) ** 2))


def test_the_last_of_many_quick_epochs_is_measured(quick):
    model = model_of()
    weights = Weights(model)

    model.fit(X, Y, epochs=LONG, callbacks=[weights.callback], live=True)

    epoch, gradient, change = measured(model)
    moved = np.linalg.norm(weights.now() - weights.epoch) / np.linalg.norm(weights.epoch)
    assert epoch == LONG
    assert gradient == pytest.approx(gradient_of(weights), rel=0.01)
    assert change == pytest.approx(100 * moved, rel=0.01)


def test_the_epoch_after_which_a_callback_ends_training_is_measured(quick):
    model = model_of()
    weights = Weights(model)
    early = EarlyStopping(monitor="loss", min_delta=10, patience=30, restore_best_weights=True)

    history = model.fit(X, Y, epochs=100, callbacks=[weights.callback, early], live=True)

    assert len(history.epoch) == 31
    assert measured(model)[0] == 31


@pytest.mark.parametrize("batch", [0, 2])
def test_an_epoch_that_is_cut_short_is_measured_at_its_last_batch(batch, quick):
    model = model_of()
    weights, batches = Weights(model), itertools.count()

    def stop(number, logs):
        if next(batches) == 3 * (LONG - 1) + batch:
            raise KeyboardInterrupt

    stopping = LambdaCallback(on_train_batch_end=stop)
    model.fit(X, Y, epochs=100, callbacks=[weights.callback, stopping], live=True, verbose=0)

    epoch, gradient, _ = measured(model)
    assert epoch == LONG
    assert gradient == pytest.approx(gradient_of(weights), rel=0.01)


def test_the_last_epoch_is_measured_where_the_data_end_before_the_training(quick):
    model = model_of()
    weights = Weights(model)
    data = ((X[:32], Y[:32]) for _ in range(3 * LONG))

    with pytest.warns(UserWarning, match="ran out of data"):
        history = model.fit(
            data, epochs=100, steps_per_epoch=3, callbacks=[weights.callback], live=True, verbose=0
        )

    epoch, gradient, change = measured(model)
    assert epoch == len(history.epoch) == LONG
    assert gradient == pytest.approx(gradient_of(weights), rel=0.01)
    assert change is None


def test_gradients_are_those_of_the_epoch_they_are_given_for():
    model = model_of()
    norms = {}

    def note(epoch, logs):
        norms[epoch + 1] = gradient_of(weights)

    weights = Weights(model)
    noting = LambdaCallback(on_epoch_end=note)
    model.fit(X, Y, epochs=500, callbacks=[weights.callback, noting], live=True)

    heat = funclab.watch(model).curves["heat"]
    shown = {one["epoch"]: float(one["layers"]["hidden"][0][1]) for one in heat}
    assert {1, 500} <= set(shown)
    assert shown == pytest.approx({epoch: norms[epoch] for epoch in shown}, rel=0.01)


def test_thinned_measures_keep_the_first_and_the_last_epoch():
    record = Record("run", History())
    layers = {f"layer{i}": [(1.0, "1"), None, None] for i in range(7)}

    for epoch in range(1000):
        record.keep_heat(epoch, layers)
        epochs = [one["epoch"] for one in record.data()["heat"]]

        assert epochs[0] == 1
        assert epochs[-1] == epoch + 1
        assert len(epochs) <= 286


def test_runs_in_sequence_have_their_measures_where_their_epochs_are():
    model = model_of()
    for epochs in (3, 2):
        model.fit(X, Y, epochs=epochs, live=True)

    view = funclab.watch(model, joined=True)

    assert view.curves["epochs"] == [1, 2, 3, 4, 5]
    assert view.curves["heat"][-1]["epoch"] == 5
