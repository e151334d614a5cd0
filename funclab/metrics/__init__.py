"""Metrics: numbers that evaluate a model, averaged over an epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from funclab import losses, registry
from funclab.errors import LossError
from funclab.losses import (
    binary_crossentropy, binary_focal_crossentropy, categorical_crossentropy,
    categorical_focal_crossentropy, categorical_hinge, cosine_similarity, hinge, huber,
    kl_divergence, log_cosh, mean_absolute_error, mean_absolute_percentage_error,
    mean_squared_error, mean_squared_logarithmic_error, poisson, sparse_categorical_crossentropy,
    squared_hinge,
)  # fmt: skip
from funclab.metrics.base import Mean, MeanMetricWrapper, Metric, State, Sum
from funclab.metrics.columns import F1Score, FBetaScore, R2Score
from funclab.metrics.confusion import (
    AUC, FalseNegatives, FalsePositives, Precision, PrecisionAtRecall, Recall, RecallAtPrecision,
    SensitivityAtSpecificity, SpecificityAtSensitivity, TrueNegatives, TruePositives,
)  # fmt: skip
from funclab.metrics.functions import (
    Accuracy, BinaryAccuracy, BinaryCrossentropy, CategoricalAccuracy, CategoricalCrossentropy,
    CategoricalHinge, ConcordanceCorrelation, CosineSimilarity, Hinge, KLDivergence, LogCoshError,
    MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError,
    PearsonCorrelation, Poisson, RootMeanSquaredError, SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy, SparseTopKCategoricalAccuracy, SquaredHinge,
    TopKCategoricalAccuracy, accuracy, binary_accuracy, categorical_accuracy,
    concordance_correlation, pearson_correlation, sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy, top_k_categorical_accuracy,
)  # fmt: skip
from funclab.metrics.overlap import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from funclab.errors.missing_names import guard

__all__ = [
    "AUC", "Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "BinaryIoU", "CategoricalAccuracy",
    "CategoricalCrossentropy", "CategoricalHinge", "ConcordanceCorrelation", "CosineSimilarity",
    "F1Score", "FBetaScore", "FalseNegatives", "FalsePositives", "Hinge", "IoU", "KLDivergence",
    "LogCoshError", "Mean", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanIoU",
    "MeanMetricWrapper", "MeanSquaredError", "MeanSquaredLogarithmicError", "Metric", "OneHotIoU",
    "OneHotMeanIoU", "PearsonCorrelation", "Poisson", "Precision", "PrecisionAtRecall", "R2Score",
    "Recall", "RecallAtPrecision", "RootMeanSquaredError", "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity", "SquaredHinge", "State", "Sum", "TopKCategoricalAccuracy",
    "TrueNegatives", "TruePositives", "accuracy", "binary_accuracy", "binary_crossentropy",
    "binary_focal_crossentropy", "categorical_accuracy", "categorical_crossentropy",
    "categorical_focal_crossentropy", "categorical_hinge", "concordance_correlation",
    "cosine_similarity", "deserialize", "get", "hinge", "huber", "kl_divergence", "log_cosh",
    "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_error",
    "mean_squared_logarithmic_error", "pearson_correlation", "poisson", "serialize",
    "sparse_categorical_accuracy", "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy", "squared_hinge", "top_k_categorical_accuracy",
]  # fmt: skip


@overload
def get(identifier: None) -> None: ...


@overload
def get(identifier: str | dict[str, Any] | Callable[..., Any] | Metric) -> Metric: ...


def get(identifier: Any) -> Metric | None:
    """A metric from its name, class, config, or a function of (y_true, y_pred).

    The names of losses are also accepted.
    Raises: LossError for anything else.
    """
    name = identifier if isinstance(identifier, str) else None
    known = registry.registered("metric")
    if name is not None and name not in known and name in registry.registered("loss"):
        identifier = losses.get(name)
    metric = registry.get("metric", identifier)
    if metric is None or isinstance(metric, Metric):
        return metric
    if not callable(metric):
        raise LossError(
            f"Could not interpret metric identifier: {identifier!r}.",
            why=f"a {type(identifier).__name__} is neither the name of a metric nor a function.",
            fix='pass a name such as "accuracy", a metric object, or a function of '
            "(y_true, y_pred).",
        )
    return MeanMetricWrapper(metric, name=name)


serialize, deserialize = registry.pair("metric")


guard(__name__)
