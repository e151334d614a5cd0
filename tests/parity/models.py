"""Every parity case, by name: importing the files below registers what they define."""

from tests.parity import (
    attention_models,
    data_models,
    graph_models,
    layer_models,
    loss_models,
    metric_models,
    optimizer_models,
    recurrent_models,
    sequence_models,
    setting_models,
    vision_models,
    window_models,
)
from tests.parity.case import CASES, Case

__all__ = [
    "CASES",
    "Case",
    "attention_models",
    "data_models",
    "graph_models",
    "layer_models",
    "loss_models",
    "metric_models",
    "optimizer_models",
    "recurrent_models",
    "sequence_models",
    "setting_models",
    "vision_models",
    "window_models",
]
