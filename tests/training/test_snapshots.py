"""Weights of earlier epochs: kept within bounds, and restored."""

from __future__ import annotations

import numpy as np
import pytest

from funclab.callbacks import LambdaCallback
from funclab.errors import ArgumentError, BusyError
from funclab.optimizers import SGD
from funclab.training.snapshots import MOST, MOST_BYTES, Snapshots
from tests.training.conftest import line

X = np.random.RandomState(0).randn(12, 3)
Y = X @ [1.0, -2.0, 0.5]


def compiled(units=1, features=3):
    model = line(units, features)
    model.compile(SGD(0.1), "mse")
    return model


def test_the_weights_of_an_epoch_come_back():
    model, after = compiled(), []
    note = LambdaCallback(on_epoch_end=lambda epoch, logs: after.append(model.get_weights()))
    history = model.fit(X, Y, epochs=4, callbacks=[note], snapshots=True, verbose=0)

    restored = history.restore(2)

    assert restored == 2
    np.testing.assert_array_equal(model.get_weights()[0], after[1][0])
    assert history.restore(4) == 4
    np.testing.assert_array_equal(model.get_weights()[0], after[3][0])


def test_of_many_epochs_a_few_are_kept_evenly_with_the_last():
    history = compiled().fit(X, Y, epochs=200, snapshots=True, verbose=0)

    epochs = history.snapshots.epochs

    assert len(epochs) <= MOST
    assert epochs[0] == 1
    assert epochs[-1] == 200
    gaps = np.diff(epochs[:-1])
    assert gaps.min() == gaps.max()
    assert history.restore(100) == max(one for one in epochs if one <= 100)


def test_the_memory_of_snapshots_is_bounded():
    model = compiled(units=1000, features=4000)
    snapshots = Snapshots()
    snapshots.set_model(model)

    snapshots.on_train_begin()
    for epoch in range(30):
        snapshots.on_epoch_end(epoch)

    held = sum(array.nbytes for kept in snapshots.kept.values() for array in kept)
    assert held <= MOST_BYTES
    assert snapshots.epochs[-1] == 30


def test_a_history_without_snapshots_says_how_to_get_them():
    history = compiled().fit(X, Y, verbose=0)

    with pytest.raises(ArgumentError, match="kept no snapshots") as raised:
        history.restore(1)

    assert "snapshots=True" in raised.value.fix


def test_weights_cannot_come_back_while_the_model_is_in_training():
    model, caught = compiled(), []

    def early(epoch, logs):
        with pytest.raises(BusyError):
            model.history.restore(1)
        caught.append(epoch)

    model.fit(X, Y, callbacks=[LambdaCallback(on_epoch_end=early)], snapshots=True, verbose=0)

    assert caught == [0]


def test_an_epoch_before_the_first_has_no_weights():
    history = compiled().fit(X, Y, epochs=2, snapshots=True, verbose=0)

    with pytest.raises(ArgumentError, match="epoch 0 or earlier"):
        history.restore(0)


@pytest.mark.parametrize("snapshots", [1, -3, "all", None])
def test_snapshots_are_a_choice_or_a_number(snapshots):
    with pytest.raises(ArgumentError, match="snapshots"):
        compiled().fit(X, Y, snapshots=snapshots)


def test_a_training_in_the_background_keeps_snapshots_too():
    training = compiled().fit(X, Y, epochs=3, snapshots=5, background=True).wait(60)

    assert training.restore(3) == 3
