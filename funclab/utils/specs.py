"""What elements of a dataset look like: the shape and dtype of each of their arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph import structure
from funclab.graph.strings import dtype_of, name_of
from funclab.utils import elements


class TensorSpec:
    """The shape and dtype of a tensor that is to come.

    shape: None for a length that is not known; None alone if not even the axes are.
    dtype: its name.
    name: its own name.

    >>> TensorSpec((None, 3))
    TensorSpec(shape=(None, 3), dtype=tf.float32, name=None)
    """

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = None if shape is None else tuple(shape)
        self.dtype, self.name = name_of(elements.dtype_of(dtype)), name

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, TensorSpec) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype, self.name))

    def __repr__(self) -> str:
        shape = "<unknown>" if self.shape is None else self.shape
        return f"TensorSpec(shape={shape}, dtype=tf.{self.dtype}, name={self.name!r})"


class DatasetSpec:
    """The form of a dataset that is an element, as a window is: that of its own elements."""

    def __init__(self, element_spec: Any) -> None:
        self.element_spec = element_spec

    def __repr__(self) -> str:
        return f"DatasetSpec({self.element_spec!r})"


def spec_of(leaf: Any) -> Any:
    """The form of one array, number or dataset."""
    if hasattr(leaf, "element_spec"):
        return DatasetSpec(leaf.element_spec)
    array = np.asarray(leaf)
    return TensorSpec(array.shape, dtype_of(array))


def _each(specs: Any, shape: Any) -> Any:
    """Specs with `shape(spec's shape)`; unknown axes stay unknown."""
    return structure.map_structure(
        lambda spec: (
            spec
            if isinstance(spec, DatasetSpec)
            else TensorSpec(None if spec.shape is None else shape(spec.shape), spec.dtype)
        ),
        specs,
    )


def batched(specs: Any, size: int | None) -> Any:
    """The form of batches; `size` is None if the last one may be smaller."""
    return _each(specs, lambda shape: (size, *shape))


def unbatched(specs: Any) -> Any:
    """The form of the rows of batches."""
    return _each(specs, lambda shape: shape[1:])


def loosened(found: Any, before: Any) -> Any:
    """The form of what a function made of a first element; batches stay of any length."""
    if any(isinstance(s, TensorSpec) and s.shape and s.shape[0] is None for s in leaves(before)):
        return _each(found, lambda shape: (None, *shape[1:]) if shape else shape)
    return found


def padded(specs: Any, shapes: Any) -> Any:
    """The form of elements that are padded to shapes, nested as they are; None for the longest."""
    each = elements.settings_of(shapes, specs)
    made = [
        TensorSpec(spec.shape if shape is None else shape, spec.dtype)
        for spec, shape in zip(leaves(specs), each, strict=True)
    ]
    return structure.pack(specs, made)


def leaves(specs: Any) -> list[Any]:
    return structure.flatten(specs)


def named(dtypes: Any, shapes: Any) -> Any:
    """Specs of dtypes, and of shapes nested as these are, or None."""
    sides = structure.flatten(dtypes)
    given = [None] * len(sides)
    if shapes is not None:
        given = list(shapes) if isinstance(dtypes, (tuple, list)) else [shapes]
    return structure.pack(dtypes, [TensorSpec(s, d) for s, d in zip(given, sides, strict=True)])
