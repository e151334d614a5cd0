"""Models of the gallery and of the lessons, with data, and what each call makes by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from funclab import Model
from funclab.teach import catch_up
from tests.view import gallery

fit = Model.fit
LESSONS = [*range(1, 15)]
LENGTH, WORDS = 8, 4
"""The length of an axis that has none, and how many different whole numbers there are."""


def models_of(place: str | int) -> list[Model]:
    """The model of the gallery with a name, or all models that a lesson has at its end."""
    if isinstance(place, str):
        return [gallery.built(place)]
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Model, "fit", briefly)
        catch_up(place, names=names)
    found = [getattr(value, "model", value) for value in names.values()]
    graphs = {calls_of(m): m for m in found if isinstance(m, Model) and m.inputs}
    return list(graphs.values())


def briefly(model: Model, *data: Any, **settings: Any) -> Any:
    """A step of training in place of all: nobody looks at how well a model does."""
    return fit(model, *data, **settings | {"epochs": 1, "steps_per_epoch": 1})


def calls_of(model: Model) -> tuple[str, ...]:
    """Models of the same calls are one here."""
    return model.name, *(node.key for node in model.graph.nodes)


def data_for(model: Model, n: int) -> list[np.ndarray]:
    """Samples for each input of a model."""
    random, found = np.random.RandomState(0), []
    for tensor in model.inputs:
        shape = (n, *(length or LENGTH for length in tensor.shape[1:]))
        whole = "int" in tensor.dtype
        array = random.randint(0, WORDS, shape) if whole else random.rand(*shape)
        found.append(array.astype(tensor.dtype))
    return found


def made_by(model: Model, x: list[np.ndarray], before: str = "") -> dict[str, np.ndarray]:
    """What each call of a model, at any depth, makes of data: of the calls of a model inside it,
    that model computes them from what its own call reads."""
    nodes = [node for node in model.graph.nodes if not node.is_input]
    first = Model(model.inputs, [node.output_tensors[0] for node in nodes])
    values = listed(first.predict(x, verbose=0))
    found = {f"{before}{node.key}": array for node, array in zip(nodes, values, strict=True)}
    for node in nodes:
        if isinstance(node.operation, Model):
            reads = Model(model.inputs, list(node.input_tensors)).predict(x, verbose=0)
            found |= made_by(node.operation, listed(reads), f"{before}{node.key}/")
    return found


def listed(values: Any) -> list[np.ndarray]:
    """One or several outputs, as a list."""
    if isinstance(values, dict):
        return list(values.values())
    return list(values) if isinstance(values, (list, tuple)) else [values]
