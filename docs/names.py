"""The public names of funclab, room by room, as the reference lists them."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

ROOMS = {
    "funclab": "Models, inputs and views",
    "funclab.layers": "Layers",
    "funclab.ops": "Operations",
    "funclab.ops.image": "Operations on images",
    "funclab.models": "Models",
    "funclab.applications": "Well-known models",
    "funclab.losses": "Losses",
    "funclab.metrics": "Metrics",
    "funclab.optimizers": "Optimizers",
    "funclab.optimizers.schedules": "Learning rate schedules",
    "funclab.callbacks": "Callbacks",
    "funclab.activations": "Activations",
    "funclab.initializers": "Initializers",
    "funclab.regularizers": "Regularizers",
    "funclab.constraints": "Constraints",
    "funclab.random": "Random numbers",
    "funclab.data": "Pipelines",
    "funclab.datasets": "Data",
    "funclab.preprocessing": "Preprocessing",
    "funclab.saving": "Saving",
    "funclab.distribute": "Sweeps and clusters",
    "funclab.wrappers": "Estimators of scikit-learn",
    "funclab.config": "Settings",
    "funclab.tree": "Trees",
    "funclab.utils": "Utilities",
    "funclab.teach": "Questions, exercises and checks",
    "funclab.view": "Pictures",
    "funclab.errors": "Errors",
}
"""The rooms whose names users type, each with the title of its page."""


@dataclass(frozen=True)
class Name:
    """A public name, what it stands for, and the name under which that is described."""

    path: str
    value: Any

    @property
    def kind(self) -> str:
        if inspect.isclass(self.value):
            return "class"
        return "function" if callable(self.value) else "data"


NESTED = ("funclab.datasets", "funclab.preprocessing")
"""Rooms of modules, whose names are listed together."""


def public_names(room: str) -> list[Name]:
    """What a room offers, in the order of the alphabet: its list of names, or what it defines."""
    module: Any = importlib.import_module(room)
    listed = getattr(module, "__all__", None) or own_names(module)
    names = [Name(f"{room}.{name}", getattr(module, name)) for name in sorted(set(listed))]
    modules = [name for name in names if isinstance(name.value, ModuleType)]
    inner = [public_names(name.path) for name in modules if room in NESTED]
    return sum(inner, [name for name in names if name not in modules])


def own_names(module: ModuleType) -> list[str]:
    """The public names that a module defines; of the module of errors, those of errors."""
    wanted = (BaseException,) if module.__name__ == "funclab.errors" else (type, FunctionType)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
        if isinstance(value, wanted) or (inspect.isclass(value) and issubclass(value, wanted))
    ]
