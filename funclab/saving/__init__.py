"""Models as plain data and as files."""

from funclab.missing import guard
from funclab.saving.config import (
    clone_model, from_config, graph_from_config, graph_to_config, model_from_json, to_json,
)  # fmt: skip
from funclab.saving.files import load_model, load_weights, save_model, save_weights

__all__ = [
    "clone_model", "from_config", "graph_from_config", "graph_to_config", "load_model",
    "load_weights", "model_from_json", "save_model", "save_weights", "to_json",
]  # fmt: skip

guard(__name__)
