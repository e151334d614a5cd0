"""Calling a model on arrays: with a plan that is kept until one of its layers changes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from funclab.engine.kept import Layers, is_own, is_steady, operations_in
from funclab.engine.kernels.threads import one_blas_thread
from funclab.engine.memory import pack
from funclab.graph import structure
from funclab.graph.array import as_array
from funclab.graph.locks import making
from funclab.graph.shape_math import Array
from funclab.models.inputs import ready_arrays
from funclab.models.model import Functional, Model
from funclab.training.data.sources import BATCH_SIZE
from funclab.training.runner import plans_of, shape_key
from funclab.training.step import Specs, Step, predict_step


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


def kept_step(model: Model, arrays: Sequence[Array], training: Any) -> Step | None:
    """The plan for arrays of these shapes, with its layers as they are now. With None for
    `training`, layers that change images at random do so; see `usual_training`."""
    sides = zip(arrays, model.inputs)
    given = ((array.shape, tensor.dtype) for array, tensor in sides)
    specs = Specs(tuple(given))
    key = (training, *shape_key(model, specs, model.input_structure))
    plans = plans_of(model)

    def make() -> tuple[Step | None, Layers]:
        # The layers are examined afterwards, because a layer that has warned stores that it has.
        pack(model.trainable_weights)
        # A call casts its arguments to the model's own dtype before that of the input.
        dtypes = {tensor.dtype for tensor in model.inputs if tensor.dtype.startswith("float")}
        steady = dtypes <= {model.dtype} and all(map(is_steady, operations_in(model)[1:]))
        step = predict_step(model, specs, model.input_structure, training) if steady else None
        return step, Layers(operations_in(model)[1:])

    with making:
        step, layers = plans.get(key, make)
        if layers.have_changed():
            del plans.kept[key]
            step, layers = plans.get(key, make)
    return step
