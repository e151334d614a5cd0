"""`tf.Variable` of the stand-in, whose parts can be assigned, and `tf.Module`, which holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab import ops
from funclab.graph import structure
from funclab.graph.array import Array
from funclab.graph.tape import is_recording
from funclab.graph.value import Variable
from funclab.layers.weights import Weighted
from funclab.registry import to_snake_case


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


class TensorFlowModule:
    """`tf.Module`: an object that knows the variables in its attributes, and in those of the
    modules, layers, lists and dicts in them."""

    def __init__(self, name: str | None = None) -> None:
        self._name = name or to_snake_case(type(self).__name__)

    @property
    def name(self) -> str:
        """The name that it was given, or that of its class in snake case."""
        return self._name

    @property
    def variables(self) -> tuple[Any, ...]:
        """All variables, in the alphabetical order of the attributes, each once."""
        return tuple(dict.fromkeys(found for found in _leaves(self) if isinstance(found, Variable)))

    @property
    def trainable_variables(self) -> tuple[Any, ...]:
        """Those that are trained."""
        return tuple(variable for variable in self.variables if variable.trainable)

    @property
    def submodules(self) -> tuple[Any, ...]:
        """The modules and layers inside."""
        kinds = TensorFlowModule | Weighted
        return tuple(dict.fromkeys(found for found in _leaves(self) if isinstance(found, kinds)))


def _leaves(module: Any) -> Iterator[Any]:
    """What is in the attributes of a module, and in what is in them."""
    for _, value in sorted(vars(module).items()):
        for leaf in structure.flatten(value):
            yield leaf
            if isinstance(leaf, TensorFlowModule):
                yield from _leaves(leaf)
            elif isinstance(leaf, Weighted):
                yield from leaf.weights
