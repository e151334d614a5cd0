"""Modules under names that they no longer have: users have typed these, and pickles hold them.

`import funclab.tree` gives `funclab.utils.tree`, and a layer that was pickled as
`funclab.layers.lstm.LSTM` is found in `funclab.layers.recurrent.lstm`.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

FOLDERS = {
    "layers.preprocessing": (
        *("buckets", "hashing", "lookup", "preparing", "resizing", "scaling", "text", "vocabulary"),
    ),
    "layers.recurrent": ("cells", "conv_lstm", "lstm", "steps"),
    "ops.matrices": ("einsum", "matmul", "products"),
    "ops.nn": (
        *("activation", "attention", "conv", "ctc", "dense", "losses", "normalization", "pooling"),
        *("recurrent", "resampling", "scores", "shrinking", "window"),
    ),
    "utils": (
        *("applications", "applications.densenet", "applications.imagenet_utils"),
        *("applications.mobilenet_v2", "applications.resnet", "applications.resnet50"),
        *("applications.vgg16", "applications.vgg19"),
        "backend",
        "data",
        "preprocessing",
        "preprocessing.image",
        "preprocessing.sequence",
        "tree",
    ),
}
"""Folders, and the modules in them that were beside them before."""

MOVED = {
    "layers.spectral": "layers.wrappers",
    "optimizers.own": "optimizers.custom",
    "saving.copies": "models.copies",
    "training.diagnosing": "training.diagnosis.diagnosing",
    "training.progress": "callbacks.progress",
    "wrappers.own": "wrappers.settings",
    **{
        f"{folder}.{name}".replace(f"{folder.rpartition('.')[2]}.", "", 1): f"{folder}.{name}"
        for folder, names in FOLDERS.items()
        for name in names
    },
}
"""The name of each module now, by its name before; both without `funclab.`."""


class Finder(MetaPathFinder, Loader):
    """Finds modules by the names that they had before."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        room, _, name = fullname.partition(".")
        return ModuleSpec(fullname, self) if room == "funclab" and name in MOVED else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(f"funclab.{MOVED[spec.name.partition('.')[2]]}")
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        spec: Any = module.__spec__
        module.__spec__ = spec.loader_state  # its own: the import has set that of the old name


def register() -> None:
    """Let modules be found by the names that they had before."""
    # What is loaded is entered at once: an import would set `funclab.ops.einsum`, a function.
    for before, now in MOVED.items():
        module = sys.modules.get(f"funclab.{now}")
        if module is not None:
            sys.modules[f"funclab.{before}"] = module
            room, _, name = before.rpartition(".")
            vars(sys.modules[f"funclab.{room}".rstrip(".")]).setdefault(name, module)
    sys.meta_path.insert(0, Finder())
