"""Models: layers that can be trained, drawn and saved."""

from typing import TYPE_CHECKING, Any

from funclab.errors.missing_names import absent
from funclab.models.cloning import clone_model
from funclab.models.config import model_from_json
from funclab.models.late import ABOVE, above
from funclab.models.model import Functional, Model
from funclab.models.sequential import Sequential

if TYPE_CHECKING:
    from funclab.saving.exchange import from_keras, to_keras
    from funclab.saving.files import load_model, save_model

__all__ = [
    "Functional", "Model", "Sequential", "clone_model", "from_keras", "load_model",
    "model_from_json", "save_model", "to_keras",
]  # fmt: skip

_absent = absent(__name__)


def __getattr__(name: str) -> Any:
    return above("models", name) if name in ABOVE["models"] else _absent(name)


def __dir__() -> list[str]:
    return sorted(__all__)
