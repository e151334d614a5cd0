"""Metrics that are means of a function: accuracies, and losses used as metrics."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from funclab import config, ops, registry
from funclab.losses import functions as losses
from funclab.losses.base import class_of, multiplied, prefix
from funclab.losses.functions import as_float, is_symbolic, prepared
from funclab.metrics.base import Mean, MeanMetricWrapper, Metric
from funclab.ops.nn.scores import ClassHits, RankHits, SparseClassHits, ThresholdHits


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where target and prediction are equal, else 0.

    >>> accuracy([[1], [2]], [[1], [0]])
    array([[1.],
           [0.]], dtype=float32)
    """
    y_true, y_pred = prepared(y_true, y_pred)
    return as_float(ops.equal(y_true, y_pred))


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """1 where the prediction is above the threshold if and only if the target is 1, else 0.

    >>> binary_accuracy([[0.0, 1.0]], [[0.4, 0.2]])
    array([[1., 0.]])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    return ThresholdHits(threshold)(y_true, y_pred)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the likeliest class is that of the one-hot target, else 0.

    >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
    array([1., 0.])
    """
    y_pred = as_float(y_pred)
    return ClassHits()(as_float(y_true, str(y_pred.dtype)), y_pred)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the likeliest class is the target class, else 0.

    >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]])
    array([1., 0.])
    """
    return SparseClassHits()(*_class_numbers(y_true, y_pred))


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the class of the one-hot target is among the k likeliest, else 0.

    >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.5, 0.3, 0.2]], k=2)
    array([0.])
    """
    y_true = y_true if is_symbolic(y_true) else np.asarray(y_true)
    return RankHits(k)(ops.argmax(y_true, axis=-1), as_float(y_pred))


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Any:
    """1 where the target class is among the k likeliest, else 0.

    With from_sorted_ids, y_pred contains class indices, the likeliest first.

    >>> sparse_top_k_categorical_accuracy([1], [[0.5, 0.3, 0.2]], k=2)
    array([1.])
    """
    y_true, y_pred = _class_numbers(y_true, y_pred)
    if not from_sorted_ids:
        return RankHits(k)(y_true, y_pred)
    wanted = ops.expand_dims(as_float(y_true, str(y_pred.dtype)), -1)
    return as_float(ops.any(ops.equal(wanted, y_pred[..., :k]), axis=-1))


def _class_numbers(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_true = y_true if is_symbolic(y_true) else np.asarray(y_true)
    y_pred = as_float(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    return y_true, y_pred


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The correlation of target and prediction along `axis`: from -1 to 1.

    >>> pearson_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]]).round(4)
    array([1.])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    return ops.mean(_standardized(y_true, axis) * _standardized(y_pred, axis), axis=axis)


def _standardized(x: Any, axis: int) -> Any:
    x = x - ops.mean(x, axis=axis, keepdims=True)
    return x / ops.std(x, axis=axis, keepdims=True)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """How closely prediction and target agree (y = x) along `axis`: from -1 to 1.

    Source: Lin, "A Concordance Correlation Coefficient to Evaluate Reproducibility", 1989.

    >>> concordance_correlation([[1.0, 2.0, 3.0]], [[2.0, 4.0, 6.0]]).round(4)
    array([0.3636])
    """
    y_true, y_pred = prepared(y_true, y_pred)
    true_mean, true_variance = ops.moments(y_true, axis, keepdims=True)
    mean, variance = ops.moments(y_pred, axis, keepdims=True)
    covariance = (y_true - mean) * (y_pred - mean)
    total = true_variance + variance + ops.square(true_mean - mean)
    return ops.mean(2.0 * covariance / (total + config.epsilon()), axis=axis)


