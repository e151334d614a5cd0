"""The modules of Keras under their old names: `keras.layers.core`, `keras.backend` ..."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from typing import Any

from funclab import optimizers
from funclab.errors import NoSuchImportError
from funclab.errors.missing_names import ELSEWHERE
from funclab.keras2 import legacy

INSIDE = "keras.src."
"""Where Keras 3 keeps its modules, which some programs import from."""
VERSION = "3.15.1+funclab"
"""`keras.__version__`: the Keras that funclab follows, with the origin in sight."""


class Face(types.ModuleType):
    """A module of funclab under a name of Keras, with `extras` that Keras had there: objects, or
    their names in the module of funclab."""

    def __init__(self, name: str, room: str, extras: Mapping[str, Any]) -> None:
        super().__init__(name)
        self._room, self._extras = importlib.import_module(f"funclab.{room}".rstrip(".")), extras
        self.__doc__, self.__path__ = self._room.__doc__, []
        self.__all__ = [*getattr(self._room, "__all__", ()), *extras]
        if name == "keras":
            self.__version__ = VERSION

    def __getattr__(self, name: str) -> Any:
        extra = self._extras.get(name)
        if isinstance(extra, str) or extra is None:
            inner = module_of(f"{self.__name__}.{name}")
            return inner or getattr(self._room, extra or name)
        return extra

    def __dir__(self) -> list[str]:
        return sorted({*dir(self._room), *self._extras})


class Absent(types.ModuleType):
    """A module of Keras that funclab does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []

    def __getattr__(self, name: str) -> Any:
        inner = module_of(f"{self.__name__}.{name}")
        if inner is not None:
            return inner
        if name.startswith("_"):
            raise AttributeError(name)
        part = [part for part in self.__name__.split(".") if part in ELSEWHERE][-1]
        raise NoSuchImportError(
            f"cannot import name {name!r} from {self.__name__!r}.",
            why="funclab does not have this part of Keras.",
            fix=ELSEWHERE[part],
        )


LAYERS = (
    *("core", "convolutional", "recurrent", "convolutional_recurrent", "embeddings", "local"),
    *("normalization", "advanced_activations", "merge", "pooling", "noise", "wrappers"),
)
UTILS = (
    *("np_utils", "vis_utils", "visualize_util", "generic_utils", "data_utils", "layer_utils"),
    *("io_utils", "training_utils"),
)
ENGINE = ("topology", "training", "network", "sequential", "base_layer", "input_layer")
APPLICATIONS = (
    *("inception_v3", "xception", "mobilenet", "nasnet", "inception_resnet_v2"),
    *("efficientnet", "efficientnet_v2", "convnext", "resnet_v2", "mobilenet_v3"),
)
"""Families of networks that are not there."""

FACES: dict[str, tuple[str, Mapping[str, Any]]] = {
    "keras": ("", {"version": lambda: VERSION}),
    "keras.src": ("", {}),
    "keras.layers": ("layers", legacy.LAYERS),
    **{f"keras.layers.{name}": ("layers", legacy.LAYERS) for name in LAYERS},
    "keras.legacy": ("layers", legacy.LAYERS),
    "keras.legacy.layers": ("layers", legacy.LAYERS),
    "keras.engine": ("models", legacy.ENGINE),
    **{f"keras.engine.{name}": ("models", legacy.ENGINE) for name in ENGINE},
    "keras.utils": ("utils", legacy.UTILS),
    **{f"keras.utils.{name}": ("utils", legacy.UTILS) for name in UTILS},
    "keras.regularizers": ("regularizers", legacy.REGULARIZERS),
    "keras.constraints": ("constraints", legacy.CONSTRAINTS),
    "keras.optimizers": ("optimizers", {"legacy": optimizers}),
    "keras.optimizers.legacy": ("optimizers", {}),
    "keras.losses": ("losses", {"cosine_proximity": "cosine_similarity"}),
    "keras.objectives": ("losses", {"cosine_proximity": "cosine_similarity"}),
    "keras.initializations": ("initializers", {}),
    "keras.preprocessing": ("preprocessing", {}),
    "keras.wrappers": ("wrappers", {}),
    "keras.preprocessing.image": ("keras2.image", {}),
    "keras.preprocessing.sequence": ("keras2.sequence", {}),
    "keras.preprocessing.text": ("keras2.text", {}),
}
"""For each module of Keras: the module of funclab, and additional names."""

ABSENT = ("keras.wrappers.scikit_learn", *(f"keras.applications.{name}" for name in APPLICATIONS))


def module_of(name: str) -> types.ModuleType | None:
    """The module of Keras 2 with this name, if funclab has no module of that name."""
    known = name in FACES or name in ABSENT or name in sys.modules
    return importlib.import_module(name) if known else None


def has_room(name: str) -> bool:
    """Whether funclab has a module of this name."""
    try:
        return find_spec(f"funclab.{name}") is not None
    except ModuleNotFoundError:  # the module before the last dot is a file, not a folder
        return False


class Finder(MetaPathFinder, Loader):
    """Finds Keras' modules when they are imported; all but those above are funclab's own."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name.startswith(INSIDE):
            inner = self.find_spec(name.replace(INSIDE, "keras."), path, target)
            return inner and ModuleSpec(name, self, is_package=True)
        known = name in FACES or name in ABSENT
        if known or (name.startswith("keras.") and has_room(name[6:])):
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        if spec.name.startswith(INSIDE):
            return importlib.import_module(spec.name.replace(INSIDE, "keras."))
        if spec.name in ABSENT:
            return Absent(spec.name)
        return Face(spec.name, *FACES.get(spec.name, (spec.name[6:], {})))

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to do: a Face is complete when it is made."""
