"""Models written as `.h5` files: Keras 2's format, as Keras 3 writes it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

from funclab import registry
from funclab.saving.compiling import get_compile_config
from funclab.saving.config import to_json
from funclab.saving.legacy import MODEL, OPTIMIZER, stored_variables
from funclab.saving.state import arrays_of
from funclab.shape_math import Array


def h5_file(model: Any, version: str) -> bytes:
    """The contents of a `.h5` file: the architecture, the weights layer by layer, the settings of
    `compile` and the state of the optimizer."""
    import h5py

    entry, settings = json.loads(to_json(model)), get_compile_config(model)
    texts = {
        "keras_version": version,
        "backend": "funclab",
        "model_config": json.dumps({key: entry[key] for key in ("class_name", "config")}),
    }
    if settings:
        settings["optimizer_config"] = settings.pop("optimizer")
        texts["training_config"] = json.dumps(registry.to_config(settings))
    contents = io.BytesIO()
    with h5py.File(contents, "w") as file:
        file.attrs.update(texts)
        layers = {layer.name: stored_variables(layer) for layer in model.layers}
        group = file.create_group(MODEL)
        group.attrs.update({**texts, "layer_names": list(layers)})
        for name, variables in layers.items():
            arrays = zip(registry.unique_names(v.path for v in variables), variables)
            _write(group.create_group(name), ((path, v.numpy()) for path, v in arrays))
        state = [pair for pair in arrays_of(model).items() if pair[0].startswith("optimizer/")]
        if state:
            _write(file.create_group(OPTIMIZER), state)
    return contents.getvalue()


def _write(group: Any, arrays: Iterable[tuple[str, Array]]) -> None:
    """Arrays in a group, and their names in order."""
    names = []
    for name, array in arrays:
        group[name] = array
        names.append(name)
    group.attrs["weight_names"] = names
