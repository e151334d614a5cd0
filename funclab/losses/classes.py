"""Losses as objects: with a name, a reduction and settings."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab import ops
from funclab.losses import functions
from funclab.losses.base import LossFunctionWrapper

MEAN = "sum_over_batch_size"


class Named(LossFunctionWrapper):
    """A loss whose function is known; see that function for what it computes."""

    function: ClassVar[Any]

    def __init__(
        self, reduction: str | None = MEAN, name: str | None = None, dtype: str | None = None
    ) -> None:
        self._set(reduction, name, dtype)

    def _set(
        self, reduction: str | None, name: str | None, dtype: str | None, **settings: Any
    ) -> None:
        function = type(self).function
        super().__init__(function, reduction, name or function.__name__, dtype, **settings)
        vars(self).update(settings)


class MeanSquaredError(Named):
    """The mean of squared errors."""

    function = staticmethod(functions.mean_squared_error)


class MeanAbsoluteError(Named):
    """The mean of absolute errors."""

    function = staticmethod(functions.mean_absolute_error)


class MeanAbsolutePercentageError(Named):
    """The mean of errors in percent of the target."""

    function = staticmethod(functions.mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(Named):
    """The mean of squared errors of log(1 + x)."""

    function = staticmethod(functions.mean_squared_logarithmic_error)


class LogCosh(Named):
    """The mean of log(cosh(error))."""

    function = staticmethod(functions.log_cosh)


class KLDivergence(Named):
    """How far predicted probabilities are from the targets'."""

    function = staticmethod(functions.kl_divergence)


class Poisson(Named):
    """For predicted counts."""

    function = staticmethod(functions.poisson)


class Hinge(Named):
    """Zero once a prediction is on the right side with room to spare."""

    function = staticmethod(functions.hinge)


class SquaredHinge(Named):
    """The square of the hinge."""

    function = staticmethod(functions.squared_hinge)


class CategoricalHinge(Named):
    """Zero once the right class leads by 1."""

    function = staticmethod(functions.categorical_hinge)


class CosineSimilarity(Named):
    """Minus the cosine of the angle between target and prediction."""

    function = staticmethod(functions.cosine_similarity)

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self._set(reduction, name, dtype, axis=axis)


class Huber(Named):
    """Squared errors up to `delta`, straight lines from there on."""

    function = staticmethod(functions.huber)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = MEAN,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self._set(reduction, name, dtype, delta=delta)


class BinaryCrossentropy(Named):
    """The cross-entropy of yes-or-no targets."""

    function = staticmethod(functions.binary_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self._set(
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class CategoricalCrossentropy(Named):
    """The cross-entropy of one-hot targets."""

    function = staticmethod(functions.categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = MEAN,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        self._set(
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


class SparseCategoricalCrossentropy(Named):
    """The cross-entropy of targets that are class numbers."""

    function = staticmethod(functions.sparse_categorical_crossentropy)

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = MEAN,
        axis: int = -1,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        settings = {"from_logits": from_logits, "ignore_class": ignore_class, "axis": axis}
        self._set(reduction, name, dtype, **settings)

    def mask(self, y_true: Any, losses: Any) -> Any:
        if self.settings["ignore_class"] is None:
            return None
        counts = ops.not_equal(y_true, self.settings["ignore_class"])
        return counts if counts.shape == losses.shape else ops.reshape(counts, losses.shape)
