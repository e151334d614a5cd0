"""Metrics of yes-or-no predictions that count hits and misses at one or more thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab import meant
from funclab.fields import wrong_value
from funclab.losses.base import prefix, widened
from funclab.losses.functions import as_float, prepared
from funclab.metrics.base import Metric, State
from funclab.shape_math import Array

Thresholds = float | Sequence[float] | None

EDGE = 1e-7


class Confusion(Metric):
    """Weighted counts of true and false positives and negatives at each threshold."""

    counted = ""

    def __init__(
        self, thresholds: Thresholds = None, name: str | None = None, dtype: str | None = None
    ) -> None:
        super().__init__(dtype, name)
        self.thresholds = thresholds
        several = isinstance(thresholds, (list, tuple, np.ndarray))
        values: Any = thresholds if several else [0.5 if thresholds is None else thresholds]
        if not all(meant.is_number(value) and -EDGE <= value <= 1 + EDGE for value in values):
            kind = type(self).__name__
            raise wrong_value(kind, "thresholds", thresholds, "numbers in [0, 1]", "0.5")
        limits = np.array(values, "float64")
        self.order, self.limits = np.argsort(limits), np.sort(limits)
        self.true_positives = self._counts("true_positives")
        self.false_positives = self._counts("false_positives")
        self.true_negatives = self._counts("true_negatives")
        self.false_negatives = self._counts("false_negatives")

    def result(self) -> Any:
        return self.per_threshold(getattr(self, self.counted).numpy())

    def _counts(self, name: str) -> State:
        return self.add_variable(self.limits.shape, dtype="float64", name=name)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = prepared(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            kind, wanted = type(self).__name__, f"the shape of y_pred, {y_pred.shape}"
            raise wrong_value(kind, "y_true", y_true.shape, wanted, "y_true.reshape(y_pred.shape)")
        weights = np.ones(y_pred.shape)
        if sample_weight is not None:
            own = prefix(as_float(sample_weight), y_pred)
            weights *= widened(own, y_pred.ndim)
        positive = y_true.astype(bool)
        above, below = self._split(y_pred[positive], weights[positive])
        self._add(self.true_positives, above)
        self._add(self.false_negatives, below)
        above, below = self._split(y_pred[~positive], weights[~positive])
        self._add(self.false_positives, above)
        self._add(self.true_negatives, below)

    def _split(self, scores: Array, weights: Array) -> tuple[Array, Array]:
        """The weight of the scores above each limit, and of the others."""
        passed = np.searchsorted(self.limits, scores, side="left")
        passed[np.isnan(scores)] = 0
        counts = np.bincount(passed, weights, minlength=self.limits.size + 1)
        below = np.cumsum(counts)[:-1]
        return counts.sum() - below, below

    def _add(self, state: Any, counts: Array) -> None:
        state.array[self.order] += counts

    def per_threshold(self, result: Array) -> Any:
        """A number for one threshold, an array for several."""
        return float(result[0]) if result.size == 1 else result


class TruePositives(Confusion):
    """How many positive samples were found."""

    counted = "true_positives"


class FalsePositives(Confusion):
    """How many negative samples were taken for positive."""

    counted = "false_positives"


class TrueNegatives(Confusion):
    """How many negative samples were found."""

    counted = "true_negatives"


class FalseNegatives(Confusion):
    """How many positive samples were missed."""

    counted = "false_negatives"


class Precision(Confusion):
    """How many of those taken for positive are positive."""

    def result(self) -> Any:
        return self.per_threshold(share(self.true_positives.array, self.false_positives.array))


class Recall(Confusion):
    """How many of the positive samples were found."""

    def result(self) -> Any:
        return self.per_threshold(share(self.true_positives.array, self.false_negatives.array))


class AUC(Confusion):
    """The area under the ROC curve (recall over the false positive rate), or curve="PR".

    The curve is taken at `num_thresholds` points.
    Source: for PR, the interpolation of Davis & Goadrich, ICML 2006, section 4.
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: str | None = None,
        from_logits: bool = False,
    ) -> None:
        curve = {"roc": "ROC", "pr": "PR"}.get(curve, curve)
        if curve not in ("ROC", "PR") or summation_method != "interpolation":
            raise wrong_value(
                "AUC", "curve", curve, '"ROC" or "PR", whose area is interpolated', '"ROC"'
            )
        if num_thresholds < 2:
            raise wrong_value("AUC", "num_thresholds", num_thresholds, "2 or more", "200")
        inner = np.arange(1, num_thresholds - 1) / (num_thresholds - 1)
        super().__init__([-EDGE, *inner, 1 + EDGE], name, dtype)
        self.num_thresholds, self.curve = num_thresholds, curve
        self.summation_method, self.from_logits = summation_method, from_logits

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = as_float(y_pred)
        if self.from_logits:
            y_pred = 0.5 + 0.5 * np.tanh(0.5 * y_pred)
        super().update_state(y_true, np.clip(y_pred, 0, 1), sample_weight)

    def result(self) -> Any:
        hits = self.true_positives.array
        wrong = self.false_positives.array
        missed = self.false_negatives.array
        if self.curve == "PR":
            return float(_area_of_precision(hits, wrong, missed))
        recall = share(hits, missed)
        rate = share(wrong, self.true_negatives.array)
        return float(np.trapezoid(recall[::-1], rate[::-1]))


def share(a: Array, b: Array) -> Array:
    """a / (a + b), and 0 where both are 0."""
    return _quotient(a, a + b)


def _quotient(a: Array, b: Array) -> Array:
    """a / b, and 0 where b is not above 0."""
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def _area_of_precision(hits: Array, wrong: Array, missed: Array) -> Any:
    """Between two thresholds, hits grow in proportion to the number taken for positive."""
    taken = hits + wrong
    caught = hits[:-1] - hits[1:]
    slope = _quotient(caught, taken[:-1] - taken[1:])
    offset = hits[1:] - slope * taken[1:]
    ratio = _quotient(taken[:-1], taken[1:])
    ratio[ratio == 0] = 1  # nothing was taken at one of the two ends
    areas = slope * (caught + offset * np.log(ratio))
    return _quotient(areas, hits[1:] + missed[1:]).sum()
