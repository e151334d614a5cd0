"""The `.keras` archive and weights files, in the formats of Keras 3."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from funclab.errors import ConfigError, WeightsError
from funclab.files import as_path, replacing
from funclab.graph.shape_math import Array
from funclab.layers import functions
from funclab.layers.preprocessing.vocabulary import VOCABULARY
from funclab.models.config import from_config, parsed, to_json
from funclab.models.model import Model
from funclab.registry import sharing
from funclab.registry.parameters import wrong_value
from funclab.saving import state
from funclab.saving.h5_file import contents_of, model_h5, weights_h5
from funclab.saving.legacy import NAMES, load_h5, weights_for
from funclab.saving.trusted import read_archive, read_datasets, read_hdf5, reading, refused
from funclab.saving.unmarked import mark_shared

KERAS_VERSION = "3.15.1"
"""The version of Keras whose format is written."""

MORE = "__training__/"
"""Where a backup has what is needed besides the weights to continue a training run."""
CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def save_model(
    model: Model, filepath: Any, overwrite: bool = True, zipped: bool | None = None
) -> None:
    """Write a model to one `.keras` file, which Keras 3 reads too; or to a `.h5` file, as Keras 2
    did.

    The file is a zip archive: config.json has the architecture and the settings of `compile`,
    model.weights.h5 the weights and the state of the optimizer, assets the vocabularies of layers.
    The file at `filepath` is replaced completely or not at all. When Keras reads the file,
    `training=` in a layer's call has no effect in a graph, and ops that Keras lacks are refused.

    model: the model.
    filepath: the name of the file; it ends with `.keras`, `.h5` or `.hdf5`.
    overwrite: whether an existing file is replaced; default True.
    zipped: None or True: a `.keras` file is an archive, never a folder.
    Raises: FileError when it cannot be written; ConfigError for another ending, or when the file
    exists and `overwrite` is False.
    """
    if not hasattr(model, "get_config"):
        raise wrong_value("save_model", "model", model, "a model", "Model(inputs, outputs)")
    target = as_path(filepath)
    if _is_keras_2(target):
        _check_free(target, overwrite)
        contents = model_h5(model, KERAS_VERSION)
        with replacing(filepath) as new:
            new.write_bytes(contents)
        return
    if target.suffix != ".keras" or zipped is False:
        raise ConfigError(
            f"Invalid filename: expected a `.keras` extension. Received: {str(filepath)!r}.",
            why="a model is saved as a `.keras` archive, never as a folder.",
            fix=f'write model.save("{target.stem or "model"}.keras"); weights alone go to '
            '`save_weights("name.weights.h5")`.',
        )
    _check_free(target, overwrite)
    config, weights, assets = to_json(model), _weights_file(model), state.assets_of(model)
    saved = datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    with replacing(filepath) as new, zipfile.ZipFile(new, "w") as archive:
        metadata = {"keras_version": KERAS_VERSION, "date_saved": saved, "library": "funclab"}
        archive.writestr(METADATA, json.dumps(metadata))
        archive.writestr(CONFIG, config)
        archive.writestr(WEIGHTS, weights)
        for name, text in assets.items():
            archive.writestr(name, text)


def load_model(
    filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """A model from a `.keras` file of funclab or Keras 3, or a `.h5` file of Keras 2 or 3.

    A model that was compiled is compiled again, and its training continues where it stopped.

    filepath: the name of the file.
    custom_objects: classes and functions of your own, by their names; default None.
    compile: whether to compile it as it was; default True.
    safe_mode: whether to refuse Lambda layers that were saved as code; default True.
    Raises: ConfigError for any other file or, in safe mode, for a Lambda layer saved as code;
    WeightsError for weights that do not fit.
    """
    if not zipfile.is_zipfile(as_path(filepath)):
        if is_hdf5(filepath):
            with reading(filepath):
                return load_h5(filepath, custom_objects, compile)
        raise no_model(filepath)
    members = read_archive(filepath, [CONFIG, WEIGHTS])
    with reading(filepath), functions.safe_mode(safe_mode), sharing.apart():
        if len(members) < 2:
            raise refused(filepath, f"it holds no {CONFIG} or no {WEIGHTS}")
        entry = entry_of(members[CONFIG], filepath)
        if not compile:
            entry.pop("compile_config", None)
        model = from_config(entry, custom_objects)
        arrays = read_datasets(members[WEIGHTS])
        try:
            _restore_all(model, filepath, arrays)
        except WeightsError:
            if not mark_shared(entry, model, arrays):
                raise
            model = from_config(entry, custom_objects)
            _restore_all(model, filepath, arrays)
    return model


def _restore_all(model: Model, path: Any, arrays: dict[str, Array]) -> None:
    state.restore_assets(model, _assets_for(model, path), arrays)
    state.restore(model, arrays)


def _assets_for(model: Model, path: Any) -> dict[str, str]:
    """The texts in an archive, for those layers of a model that keep texts."""
    placed = state.placed_layers(model)
    layers = [prefix for prefix, layer in placed if hasattr(layer, "set_assets")]
    members = read_archive(path, [f"assets/{prefix}{VOCABULARY}" for prefix in layers])
    return {name: text.decode("utf-8") for name, text in members.items()}


def save_weights(model: Model, filepath: Any, overwrite: bool = True) -> None:
    """Write all weights, and the state of the optimizer, to an HDF5 file that Keras 3 reads too.

    The file at `filepath`, whose name ends with `.weights.h5`, is replaced completely or not at
    all. A name that ends with only `.h5` or `.hdf5` gives the format of Keras 2: weights by the
    names of layers.

    model: the model.
    filepath: the name of the file.
    overwrite: whether an existing file is replaced; default True.
    Raises: FileError when it cannot be written, ConfigError when it exists and `overwrite` is
    False.
    """
    _check_free(as_path(filepath), overwrite)
    old = _is_keras_2(as_path(filepath))
    contents = weights_h5(model, KERAS_VERSION) if old else _weights_file(model)
    with replacing(filepath) as new:
        new.write_bytes(contents)


def save_training(model: Model, path: Any, more: dict[str, Array]) -> None:
    """Write what `save_weights` writes, and more arrays, to one file, which is replaced as a
    whole."""
    named = {f"{MORE}{name}": array for name, array in more.items()}
    contents = _weights_file(model, named)
    with replacing(path) as new:
        new.write_bytes(contents)


def load_training(model: Model, path: Any) -> dict[str, Array]:
    """Read what `save_training` wrote; returns the arrays besides the model's.

    Raises: ConfigError, WeightsError, before anything changes, for a damaged or another file.
    """
    with reading(path):
        arrays = read_datasets(str(path))
        more = {name: arrays.pop(name) for name in list(arrays) if name.startswith(MORE)}
        state.restore(model, arrays)
    return {name.removeprefix(MORE): array for name, array in more.items()}


def _is_keras_2(path: Path) -> bool:
    return path.suffix in (".h5", ".hdf5") and not path.name.endswith(".weights.h5")


def load_weights(
    model: Model, filepath: Any, skip_mismatch: bool = False, by_name: bool = False
) -> None:
    """Read the weights that `save_weights`, here or in Keras, wrote for a model with equal layers.

    If the model is compiled, its optimizer continues where the saved one stopped.

    model: the model.
    filepath: the name of a `.weights.h5` or `.keras` file, or of a `.h5` file of Keras 2.
    skip_mismatch: whether layers that do not fit keep their weights, with a warning; default False.
    by_name: whether only layers whose name is in the file get weights; for `.h5` files of Keras 2.
    Raises: WeightsError, before anything changes, when layers or shapes do not fit.
    """
    if not as_path(filepath).exists():
        raise WeightsError(
            f"No weights file at {str(filepath)!r}.",
            why="there is nothing at that path.",
            fix="pass the path that `save_weights` wrote.",
        )
    with reading(filepath):
        archive = zipfile.is_zipfile(filepath)
        source = read_archive(filepath, [WEIGHTS]).get(WEIGHTS, b"") if archive else str(filepath)
        arrays, texts = read_hdf5(source, NAMES)
        if any(texts.get((root, "layer_names")) for root in ("", "model_weights")):
            arrays = weights_for(model, arrays, texts, by_name)
        elif by_name:
            raise refused(filepath, "it has no names of layers, which by_name=True asks for")
        if by_name:
            arrays = state.arrays_of(model) | arrays
        state.restore(model, state.fitting(model, arrays) if skip_mismatch else arrays)


def no_model(path: Any) -> ConfigError:
    """The error for a path at which there is no saved model."""
    problem = "Not a `.keras` archive" if as_path(path).exists() else "File not found"
    return ConfigError(
        f"{problem}: {str(path)!r}.",
        why="a saved model is a zip archive, or a `.h5` file of Keras.",
        fix="pass the path that `model.save(...)` wrote.",
    )


def is_hdf5(path: Any) -> bool:
    """Whether a file begins like an HDF5 file."""
    try:
        with Path(path).open("rb") as file:
            return file.read(8) == b"\x89HDF\r\n\x1a\n"
    except OSError:
        return False


def entry_of(text: bytes, path: Any) -> dict[str, Any]:
    entry = parsed(text)
    if not isinstance(entry, dict) or "module" not in entry:
        raise refused(path, "it was written neither by Keras 3 nor by this version of funclab")
    return entry


def _weights_file(model: Model, more: dict[str, Array] | None = None) -> bytes:
    """The contents of a weights file."""

    def write(file: Any) -> None:
        for path, array in {**state.arrays_of(model), **(more or {})}.items():
            file[path] = array

    return contents_of(write)


def _check_free(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise ConfigError(
            f"The file {path.name} exists already, and overwrite=False.",
            why="an existing file is only replaced on request.",
            fix="choose another name, or pass overwrite=True.",
        )
