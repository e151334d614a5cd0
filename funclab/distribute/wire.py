"""What travels between client and workers, and in which order it lies in its buffers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.graph.value import Variable
from funclab.metrics.recording import on_tape
from funclab.optimizers import Optimizer
from funclab.shape_math import Array
from funclab.training.runner import Runner

LINE = 64
"""Each array in a buffer begins at a multiple of so many bytes."""


class Layout:
    """Where variables lie in one buffer of bytes."""

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
        """A buffer with the present values."""
        buffer = np.zeros(self.size, np.uint8)
        for array, view in self.views(buffer):
            view[...] = array
        return buffer

    def load(self, buffer: Array) -> None:
        """Set the values to those of a buffer."""
        for array, view in self.views(buffer):
            array[...] = view

    def views(self, buffer: Array) -> list[tuple[Array, Array]]:
        """For each variable its array, and where it lies in the buffer."""
        arrays = [variable.array for variable in self.variables]
        return [
            (array, buffer[begin:end].view(array.dtype).reshape(array.shape))
            for array, (begin, end) in zip(arrays, self.spans)
        ]


def trained_variables(runner: Runner) -> list[Variable]:
    """The weights that training changes; of a model that is not compiled, those it would."""
    return runner.trainable() if runner.compiled else runner.model.trainable_weights


def state_variables(runner: Runner) -> list[Variable]:
    """All that lasts in a model besides those weights, in the order of the model."""
    trained = {id(variable) for variable in trained_variables(runner)}
    return [variable for variable in runner.model.variables if id(variable) not in trained]


def metric_sums(compiled: Any) -> list[Array]:
    """The sums of losses and of those metrics that the plan itself updates."""
    return [metric.sums.array for metric in compiled.metrics if on_tape(metric)]


def packed_model(runner: Runner) -> bytes:
    """The model with what `compile` set, without the values of its weights and the optimizer.

    Functions and classes of a notebook are packed with it.
    """
    import cloudpickle

    left_out = {id(variable) for variable in [*trained_variables(runner), *state_variables(runner)]}

    class Packer(cloudpickle.Pickler):
        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, Optimizer):
                return _no_optimizer, ()
            if isinstance(obj, Variable) and id(obj) in left_out:
                bare = {"_array": None, "initializer": None, "bound": False, "lock": None}
                return object.__new__, (type(obj),), {**vars(obj), **bare}
            return super().reducer_override(obj)

    stream = io.BytesIO()
    Packer(stream).dump(runner.model)
    return stream.getvalue()


def _no_optimizer() -> Any:
    """The client has the optimizer."""
    return "sgd"


def packed_error(error: Exception) -> bytes:
    """An error for the client, with the classes of a notebook."""
    import cloudpickle

    try:
        return cloudpickle.dumps(error)
    except Exception:  # it holds something that cannot travel: its words can
        return cloudpickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))
