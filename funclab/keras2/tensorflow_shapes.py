"""Shapes with the methods of `tf.TensorShape`, which tensors have when TensorFlow is stood for."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph.array import Array
from funclab.graph.shape_math import size
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.keras2.tensorflow_functions import of_shape, shape_of
from funclab.utils.elements import Element
from funclab.utils.specs import TensorSpec


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
