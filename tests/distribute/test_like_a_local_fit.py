"""What surrounds the steps is the same on a cluster: callbacks, validation, stops, live views."""

from __future__ import annotations

import signal
import threading

import numpy as np
import pytest

import funclab
from funclab import callbacks, layers, ops
from funclab.errors import ArgumentError, LossError
from funclab.layers import Input
from funclab.models import Model
from tests.distribute.models import mlp, numbers, pair


def test_validation_callbacks_and_history_are_those_of_a_local_fit(of_workers):
    logs = {}

    def train(name, model, **where):
        class Notes(callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                notes.append((batch, logs["loss"]))

        notes = logs[name] = []
        halved = callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
        funclab.utils.set_random_seed(2)
        return model.fit(
            **data, batch_size=6, epochs=3, validation_split=0.3, verbose=0,
            evaluate_each_epoch=True, callbacks=[Notes(), halved], **where,
        )  # fmt: skip

    alone, spread, data = pair(mlp)

    expected = train("alone", alone)
    history = train("spread", spread, cluster=of_workers(2))

    np.testing.assert_allclose(logs["spread"], logs["alone"], rtol=1e-5)
    for series, other in ((history.history, expected.history), (history.now, expected.now)):
        assert series.keys() == other.keys()
        for name in series:
            np.testing.assert_allclose(series[name], other[name], rtol=1e-5, atol=1e-6)


def test_the_record_tells_who_did_what_and_how_long_it_took(of_workers):
    model, data = mlp()

    record = model.fit(**data, batch_size=8, epochs=2, verbose=0, cluster=of_workers(2)).cluster

    assert [worker.samples for worker in record.workers.values()] == [22, 22]
    assert [worker.steps for worker in record.workers.values()] == [6, 6]
    for step in record.steps:
        for share in step.shares:
            total = share.compute + share.wait + share.transfer
            assert total == pytest.approx(step.seconds)
    assert [event for _, _, event in record.events] == ["joined", "joined"]


def test_an_interrupt_ends_training_after_the_step(of_workers):
    model, data = mlp()

    class Interrupt(callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 1:
                signal.raise_signal(signal.SIGINT)

    settings = {"batch_size": 8, "epochs": 3, "verbose": 0, "callbacks": [Interrupt()]}

    history = model.fit(**data, **settings, cluster=of_workers(2))

    assert history.stopped
    assert int(model.optimizer.iterations) == 2
    assert not model.fit(**data, verbose=0, cluster=of_workers(2)).stopped


def test_training_in_the_background_can_be_paused_and_stopped(of_workers):
    model, data = mlp()
    started = threading.Event()
    begun = callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: started.set())

    training = model.fit(
        **data, epochs=10_000, callbacks=[begun], background=True, cluster=of_workers(2)
    )
    started.wait(60)
    training.pause()

    assert training.paused
    training.resume().stop().wait(60)
    assert training.stopped
    assert training.cluster.workers


def test_a_live_view_shows_the_gradients_of_a_cluster(of_workers):
    model, data = mlp()

    model.fit(**data, epochs=2, live=True, verbose=0, cluster=of_workers(2))

    state = model.watch().get_state()
    assert "dense" in str(state)


@pytest.mark.filterwarnings("ignore")  # of the loss, and of sums that overflow
def test_a_live_view_does_not_say_where_on_the_workers_a_loss_became_nan(of_workers):
    model, data = mlp()
    model.optimizer.learning_rate = 1e30

    model.fit(**data, epochs=2, live=True, verbose=0, cluster=of_workers(2))

    assert "nan or infinite on the workers" in str(model.watch().get_state())


def test_what_is_wrong_with_the_data_or_the_loss_is_said_before_the_first_step(of_workers):
    inputs = Input((3,))
    model = Model(inputs, layers.Dense(2)(inputs))
    model.compile("sgd", lambda y, p: 3.0)
    begun = []
    tell = callbacks.LambdaCallback(on_train_begin=lambda logs: begun.append(1))

    with pytest.raises(LossError, match="does not depend on the predictions"):
        model.fit(numbers(3), numbers(2), callbacks=[tell], verbose=0, cluster=of_workers(2))
    assert not begun


def test_an_error_on_a_worker_is_raised_at_the_client(of_workers):
    inputs = Input((3,))
    model = Model(inputs, layers.Dense(1)(inputs))
    model.compile("sgd", lambda y, p: ops.mean(ops.round(p)))

    with pytest.raises(LossError, match="No gradients"):
        model.fit(numbers(3), numbers(1), verbose=0, cluster=of_workers(2))


def test_what_is_not_a_client_is_refused():
    model, data = mlp()

    with pytest.raises(ArgumentError, match="should be a Dask client") as refused:
        model.fit(**data, cluster="localhost:8786")
    assert "cluster=dask.distributed.Client('localhost:8786')" in str(refused.value)
