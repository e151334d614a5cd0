"""Metrics computed for each column of the predictions and then averaged: F scores and R2."""

from __future__ import annotations

import warnings
from dataclasses import field
from typing import Any, ClassVar

import numpy as np

from funclab.errors import ShapeError
from funclab.graph.shape_math import Array, show
from funclab.losses.functions import prepared
from funclab.metrics.base import Metric
from funclab.registry.parameters import wrong_value

SMALL = 1e-7


class Columns(Metric, abstract=True):
    """A metric that keeps rows of sums, with one sum per column, made at the first batch."""

    kept: ClassVar[tuple[str, ...]]

    def take(self, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Array, Array, Array]:
        """Targets and predictions of one shape (samples, columns), and weights to multiply by."""
        y_true, y_pred = prepared(y_true, y_pred)
        if y_pred.ndim != 2 or y_true.ndim != 2:
            raise ShapeError(
                f"{type(self).__name__} expects 2D inputs with shape (batch_size, output_dim). "
                f"Received input shapes: y_pred.shape={show(y_pred.shape)} and "
                f"y_true.shape={show(y_true.shape)}.",
                why="the columns are judged separately: classes, or numbers that are predicted.",
                fix="pass targets.reshape(len(targets), -1), and predictions in the same form.",
            )
        if not hasattr(self, self.kept[0]):
            self.make(y_pred.shape[1])
        weights = np.ones(1) if sample_weight is None else np.asarray(sample_weight, "float64")
        return y_true, y_pred, weights[:, None] if weights.ndim == 1 else weights

    def make(self, columns: int) -> None:
        for name in self.kept:
            setattr(self, name, self.add_variable((columns,), dtype="float64", name=name))

    def rows(self) -> list[Array]:
        return [getattr(self, name).array for name in self.kept]


class FBetaScore(Columns):
    """The weighted harmonic mean of precision and recall, with recall `beta` times as important.

    f = (1 + beta^2) precision recall / (beta^2 precision + recall). Without a `threshold`, the
    predicted class is the one with the highest score. `average` is None (a score for each class),
    "micro" (one score from the counts of all classes), "macro" (the mean), or "weighted" (the mean
    weighted by the number of samples in each class).

    >>> import numpy as np
    >>> FBetaScore(beta=2.0)(np.eye(2), np.eye(2)).round(4)
    array([1., 1.], dtype=float32)
    """

    kept = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")

    average: str | None = None
    beta: float = 1.0
    threshold: float | None = None
    name: str | None = "fbeta_score"
    dtype: str | None = None

    def __post_init__(self) -> None:
        Metric.__init__(self, self.dtype, self.name)
        kind, threshold = type(self).__name__, self.threshold
        averages = (None, "micro", "macro", "weighted")
        if self.average not in averages:
            raise wrong_value(kind, "average", self.average, f"one of {averages}", '"macro"')
        if self.beta <= 0:
            raise wrong_value(kind, "beta", self.beta, "a float > 0", "1.0")
        if threshold is not None and not 0 < threshold <= 1:
            raise wrong_value(kind, "threshold", threshold, "0 < threshold <= 1", "0.5")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred, weights = self.take(y_true, y_pred, sample_weight)
        if self.threshold is None:
            chosen = (y_pred >= y_pred.max(-1, keepdims=True)) & (np.abs(y_pred) > 1e-9)
        else:
            chosen = y_pred > y_pred.dtype.type(self.threshold)
        counted = (chosen * y_true, chosen * (1 - y_true), ~chosen * y_true, y_true)
        for state, values in zip(self.kept, counted):
            getattr(self, state).assign_add((values * weights).sum(0))

    def result(self) -> Any:
        if not self.variables:
            return 0.0
        hits, wrong, missed, samples = self.rows()
        if self.average == "micro":
            hits, wrong, missed = (
                np.sum(counts, keepdims=True) for counts in (hits, wrong, missed)
            )
        precision, recall = hits / (hits + wrong + SMALL), hits / (hits + missed + SMALL)
        square = self.beta**2
        scores = (1 + square) * precision * recall / (square * precision + recall + SMALL)
        if self.average == "weighted":
            return float((scores * samples / (samples.sum() + SMALL)).sum())
        return float(scores.mean()) if self.average else scores.astype(self.dtype)


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall: FBetaScore with beta 1.

    >>> metric = F1Score("macro", threshold=0.5)
    >>> round(metric([[1, 1], [1, 0]], [[0.2, 0.6], [0.7, 0.6]]), 4)
    0.6667
    """

    beta: float = field(init=False, default=1.0)
    name: str | None = "f1_score"


class R2Score(Columns):
    """1 - residual / variance: the fraction of the targets' variance that is explained.

    `class_aggregation` says how columns are averaged: "uniform_average",
    "variance_weighted_average", or None for a score for each. With `num_regressors`, the result is
    the adjusted score.

    >>> round(R2Score()([[1.0], [2.0], [3.0]], [[1.0], [2.0], [4.0]]), 4)
    0.5
    """

    kept = ("squared_sum", "sum", "residual", "count")

    class_aggregation: str | None = "uniform_average"
    num_regressors: int = 0
    name: str | None = "r2_score"
    dtype: str | None = None

    def __post_init__(self) -> None:
        Metric.__init__(self, self.dtype, self.name)
        known = (None, "uniform_average", "variance_weighted_average")
        wanted, number = self.class_aggregation, self.num_regressors
        if wanted not in known:
            raise wrong_value("R2Score", "class_aggregation", wanted, f"one of {known}", "None")
        if number < 0:
            raise wrong_value("R2Score", "num_regressors", number, "a value >= 0", "0")
        self.num_samples = self.add_variable(dtype="int64", name="num_samples")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred, weights = self.take(y_true, y_pred, sample_weight)
        y_true, y_pred = y_true.astype("float64"), y_pred.astype("float64")
        weights = np.broadcast_to(weights, y_true.shape)
        summed = (y_true**2, y_true, (y_true - y_pred) ** 2, np.ones(y_true.shape))
        for state, values in zip(self.kept, summed):
            getattr(self, state).assign_add((values * weights).sum(0))
        self.num_samples.assign_add(y_true.size)

    def result(self) -> Any:
        if not hasattr(self, "residual"):
            return 0.0
        squares, sums, residual, count = self.rows()
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = squares - sums * (sums / count)
            scores = 1 - residual / variance
        scores = np.where(np.isinf(scores), 0, scores)
        if self.class_aggregation == "uniform_average":
            scores = scores.mean()
        elif self.class_aggregation:
            scores = (variance * scores).sum() / variance.sum()
        scores = self._adjusted(scores) if self.num_regressors else scores
        return float(scores) if np.ndim(scores) == 0 else scores

    def _adjusted(self, scores: Any) -> Any:
        """The scores, reduced for a model with `num_regressors` inputs."""
        left = int(self.num_samples) - 1 - self.num_regressors
        if left > 0:
            return 1 - (1 - scores) * (int(self.num_samples) - 1) / left
        more = "More independent predictors than datapoints"
        reason = "Division by zero" if left == 0 else more
        warnings.warn(
            f"{reason} in adjusted R2 score. Falling back to standard R2 score.", stacklevel=3
        )
        return scores
