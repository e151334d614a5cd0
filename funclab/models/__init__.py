"""Models: layers that can be trained, drawn and saved."""

from funclab.errors.missing_names import guard
from funclab.models.model import Functional, Model
from funclab.models.sequential import Sequential
from funclab.saving import (
    clone_model, from_keras, load_model, model_from_json, save_model, to_keras,
)  # fmt: skip

__all__ = [
    "Functional", "Model", "Sequential", "clone_model", "from_keras", "load_model",
    "model_from_json", "save_model", "to_keras",
]  # fmt: skip

guard(__name__)
