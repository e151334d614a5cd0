"""Layers that give the same elements another shape, or repeat them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from funclab import ops
from funclab.errors import ArgumentError, suggest
from funclab.graph.shape_math import to_shape
from funclab.layers.base import Layer
from funclab.layers.spec import InputSpec
from funclab.ops.shaping import reshape_samples
from funclab.registry.parameters import wrong_value


class Flatten(Layer):
    """All elements of a sample as one vector.

    Shapes: x (batch, ...) -> out (batch, product of the other lengths). With data_format
        "channels_first" the channels are moved to the end first.

    >>> Flatten()(Input((28, 28, 1))).shape
    (None, 784)
    """

    input_spec = InputSpec(min_ndim=1)
    data_format: str | None = None

    def call(self, inputs: Any) -> Any:
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        return reshape_samples(inputs, (-1,))


class Reshape(Layer):
    """Each sample in the shape `target_shape`, where one length may be -1: it is inferred.

    Shapes: x (batch, ...) -> out (batch, *target_shape).
    Raises: ShapeError if a sample has another number of elements.

    >>> Reshape((-1, 2))(Input((6,))).shape
    (None, 3, 2)
    """

    target_shape: Any

    def prepare(self) -> None:
        target_shape = self.target_shape
        listed = isinstance(target_shape, Iterable) and not isinstance(target_shape, str)
        lengths = tuple(target_shape) if listed else (target_shape,)
        if target_shape is None:
            raise wrong_value("Reshape", "target_shape", None, "a tuple of lengths", "(-1,)")
        if sum(length in (-1, None) for length in lengths) > 1:
            raise ArgumentError(
                f"There must be at most one unknown dimension (-1) in target_shape. "
                f"Received: target_shape={target_shape}.",
                why="one missing length follows from the others; two do not.",
                fix="write out the other lengths.",
            )
        to_shape([None if length == -1 else length for length in lengths], "target_shape")
        self.target_shape = lengths

    def call(self, inputs: Any) -> Any:
        return reshape_samples(inputs, self.target_shape)


class Permute(Layer):
    """The axes of a sample in another order; `dims` counts them from 1.

    Shapes: x (batch, a, b), dims (2, 1) -> out (batch, b, a).
    Raises: ArgumentError unless `dims` holds 1, 2, ... in some order.

    >>> Permute((2, 1))(Input((10, 4))).shape
    (None, 4, 10)
    """

    dims: Sequence[int]

    def prepare(self) -> None:
        dims = self.dims
        several = isinstance(dims, (Sequence, np.ndarray))
        self.dims = tuple(np.asarray(dims).tolist() if several else (dims,))
        axes = list(range(1, len(self.dims) + 1))
        if not all(map(suggest.is_whole, self.dims)) or sorted(self.dims) != axes:
            raise ArgumentError(
                "Invalid permutation argument `dims` for Permute Layer. The set of indices in "
                f"`dims` must be consecutive and start from 1. Received dims={dims}.",
                why="it names every axis but the batch once.",
                fix=f"write for example dims={tuple(range(len(self.dims), 0, -1))}.",
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        return ops.transpose(inputs, (0, *self.dims))


class RepeatVector(Layer):
    """The same vector `n` times, as a sequence.

    Shapes: x (batch, features) -> out (batch, n, features).
    Raises: ArgumentError unless `n` is a positive integer.

    >>> RepeatVector(3)(Input((4,))).shape
    (None, 3, 4)
    """

    input_spec = InputSpec(ndim=2)
    n: int

    def call(self, inputs: Any) -> Any:
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)
