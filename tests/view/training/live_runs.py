"""A small model and data that the tests of live training share."""

from __future__ import annotations

import threading

import numpy as np

from funclab.callbacks import History, LambdaCallback
from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.utils import set_random_seed

RANDOM = np.random.RandomState(0)
X = RANDOM.randn(96, 4).astype("float32")
Y = RANDOM.randint(0, 3, 96)
LONG = 10**9
"""Epochs that no machine gets through while a test runs."""


def fresh(seed: int = 5, name: str = "kinds") -> Model:
    set_random_seed(seed)
    inputs = Input((4,), name="features")
    hidden = Dense(6, activation="relu", name="hidden")(inputs)
    model = Model(inputs, Dense(3, activation="softmax", name="kind")(hidden), name=name)
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def history_of(losses, checked=()):
    """A History with these losses, in training and in validation where that was measured."""
    history = History()
    history.model = fresh()
    for epoch, loss in enumerate(losses):
        measured = {"val_loss": checked[epoch]} if epoch < len(checked) and checked[epoch] else {}
        history.on_epoch_end(epoch, {"loss": loss, **measured})
    return history


def feed_of(model):
    """What follows the training of a model that is under way."""
    return model.compiled_state.loop.watchers[0]


def watched(model, *callbacks, **settings):
    """Train a model with a live view; returns what followed the training."""
    feeds = []
    note = LambdaCallback(on_train_begin=lambda logs: feeds.append(feed_of(model)))
    model.fit(X, Y, callbacks=[note, *callbacks], live=True, **settings)
    return feeds[0]


def background(**settings):
    """A long training in the background, its first epoch over, and what follows it."""
    begun = threading.Event()
    told = LambdaCallback(on_epoch_end=lambda epoch, logs: begun.set())
    training = fresh().fit(
        X, Y, epochs=LONG, callbacks=[told], live=True, background=True, **settings
    )
    assert begun.wait(30)
    return training, feed_of(training.model)


def wait_until(true):
    pause = threading.Event()
    for _ in range(6000):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it has not come true in a minute")
