"""`tf.Variable` of the stand-in, whose parts can be assigned, `tf.Module`, which holds them, and
`tf.TensorShape`, whose methods the shapes of tensors have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from funclab import ops
from funclab.graph import structure
from funclab.graph.array import Array
from funclab.graph.shape_math import size
from funclab.graph.tape import is_recording
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value, Variable
from funclab.keras2.tensorflow_functions import of_shape, shape_of
from funclab.layers.weights import Weighted
from funclab.registry import to_snake_case
from funclab.utils.elements import Element
from funclab.utils.specs import TensorSpec


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


class TensorShape(tuple[int | None, ...]):
    """A shape: a tuple of lengths, with None for one that is not known.

    dims: the lengths; one number stands for one axis.
    """

    def __new__(cls, dims: Any) -> TensorShape:
        return super().__new__(cls, shape_of(dims))

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self)

    ndims = rank

    @property
    def dims(self) -> list[int | None]:
        """The lengths as a list."""
        return list(self)

    def as_list(self) -> list[int | None]:
        """The lengths as a list."""
        return list(self)

    def num_elements(self) -> int | None:
        """How many numbers there are; None if that is not known."""
        return size(self)

    def is_fully_defined(self) -> bool:
        """Whether every length is known."""
        return None not in self

    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        return tuple.__new__(TensorShape, part) if isinstance(index, slice) else part


class Shaped:
    """The attribute `shape` of values, which stores a tuple and gives a `TensorShape`."""

    def __get__(self, x: Any, owner: Any = None) -> Any:
        if x is None:
            return self
        shape = vars(x)["shape"]
        return None if shape is None else tuple.__new__(TensorShape, shape)

    def __set__(self, x: Any, shape: Any) -> None:
        vars(x)["shape"] = shape


def of_array(x: np.ndarray) -> TensorShape:
    return tuple.__new__(TensorShape, np.ndarray.shape.__get__(x))  # type: ignore[attr-defined]


def set_shape(x: Any, shape: Any) -> None:
    """What is known of the shape anyhow.

    Raises: ShapeError if it is another shape.
    """
    of_shape(x, shape)


def give_shapes() -> None:
    """Give the methods to all shapes, and `get_shape()` and `set_shape()` to all tensors."""
    for symbolic in (Tensor, Value, TensorSpec):
        symbolic.shape = Shaped()  # type: ignore[assignment]
    for eager in (Array, Element):
        eager.shape = property(of_array, np.ndarray.shape.__set__)  # type: ignore[attr-defined]
    for cls in (Tensor, Value, Array, Element):
        cls.get_shape = lambda x: x.shape  # type: ignore[attr-defined]
        cls.set_shape = set_shape  # type: ignore[attr-defined]
