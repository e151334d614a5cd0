"""What can be known of a run from its curves, its model and its data, without computing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funclab.layers.weights import layers_within
from funclab.models.model import Model
from funclab.training.checks import input_names
from funclab.training.diagnosis.conditions import Evidence
from funclab.training.diagnosis.curves import Points

BATCH_STATISTICS = ("BatchNormalization",)


def of_history(model: Model, history: Any) -> Evidence:
    """What a training run has recorded: enough for what curves alone can tell."""
    evidence = Evidence(batch_statistics=uses_batch_statistics(model))
    if history is None or not history.epoch:
        return evidence
    evidence.training, evidence.validation = (
        finite_points(history, name) for name in ("loss", "val_loss")
    )
    evidence.validated_on = getattr(history, "validated_on", 0)
    again = list(history.now.get("loss", ()))
    evidence.now = [(e + 1, v) for e, v in zip(history.epoch, again) if math.isfinite(v)]
    losses = ((e + 1, history.value("loss", e)) for e in history.epoch)
    lost = [epoch for epoch, value in losses if value is not None and not math.isfinite(value)]
    evidence.lost = lost[0] if lost else 0
    return evidence


def finite_points(history: Any, name: str) -> Points:
    pairs = [(e + 1, history.value(name, e)) for e in history.epoch if name in history.history]
    return [(epoch, float(v)) for epoch, v in pairs if v is not None and math.isfinite(v)]


def uses_batch_statistics(model: Model | None) -> bool:
    layers = layers_within(model) if model is not None else ()
    return any(type(layer).__name__ in BATCH_STATISTICS for layer in layers)


def broken_layer(model: Model) -> str:
    """The first layer whose statistics, adapted before training, are not finite."""
    for layer in layers_within(model):
        if hasattr(layer, "adapt"):
            fixed = [getattr(layer, name, None) for name in ("input_mean", "input_variance")]
            arrays = [weight.numpy() for weight in layer.weights]
            arrays += [np.asarray(array) for array in fixed if array is not None]
            numbers = [array for array in arrays if array.dtype.kind == "f"]
            if not all(np.isfinite(array).all() for array in numbers):
                return layer.name
    return ""


def faulty_data(model: Model, inputs: list[Any], targets: list[Any]) -> str:
    """Which array holds nan or infinity, and where first."""
    names = input_names(model, inputs)
    outputs = getattr(model, "output_names", None) or ["the output"] * len(targets)
    named = [(f"The data for {name}", array) for name, array in zip(names, inputs)]
    named += [(f"The targets of {name}", array) for name, array in zip(outputs, targets)]
    for name, array in named:
        if array is None or array.dtype.kind != "f":
            continue
        rows = np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))
        if rows.size:
            return (
                f"{name} hold nan or inf in {rows.size} of {len(array)} samples, the first is "
                f"sample {rows[0]}"
            )
    return ""
