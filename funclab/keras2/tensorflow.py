"""`import tensorflow as tf`, for notebooks that use `tf.keras`, `tf.data` and `tf.GradientTape`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

from funclab import ops, utils
from funclab.engine.gradient_tape import GradientTape
from funclab.errors import GraphError, NoSuchNameError
from funclab.errors.missing_names import ELSEWHERE
from funclab.keras2.paths import module_of
from funclab.utils import data

NO_TENSORFLOW = "tensorboard.compat.notf"
"""The module by which tensorboard is told to work without TensorFlow."""


class TensorFlow(types.ModuleType):
    """A stand-in for TensorFlow: `keras` is funclab, `data` its pipelines, `GradientTape` its tape,
    `random.set_seed` sets its seed, and anything else is an error that says what to use instead."""

    def __init__(self) -> None:
        super().__init__("tensorflow", __doc__)
        self.__path__, self.__version__ = [], sys.modules["funclab"].__version__

    def __getattr__(self, name: str) -> Any:
        if name == "keras":
            return module_of("keras")
        if name == "data":
            return data
        if name == "GradientTape":
            return GradientTape
        if name == "random":
            return types.SimpleNamespace(set_seed=utils.set_random_seed)
        if name == "set_random_seed":
            return utils.set_random_seed
        if name.startswith("_"):
            raise AttributeError(name)
        here = f"write keras.ops.{name}." if hasattr(ops, name) else None
        raise NoSuchNameError(
            f"module 'tensorflow' has no attribute {name!r}.",
            why="after install_as_keras(tensorflow=True), tensorflow is funclab, which has "
            "tensorflow.keras, tensorflow.data and GradientTape only.",
            fix=here or ELSEWHERE.get(name) or "functions of tensors are in keras.ops.",
        )


class Finder(MetaPathFinder, Loader):
    """Finds `tensorflow`, and the modules of `tensorflow.keras`, which are those of `keras`."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        known = name in ("tensorflow", NO_TENSORFLOW)
        if name.startswith("tensorflow.keras"):
            known = importlib.util.find_spec(name.removeprefix("tensorflow.")) is not None
        return ModuleSpec(name, self, is_package=True) if known else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        if spec.name.startswith("tensorflow.keras"):
            return importlib.import_module(spec.name.removeprefix("tensorflow."))
        return TensorFlow() if spec.name == "tensorflow" else types.ModuleType(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to do: the module is complete when it is made."""


def install() -> None:
    """From now on, in this process, `import tensorflow` gives the stand-in.

    Raises: GraphError when there is a real TensorFlow, which must not be hidden.
    """
    if any(isinstance(finder, Finder) for finder in sys.meta_path):
        return
    if importlib.util.find_spec("tensorflow") is not None:
        raise GraphError(
            "TensorFlow is installed, so funclab does not stand for it.",
            why="other libraries would get funclab in its place.",
            fix="leave out tensorflow=True, and write `from keras` for `from tensorflow.keras`.",
        )
    sys.meta_path.insert(0, Finder())
