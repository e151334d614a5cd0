"""Models written as `.h5` files: Keras 2's format, as Keras 3 writes it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from funclab import registry
from funclab.errors import import_for, warn
from funclab.graph.shape_math import Array
from funclab.models.config import as_text, operation_to_config
from funclab.models.model import Model
from funclab.registry import sharing
from funclab.saving.compiling import get_compile_config
from funclab.saving.legacy import MODEL, OPTIMIZER
from funclab.saving.state import arrays_of, in_each_place


def model_h5(model: Model, version: str) -> bytes:
    """The contents of a `.h5` file: the architecture, the weights layer by layer, the settings of
    `compile` and the state of the optimizer."""
    entry, settings = operation_to_config(model), get_compile_config(model)
    _warn_of_shared(model, entry)
    entry = json.loads(as_text(model, entry))
    config = {key: entry[key] for key in ("class_name", "config")}
    texts = {"keras_version": version, "backend": "funclab", "model_config": json.dumps(config)}
    if settings:
        settings["optimizer_config"] = settings.pop("optimizer")
        texts["training_config"] = json.dumps(registry.to_config(settings))

    def write(file: Any) -> None:
        file.attrs.update(texts)
        _write_layers(file.create_group(MODEL), model, version)
        state = [pair for pair in arrays_of(model).items() if pair[0].startswith("optimizer/")]
        if state:
            _write(file.create_group(OPTIMIZER), state)

    return contents_of(write)


def contents_of(write: Callable[[Any], None]) -> bytes:
    """An HDF5 file that `write` fills. Made in memory: h5py leaves a broken file on a full disk."""
    contents = io.BytesIO()
    with import_for("Saving weights", "h5py").File(contents, "w") as file:
        write(file)
    return contents.getvalue()


def _warn_of_shared(model: Model, entry: dict[str, Any]) -> None:
    shared = next((part for part in sharing.walk(entry) if sharing.KEY in part), None)
    if shared:
        name = shared["config"]["name"]
        warn(
            f"{model.name} shares {name} with a model or layer inside it. From a .h5 file, funclab "
            "makes it once, but Keras makes a layer for each place, with equal weights. From a "
            ".keras file, both make it once."
        )


def weights_h5(model: Model, version: str) -> bytes:
    """The contents of a `.h5` file with weights only."""
    return contents_of(lambda file: _write_layers(file, model, version))


def _write_layers(group: Any, model: Model, version: str) -> None:
    """The weights of each layer, in a group of its name."""
    names = [layer.name for layer in model.layers]
    group.attrs.update({"layer_names": names, "keras_version": version, "backend": "funclab"})
    for layer in model.layers:
        variables = in_each_place(layer)
        paths = registry.unique_names(variable.path for variable in variables)
        arrays = [variable.numpy() for variable in variables]
        _write(group.create_group(layer.name), zip(paths, arrays))


def _write(group: Any, arrays: Iterable[tuple[str, Array]]) -> None:
    """Write arrays to a group, and their names in order."""
    names = []
    for name, array in arrays:
        group[name] = array
        names.append(name)
    group.attrs["weight_names"] = names
