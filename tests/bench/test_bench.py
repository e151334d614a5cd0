"""The benchmark measures what it says; no test asserts how fast anything is."""

import sys

import numpy as np
import pytest

import funclab
from bench import cluster, eager, growth, network
from bench.__main__ import MEASURES, Side, Worker, kind_of_blas, ratio
from bench.kernels import measure
from bench.workloads import WORKLOADS


@pytest.mark.parametrize("name", list(WORKLOADS))
def test_a_workload_trains_on_its_own_data(name):
    workload = WORKLOADS[name]
    x, y = workload.data(steps=1)
    model = workload.build(funclab)
    before = model.get_weights()

    model.fit(x, y, batch_size=workload.batch, verbose=0)

    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert not all(np.array_equal(w, old) for w, old in zip(model.get_weights(), before))


def test_the_loops_that_are_compared_train_alike():
    models = [eager.network(), eager.network(eager.OwnStep), eager.network()]
    begun = models[0].get_weights()
    for model, loop in zip(models, (eager.fit, eager.fit, eager.by_hand), strict=True):
        model.set_weights(begun)
        loop(model)()

    for model in models[1:]:
        for weight, usual in zip(model.get_weights(), models[0].get_weights(), strict=True):
            np.testing.assert_allclose(weight, usual, rtol=1e-4, atol=1e-6)


def test_a_worker_answers_every_command_with_a_positive_number():
    worker = Worker(Side("funclab", sys.executable), "shared_dense")

    answers = [worker.ask(name) for name in MEASURES]

    assert min([*answers, worker.close()]) > 0


def test_blas_is_held_to_a_kind_of_processor_only_where_that_is_asked_for(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")

    free, held = (Side("funclab", sys.executable, kind) for kind in (None, "Nehalem"))

    assert kind_of_blas(held) == "Nehalem"
    assert kind_of_blas(free) != "Nehalem"


def test_a_kernel_tells_the_seconds_and_the_memory_of_each_step(tmp_path):
    kernels = measure(1, str(tmp_path))

    assert min(kernels[0].seconds.values()) > 0
    assert kernels[0].megabytes["first fit"]["RSS"] > kernels[0].megabytes["start"]["RSS"] > 1


def test_the_ratio_tells_how_many_times_as_fast_the_first_side_is():
    ours, theirs = [10.0, 20.0, 20.0], [30.0, 50.0, 20.0]

    text = ratio([ours, theirs])

    assert text.split() == ["2.00", "times", "as", "fast", "(2.50)"]


@pytest.mark.parametrize("name", list(growth.GROWTHS))
def test_what_grows_trains_at_its_smallest_size(name, monkeypatch):
    monkeypatch.setattr(growth, "LONGEST", 0.0)
    grows = growth.GROWTHS[name]

    time = growth.microseconds(grows, grows.sizes[0])

    assert time > 0


def test_an_exponent_tells_how_time_grows_from_size_to_size():
    sizes = growth.GROWTHS["depth"].sizes
    times = [float(size**2) for size in sizes]

    found = growth.exponents("depth", times)

    np.testing.assert_allclose(found[1:], 2)


def test_a_step_on_workers_is_split_into_parts_that_add_up():
    from dask.distributed import Client, LocalCluster

    settings = {"dashboard_address": None, "memory_limit": 0, "threads_per_worker": 1}
    with LocalCluster(n_workers=2, **settings) as workers, Client(workers) as client:
        step = cluster.measure_cluster(1000, 8, 2, client)

    assert min(step.compute, step.transfer, step.client) > 0
    assert step.compute + step.wait + step.transfer + step.client == pytest.approx(step.total)


def follows(model, keys):
    """Steps that take exactly what a model says, for weights, batch and workers."""
    for weights, batch, workers in keys:
        if not workers:
            yield cluster.Measured(weights, batch, 0, 1, model.local_step(weights, batch))
            continue
        compute = float(model.compute @ network.work(weights, batch / workers))
        beside = model.beside(weights, batch, workers)
        client = float(model.client @ [1, weights])
        times = compute + beside, compute, 0.0, beside - client
        yield cluster.Measured(weights, batch, workers, 1, *times)


def a_model():
    return network.Model(
        compute=np.array([3e-4, 1e-9, 6e-11]),
        transfer=np.array([5e-3, 2e-3, 1e-3, 2e-9]),
        client=np.array([5e-4, 4e-9]),
        local=np.array([2e-4, 5e-9, 6e-11]),
        width=cluster.width_of,
    )


def test_the_model_of_a_cluster_is_found_again_from_steps_that_follow_it():
    keys = [(w, b, n) for w in cluster.SIZES for b in cluster.BATCHES for n in (0, 1, 2, 4)]
    steps = list(follows(a_model(), keys))

    found = network.fitted(steps, cluster.width_of)

    for part in ("compute", "transfer", "client", "local"):
        np.testing.assert_allclose(getattr(found, part), getattr(a_model(), part), rtol=1e-6)
    np.testing.assert_allclose(network.errors(found, network.checked(steps)), 0, atol=1e-6)
    np.testing.assert_allclose(network.left_out(steps, cluster.width_of), 0, atol=1e-6)


def test_no_part_of_the_model_is_below_0():
    found = network.fit([[1, 0], [1, 1], [1, 2]], [3.0, 2.0, 1.0])

    assert min(found) == 0
    assert max(found) > 0


def test_a_slower_network_and_more_weights_ask_for_a_larger_batch():
    model = a_model()
    slow, fast = (model.least_batch(10**6, 2, rate) for rate in network.NETWORKS.values())

    assert slow > fast
    assert model.gain(10**6, fast, 2, 1e10) > 1 > model.gain(10**6, fast // 2, 2, 1e10)
    assert model.gain(10**6, slow, 2, 1e9) > 1 > model.gain(10**6, fast, 2, 1e9)


def test_the_bytes_on_the_longest_way_grow_with_the_levels_of_the_tree():
    def sent(workers):
        return network.bytes_sent(1000, 0, workers, 0) / 8000

    assert [sent(workers) for workers in (1, 2, 3, 4, 64)] == [1, 2, 3, 5, 13]


def test_the_report_tells_errors_gains_and_from_where_on_there_is_one(capsys):
    keys = [(w, b, n) for w in cluster.SIZES for b in cluster.BATCHES for n in (0, 1, 2)]

    network.report(list(follows(a_model(), keys)), cluster.width_of)

    told = capsys.readouterr().out
    assert "fitted: 0% in the median, 0% at most" in told
    assert told.count("how many times as fast as a local fit") == len(network.NETWORKS)
    assert told.count("the least batch that gains") == len(network.NETWORKS)


def test_the_growth_curves_are_drawn_and_told_with_their_reasons():
    curves = growth.Curves({"steps": [float(n) for n in growth.GROWTHS["steps"].sizes]})

    assert curves.svg.count("<path") == 1 + len(growth.GROWTHS["steps"].sizes)
    assert growth.GROWTHS["steps"].reason in curves.description
    assert "exponent" in curves.text
