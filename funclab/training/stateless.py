"""Losses without state: values stand in for the variables of the model and of its metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab.engine.calls import value_of
from funclab.engine.stateless import results, standing_in
from funclab.graph import structure
from funclab.metrics.stateless import as_arrays, holding
from funclab.models.model import Model
from funclab.training.compiled import require
from funclab.training.step import loss_of


def stateless_compute_loss(
    model: Model,
    trainable_variables: Sequence[Any],
    non_trainable_variables: Sequence[Any],
    metrics_variables: Sequence[Any],
    x: Any = None,
    y: Any = None,
    y_pred: Any = None,
    sample_weight: Any = None,
    training: bool = True,
) -> tuple[Any, tuple[Any, Any, Any]]:
    """The loss of `compute_loss`, with other values of all variables, which stay as they are.

    trainable_variables, non_trainable_variables, metrics_variables: an array for each variable, in
        the order of the model's attributes of these names.
    x, y, y_pred, sample_weight: the batch and its predictions.
    training: passed to `compute_loss`.
    Returns: the loss, and the values of the three kinds of variables after it.
    Raises: NotCompiledError; LossError if there is no loss; ArgumentError for a wrong number of
        values, WeightsError for a wrong shape.
    """
    require(model)
    method, metrics = "stateless_compute_loss", model.metrics_variables
    with (
        holding(model.name, method, metrics, metrics_variables),
        standing_in(model, trainable_variables, non_trainable_variables, method) as after,
    ):
        batch = structure.map_structure(
            lambda leaf: None if leaf is None else value_of(leaf, "float32"),
            [x, y, y_pred, sample_weight],
        )
        loss = loss_of(model, *batch, training=training)
        collected = as_arrays(metrics)
    return results(loss), (trainable_variables, results(after), collected)


def compute_loss_and_updates(
    model: Model,
    trainable_variables: Sequence[Any],
    non_trainable_variables: Sequence[Any],
    metrics_variables: Sequence[Any],
    x: Any,
    y: Any,
    sample_weight: Any,
    training: bool = False,
    optimizer_variables: Sequence[Any] | None = None,
) -> tuple[Any, tuple[Any, Any, Any, Any]]:
    """The loss of a batch as a function of all variables, which stay as they are.

    In a GradientTape that watches `trainable_variables`, the loss has gradients with respect to
    these; `optimizer.stateless_apply` takes a step with them.

    trainable_variables, non_trainable_variables, metrics_variables: an array for each variable, in
        the order of the model's attributes of these names.
    x, y, sample_weight: the batch; None for no weights.
    training: how layers such as Dropout behave.
    optimizer_variables: those of the optimizer; the factor of the loss does not depend on them.
    Returns: the loss, times the optimizer's `loss_scale_factor`; and a tuple of the loss itself,
        the outputs, and the values of the non-trainable and the metrics' variables after it.
    Raises: NotCompiledError; LossError if there is no loss; ArgumentError for a wrong number of
        values, WeightsError for a wrong shape.
    """
    y_pred, after = model.stateless_call(
        trainable_variables, non_trainable_variables, x, training=training
    )
    loss, (_, after, collected) = model.stateless_compute_loss(
        trainable_variables, after, metrics_variables, x, y, y_pred, sample_weight, training
    )
    scaled = require(model).optimizer.scale_loss(loss) if training else loss
    return scaled, (loss, y_pred, after, collected)
