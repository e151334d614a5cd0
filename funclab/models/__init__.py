"""Models: layers that can be trained, drawn and saved."""

from funclab.missing import guard
from funclab.models.model import Functional, Model
from funclab.models.sequential import Sequential
from funclab.saving import clone_model, load_model, model_from_json, save_model

__all__ = [
    "Functional", "Model", "Sequential", "clone_model", "load_model", "model_from_json",
    "save_model",
]  # fmt: skip

guard(__name__)
