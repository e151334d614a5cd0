"""What travels between client and workers, and its order in the buffers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.graph.value import Variable
from funclab.metrics.recording import on_tape
from funclab.optimizers import Optimizer
from funclab.training.runner import Runner

LINE = 64
"""Each array in a buffer begins at a multiple of this number of bytes."""


class Layout:
    """The positions of variables in one buffer of bytes."""

    def __init__(self, variables: Sequence[Variable]) -> None:
        self.variables = variables
        self.spans: list[tuple[int, int]] = []
        end = 0
        for variable in variables:
            size = variable.array.nbytes
            self.spans.append((end, end + size))
            end += -(-size // LINE) * LINE
        self.size = end

    def packed(self) -> Array:
        """A buffer with the current values."""
        buffer = np.zeros(self.size, np.uint8)
        for array, view in self.views(buffer):
            view[...] = array
        return buffer

    def load(self, buffer: Array) -> None:
        """Set the values to those of a buffer."""
        for array, view in self.views(buffer):
            array[...] = view

    def views(self, buffer: Array) -> list[tuple[Array, Array]]:
        """For each variable its array, and its view of the buffer."""
        arrays = [variable.array for variable in self.variables]
        return [
            (array, buffer[begin:end].view(array.dtype).reshape(array.shape))
            for array, (begin, end) in zip(arrays, self.spans)
        ]


def trained_variables(runner: Runner) -> list[Variable]:
    """The weights that training changes or, in a model that is not compiled, would change."""
    return runner.trained() if runner.compiled else runner.model.trainable_weights


def state_variables(runner: Runner) -> list[Variable]:
    """All other variables that persist in a model, in the order of the model."""
    trained = {id(variable) for variable in trained_variables(runner)}
    return [variable for variable in runner.model.variables if id(variable) not in trained]


def metric_sums(compiled: Any) -> list[Array]:
    """The sums of the losses and of the metrics that the plan itself updates."""
    return [metric.sums.array for metric in compiled.metrics if on_tape(metric)]


def packed_model(runner: Runner) -> bytes:
    """The model with the settings of `compile`, but without weights and without the optimizer.

    Functions and classes defined in a notebook are included.
    """
    import cloudpickle

    left_out = {id(variable) for variable in [*trained_variables(runner), *state_variables(runner)]}

    class Packer(cloudpickle.Pickler):
        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, Optimizer):
                return str, ("sgd",)  # a stand-in: only the client has the optimizer
            if isinstance(obj, Variable) and id(obj) in left_out:
                bare = {"_array": None, "initializer": None, "bound": False, "lock": None}
                return object.__new__, (type(obj),), {**vars(obj), **bare}
            return super().reducer_override(obj)

    stream = io.BytesIO()
    Packer(stream).dump(runner.model)
    return stream.getvalue()


def packed_error(error: Exception) -> bytes:
    """An error for the client, with classes defined in a notebook."""
    import cloudpickle

    try:
        return cloudpickle.dumps(error)
    except Exception:  # it holds something that cannot be sent, but its message can
        return cloudpickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
