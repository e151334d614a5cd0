"""Losses: a number that says how far predictions are from their targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from funclab import registry
from funclab.errors import LossError
from funclab.losses.base import (
    BinaryCrossentropy, BinaryFocalCrossentropy, CategoricalCrossentropy,
    CategoricalFocalCrossentropy, CategoricalGeneralizedCrossEntropy, CategoricalHinge, Circle,
    CosineSimilarity, CTC, Dice, Hinge, Huber, KLDivergence, LogCosh, Loss, LossFunctionWrapper,
    MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError,
    Poisson, SparseCategoricalCrossentropy, SquaredHinge, Tversky,
)  # fmt: skip
from funclab.losses.functions import (
    binary_crossentropy, binary_focal_crossentropy, categorical_crossentropy,
    categorical_focal_crossentropy, categorical_generalized_cross_entropy, categorical_hinge,
    cosine_similarity, hinge, huber, kl_divergence, log_cosh,
    mean_absolute_error, mean_absolute_percentage_error, mean_squared_error,
    mean_squared_logarithmic_error, poisson, sparse_categorical_crossentropy, squared_hinge,
)  # fmt: skip
from funclab.losses.structured import circle, ctc, dice, tversky
from funclab.errors.missing_names import guard

__all__ = [
    "BCE", "CTC", "KLD", "MAE", "MAPE", "MSE", "MSLE", "BinaryCrossentropy",
    "BinaryFocalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy", "CategoricalHinge", "Circle", "CosineSimilarity", "Dice",
    "Hinge", "Huber", "KLDivergence", "LogCosh", "Loss", "LossFunctionWrapper", "MeanAbsoluteError",
    "MeanAbsolutePercentageError", "MeanSquaredError", "MeanSquaredLogarithmicError", "Poisson",
    "SparseCategoricalCrossentropy", "SquaredHinge", "Tversky", "as_loss", "bce",
    "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy",
    "categorical_focal_crossentropy", "categorical_generalized_cross_entropy", "categorical_hinge",
    "circle", "cosine_similarity", "ctc", "deserialize", "dice", "get", "hinge", "huber",
    "kl_divergence", "kld", "kullback_leibler_divergence", "log_cosh", "logcosh", "mae", "mape",
    "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_error",
    "mean_squared_logarithmic_error", "mse", "msle", "poisson", "serialize",
    "sparse_categorical_crossentropy", "squared_hinge", "tversky",
]  # fmt: skip

# Short names that Keras has kept.
mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh


def get(identifier: Any) -> Callable[..., Any] | None:
    """A loss from its name ("mse", "MeanSquaredError"), class, config, function or object.

    Raises: LossError for anything else.
    """
    loss = registry.get("loss", identifier)
    if loss is not None and not callable(loss):
        raise LossError(
            f"Could not interpret loss identifier: {identifier!r}.",
            why=f"a {type(identifier).__name__} is neither the name of a loss nor a function.",
            fix='pass a name such as "mse", a loss object, or a function of (y_true, y_pred).',
        )
    return loss


def as_loss(identifier: Any) -> Loss | None:
    """The same as a `Loss` object: a function is wrapped, under the name that the user wrote."""
    loss = get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    name = identifier if isinstance(identifier, str) else None
    return LossFunctionWrapper(loss, name=name)


serialize, deserialize = registry.pair("loss")


guard(__name__)
