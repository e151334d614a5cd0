"""Calling a model on arrays: with a plan that is kept until one of its layers changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from operator import is_
from typing import Any

import numpy as np

from funclab.engine.kernels.threads import one_blas_thread
from funclab.engine.memory import pack
from funclab.graph import structure
from funclab.graph.array import as_array
from funclab.graph.locks import making
from funclab.graph.operation import Operation
from funclab.graph.shape_math import Array
from funclab.layers.weights import layers_within
from funclab.models.inputs import ready_arrays
from funclab.models.model import Functional, Model
from funclab.training.data.sources import BATCH_SIZE
from funclab.training.runner import plans_of, shape_key
from funclab.training.step import Specs, Step, predict_step

RECORDS = {
    *("constructor_arguments", "build_shapes", "inbound_nodes", "outbound_nodes"),
    *("_weights", "_initial_weights", "axis", "shared_axes"),
}
"""Attributes that do not affect what a layer computes, and lists of axes."""


def call_by_plan(model: Functional, x: Any, training: Any = None, mask: Any = None) -> Any:
    """The outputs of a model for arrays of at most 32 samples; None if no plan can be kept.

    A change to a layer, for example to its rate, must take effect in the next call. So a plan is
    kept only for funclab's layers with plain values as settings, and remade if one of them changes.
    """
    plain = mask is None and (training is None or isinstance(training, bool))
    arrays = ready_arrays(model, x) if plain else None
    if arrays is None or len(arrays[0]) > BATCH_SIZE or not is_own(type(model)):
        return None
    step = kept_step(model, arrays, training)
    if step is None or step.losses or any(value.mask is not None for value in step.outputs):
        return None  # these belong to the results, too
    with one_blas_thread():
        results = step.results(partial(step.fill, arrays))
    return structure.pack(step.tree, map(as_array, results))


def kept_step(model: Model, arrays: Sequence[Array], training: bool | None) -> Step | None:
    """The plan for arrays of these shapes, with its layers as they are now."""
    sides = zip(arrays, model.inputs)
    specs = Specs(tuple((array.shape, tensor.dtype) for array, tensor in sides))
    key = (training, *shape_key(model, specs, model.input_structure))
    plans = plans_of(model)

    def make() -> tuple[Step | None, Layers]:
        # The layers are examined afterwards, because a layer that has warned stores that it has.
        pack(model.trainable_weights)
        # A call casts its arguments to the model's own dtype before that of the input.
        dtypes = {tensor.dtype for tensor in model.inputs if tensor.dtype.startswith("float")}
        steady = dtypes <= {model.dtype} and all(map(is_steady, operations_in(model)))
        step = predict_step(model, specs, model.input_structure, training) if steady else None
        return step, Layers(model)

    with making:
        step, layers = plans.get(key, make)
        if layers.have_changed():
            del plans.kept[key]
            step, layers = plans.get(key, make)
    return step


class Layers:
    """The operations in a model, and a snapshot of their attributes."""

    def __init__(self, model: Model) -> None:
        attributes = [vars(operation) for operation in operations_in(model)]
        self.then = [(now, list(now.values())) for now in attributes]

    def have_changed(self) -> bool:
        """Whether an attribute of one of them is now another object."""
        return not all(
            len(now) == len(then) and all(map(is_, now.values(), then)) for now, then in self.then
        )


def operations_in(model: Model) -> list[Operation]:
    """All layers and ops inside a model, at any depth."""

    def inside(operation: Any) -> Iterable[Any]:
        graph = getattr(operation, "graph", None)
        return getattr(operation, "held", ()) if graph is None else graph.operations

    return list(layers_within(model, inside))[1:]


def is_steady(operation: Operation) -> bool:
    """Whether its result depends only on its attributes, none of which changes in place."""
    if not is_own(type(operation)):
        return False
    values = (value for name, value in vars(operation).items() if name not in RECORDS)
    return hasattr(operation, "graph") or all(map(is_plain, values))


def is_plain(value: Any) -> bool:
    """Whether a setting is a plain value, a weight, or a function or object of funclab's own."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    if value is None or isinstance(value, (bool, int, float, str, np.dtype)):
        return True
    return is_own(value if callable(value) and hasattr(value, "__name__") else type(value))


def is_own(definition: Any) -> bool:
    return str(definition.__module__).startswith("funclab.")
