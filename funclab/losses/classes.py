"""Losses as classes, one for each function: with a name, a reduction, the function's settings."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.losses import functions
from funclab.losses.base import LossFunctionWrapper, class_of

COMMON = {"reduction": "sum_over_batch_size", "name": None, "dtype": None}


class IgnoringLoss(LossFunctionWrapper):
    """A loss that leaves out the samples of one class, `ignore_class`."""

    def mask(self, y_true: Any, losses: Any) -> Any:
        if self.settings["ignore_class"] is None:
            return None
        counts = ops.not_equal(y_true, self.settings["ignore_class"])
        return counts if counts.shape == losses.shape else ops.reshape(counts, losses.shape)


def _loss(name: str, function: Any, says: str) -> Any:
    return class_of(LossFunctionWrapper, name, function, says, COMMON)


MeanSquaredError = _loss(
    "MeanSquaredError", functions.mean_squared_error, "The mean of squared errors."
)
MeanAbsoluteError = _loss(
    "MeanAbsoluteError", functions.mean_absolute_error, "The mean of absolute errors."
)
MeanAbsolutePercentageError = _loss(
    "MeanAbsolutePercentageError",
    functions.mean_absolute_percentage_error,
    "The mean of errors in percent of the target.",
)
MeanSquaredLogarithmicError = _loss(
    "MeanSquaredLogarithmicError",
    functions.mean_squared_logarithmic_error,
    "The mean of squared errors of log(1 + x).",
)
LogCosh = _loss("LogCosh", functions.log_cosh, "The mean of log(cosh(error)).")
KLDivergence = _loss(
    "KLDivergence",
    functions.kl_divergence,
    "How far predicted probabilities are from the targets'.",
)
Poisson = _loss("Poisson", functions.poisson, "The Poisson loss, for predicted counts.")
Hinge = _loss(
    "Hinge", functions.hinge, "Zero once a prediction is on the right side by a margin of 1."
)
SquaredHinge = _loss("SquaredHinge", functions.squared_hinge, "The square of the hinge loss.")
CategoricalHinge = _loss(
    "CategoricalHinge", functions.categorical_hinge, "Zero once the right class leads by 1."
)
CosineSimilarity = _loss(
    "CosineSimilarity",
    functions.cosine_similarity,
    "Minus the cosine of the angle between target and prediction.",
)
Huber = _loss(
    "Huber", functions.huber, "Squared errors up to `delta`, straight lines from there on."
)
BinaryCrossentropy = _loss(
    "BinaryCrossentropy", functions.binary_crossentropy, "The cross-entropy of yes-or-no targets."
)
CategoricalCrossentropy = _loss(
    "CategoricalCrossentropy",
    functions.categorical_crossentropy,
    "The cross-entropy of one-hot targets.",
)
SparseCategoricalCrossentropy = class_of(
    IgnoringLoss,
    "SparseCategoricalCrossentropy",
    functions.sparse_categorical_crossentropy,
    "The cross-entropy of targets that are class numbers.",
    COMMON,
    order=("from_logits", "ignore_class", "reduction", "axis", "name", "dtype"),
)
