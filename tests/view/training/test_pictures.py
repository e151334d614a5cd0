"""The static picture that a training leaves: what it shows, and what it says."""

from __future__ import annotations

import numpy as np
import pytest

from funclab.layers import Dense, Input
from funclab.models import Model
from funclab.optimizers import SGD
from funclab.view.draw.chart import log_ticks, ticks
from funclab.view.training.curves import RunCharts, charts_of
from funclab.view.training.record import summary
from funclab.view.training.view import compare_runs, watch
from tests.view.training.live_runs import X, Y, fresh, history_of


def test_the_static_picture_has_every_run_and_the_text_never_changes():
    model = fresh()
    model.fit(X, Y, epochs=2, live=True, run="first")
    first = watch(model)._repr_mimebundle_()[0]
    model.fit(X, Y, epochs=2, live=True, run="second")

    second = watch(model)._repr_mimebundle_()[0]

    assert second["text/plain"] == first["text/plain"] == "<TrainingView: Training of kinds>"
    assert second.keys() == first.keys()
    assert ">first<" in second["image/svg+xml"]
    assert "Training of kinds: 2 epochs, second<" in second["image/svg+xml"]


def test_the_picture_that_stays_says_where_overfitting_begins():
    view = shown([2.0, 1.5, 1.0, 0.5], [2.0, 1.6, 1.9, 2.2])

    assert "Validation was lowest after epoch 2, at 1.6" in view.svg()
    assert "overfitting" not in shown([2.0, 1.5, 1.0], [2.0, 1.6, 1.5]).svg()


def test_noise_at_the_bottom_of_a_long_fall_is_not_called_overfitting():
    assert "overfitting" not in shown([60.0, 2e-5, 1e-5], [20.0, 5e-7, 1e-4]).svg()


def test_a_loss_that_is_no_number_any_more_is_shown_and_told():
    svg = shown([2.0, float("nan"), float("nan")], []).svg()

    assert ">nan since epoch 2<" in svg
    assert "The loss has been nan (not a number) since epoch 2" in svg
    assert ">nan</text>" in svg


def test_the_mean_over_an_epoch_stands_half_an_epoch_before_what_is_measured_at_its_end():
    runs = shown([2.0, 1.0], [3.0, 2.0]).runs

    chart = RunCharts(runs, False).chart(charts_of(["loss"], [])[0])

    assert [(line.label, line.back) for line in chart.lines] == [
        ("training", 0.5),
        ("validation", 0.0),
    ]
    assert chart.along == (0, 2)


def shown(losses, checked):
    """The view of a training with these losses, in training and in validation."""
    view = watch(fresh())
    view.facts = {**view.facts, "charts": charts_of(["loss"], [])}
    view.runs = [summary(history_of(losses, checked), "run 1")]
    return view


def test_before_the_first_epoch_the_picture_says_so():
    assert "when the first epoch is over" in watch(fresh()).svg()


def test_a_training_that_nobody_watched_can_be_looked_at_afterwards():
    model = fresh()
    model.fit(X, Y, epochs=2, verbose=0)

    assert "Training of kinds: 2 epochs<" in watch(model).svg()


def test_runs_of_different_models_can_be_compared():
    first = fresh(1, "shared").fit(X, Y, epochs=2, verbose=0, run="shared")
    second = fresh(2, "separate").fit(X, Y, epochs=3, verbose=0)

    view = compare_runs(first, second, log=True)

    assert [run["label"] for run in view.runs] == ["shared", "run 2"]
    assert view.title == "Runs: shared and run 2"
    assert view.line() == "funclab.compare_runs(history1, history2, log=True)"
    assert ">shared<" in view.svg()


@pytest.mark.parametrize("scale", [1e-30, 1e-13, 1e-7, 1.0, 1e9, 1e30])
def test_an_axis_has_several_different_numbers_within_its_span_however_small_they_are(scale):
    for low, high in [(3 * scale, 9 * scale), (3 * scale, 3.2 * scale)]:
        for found in (ticks(low, high), log_ticks(low, high)):
            assert len(found) >= 2
            assert found == sorted(set(found))
            assert low * 0.999 <= found[0] and found[-1] <= high * 1.001


def test_a_training_whose_loss_is_tiny_is_drawn_and_goes_on():
    inputs = Input((2,))
    model = Model(inputs, Dense(1, kernel_initializer="zeros")(inputs))
    model.compile(SGD(0.004), "mse")
    x, y = np.ones((8, 2)), np.full((8, 1), 3e-7)

    history = model.fit(x, y, epochs=3, live=True, verbose=0)

    assert history.epoch == [0, 1, 2]
    (chart,) = watch(model).curves["charts"]
    # Two weights and a bias each take a part of the error away in every step.
    wanted = [9e-14 * (1 - 6 * 0.004) ** (2 * step) for step in range(3)]
    values = [float(value) for value in chart["lines"][-1]["values"]]
    assert values == pytest.approx(wanted, rel=0.05)
    assert "log" in chart["svgs"]
