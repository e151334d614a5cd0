"""`tf.Variable` of the stand-in: a variable whose parts can be assigned."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import ops
from funclab.graph.array import Array
from funclab.graph.tape import is_recording
from funclab.graph.value import Variable


class Part(Array):
    """Numbers of a variable, which can be changed in it."""

    _place: tuple[Any, Any]

    def assign(self, value: Any) -> Any:
        """Changes these numbers of the variable; returns the variable."""
        variable, index = self._place
        whole = variable.numpy()
        whole[index] = np.asarray(value)
        variable.assign(whole)
        return variable


class TensorFlowVariable(Variable):
    """A variable that begins with a value, or with what a function makes, as TensorFlow has it."""

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool = True,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        shape: Any = None,
    ) -> None:
        value = initial_value() if callable(initial_value) else initial_value
        value = ops.convert_to_tensor(value, dtype)
        super().__init__(value, trainable=trainable, name=name or "Variable")

    def __getitem__(self, index: Any) -> Any:
        if is_recording():
            return super().__getitem__(index)
        part = np.array(self.numpy()[index]).view(Part)
        part._place = (self, index)
        return part

    def scatter_nd_update(self, indices: Any, updates: Any) -> Any:
        """Changes the numbers at these indices, along the last axis of `indices`."""
        return self[tuple(np.moveaxis(np.asarray(indices), -1, 0))].assign(updates)
