"""Models in memory, from Keras 3 to funclab and back."""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any, TypeGuard

from funclab.config import without_collection
from funclab.errors import ArgumentError, ConfigError, FunclabError, MissingPackageError
from funclab.graph.operation import OpOperation
from funclab.layers.base import Layer
from funclab.layers.weights import layers_within
from funclab.models.ops import OWN, op_to_config
from funclab.registry.parameters import call_parameters
from funclab.saving.file_graph import sketch_of_file
from funclab.saving.files import load_model, save_model
from funclab.saving.keras_graph import check_built, sketch_of

ENDINGS = (".keras", ".h5", ".hdf5", ".onnx", ".json")
"""How the names of files end in which there is a model."""


def from_keras(model: Any, custom_objects: Any = None, compile: bool = True) -> Any:
    """The model of Keras 3 as a model of funclab: same layers, weights, and settings of `compile`.

    The two models share nothing: training one of them does not change the other.

    model: a model of a real Keras 3; one of funclab is returned as it is.
    custom_objects: funclab's counterparts of layers and functions of your own, by their names.
    compile: whether the new model is compiled, with the state of the optimizer; default True.
    Raises: FunclabError for what funclab does not have; NotBuiltError for a model without weights.
    """
    if isinstance(model, Layer):
        return model
    if not is_keras_model(model):
        raise ArgumentError(
            f"from_keras needs a model of Keras 3. Received: a {type(model).__name__}.",
            why="it reads the architecture and the weights of a model.",
            fix="pass a keras.Model or a keras.Sequential.",
        )
    check_built(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        try:
            model.save(path)
            return load_model(path, custom_objects, compile=compile, safe_mode=False)
        except FunclabError:
            raise
        except Exception as error:
            raise ConfigError(
                f"{model.name} cannot be moved to funclab: {error}",
                why="a function in it works with Keras only, or Keras cannot save the model.",
                fix="pass funclab's counterparts of your own layers and functions in "
                "custom_objects.",
            ) from error


def to_keras(model: Any, custom_objects: Any = None) -> Any:
    """A model of funclab as a model of Keras 3: same layers, weights, and settings of `compile`.

    The two models share nothing: training one of them does not change the other.

    model: a model of funclab.
    custom_objects: the counterparts, made for Keras, of layers and functions of your own.
    Raises: MissingPackageError without Keras; FunclabError for what Keras does not have.
    """
    keras = real_keras()
    check_portable(model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        save_model(model, path)
        try:
            return keras.saving.load_model(path, custom_objects=custom_objects, safe_mode=False)
        except (TypeError, ValueError) as error:
            raise ArgumentError(
                f"Keras refuses {model.name}: {error}",
                why="it has no class or setting of that name.",
                fix="pass your own layers and functions, written for Keras, in custom_objects.",
            ) from error


@without_collection()
def shown(model: Any) -> Any:
    """What the views show: of a model of Keras 3, or in a file, its graph, as a model of funclab
    whose weights are read when they are looked at; else the value.

    Raises: FunclabError for a model or file that cannot be read.
    """
    if _is_path(model):
        return sketch_of_file(model)
    return sketch_of(model) if is_keras_model(model) else model


def computing(model: Any) -> Any:
    """What views that compute take: of a model of Keras 3, or in a file, its counterpart in
    funclab, with its weights and settings of `compile`; else the value.

    Raises: FunclabError for what funclab does not have.
    """
    if _is_path(model):
        return load_model(model)
    if not is_keras_model(model):
        return model
    try:
        return from_keras(model)
    except FunclabError:  # perhaps because of a custom loss, which not every view needs
        return from_keras(model, compile=False)


def _is_path(model: Any) -> bool:
    is_name = isinstance(model, str) and model.endswith(ENDINGS)
    return is_name or isinstance(model, PathLike)


def is_keras_model(value: Any) -> bool:
    """Whether something is a model of a real Keras; does not import Keras."""
    keras = sys.modules.get("keras")
    return is_real(keras) and isinstance(value, keras.Model)


def check_portable(model: Any) -> None:
    """Refuse a model that Keras would read as something else, or not at all."""
    for nested in layers_within(model):
        for node in getattr(getattr(nested, "graph", None), "nodes", ()):
            operation = node.operation
            if isinstance(operation, OpOperation):
                _check_op(operation)
                continue
            training = node.arguments.kwargs.get("training")
            position = call_parameters(type(operation)).get("training", 0)
            if 0 < position < len(node.arguments.args):
                training = node.arguments.args[position]
            if training is not None:
                raise ArgumentError(
                    f"{operation.name} was called with training={training}, which has no effect in "
                    "Keras.",
                    why="in a graph, Keras 3 passes the `training` of the whole model on.",
                    fix=f"call {operation.name} without `training`; to keep a layer from being "
                    "trained, set its `trainable` to False.",
                    graph=operation,
                )


def _check_op(operation: OpOperation) -> None:
    if op_to_config(operation)["module"] == OWN:
        raise ArgumentError(
            f"{operation.name} is the op {type(operation.op).__name__}, which Keras does not have.",
            why="Keras has another set of ops, or the op without one of its settings.",
            fix="write it with other functions of funclab.ops, or as a layer.",
            graph=operation,
        )


def real_keras() -> ModuleType:
    """Keras itself.

    Raises: MissingPackageError when it is not installed, or `import keras` means funclab.
    """
    try:
        keras = import_module("keras")
    except ImportError:
        keras = None
    if not is_real(keras):
        raise MissingPackageError(
            "to_keras needs Keras 3, which is not there.",
            why="`keras` is not installed, or `import keras` means funclab in this session.",
            fix="install it with pip install keras jax, and set the variable KERAS_BACKEND to jax.",
        )
    return keras


def is_real(keras: ModuleType | None) -> TypeGuard[ModuleType]:
    """Whether a module is Keras itself, and not its stand-in after `install_as_keras`."""
    own = sys.modules["funclab"].__file__
    return keras is not None and vars(keras).get("__file__") not in (None, own)
