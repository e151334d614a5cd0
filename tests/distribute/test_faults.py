"""Workers that die, stop, are slow, or join late: every sample of an epoch counts exactly once."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from funclab import callbacks
from funclab.distribute import Cluster
from funclab.errors import ClusterError
from funclab.utils import set_random_seed
from tests.distribute.accidents import SAMPLES, accident_model, process_of
from tests.distribute.conftest import local_cluster
from tests.distribute.models import pair

PATIENCE = 4.0  # a worker that computes on a busy machine may take a second to answer
LONGEST = 60.0  # for a worker that dies: that is noticed at once


@pytest.fixture(scope="module")
def cluster():
    with local_cluster(2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def client(cluster):
    with cluster.get_client() as client:
        yield client


class Until(callbacks.Callback):
    """Ends training after an epoch for which `done` is true of the record of the cluster."""

    def __init__(self, done):
        super().__init__()
        self.done = done

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = bool(self.done(self.model.history.cluster))


def assert_alike(spread, history, alone, data):
    """Training on one machine for as many epochs gives the same losses and weights."""
    set_random_seed(5)
    expected = alone.fit(**data, epochs=len(history.epoch))

    for name, values in expected.history.items():
        np.testing.assert_allclose(history.history[name], values, rtol=1e-4, atol=1e-5)
    for mine, theirs in zip(spread.variables, alone.variables, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-5)
    counted = sum(worker.samples for worker in history.cluster.workers.values())
    assert counted == SAMPLES * len(history.epoch)


def losses(record):
    return [event for _, _, event in record.events if event != "joined"]


def test_a_worker_killed_in_a_step_costs_only_a_repetition(client, tmp_path):
    trigger = tmp_path / "kill"
    alone, spread, data = pair(accident_model, trigger=trigger, event="SIGKILL")
    trigger.touch()

    # Dask starts the worker again: it joins late, and gets its share.
    back = Until(lambda record: losses(record) and len(record.steps[-1].shares) == 2)
    history = spread.fit(**data, epochs=9999, callbacks=[back], cluster=Cluster(client, LONGEST))

    assert len(losses(history.cluster)) == 1
    assert max(step.repeats for step in history.cluster.steps) <= 1
    assert_alike(spread, history, alone, data)


@pytest.mark.parametrize("synchronized", [False, True], ids=["free", "synchronized"])
def test_a_worker_that_has_stopped_is_left_out_until_it_answers_again(
    synchronized, client, tmp_path
):
    trigger = tmp_path / "stop"
    settings = {"trigger": trigger, "event": "SIGSTOP", "synchronized": synchronized}
    alone, spread, data = pair(accident_model, **settings)
    trigger.touch()

    def back(record):
        if losses(record) and not woken:
            woken.append(os.kill(process_of(trigger), signal.SIGCONT))
        return len(record.events) == 4 and len(record.steps[-1].shares) == 2

    woken = []
    history = spread.fit(
        **data, epochs=9999, callbacks=[Until(back)], cluster=Cluster(client, PATIENCE)
    )

    assert "no answer" in losses(history.cluster)[0]
    assert_alike(spread, history, alone, data)


def test_a_worker_that_is_slow_but_answers_is_waited_for(client, tmp_path):
    trigger = tmp_path / "slow"
    alone, spread, data = pair(accident_model, trigger=trigger, event="slow")
    trigger.touch()

    history = spread.fit(**data, epochs=1, cluster=Cluster(client, PATIENCE))

    assert not losses(history.cluster)
    first = history.cluster.steps[0]
    slow, fast = sorted(first.shares, key=lambda share: share.wait)
    assert fast.compute + fast.wait == pytest.approx(slow.compute)
    assert_alike(spread, history, alone, data)


def test_a_worker_that_joins_late_gets_its_share(cluster, client, tmp_path):
    alone, spread, data = pair(accident_model, trigger=tmp_path / "never", event="slow")

    def enlarge(epoch, logs):
        if epoch == 1:
            cluster.scale(3)
            client.wait_for_workers(3)  # over thousands of epochs, rounding would show

    more = callbacks.LambdaCallback(on_epoch_begin=enlarge)
    there = Until(lambda record: len(record.steps[-1].shares) == 3)

    history = spread.fit(**data, epochs=9999, callbacks=[more, there], cluster=client)

    assert sorted(share.samples for share in history.cluster.steps[-1].shares) == [2, 2, 2]
    assert_alike(spread, history, alone, data)


def test_after_the_end_of_a_cluster_training_goes_on_where_it_was_backed_up(tmp_path):
    alone, spread, data = pair(accident_model, trigger=tmp_path / "never", event="slow")
    backup = callbacks.BackupAndRestore(tmp_path / "backup")
    lost = local_cluster(1)

    class End(callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if int(self.model.optimizer.iterations) == 6:  # in the middle of the second epoch
                lost.close()

    with lost.get_client() as client, pytest.raises(ClusterError, match="epoch is incomplete"):
        cluster = Cluster(client, patience=1.0)
        spread.fit(**data, epochs=3, callbacks=[backup, End()], cluster=cluster)
    with local_cluster(1) as cluster, cluster.get_client() as client:
        history = spread.fit(**data, epochs=3, callbacks=[backup], cluster=client)

    assert history.epoch == [1, 2]
    expected = alone.fit(**data, epochs=3).history
    for name in expected:
        np.testing.assert_allclose(history.history[name], expected[name][1:], rtol=1e-5)
