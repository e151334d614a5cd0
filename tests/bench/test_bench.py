"""The bench measures what it says; how fast anything is, no test asks."""

import sys

import numpy as np
import pytest

import funclab
from tests.bench import growth
from tests.bench.__main__ import MEASURES, Side, Worker, kind_of_blas, ratio
from tests.bench.kernels import measure
from tests.bench.workloads import WORKLOADS


@pytest.mark.parametrize("name", list(WORKLOADS))
def test_a_workload_trains_on_its_own_data(name):
    workload = WORKLOADS[name]
    x, y = workload.data(steps=1)
    model = workload.build(funclab)
    before = model.get_weights()

    model.fit(x, y, batch_size=workload.batch, verbose=0)

    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert not all(np.array_equal(w, old) for w, old in zip(model.get_weights(), before))


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


def test_the_growth_curves_are_drawn_and_told_with_their_reasons():
    curves = growth.Curves({"steps": [float(n) for n in growth.GROWTHS["steps"].sizes]})

    assert curves.svg.count("<path") == 1 + len(growth.GROWTHS["steps"].sizes)
    assert growth.GROWTHS["steps"].reason in curves.description
    assert "exponent" in curves.text
