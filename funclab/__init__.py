"""The Keras functional API, rebuilt so that you can see it.

>>> import funclab
>>> x = funclab.Input(shape=(784,))
>>> y = funclab.layers.Dense(10, activation="softmax")(x)
>>> model = funclab.Model(x, y)
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from funclab import activations, constraints, initializers, layers, ops, regularizers
from funclab.errors.missing_names import absent
from funclab.files import terminal
from funclab.graph.operation import Operation
from funclab.graph.tensor import Tensor
from funclab.graph.value import Variable
from funclab.initializers import Initializer
from funclab.layers import Input, InputSpec, Layer
from funclab.registry import moved
from funclab.regularizers import Regularizer

__version__ = "1.0.0"

KerasTensor = Tensor


def version() -> str:
    """The version of funclab."""
    return __version__


# Modules that are slow to import or rarely needed are imported when first used.
_ROOMS = (
    "applications", "backend", "callbacks", "config", "data", "datasets", "distribute", "losses",
    "metrics", "models", "optimizers", "preprocessing", "random", "saving", "teach", "training",
    "tree", "utils", "view",
)  # fmt: skip
_NAMES = {
    "Functional": "models",
    "GradientTape": "engine.gradient_tape",
    "augmented": "view.augmented.picture",
    "compare_runs": "view.training.view",
    "diagnose": "training.diagnosis.diagnosing",
    "diff": "view.diff.view",
    "edit": "view.edit.view",
    "embedding": "view.embedding.view",
    "explore": "view.explorer.view",
    "export_html": "view.notebook.export",
    "from_keras": "models",
    "to_code": "view.code.source",
    "attention": "view.inside.view",
    "inside": "view.inside.view",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Optimizer": "optimizers",
    "Sequential": "models",
    "install_as_keras": "keras2",
    "gradients": "training.gradients",
    "landscape": "view.landscape.view",
    "load_ipython_extension": "view.notebook.extension",
    "meaning": "models.meaning",
    "mistakes": "view.mistakes.view",
    "playground": "view.playground.view",
    "plot_model": "view",
    "profile": "view.profile.view",
    "scene": "teach.scenes",
    "shapes": "view.shapes.view",
    "to_keras": "models",
    "trace": "view.trace.view",
    "unload_ipython_extension": "view.notebook.extension",
    "watch": "view.training.view",
    "whatif": "view.whatif.view",
    "will_it_run": "keras2.will_it_run",
}

__all__ = [
    "Initializer", "Input", "InputSpec", "KerasTensor", "Layer", "Operation", "Regularizer",
    "Tensor", "Variable", "activations", "constraints", "initializers", "layers", "ops",
    "regularizers", "version", *_ROOMS, *_NAMES,
]  # fmt: skip


terminal.write_anything(sys.stdout)
if hasattr(_shell := getattr(sys.modules.get("IPython"), "get_ipython", str)(), "kernel"):
    importlib.import_module("funclab.view.notebook.at_import").show_in(_shell)
if "marimo" in sys.modules and sys.modules["marimo"].running_in_notebook():
    importlib.import_module("funclab.view.notebook.extension").load_in_marimo()


moved.register()

_absent = absent(__name__, __all__)


def __getattr__(name: str) -> Any:
    if name in _ROOMS or name == "wrappers":  # not in __all__: it needs scikit-learn
        return importlib.import_module(f"funclab.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"funclab.{_NAMES[name]}"), name)
    return _absent(name)


def __dir__() -> list[str]:
    return sorted(__all__)
