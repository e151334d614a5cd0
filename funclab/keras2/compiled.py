"""`compiled_loss` and `compiled_metrics` of a model: training steps called them before Keras 3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funclab.graph import structure
from funclab.graph.shape_math import known
from funclab.models import Model
from funclab.training.compiled import require
from funclab.training.step import added, one_loss, scalar, sides, track


class CompiledLoss:
    """The losses of a compiled model, with their weights."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def __call__(
        self,
        y_true: Any,
        y_pred: Any,
        sample_weight: Any = None,
        regularization_losses: Iterable[Any] | None = None,
    ) -> Any:
        """The weighted sum of all outputs' losses, which is also added to the metric "loss".

        y_true, y_pred, sample_weight: the targets, the predictions and the weights of the samples.
        regularization_losses: what else belongs to it, such as `model.losses`.
        Raises: NotCompiledError; LossError if there is no loss.
        """
        compiled, outputs = require(self.model), structure.flatten(y_pred)
        targets, weights = sides(self.model, compiled, y_true, y_pred, sample_weight)
        parts = list(map(scalar, regularization_losses or ()))
        for output, prediction, target, weight in zip(
            compiled.outputs or [], outputs, targets, weights
        ):
            if output.loss is not None and target is not None:
                value = one_loss(output, target, prediction, weight)
                parts.append(value if output.weight is None else value * output.weight)
        total = added(parts, [output.name for output in compiled.outputs or []])
        track(compiled.loss_mean, total, known(outputs[0].shape)[0])
        return total


class CompiledMetrics:
    """The metrics of a compiled model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @property
    def metrics(self) -> list[Any]:
        """The metrics, without the loss."""
        compiled = require(self.model)
        return [metric for metric in compiled.metrics if metric is not compiled.loss_mean]

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch to the metrics.

        y_true, y_pred, sample_weight: the targets, the predictions and the weights of the samples.
        """
        self.model.compute_metrics(None, y_true, y_pred, sample_weight)

    def reset_state(self) -> None:
        """Forget all batches."""
        for metric in self.metrics:
            metric.reset_state()
