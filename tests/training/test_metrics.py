"""Metrics: over batches, with weights and masks, at once on arrays and as part of a plan."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from funclab import metrics, ops
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.tape import Tape
from funclab.graph.value import Constant, Value

# Scores at, above and below the thresholds; the results of Keras 3.15, without weights and with.
SCORES = np.array([0.9, 0.8, 0.75, 0.5, 0.5, 0.25, 0.2, 0.0])
TRUTH, WEIGHTS = np.array([1, 0, 1, 1, 0, 0, 1, 0]), np.array([1, 2, 1, 0.5, 1, 3, 1, 1])
LIMITS = [0.25, 0.5, 0.75]
COUNTED = {
    "TruePositives": (metrics.TruePositives(LIMITS), [3, 2, 1], [2.5, 2, 1]),
    "FalsePositives": (metrics.FalsePositives(LIMITS), [2, 1, 1], [3, 2, 2]),
    "TrueNegatives": (metrics.TrueNegatives(LIMITS), [2, 3, 3], [4, 5, 5]),
    "FalseNegatives": (metrics.FalseNegatives(LIMITS), [1, 2, 3], [1, 1.5, 2.5]),
    "Precision": (metrics.Precision(LIMITS), [0.6, 2 / 3, 0.5], [5 / 11, 0.5, 1 / 3]),
    "Recall": (metrics.Recall(LIMITS), [0.75, 0.5, 0.25], [5 / 7, 4 / 7, 2 / 7]),
    "unsorted": (metrics.Recall([0.75, 0.25]), [0.25, 0.75], [2 / 7, 5 / 7]),
    "none above": (metrics.Precision(0.99), 0, 0),
    "BinaryAccuracy": (metrics.BinaryAccuracy(), 0.625, 2 / 3),
    "AUC": (metrics.AUC(), 0.65625, 0.6224489808),
    "AUC at five points": (metrics.AUC(5), 0.625, 0.6224489212),
    "PR": (metrics.AUC(curve="PR"), 0.6899473667, 0.5699188709),
    "AUC from below": (metrics.AUC(5, "ROC", "minoring"), 0.5, 0.4897959),
    "PR at five points": (metrics.AUC(5, curve="PR"), 0.5661162734, 0.3932739496),
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_score_counts_as_yes_when_it_is_above_the_threshold(name):
    metric, plain, weighted = COUNTED[name]

    metric.reset_state()
    metric.update_state(TRUTH, SCORES)
    result = metric.result()
    metric.reset_state()
    metric.update_state(TRUTH, SCORES, sample_weight=WEIGHTS)

    np.testing.assert_allclose(result, plain, rtol=1e-6)
    np.testing.assert_allclose(metric.result(), weighted, rtol=1e-6)
    assert np.ndim(result) == np.ndim(plain)


def test_the_area_under_the_curve_may_be_taken_from_logits():
    metric = metrics.AUC(5, from_logits=True)
    inner = SCORES[:-1]

    metric.update_state(TRUTH[:-1], np.log(inner / (1 - inner)))

    assert metric.result() == pytest.approx(metrics.AUC(5)(TRUTH[:-1], inner))


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
        (lambda t, p: ops.abs(t - p), metrics.MeanMetricWrapper, "lambda"),
    ],
)
def test_a_metric_may_be_given_in_every_form(identifier, cls, name):
    metric = metrics.get(identifier)

    assert type(metric) is cls
    assert metric.name == name


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: metrics.get("acuracy"), ValueError, "did you mean accuracy"),
        (lambda: metrics.get(7), ArgumentError, "metric identifier: 7"),
        (lambda: metrics.AUC(curve="ROCK"), ArgumentError, "ROCK"),
        (lambda: metrics.AUC(summation_method="none"), ArgumentError, "summation_method"),
        (lambda: metrics.AUC(num_labels=2), ArgumentError, "only when `multi_label` is True"),
        (lambda: metrics.AUC(num_thresholds=1), ArgumentError, "an integer > 1"),
        (lambda: metrics.AUC(multi_label=True)([1], [1]), ArgumentError, "rank 2"),
        (lambda: metrics.Precision(class_id=1)([1], [1]), ArgumentError, "class_id"),
        (lambda: metrics.PrecisionAtRecall(1.5), ArgumentError, "expected in the range"),
        (lambda: metrics.RecallAtPrecision(0.5, 0), ArgumentError, "an integer > 0"),
        (lambda: metrics.IoU(2, [2]), ArgumentError, "out of range"),
        (lambda: metrics.MeanIoU(2)([0, 1], [0]), ArgumentError, "as many classes"),
        (lambda: metrics.F1Score("mean"), ArgumentError, "average"),
        (lambda: metrics.F1Score(threshold=0.0), ArgumentError, "0 < threshold <= 1"),
        (lambda: metrics.FBetaScore(beta=-1.0), ArgumentError, "a float > 0"),
        (lambda: metrics.F1Score()([1], [1]), ShapeError, "expects 2D inputs"),
        (lambda: metrics.R2Score("mean"), ArgumentError, "class_aggregation"),
        (lambda: metrics.R2Score(num_regressors=-1), ArgumentError, "a value >= 0"),
    ],
)
def test_a_metric_that_cannot_be_is_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize(
    ("weights", "total", "mean"),
    [
        (None, 21, 3.5),
        (2.0, 42, 3.5),
        ([1.0, 3.0], 6 + 3 * 15, (6 + 3 * 15) / 12),
        ([[1.0], [3.0]], 6 + 3 * 15, (6 + 3 * 15) / 12),
        ([[1.0, 0, 0], [0, 0, 2]], 1 + 2 * 6, (1 + 2 * 6) / 3),
    ],
)
def test_sums_and_means_take_one_weight_for_all_for_each_row_or_for_each_number(
    weights, total, mean
):
    values = np.array([[1.0, 2, 3], [4, 5, 6]])

    assert metrics.Sum()(values, sample_weight=weights) == total
    assert metrics.Mean()(values, sample_weight=weights) == pytest.approx(mean)


def test_the_state_of_a_metric_is_used_as_a_number():
    mean = metrics.Mean()
    mean.update_state([2.0, 4.0])

    total, count = mean.total, mean.count

    assert (total.shape, total.dtype, total.name) == ((), "float64", "total")
    assert (float(total), int(count), f"{total:.1f}") == (6.0, 2, "6.0")
    assert (total / count, total > count, 2 * count) == (3.0, True, 4.0)
    total.assign_add(4)
    count.assign_sub(1)
    assert mean.result() == 10.0
    count.assign(0)
    assert not count
    assert total
    assert repr(total) == "<total = 10.0>"
    assert len({total, count, total}) == 2


def test_masked_steps_with_weights_of_their_own_count_by_these():
    metric, prediction = metrics.MeanAbsoluteError(), Value((2, 2, 1))
    prediction.mask = Constant(np.array([[True, False], [True, True]]))
    with Tape() as tape:
        target, weights = Constant(np.zeros((2, 2, 1), "float32")), np.array([[3.0], [1.0]])
        metric.update_state(target, prediction, sample_weight=weights.astype("float32"))
    plan = Plan([], wrt=(), updates=tape.updates)
    plan.array(prediction)[..., 0] = [[1, 100], [2, 3]]

    plan.run()

    np.testing.assert_allclose(metric.result(), (3 * 1 + 2 + 3) / 5)


def test_a_wrapped_function_keeps_its_settings():
    metric = metrics.MeanMetricWrapper(
        lambda t, p, power: ops.abs(t - p) ** power, "far", power=2.0
    )

    config = metric.get_config()

    assert (config["name"], config["power"]) == ("far", 2.0)
    assert metric(np.zeros(2), np.array([1.0, 3.0])) == pytest.approx(5.0)


def test_whole_weights_are_asked_for_where_classes_are_counted():
    metric = metrics.MeanIoU(2)

    with pytest.warns(UserWarning, match="dtype is `int`"):
        metric.update_state([0, 1], [0, 1], sample_weight=[0.5, 1.0])

    assert metric.total_cm.array.tolist() == [[0, 0], [0, 1]]


def test_an_adjusted_score_needs_more_samples_than_inputs():
    metric = metrics.R2Score(num_regressors=5)

    with pytest.warns(UserWarning, match="More independent predictors than datapoints"):
        result = metric([[1.0], [2.0]], [[1.0], [2.0]])

    assert result == 1.0


def test_a_metric_made_of_others_resets_them_too():
    class Both(metrics.Metric):
        def __init__(self):
            super().__init__()
            self.mean = metrics.Mean()

    metric = Both()
    metric.mean.update_state([3.0])

    metric.reset_state()

    assert metric.mean.result() == 0.0
    assert metric.variables == metric.mean.variables


@pytest.mark.parametrize("name", ["F1Score", "AUC", "RecallAtPrecision", "MeanIoU", "Precision"])
def test_a_metric_with_counts_is_pickled(name):
    settings = {"RecallAtPrecision": {"precision": 0.4}, "MeanIoU": {"num_classes": 3}}
    metric = getattr(metrics, name)(**settings.get(name, {}))

    assert pickle.loads(pickle.dumps(metric)).get_config() == metric.get_config()


def test_targets_are_compared_in_the_dtype_of_the_predictions_as_in_keras():
    likelier, nearly_one = np.array([[0.5, 0.5 + 1e-12]]), np.array([[1 + 1e-12]])

    of_classes = metrics.categorical_accuracy(likelier, np.array([[0.9, 0.1]], "float32"))
    of_switches = metrics.binary_accuracy(nearly_one, np.array([[0.9]], "float32"))

    assert (of_classes.tolist(), of_switches.tolist()) == ([1.0], [[1.0]])


# Keras 3.15's results on TensorFlow and torch (JAX sorts nan otherwise in a curve of precision).
nan = float("nan")
ODD_TRUTH = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 1]], "float32")
ODD_SCORES = np.array(
    [[0.9, 0.3, 0.6], [0.4, 0.7, 0.2], [0.35, 0.8, 0.55], [0.1, 0.65, 0.45]], "float32"
)
WITH_NAN = np.where(ODD_SCORES[2, 1] == ODD_SCORES, nan, ODD_SCORES)
ODD_WAYS = {
    "a score is nan": (WITH_NAN, None),
    "a weight is negative": (ODD_SCORES, [1, -1, 2, 0.5]),
    "a weight is nan": (ODD_SCORES, [1, nan, 2, 0.5]),
    "a score is nan and a weight negative": (WITH_NAN, [1, -1, 2, 0.5]),
}
OF_LABELS = {"multi_label": True, "num_labels": 3}
ODD_RESULTS = {
    "AUC": (metrics.AUC, {}, [0.666667, 0.568182, nan, 0.204545]),
    "AUC of PR": (metrics.AUC, {"curve": "PR"}, [0.657847, 1.019914, nan, 0.518296]),
    "AUC of labels": (metrics.AUC, OF_LABELS, [0.666667, 0.333333, nan, -0.333333]),
    "Precision": (metrics.Precision, {}, [0.6, 0.545455, nan, 0.285714]),
    "Precision of the top 2": (metrics.Precision, {"top_k": 2}, [0.571429, 0.7, nan, 0.5]),
    "Recall": (metrics.Recall, {}, [0.5, 0.545455, nan, 0.181818]),
}


@pytest.mark.parametrize("way", ODD_WAYS)
@pytest.mark.parametrize("name", ODD_RESULTS)
def test_scores_and_weights_that_are_nan_or_negative_count_as_in_keras(name, way):
    make, settings, results = ODD_RESULTS[name]
    scores, weights = ODD_WAYS[way]

    result = make(**settings)(ODD_TRUTH, scores, sample_weight=weights)

    wanted = results[list(ODD_WAYS).index(way)]
    np.testing.assert_allclose(result, wanted, atol=1e-5)