def _cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between target and prediction: 1 for the same direction.

    >>> round(float(CosineSimilarity()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
    0.7071
    """
    return -losses.cosine_similarity(y_true, y_pred, axis)


class FunctionMetric(MeanMetricWrapper, abstract=True):
    """The mean of the function of this class."""

    def get_config(self) -> dict[str, Any]:
        return Metric.get_config(self)


class IgnoringMetric(FunctionMetric, abstract=True):
    """A metric that ignores the samples of one class, `ignore_class`.

    As in Keras, without sample weights they count as 0.
    """

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        ignored = self.settings["ignore_class"]
        if sample_weight is not None and ignored is not None:
            counts = as_float(ops.not_equal(_class_numbers(y_true, y_pred)[0], ignored))
            weight = prefix(as_float(sample_weight, str(counts.dtype)), counts)
            sample_weight = multiplied(weight, counts)
        super().update_state(y_true, y_pred, sample_weight)


def _metric(
    name: str, function: Any = None, own_name: str = "", order: Any = (), base: Any = FunctionMetric
) -> Any:
    """The metric that is the mean of a function, by default the loss or accuracy of that name."""
    own_name = own_name or registry.to_snake_case(name)
    function = function or globals().get(own_name) or getattr(losses, own_name)
    common = {"name": own_name, "dtype": None}
    settings = list(inspect.signature(function).parameters)[2:]
    says = f"The mean over all samples of the following. {function.__doc__}"
    return class_of(base, name, function, says, common, order or [*common, *settings])


K_FIRST = ("k", "name", "dtype")
Accuracy = _metric("Accuracy")
BinaryAccuracy = _metric("BinaryAccuracy")
CategoricalAccuracy = _metric("CategoricalAccuracy")
SparseCategoricalAccuracy = _metric("SparseCategoricalAccuracy")
TopKCategoricalAccuracy = _metric(
    "TopKCategoricalAccuracy", own_name="top_k_categorical_accuracy", order=K_FIRST
)
SparseTopKCategoricalAccuracy = _metric(
    "SparseTopKCategoricalAccuracy",
    own_name="sparse_top_k_categorical_accuracy",
    order=(*K_FIRST, "from_sorted_ids"),
)
MeanSquaredError = _metric("MeanSquaredError")
MeanAbsoluteError = _metric("MeanAbsoluteError")
MeanAbsolutePercentageError = _metric("MeanAbsolutePercentageError")
MeanSquaredLogarithmicError = _metric("MeanSquaredLogarithmicError")
Hinge, SquaredHinge = _metric("Hinge"), _metric("SquaredHinge")
CategoricalHinge = _metric("CategoricalHinge")
KLDivergence, Poisson = _metric("KLDivergence"), _metric("Poisson")
BinaryCrossentropy = _metric(
    "BinaryCrossentropy", order=("name", "dtype", "from_logits", "label_smoothing")
)
CategoricalCrossentropy = _metric("CategoricalCrossentropy")
SparseCategoricalCrossentropy = _metric(
    "SparseCategoricalCrossentropy",
    order=("name", "dtype", "from_logits", "ignore_class", "axis"),
    base=IgnoringMetric,
)
LogCoshError = _metric("LogCoshError", losses.log_cosh, "logcosh")
CosineSimilarity = _metric("CosineSimilarity", _cosine)
PearsonCorrelation = _metric("PearsonCorrelation")
ConcordanceCorrelation = _metric("ConcordanceCorrelation")


class RootMeanSquaredError(Mean):
    """The root of the mean squared error, over all samples.

    >>> round(RootMeanSquaredError()([1.0, 2.0], [4.0, 2.0]), 4)
    2.1213
    """

    def __init__(
        self, name: str | None = "root_mean_squared_error", dtype: str | None = None
    ) -> None:
        super().__init__(name, dtype)

    def update_state(  # type: ignore[override]
        self, y_true: Any, y_pred: Any, sample_weight: Any = None
    ) -> None:
        y_true, y_pred = prepared(y_true, y_pred)
        super().update_state(ops.square(y_pred - y_true), sample_weight)

    def result(self) -> Any:
        return float(np.sqrt(super().result()))


for _metric, _names in {
    MeanSquaredError: ("mse", "MSE"),
    MeanAbsoluteError: ("mae", "MAE"),
    MeanAbsolutePercentageError: ("mape", "MAPE"),
    MeanSquaredLogarithmicError: ("msle", "MSLE"),
    BinaryCrossentropy: ("bce", "BCE"),
    TopKCategoricalAccuracy: ("top_k_categorical_accuracy",),
    KLDivergence: ("kl_divergence", "kld"),
}.items():
    registry.register("metric", _metric, *_names)
