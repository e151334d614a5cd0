"""A sweep on a real cluster of processes, some of which are killed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import warnings

import pytest
from distributed import Client, LocalCluster
from joblib import parallel_config
from sklearn.model_selection import GridSearchCV

from funclab.distribute import sweep
from funclab.errors import ClusterError
from funclab.wrappers import Regressor
from tests.distribute.sweeps import (
    X,
    Y,
    build,
    counted,
    counted_from,
    dangerous,
    numbers,
    records,
    small,
    starts,
    wait_until,
)  # fmt: skip

TRIALS = 200 if os.environ.get("SOAK") else 40
ANY = random.SystemRandom()  # another worker in every run


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as result:
        yield result


def kill_a_worker(cluster) -> int:
    """Kill one worker, as the system does when memory runs out; returns its process id."""
    process = ANY.choice([worker.pid for worker in cluster.workers.values()])
    os.kill(process, signal.SIGKILL)
    return process


@pytest.mark.soak("trials of a sweep, a worker and the client killed")
def test_a_sweep_outlives_a_worker_and_its_client_with_nothing_run_twice_or_lost(cluster, tmp_path):
    journal, marks = tmp_path / "sweep.jsonl", tmp_path / "marks"
    go, held = tmp_path / "go", f"{TRIALS - 4} {tmp_path / 'go'}"
    arguments = (cluster.scheduler_address, TRIALS, marks, journal, held)
    process = multiprocessing.get_context("spawn").Process(target=counted_from, args=arguments)
    process.start()
    wait_until(lambda: len(records(journal)) >= TRIALS // 4)
    before_death = {record["trial"] for record in records(journal)}
    # A trial is deleted from the cluster once it is in the journal, before the next is added.
    wait_until(lambda: len(records(journal)) >= len(before_death) + 4)
    dead = kill_a_worker(cluster)
    wait_until(lambda: len(records(journal)) >= TRIALS // 2)
    process.kill()
    process.join()
    left = len(records(journal))
    go.touch()
    with Client(cluster) as client:
        resumed = counted(TRIALS, marks, journal, held, client)
        kept = client.list_datasets()

    assert TRIALS // 2 <= left < TRIALS
    assert sorted(record["trial"] for record in records(journal)) == list(range(TRIALS))
    began = starts(marks)
    assert sorted(began) == list(range(TRIALS))
    again = {number for number, processes in began.items() if len(processes) > 1}
    assert all(began[number][0] == dead and len(began[number]) == 2 for number in again)
    assert not again & before_death
    assert kept == ()
    alone = counted(TRIALS, tmp_path / "other", tmp_path / "alone.jsonl")
    for own, other in zip(numbers(resumed), numbers(alone)):
        assert own[2:] == other[2:]


def test_what_trials_bring_does_not_depend_on_the_cluster(cluster):
    with Client(cluster) as client:
        result = small(client=client)

    assert numbers(result) == numbers(small())


def test_a_trial_that_ends_its_workers_is_what_failed_and_no_other(cluster, monkeypatch):
    # Dask then gives up at once on all tasks assigned to a worker when it died.
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with Client(cluster) as client:
        result = sweep(dangerous, {"number": [0, 1, 2, 3, 4]}, (X, Y), client)

    errors = {trial.number: trial.error for trial in result.trials if trial.error}
    assert len(result.trials) == 5
    assert list(errors) == [2] and errors[2].startswith("KilledWorker")


def test_a_cluster_that_drops_its_trials_is_an_error_and_the_journal_takes_up_the_sweep(
    cluster, tmp_path
):
    journal, go = tmp_path / "sweep.jsonl", tmp_path / "go"
    marks = str(tmp_path / "marks")
    space = {"number": list(range(30)), "marks": [marks], "held": [f"20 {go}"]}
    with Client(cluster) as client:
        result = small(space, client, epochs=30, journal=journal, background=True)
        wait_until(lambda: len(result.results) >= 2)
        client.restart(wait_for_workers=False)
        with pytest.raises(ClusterError, match="has dropped trials of this sweep"):
            result.wait(60)
        left = len(records(journal))
        go.touch()
        again = small(space, client, epochs=30, journal=journal)

    assert 2 <= left < 30
    assert sorted(record["trial"] for record in records(journal)) == list(range(30))
    assert not again.stopped


def test_a_sweep_says_that_it_waits_for_a_worker_and_goes_on_when_one_comes():
    with (
        LocalCluster(n_workers=0, threads_per_worker=1, dashboard_address=":0") as empty,
        Client(empty) as client,
        warnings.catch_warnings(record=True) as given,
    ):
        warnings.simplefilter("always")
        result = small(client=client, background=True)
        wait_until(lambda: any("The cluster has no worker" in str(w.message) for w in given))
        began = len(result.results)
        empty.scale(1)
        result.wait(60)

    assert began == 0
    assert numbers(result) == numbers(small())


def test_a_sweep_that_loses_all_its_workers_says_that_it_waits_and_goes_on(tmp_path):
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        warnings.catch_warnings(record=True) as given,
    ):
        warnings.simplefilter("always")
        result = small({"number": list(range(500))}, client, epochs=40, background=True)
        wait_until(lambda: len(result.results) >= 2)
        early = [w for w in given if "The cluster has no worker" in str(w.message)]
        cluster.scale(0)
        wait_until(lambda: any("The cluster has no worker" in str(w.message) for w in given))
        ended = len(result.results)
        cluster.scale(1)
        wait_until(lambda: len(result.results) > ended)
        result.cancel().wait(60)

    assert not early
    assert ended < 500


def test_a_client_that_was_closed_is_refused(cluster):
    with Client(cluster) as client:
        pass

    with pytest.raises(ClusterError, match="client of the cluster is closed"):
        small(client=client)
    with pytest.raises(ClusterError, match="client of the cluster is closed"):
        build().fit(X, Y, cluster=client)


def test_a_sweep_on_a_cluster_can_be_cancelled_and_leaves_nothing_there(cluster, tmp_path):
    journal = tmp_path / "sweep.jsonl"
    marks, go = str(tmp_path / "marks"), tmp_path / "go"
    space = {"number": list(range(200)), "marks": [marks], "held": [f"100 {go}"]}
    with Client(cluster) as client:
        result = small(space, client, epochs=50, journal=journal, background=True)
        wait_until(lambda: len(result.results) >= 2)
        result.cancel()
        go.touch()
        result.wait(60)
        kept = client.list_datasets()

    assert result.stopped and len(records(journal)) == len(result.results) < 200
    assert kept == ()


def test_the_trials_of_a_sweep_that_was_cancelled_leave_their_workers(cluster, tmp_path):
    marks = tmp_path / "marks"
    space = {"marks": [str(marks)], "number": [0, 1]}
    with Client(cluster) as client:
        result = small(space, client, epochs=10_000_000, background=True)
        wait_until(lambda: len(starts(marks)) == 2)
        result.cancel().wait(60)
        others = [client.submit(abs, -1, workers=[name], pure=False) for name in client.nthreads()]

        assert [other.result(timeout=60) for other in others] == [1, 1]
    assert result.stopped and result.trials == []


def test_a_search_of_scikit_learn_runs_on_the_workers_of_dask(cluster):
    search = GridSearchCV(Regressor(epochs=3, random_state=0), {"units": [2, 8]}, cv=2)
    alone = search.fit(X, Y[:, 0]).cv_results_["mean_test_score"]

    with Client(cluster), parallel_config("dask"):
        together = search.fit(X, Y[:, 0]).cv_results_["mean_test_score"]

    assert together.tolist() == alone.tolist()
