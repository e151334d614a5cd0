"""Losses as classes, one for each function: with a name, a reduction, the function's settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab import ops, registry
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


def _loss(name: str, base: Any = LossFunctionWrapper, order: Sequence[str] = ()) -> Any:
    """The class of the function of that name, with its docstring."""
    function = getattr(functions, registry.to_snake_case(name))
    return class_of(base, name, function, function.__doc__, COMMON, order)


MeanSquaredError = _loss("MeanSquaredError")
MeanAbsoluteError = _loss("MeanAbsoluteError")
MeanAbsolutePercentageError = _loss("MeanAbsolutePercentageError")
MeanSquaredLogarithmicError = _loss("MeanSquaredLogarithmicError")
LogCosh, Huber = _loss("LogCosh"), _loss("Huber")
KLDivergence, Poisson = _loss("KLDivergence"), _loss("Poisson")
Hinge, SquaredHinge = _loss("Hinge"), _loss("SquaredHinge")
CategoricalHinge = _loss("CategoricalHinge")
CosineSimilarity = _loss("CosineSimilarity")
BinaryCrossentropy = _loss("BinaryCrossentropy")
CategoricalCrossentropy = _loss("CategoricalCrossentropy")
SparseCategoricalCrossentropy = _loss(
    "SparseCategoricalCrossentropy",
    IgnoringLoss,
    ("from_logits", "ignore_class", "reduction", "axis", "name", "dtype"),
)
