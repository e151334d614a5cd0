"""Layers that give the same elements another shape, or repeat, cut and pad them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from funclab import meant, ops, shape_math
from funclab.errors import ArgumentError, ShapeError
from funclab.fields import wrong_value
from funclab.layers.base import Layer
from funclab.layers.checks import one_of
from funclab.layers.spec import InputSpec
from funclab.ops.conv import per_axis
from funclab.ops.shaping import reshape_samples
from funclab.shape_math import Shape, to_shape


class Flatten(Layer):
    """All elements of a sample in one row.

    Shapes: x (batch, ...) -> out (batch, product of the other lengths). With data_format
        "channels_first" the channels are moved to the end first.

    >>> from funclab import Input
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
    """Each sample under the shape `target_shape`, in which one length may be -1: what is left.

    Shapes: x (batch, ...) -> out (batch, *target_shape).
    Raises: ShapeError when a sample has another number of elements.

    >>> from funclab import Input
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
                fix="write the other lengths out.",
            )
        to_shape([None if length == -1 else length for length in lengths], "target_shape")
        self.target_shape = lengths

    def call(self, inputs: Any) -> Any:
        return reshape_samples(inputs, self.target_shape)


class Permute(Layer):
    """The axes of a sample in another order; `dims` counts them from 1.

    Shapes: x (batch, a, b), dims (2, 1) -> out (batch, b, a).
    Raises: ArgumentError unless `dims` holds 1, 2, ... in some order.

    >>> from funclab import Input
    >>> Permute((2, 1))(Input((10, 4))).shape
    (None, 4, 10)
    """

    dims: Sequence[int]

    def prepare(self) -> None:
        dims = self.dims
        several = isinstance(dims, (Sequence, np.ndarray))
        self.dims = tuple(np.asarray(dims).tolist() if several else (dims,))
        places = list(range(1, len(self.dims) + 1))
        if not all(map(meant.is_whole, self.dims)) or sorted(self.dims) != places:
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
    Raises: ArgumentError unless `n` is a positive whole number.

    >>> from funclab import Input
    >>> RepeatVector(3)(Input((4,))).shape
    (None, 3, 4)
    """

    input_spec = InputSpec(ndim=2)
    n: int

    def call(self, inputs: Any) -> Any:
        return ops.repeat(ops.expand_dims(inputs, 1), self.n, axis=1)


class Images(Layer, abstract=True):
    """A layer on images, with the channels last or first."""

    input_spec = InputSpec(ndim=4)
    data_format: str | None = None

    @property
    def axes(self) -> tuple[int, int]:
        """The axes of height and width."""
        return (2, 3) if self.data_format == "channels_first" else (1, 2)


class ZeroPadding2D(Images):
    """Zeros around images: `padding` is one number, (height, width) or two pairs (before, after).

    Shapes: x (batch, height, width, channels) -> out (batch, taller, wider, channels).

    >>> from funclab import Input
    >>> ZeroPadding2D(1)(Input((8, 8, 3))).shape
    (None, 10, 10, 3)
    """

    padding: Any = (1, 1)
    data_format: str | None = None

    def prepare(self) -> None:
        self.padding = _pairs("padding", self.padding)

    def call(self, inputs: Any) -> Any:
        widths = [(0, 0)] * 4
        for axis, pair in zip(self.axes, self.padding, strict=True):
            widths[axis] = pair
        return ops.pad(inputs, widths)


class Cropping2D(Images):
    """Images without their rims: `cropping` is written as the padding of ZeroPadding2D.

    Shapes: x (batch, height, width, channels) -> out (batch, lower, narrower, channels).

    >>> from funclab import Input
    >>> Cropping2D(((1, 0), (2, 2)))(Input((8, 8, 3))).shape
    (None, 7, 4, 3)
    """

    cropping: Any = (0, 0)
    data_format: str | None = None

    def prepare(self) -> None:
        self.cropping = _pairs("cropping", self.cropping)

    def call(self, inputs: Any) -> Any:
        key = [slice(None)] * 4
        for axis, (before, after) in zip(self.axes, self.cropping, strict=True):
            self._check(inputs.shape, axis, before + after)
            key[axis] = slice(before, -after or None)
        return inputs[tuple(key)]

    def _check(self, shape: Shape, axis: int, total: int) -> None:
        length = shape[axis]
        if length is not None and total >= length:
            raise ShapeError(
                f"`cropping` takes {total} of the {length} positions on axis {axis} of images of "
                f"shape {shape_math.show(shape)}.",
                why="nothing would be left.",
                fix="crop less, or use larger images.",
            )


class UpSampling2D(Images):
    """Each pixel repeated `size` times in height and width.

    Shapes: x (batch, height, width, channels) -> out (batch, height * size, width * size,
        channels).

    >>> from funclab import Input
    >>> UpSampling2D(2)(Input((8, 8, 3))).shape
    (None, 16, 16, 3)
    """

    size: Any = (2, 2)
    data_format: str | None = None
    interpolation: str = "nearest"

    def prepare(self) -> None:
        self.size = per_axis(self.size, 2, "size")
        one_of("interpolation", self.interpolation, ("nearest",))

    def call(self, inputs: Any) -> Any:
        for axis, times in zip(self.axes, self.size, strict=True):
            inputs = ops.repeat(inputs, times, axis=axis)
        return inputs


def _pairs(name: str, value: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """(before, after) for height and for width, from any of the three ways to write it."""
    try:
        rows, columns = (value, value) if isinstance(value, int) else value
        pairs = tuple((n, n) if isinstance(n, int) else tuple(n) for n in (rows, columns))
        if all(len(pair) == 2 and min(pair) >= 0 for pair in pairs):
            return pairs  # type: ignore[return-value]
    except (TypeError, ValueError):
        pass
    raise ArgumentError(
        f"`{name}` must be an integer, a pair (height, width) or two pairs of integers >= 0. "
        f"Received: {name}={value!r}.",
        why="it says how many rows and columns on each side of the image.",
        fix=f"write for example {name}=1 or {name}=((1, 0), (1, 0)).",
    )
