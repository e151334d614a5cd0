"""The `.keras` archive (architecture and weights) and weights files."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from funclab import registry
from funclab.errors import ConfigError, WeightsError
from funclab.files import replacing
from funclab.graph.locks import lock_of
from funclab.graph.value import Variable
from funclab.layers import functions
from funclab.saving import trusted
from funclab.saving.config import from_config
from funclab.shape_math import show


def save_model(model: Any, path: Any, overwrite: bool = True) -> None:
    """Write architecture and weights to one `.keras` file.

    The file is a zip archive with config.json, metadata.json and model.weights.h5. The file at
    `path` is replaced whole or not at all.
    Raises: FileError when it cannot be written; ConfigError for another ending, or when the file
    exists and `overwrite` is False.
    """
    target = Path(path)
    if target.suffix != ".keras":
        raise ConfigError(
            f"Invalid filename: expected a `.keras` extension. Received: {str(path)!r}.",
            why="a model is saved as a `.keras` archive.",
            fix=f'write model.save("{target.stem or "model"}.keras"); weights alone go to '
            '`save_weights("name.weights.h5")`.',
        )
    _check_free(target, overwrite)
    config, weights = registry.to_config(model), _weights_file(model)
    with replacing(path) as new, zipfile.ZipFile(new, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("metadata.json", json.dumps({"library": "funclab"}))
        archive.writestr("model.weights.h5", weights)


def load_model(
    path: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """A model from a `.keras` file, with its weights. It is not compiled.

    Raises: ConfigError for another file; or in safe mode, for a Lambda layer saved as code.
    """
    if not zipfile.is_zipfile(path):
        raise ConfigError(
            f"File not found or not a `.keras` archive: {str(path)!r}.",
            why="a saved model is a zip archive.",
            fix="pass the path that `model.save(...)` wrote.",
        )
    members = trusted.read_archive(path, ["config.json", "model.weights.h5"])
    with trusted.reading(path), functions.safe_mode(safe_mode):
        if len(members) < 2:
            raise trusted.refused(path, "it holds no config.json or no model.weights.h5")
        model = from_config(json.loads(members["config.json"]), custom_objects)
        _read_weights(model, members["model.weights.h5"])
    return model


def save_weights(model: Any, path: Any, overwrite: bool = True) -> None:
    """Write all weights to an HDF5 file whose name ends with `.weights.h5`.

    The file at `path` is replaced whole or not at all.
    Raises: FileError when it cannot be written, ConfigError when it exists and `overwrite` is
    False.
    """
    _check_free(Path(path), overwrite)
    with replacing(path) as new:
        new.write_bytes(_weights_file(model))


def load_weights(model: Any, path: Any) -> None:
    """Read the weights that `save_weights` wrote for a model of the same shape.

    Raises: WeightsError, before anything changes, when names or shapes do not fit.
    """
    if not Path(path).exists():
        raise WeightsError(
            f"No weights file at {str(path)!r}.",
            why="nothing lies under that path.",
            fix="pass the path that `save_weights` wrote.",
        )
    _read_weights(model, str(path))


def _entries(model: Any) -> Iterator[tuple[str, Variable]]:
    """Each variable with its place in the file: the layer's place in the model, and a number."""
    owners: dict[int, str] = {}
    for i, variable in enumerate(model.variables):
        layer, _, name = variable.path.rpartition("/")
        key = f"{i:05d}/{layer or 'model'}/{name}"
        yield owners.setdefault(id(variable), key), variable


def _weights_file(model: Any) -> bytes:
    """The contents of a weights file. Made in memory: h5py cannot leave a full disk in order."""
    import h5py

    contents, entries = io.BytesIO(), list(_entries(model))
    with h5py.File(contents, "w") as file, lock_of(variable for _, variable in entries):
        for key, variable in entries:
            file[key] = variable.array
    return contents.getvalue()


def _read_weights(model: Any, source: Any) -> None:
    entries = list(_entries(model))
    stored = {name.split("/", 1)[0]: a for name, a in trusted.read_datasets(source).items()}
    arrays = [stored.get(key.split("/", 1)[0]) for key, _ in entries]
    if len(stored) != len(entries):
        raise WeightsError(
            f"The file holds {len(stored)} weights, but {model.name} has {len(entries)}.",
            why="weights are read in the order of the model's layers.",
            fix="build the model as it was when the weights were saved.",
        )
    for (_, variable), array in zip(entries, arrays, strict=True):
        if array is None or array.shape != variable.shape:
            raise WeightsError(
                f"Layer weight shape {show(variable.shape)} not compatible with provided weight "
                f"shape {show(array.shape) if array is not None else 'None'}.",
                why=f"{variable.path} differs between the file and {model.name}.",
                fix="build the model as it was when the weights were saved.",
            )
    for (_, variable), array in zip(entries, arrays, strict=True):
        variable.assign(array)


def _check_free(path: Path, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise ConfigError(
            f"The file {path.name} exists already, and overwrite=False.",
            why="an existing file is only replaced on request.",
            fix="choose another name, or pass overwrite=True.",
        )
