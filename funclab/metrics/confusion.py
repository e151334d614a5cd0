"""Metrics for binary predictions, which count hits and misses at one or more thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from funclab import ops, registry
from funclab.errors import suggest
from funclab.graph.shape_math import Array
from funclab.layers.merge import to_rank
from funclab.losses.base import prefix
from funclab.losses.functions import as_float, prepared
from funclab.metrics.base import Metric
from funclab.registry.parameters import wrong_value

Thresholds = float | Sequence[float] | None

EDGE = 1e-7
NEVER = -1e10
"""The score of a class that is not among the top k; it is below all real scores."""

COUNTS = {
    "true_positives": (True, True),
    "false_positives": (False, True),
    "true_negatives": (False, False),
    "false_negatives": (True, False),
}
"""The counts, by whether a sample is positive, and whether it was predicted as positive."""

RATES = {
    "precision": ("true_positives", "false_positives"),
    "recall": ("true_positives", "false_negatives"),
    "sensitivity": ("true_positives", "false_negatives"),
    "specificity": ("true_negatives", "false_positives"),
}
"""For each rate, the counts a and b such that the rate is a / (a + b)."""


class Confusion(Metric, abstract=True):
    """Weighted counts of true and false positives and negatives at each threshold."""

    counts: ClassVar[Sequence[str]] = tuple(COUNTS)
    thresholds = top_k = class_id = label_weights = None
    multi_label = False

    def __post_init__(self) -> None:
        Metric.__init__(self, self.dtype, self.name)
        default = 0.5 if self.top_k is None else NEVER
        limits = checked(type(self).__name__, self.thresholds, default)
        self.begin(limits, is_even(limits))
        self.make_counts()

    def begin(self, limits: Array, even: bool) -> None:
        """Set the thresholds; `even` says that they divide [0, 1] into equal parts."""
        self.even, self.order = even, np.argsort(limits, kind="stable")
        self.limits = limits[self.order].astype(self.dtype)

    def make_counts(self, *labels: int) -> None:
        """Make a count for each threshold, and for each label if labels are counted separately."""
        for name in self.counts:
            shape = (self.limits.size, *labels)
            setattr(self, name, self.add_variable(shape, dtype="float64", name=name))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = prepared(y_true, y_pred)
        kind = type(self).__name__
        if y_true.shape != y_pred.shape:
            wanted = f"the shape of y_pred, {y_pred.shape}"
            raise wrong_value(kind, "y_true", y_true.shape, wanted, "y_true.reshape(y_pred.shape)")
        weights = np.ones(y_pred.shape)
        if sample_weight is not None:
            weights *= to_rank(prefix(as_float(sample_weight), y_pred), y_pred.ndim)
        y_pred = y_pred.astype(self.dtype)
        if self.top_k is not None:
            y_pred = among_the_top(y_pred, self.top_k)
        if self.class_id is not None:
            if y_pred.ndim < 2:
                wanted = f"None, for y_pred of shape {y_pred.shape}, which has no axis of classes"
                raise wrong_value(kind, "class_id", self.class_id, wanted, "None")
            classes = y_pred.shape[-1]
            if not -classes <= self.class_id < classes:
                wanted = f"one of the {classes} classes of y_pred, counted from 0"
                raise wrong_value(kind, "class_id", self.class_id, wanted, "0")
            y_true, y_pred, weights = (x[..., self.class_id] for x in (y_true, y_pred, weights))
        if self.label_weights is not None and not self.multi_label:
            weights = weights * np.asarray(self.label_weights)
        self._count(y_true.astype(bool), self._passed(y_pred), weights)

    def _count(self, positive: Array, passed: Array, weights: Array) -> None:
        labels = positive.shape[-1] if self.multi_label else 1
        n = self.limits.size + 1
        # nan if a weight is: with even thresholds, as in Keras, no count is known then
        unknown = 0 * weights.sum() if self.even else 0.0
        bins = (passed.reshape(-1, labels) + n * np.arange(labels)).reshape(-1)
        for sign in (True, False):
            counted = np.where(positive == sign, weights, 0).reshape(-1)
            by_bin = np.bincount(bins, counted, n * labels).reshape(labels, n)
            sums = {True: by_bin[:, ::-1].cumsum(1)[:, -2::-1], False: by_bin.cumsum(1)[:, :-1]}
            for name in self.counts:
                if COUNTS[name][0] is sign:
                    array = getattr(self, name).array
                    array[self.order] += sums[COUNTS[name][1]].T.reshape(array.shape) + unknown

    def _passed(self, scores: Array) -> Array:
        """For each score, how many thresholds it is above."""
        if self.even:  # computed as in Keras, so that scores at a threshold are treated the same
            passed = np.ceil(scores.clip(0, 1) * scores.dtype.type(self.limits.size - 1))
            passed = np.maximum(passed, float(self.limits[0] < 0))
        else:
            passed = np.searchsorted(self.limits, scores, side="left")
        return np.where(np.isnan(scores), 0, passed).astype("int64")

    def rate(self, name: str) -> Array:
        """The rate with that name at each threshold."""
        return share(*(getattr(self, count).array for count in RATES[name]))

    def per_threshold(self, result: Array) -> Any:
        """A number for one threshold, an array for several."""
        return float(result[0]) if result.size == 1 else result


def among_the_top(x: Array, k: int) -> Array:
    """x, with all but the k largest along the last axis set to NEVER; of ties, the first counts.
    As in Keras, nan is the largest."""
    best = np.argsort(-np.where(np.isnan(x), np.inf, x), axis=-1, kind="stable")[..., :k]
    kept = np.zeros(x.shape, bool)
    np.put_along_axis(kept, best, True, -1)
    return np.where(kept, x, x.dtype.type(NEVER))


def is_even(limits: Array) -> bool:
    """Whether the thresholds divide [0, 1] into equal parts."""
    if limits.size < 3:
        return False
    return np.allclose(limits, np.linspace(0, 1, limits.size), atol=EDGE)


def checked(kind: str, thresholds: Any, default: float = 0.5) -> Array:
    """The thresholds as an array."""
    several = isinstance(thresholds, (list, tuple, np.ndarray))
    values = thresholds if several else [default if thresholds is None else thresholds]
    numbers = [] if thresholds is None else values
    if not all(suggest.is_number(value) and -EDGE <= value <= 1 + EDGE for value in numbers):
        raise wrong_value(kind, "thresholds", thresholds, "numbers in [0, 1]", "0.5")
    return np.array(values, "float64")


class Count(Confusion, abstract=True):
    """A count of hits or misses at each threshold."""

    thresholds: Thresholds = None
    name: str | None = None
    dtype: str | None = None

    def result(self) -> Any:
        return self.per_threshold(getattr(self, self.counts[0]).numpy().reshape(-1))


def _count(name: str, actual: str, result: float) -> Any:
    """The class that counts the samples predicted as its name says."""
    predicted = name[-9:-1].lower()
    says = f"""How many {actual} samples were predicted as {predicted}.

    >>> round({name}()([0, 1, 1, 1], [0.1, 0.2, 0.7, 0.9]), 4)
    {result}
    """
    counts = (registry.to_snake_case(name),)
    module = "funclab.metrics"  # where pickles find the class
    return type(name, (Count,), {"counts": counts, "__doc__": says, "__module__": module})


TruePositives = _count("TruePositives", "positive", 2.0)
FalsePositives = _count("FalsePositives", "negative", 0.0)
TrueNegatives = _count("TrueNegatives", "negative", 1.0)
FalseNegatives = _count("FalseNegatives", "positive", 1.0)


class Rate(Confusion, abstract=True):
    """A rate at each threshold, of all classes or only of `class_id`.

    With `top_k` and no thresholds, the k likeliest classes of each sample are predicted positive.
    """

    thresholds: Thresholds = None
    top_k: int | None = None
    class_id: int | None = None
    name: str | None = None
    dtype: str | None = None

    def result(self) -> Any:
        return self.per_threshold(self.rate(type(self).__name__.lower()))


class Precision(Rate):
    """The fraction of the samples predicted as positive that are positive.

    >>> round(Precision()([0, 1, 1, 1], [0.1, 0.2, 0.7, 0.9]), 4)
    1.0
    """

    counts = RATES["precision"]


class Recall(Rate):
    """The fraction of the positive samples that were predicted as positive.

    >>> round(Recall()([0, 1, 1, 1], [0.1, 0.2, 0.7, 0.9]), 4)
    0.6667
    """

    counts = RATES["recall"]


class RateAtLimit(Confusion, abstract=True):
    """The best value of one rate at thresholds where another rate is at least `limit`."""

    wanted: ClassVar[str]
    limited: ClassVar[str]
    num_thresholds = 200

    def __post_init__(self) -> None:
        Metric.__init__(self, self.dtype, self.name)
        kind, limit = type(self).__name__, getattr(self, self.limited)
        if not 0 <= limit <= 1:
            raise wrong_value(kind, self.limited, limit, "in the range [0, 1]", "0.5")
        number = self.num_thresholds
        if number <= 0:
            raise wrong_value(kind, "num_thresholds", number, "an integer > 0", "200")
        several = number > 1
        self.begin(np.linspace(0, 1, number) if several else np.array([0.5]), several)
        self.make_counts()

    def result(self) -> Any:
        limited = self.rate(self.limited).astype(self.dtype)
        limit = limited.dtype.type(getattr(self, self.limited))
        return float(np.where(limited >= limit, self.rate(self.wanted), 0).max())


def _at_limit(wanted: str, limited: str) -> Any:
    """The class, whose first argument has the name of the limited rate."""
    name = f"{wanted.title()}At{limited.title()}"
    says = f"""The best {wanted} at thresholds where the {limited} is at least `{limited}`.

    >>> round({name}(0.5)([0, 1, 1, 1], [0.1, 0.2, 0.7, 0.9]), 4)
    1.0
    """
    fields = {limited: "float", "num_thresholds": "int", "class_id": "int | None"}
    attributes = {
        "wanted": wanted,
        "limited": limited,
        "name": None,
        "dtype": None,
        "__doc__": says,
        "__annotations__": fields | dict.fromkeys(("name", "dtype"), "str | None"),
        "__module__": "funclab.metrics",  # where pickles find the class
    }
    return type(name, (RateAtLimit,), attributes)


SensitivityAtSpecificity = _at_limit("sensitivity", "specificity")
SpecificityAtSensitivity = _at_limit("specificity", "sensitivity")
PrecisionAtRecall = _at_limit("precision", "recall")
RecallAtPrecision = _at_limit("recall", "precision")


HEIGHTS = {
    "interpolation": lambda left, right: (left + right) / 2,
    "minoring": np.minimum,
    "majoring": np.maximum,
}
"""How the height of the curve between two of its points is computed."""

CURVES = ("ROC", "PR", "PRGAIN")


class AUC(Confusion):
    """The area under a curve that is computed at many thresholds.

    curve="ROC" is recall over the false positive rate, "PR" precision over recall, "PRGAIN" the
    gains of these two over guessing. With `multi_label` each label has its own curve, and the
    result is the mean of their areas, weighted by `label_weights`.
    Source: for PR, the interpolation of Davis & Goadrich, ICML 2006, section 4.

    >>> round(AUC()([0, 1, 1, 1], [0.1, 0.2, 0.7, 0.9]), 4)
    1.0
    """

    num_thresholds: int = 200
    curve: str = "ROC"
    summation_method: str = "interpolation"
    name: str | None = None
    dtype: str | None = None
    thresholds: Sequence[float] | None = None
    multi_label: bool = False
    num_labels: int | None = None
    label_weights: Sequence[float] | None = None
    from_logits: bool = False

    def __post_init__(self) -> None:
        Metric.__init__(self, self.dtype, self.name)
        curve, method, number = self.curve, self.summation_method, self.num_thresholds
        self.curve = getattr(curve, "upper", str)()
        self.summation_method = getattr(method, "lower", str)()
        if self.curve not in CURVES:
            raise wrong_value("AUC", "curve", curve, f"one of {list(CURVES)}", '"ROC"')
        if self.summation_method not in HEIGHTS:
            wanted = f"one of {list(HEIGHTS)}"
            raise wrong_value("AUC", "summation_method", method, wanted, '"minoring"')
        if self.num_labels and not self.multi_label:
            wanted = "None: `num_labels` is needed only when `multi_label` is True"
            raise wrong_value("AUC", "num_labels", self.num_labels, wanted, "None")
        if number < 2:
            raise wrong_value("AUC", "num_thresholds", number, "an integer > 1", "200")
        even = np.arange(1, number - 1) / (number - 1)
        own = self.thresholds
        inner = even if own is None else np.sort(checked("AUC", own))
        limits = np.array([-EDGE, *inner, 1 + EDGE])
        self.begin(limits, own is None or is_even(np.array([0, *inner, 1])))
        self.num_thresholds = limits.size
        if self.num_labels:
            self.make_counts(self.num_labels)
        elif not self.multi_label:
            self.make_counts()

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = as_float(y_pred)
        if self.multi_label and not self.variables:
            if y_pred.ndim != 2:
                wanted = f"an array of rank 2 when `multi_label=True`, of rank {y_pred.ndim}"
                raise wrong_value("AUC", "y_pred", y_pred.shape, wanted, "(samples, labels)")
            self.make_counts(y_pred.shape[1])
        super().update_state(
            y_true, ops.sigmoid(y_pred) if self.from_logits else y_pred, sample_weight
        )

    def result(self) -> Any:
        if not self.variables:
            return 0.0
        areas = self._areas().sum(0)
        if not self.multi_label or self.label_weights is None:
            return float(np.mean(areas))
        weights = np.asarray(self.label_weights, "float64")
        return float(_quotient((areas * weights).sum(), weights.sum()))

    def _areas(self) -> Array:
        """The area between each pair of neighboring thresholds."""
        hits, wrong, rejected, missed = (getattr(self, name).array for name in COUNTS)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return _areas_of_precision(hits, wrong, missed)
        if self.curve == "ROC":
            x, y = share(wrong, rejected), self.rate("recall")
        elif self.curve == "PR":
            x, y = self.rate("recall"), self.rate("precision")
        else:
            odds = _quotient(hits + missed, rejected + wrong)
            x = np.where(hits == 0, 0, np.maximum(1 - odds * _quotient(missed, hits), 0))
            y = np.where(hits == 0, 1, 1 - odds * _quotient(wrong, hits))
        return (x[:-1] - x[1:]) * HEIGHTS[self.summation_method](y[:-1], y[1:])


def share(a: Array, b: Array) -> Array:
    """a / (a + b), and 0 where both are 0."""
    return _quotient(a, a + b)


def _quotient(a: Array, b: Array) -> Array:
    """a / b, and 0 where b is 0."""
    return np.divide(a, b, out=np.zeros_like(a), where=b != 0)


def _areas_of_precision(hits: Array, wrong: Array, missed: Array) -> Array:
    """Between two thresholds, hits grow in proportion to the number predicted as positive."""
    taken = hits + wrong
    caught = hits[:-1] - hits[1:]
    slope = _quotient(caught, np.maximum(taken[:-1] - taken[1:], 0))
    offset = hits[1:] - slope * taken[1:]
    both = (taken[:-1] > 0) & (taken[1:] > 0)  # else nothing was predicted as positive at one end
    ratio = np.divide(taken[:-1], taken[1:], out=np.ones_like(offset), where=both)
    areas = slope * (caught + offset * np.log(ratio))
    return _quotient(areas, np.maximum(hits[1:] + missed[1:], 0))
