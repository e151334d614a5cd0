"""Metrics: over batches, with weights and masks, at once on arrays and as part of a plan."""

from __future__ import annotations

import numpy as np
import pytest

from funclab import metrics, ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError
from funclab.graph.tape import Tape
from funclab.graph.value import Constant, Value

RANDOM = np.random.RandomState(0)
CLASSES = RANDOM.randint(0, 4, 12)
ONE_HOT, CHANCES = np.eye(4)[CLASSES], RANDOM.dirichlet(np.ones(4), 12)
REAL, GUESSED = RANDOM.randn(12, 3), RANDOM.randn(12, 3)
YES, SIDE = RANDOM.randint(0, 2, 12), RANDOM.uniform(size=12)
HITS = CHANCES.argmax(1) == CLASSES
IN_TWO = (np.argsort(-CHANCES, 1)[:, :2] == CLASSES[:, None]).any(1)
FOUND = ((SIDE > 0.5) & (YES == 1)).sum()

FORMULAS = [
    (metrics.CategoricalAccuracy(), ONE_HOT, CHANCES, HITS.mean()),
    (metrics.SparseCategoricalAccuracy(), CLASSES, CHANCES, HITS.mean()),
    (metrics.SparseCategoricalAccuracy(), CLASSES[:, None], CHANCES, HITS.mean()),
    (metrics.TopKCategoricalAccuracy(k=2), ONE_HOT, CHANCES, IN_TWO.mean()),
    (metrics.SparseTopKCategoricalAccuracy(k=2), CLASSES, CHANCES, IN_TWO.mean()),
    (metrics.BinaryAccuracy(), YES, SIDE, ((SIDE > 0.5) == YES).mean()),
    (metrics.BinaryAccuracy(threshold=0.2), YES, SIDE, ((SIDE > 0.2) == YES).mean()),
    (metrics.BinaryAccuracy(), YES[:, None], SIDE, ((SIDE > 0.5) == YES).mean()),
    (metrics.Accuracy(), CLASSES, YES, (CLASSES == YES).mean()),
    (metrics.MeanSquaredError(), REAL, GUESSED, ((REAL - GUESSED) ** 2).mean()),
    (metrics.RootMeanSquaredError(), REAL, GUESSED, ((REAL - GUESSED) ** 2).mean() ** 0.5),
    (metrics.MeanAbsoluteError(), REAL, GUESSED, np.abs(REAL - GUESSED).mean()),
    (metrics.Precision(), YES, SIDE, FOUND / (SIDE > 0.5).sum()),
    (metrics.Recall(), YES, SIDE, FOUND / YES.sum()),
    (metrics.TruePositives(), YES, SIDE, FOUND),
    (metrics.FalseNegatives(), YES, SIDE, YES.sum() - FOUND),
]


@pytest.mark.parametrize(
    ("metric", "target", "prediction", "expected"), FORMULAS, ids=lambda one: str(one)[:40]
)
def test_a_metric_over_batches_is_its_formula_over_all(metric, target, prediction, expected):
    metric.reset_state()

    for rows in (slice(0, 5), slice(5, 12)):
        metric.update_state(target[rows], prediction[rows])

    np.testing.assert_allclose(metric.result(), expected, rtol=1e-6)


def test_the_area_under_the_curve_is_the_chance_that_a_positive_ranks_higher():
    yes, no = SIDE[YES == 1], SIDE[YES == 0]
    metric = metrics.AUC(num_thresholds=2000)

    metric.update_state(YES, SIDE)

    np.testing.assert_allclose(metric.result(), (yes[:, None] > no).mean(), atol=1e-3)


def test_a_weighted_mean_divides_by_the_weights():
    mean = metrics.Mean()

    mean.update_state([1.0, 2.0], sample_weight=[3.0, 1.0])
    mean.update_state([10.0])

    np.testing.assert_allclose(mean.result(), (3 + 2 + 10) / 5)


def test_after_a_reset_a_metric_is_as_new():
    mean = metrics.Mean()
    mean.update_state([1.0, 2.0])

    mean.reset_state()

    assert mean.result() == 0.0
    assert mean([4.0]) == 4.0


def test_on_the_tape_a_metric_becomes_part_of_the_plan():
    metric, prediction = metrics.CategoricalAccuracy(), Value((4, 2))
    with Tape() as tape:
        metric.update_state(Constant(np.eye(2)[[0, 0, 1, 1]].astype("float32")), prediction)
    plan = Plan([], wrt=(), updates=tape.updates)
    plan.array(prediction)[...] = [[2, 1], [1, 2], [1, 2], [1, 2]]

    plan.run()
    plan.run()

    assert metric.result() == 0.75
    assert float(metric.count) == 8


def test_masked_steps_do_not_count():
    metric, prediction = metrics.MeanAbsoluteError(), Value((2, 2, 1))
    prediction.mask = Constant(np.array([[True, False], [True, True]]))
    with Tape() as tape:
        metric.update_state(Constant(np.zeros((2, 2, 1), "float32")), prediction)
    plan = Plan([], wrt=(), updates=tape.updates)
    plan.array(prediction)[..., 0] = [[1, 100], [2, 3]]

    plan.run()

    np.testing.assert_allclose(metric.result(), (1 + 2 + 3) / 3)


def test_a_metric_of_ones_own_gathers_in_variables():
    class Largest(metrics.Metric):
        def __init__(self, name="largest", **kwargs):
            super().__init__(name=name, **kwargs)
            self.top = self.add_weight(name="top", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.top.assign(np.maximum(self.top, ops.max(ops.abs(y_true - y_pred))))

        def result(self):
            return self.top

    metric = Largest()

    metric.update_state(np.array([1.0]), np.array([5.0]))
    metric.update_state(np.array([1.0]), np.array([3.0]))

    assert float(metric.result()) == 4.0


@pytest.mark.parametrize(
    ("identifier", "cls", "name"),
    [
        ("mse", metrics.MeanSquaredError, "mean_squared_error"),
        ("binary_accuracy", metrics.BinaryAccuracy, "binary_accuracy"),
        ("AUC", metrics.AUC, "auc"),
        ("huber", metrics.MeanMetricWrapper, "huber"),
        (metrics.Recall, metrics.Recall, "recall"),
        (lambda t, p: ops.abs(t - p), metrics.MeanMetricWrapper, "<lambda>"),
    ],
)
def test_a_metric_may_be_given_in_every_form(identifier, cls, name):
    metric = metrics.get(identifier)

    assert type(metric) is cls
    assert metric.name == name


def test_a_metric_is_rebuilt_from_its_config():
    metric = metrics.BinaryAccuracy(threshold=0.3, name="near")

    again = metrics.deserialize(metrics.serialize(metric))

    assert (again.name, again.threshold) == ("near", 0.3)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: metrics.get("acuracy"), ValueError, "did you mean accuracy"),
        (lambda: metrics.get(7), ArgumentError, "metric identifier: 7"),
        (lambda: metrics.AUC(curve="ROCK"), ArgumentError, "ROCK"),
    ],
)
def test_a_metric_that_cannot_be_is_named(make, error, words):
    with pytest.raises(error, match=words):
        make()
