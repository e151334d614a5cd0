"""Metrics that are means of a function: accuracies, and losses used as metrics."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from funclab import ops, registry
from funclab.losses import functions as losses
from funclab.losses.functions import as_float, is_symbolic, prepared
from funclab.metrics.base import Mean, MeanMetricWrapper
from funclab.ops.scores import ClassHits, RankHits, SparseClassHits, ThresholdHits


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where target and prediction are equal, else 0."""
    y_true, y_pred = prepared(y_true, y_pred)
    return as_float(ops.equal(y_true, y_pred))


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """1 where the prediction is above the threshold just where the target is 1, else 0."""
    y_true, y_pred = prepared(y_true, y_pred)
    return ThresholdHits(threshold)(y_true, y_pred)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the likeliest class is that of the one-hot target, else 0."""
    y_pred = as_float(y_pred)
    return ClassHits()(as_float(y_true, str(y_pred.dtype)), y_pred)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1 where the likeliest class is the one that the target names, else 0."""
    return SparseClassHits()(*_class_numbers(y_true, y_pred))


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the class of the one-hot target is among the k likeliest, else 0."""
    y_true = y_true if is_symbolic(y_true) else np.asarray(y_true)
    return RankHits(k)(ops.argmax(y_true, axis=-1), as_float(y_pred))


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1 where the class that the target names is among the k likeliest, else 0."""
    return RankHits(k)(*_class_numbers(y_true, y_pred))


def _class_numbers(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_true = y_true if is_symbolic(y_true) else np.asarray(y_true)
    y_pred = as_float(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    return y_true, y_pred


def _cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    return -losses.cosine_similarity(y_true, y_pred, axis)


class Named(MeanMetricWrapper):
    """The mean of a known function."""

    function: ClassVar[Any]

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        self._set(name, dtype)

    def _set(self, name: str | None, dtype: str | None, **settings: Any) -> None:
        default = registry.to_snake_case(type(self).__name__)
        super().__init__(type(self).function, name or default, dtype, **settings)
        vars(self).update(settings)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "dtype": self.dtype, **self.settings}


class Accuracy(Named):
    """How often predictions equal targets."""

    function = staticmethod(accuracy)


class BinaryAccuracy(Named):
    """How often a prediction lies on its target's side of the threshold."""

    function = staticmethod(binary_accuracy)

    def __init__(
        self, name: str | None = None, dtype: str | None = None, threshold: float = 0.5
    ) -> None:
        self._set(name, dtype, threshold=threshold)


class CategoricalAccuracy(Named):
    """How often the likeliest class is that of the one-hot target."""

    function = staticmethod(categorical_accuracy)


class SparseCategoricalAccuracy(Named):
    """How often the likeliest class is the one the target names."""

    function = staticmethod(sparse_categorical_accuracy)


class TopKCategoricalAccuracy(Named):
    """How often the class of the one-hot target is among the k likeliest."""

    function = staticmethod(top_k_categorical_accuracy)

    def __init__(self, k: int = 5, name: str | None = None, dtype: str | None = None) -> None:
        self._set(name or "top_k_categorical_accuracy", dtype, k=k)


class SparseTopKCategoricalAccuracy(Named):
    """How often the class that the target names is among the k likeliest."""

    function = staticmethod(sparse_top_k_categorical_accuracy)

    def __init__(self, k: int = 5, name: str | None = None, dtype: str | None = None) -> None:
        self._set(name or "sparse_top_k_categorical_accuracy", dtype, k=k)


class RootMeanSquaredError(Mean):
    """The root of the mean squared error, over all samples."""

    def __init__(
        self, name: str | None = "root_mean_squared_error", dtype: str | None = None
    ) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, *args: Any, **kwargs: Any) -> None:
        """Take a batch: `update_state(y_true, y_pred, sample_weight=None)`."""
        self.judge(y_true, *args, **kwargs)

    def judge(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = prepared(y_true, y_pred)
        self.gather(ops.square(y_pred - y_true), sample_weight)

    def result(self) -> Any:
        return float(np.sqrt(super().result()))


class MeanSquaredError(Named):
    """The mean of squared errors."""

    function = staticmethod(losses.mean_squared_error)


class MeanAbsoluteError(Named):
    """The mean of absolute errors."""

    function = staticmethod(losses.mean_absolute_error)


class MeanAbsolutePercentageError(Named):
    """The mean of errors in percent of the target."""

    function = staticmethod(losses.mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(Named):
    """The mean of squared errors of log(1 + x)."""

    function = staticmethod(losses.mean_squared_logarithmic_error)


class CosineSimilarity(Named):
    """The mean cosine of the angle between target and prediction (1 when they point alike)."""

    function = staticmethod(_cosine)

    def __init__(self, name: str | None = None, dtype: str | None = None, axis: int = -1) -> None:
        self._set(name, dtype, axis=axis)


class LogCoshError(Named):
    """The mean of log(cosh(error))."""

    function = staticmethod(losses.log_cosh)

    def __init__(self, name: str | None = "logcosh", dtype: str | None = None) -> None:
        self._set(name, dtype)


class Hinge(Named):
    """The mean hinge loss."""

    function = staticmethod(losses.hinge)


class SquaredHinge(Named):
    """The mean of the squared hinge loss."""

    function = staticmethod(losses.squared_hinge)


class CategoricalHinge(Named):
    """The mean of the categorical hinge loss."""

    function = staticmethod(losses.categorical_hinge)


class KLDivergence(Named):
    """The mean divergence of predicted probabilities from the targets'."""

    function = staticmethod(losses.kl_divergence)

    def __init__(self, name: str | None = "kl_divergence", dtype: str | None = None) -> None:
        self._set(name, dtype)


class Poisson(Named):
    """The mean of the Poisson loss."""

    function = staticmethod(losses.poisson)


class BinaryCrossentropy(Named):
    """The mean binary cross-entropy."""

    function = staticmethod(losses.binary_crossentropy)

    def __init__(
        self,
        name: str | None = None,
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
    ) -> None:
        self._set(name, dtype, from_logits=from_logits, label_smoothing=label_smoothing)


class CategoricalCrossentropy(Named):
    """The mean cross-entropy of one-hot targets."""

    function = staticmethod(losses.categorical_crossentropy)

    def __init__(
        self,
        name: str | None = None,
        dtype: str | None = None,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
    ) -> None:
        settings = {"from_logits": from_logits, "label_smoothing": label_smoothing, "axis": axis}
        self._set(name, dtype, **settings)


class SparseCategoricalCrossentropy(Named):
    """The mean cross-entropy of targets that are class numbers."""

    function = staticmethod(losses.sparse_categorical_crossentropy)

    def __init__(
        self,
        name: str | None = None,
        dtype: str | None = None,
        from_logits: bool = False,
        axis: int = -1,
    ) -> None:
        self._set(name, dtype, from_logits=from_logits, axis=axis)


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
