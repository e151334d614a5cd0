"""Layers that lay tensors end to end, or multiply them along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab import advice, ops, shape_math
from funclab.errors import ArgumentError, ShapeError
from funclab.layers.merge import Merge, to_rank
from funclab.shape_math import Shape

EPSILON = 1e-7
"""Vectors shorter than this are divided by it instead of by their length."""


class Concatenate(Merge):
    """out = the inputs laid end to end along `axis`.

    Shapes: tensors that differ on `axis` only -> out, whose length there is the sum of theirs.
    Raises: ShapeError when they differ on another axis.

    >>> from funclab import Input
    >>> Concatenate()([Input((3,)), Input((4,))]).shape
    (None, 7)
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(axis, int):
            raise ArgumentError(
                f"Concatenate needs a whole number as `axis`. Received: axis={axis!r}.",
                why="the inputs are laid end to end along one axis.",
                fix="write for example Concatenate(axis=-1)([a, b]): the list goes in the call.",
            )
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        self.check(inputs)
        return ops.concatenate(list(inputs), axis=self.axis)

    def check_shapes(self, given: list[Shape]) -> None:
        shape_math.concatenate(given, self.axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks laid end to end along time; along features, any part counts for its step."""
        if not isinstance(mask, (list, tuple)) or all(one is None for one in mask):
            return None
        whole = [_whole_mask(x, one) for x, one in zip(inputs, mask, strict=True)]
        return ops.any(ops.concatenate(whole, axis=self.axis), axis=-1)


class Dot(Merge):
    """out = for each sample, the sums of products over one axis of each input.

    Shapes: x (batch, a, k), y (batch, k, b), axes (2, 1) -> out (batch, a, b); two vectors
        (batch, k) give (batch, 1). With `normalize`, vectors along these axes are divided by their
        lengths first, and products are cosines.
    Raises: ArgumentError unless `axes` is one whole number or two; ShapeError when lengths differ.
    """

    at_least = at_most = 2

    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        pair = [axes, axes] if isinstance(axes, int) else axes
        whole = isinstance(pair, (list, tuple)) and all(isinstance(one, int) for one in pair)
        if not whole or len(pair) != 2:
            raise ArgumentError(
                f"Invalid format for argument `axes`: it should be an integer or contain two "
                f"integers. Received: axes={axes!r}.",
                why="products are summed along one axis of each of the two inputs.",
                fix="write for example Dot(axes=1) or Dot(axes=(2, 1)).",
            )
        self.axes = axes
        self.normalize = normalize

    def call(self, inputs: Any, mask: Any = None) -> Any:
        self.check(inputs)
        x, y = inputs
        i, j = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        if self.normalize:
            x, y = _unit(x, i), _unit(y, j)
        try:
            return ops.batch_dot(x, y, (i, j))
        except ShapeError as error:
            error.fix = advice.for_dot(x.shape, y.shape)
            raise

    def check_shapes(self, given: list[Shape]) -> None:
        """`batch_dot` looks at them."""

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return None


def _whole_mask(x: Any, mask: Any) -> Any:
    """A mask with the shape of x."""
    if mask is None:
        return ops.ones_like(x, dtype="bool")
    if mask.ndim == x.ndim:
        return mask
    return ops.logical_or(to_rank(mask, x.ndim, at=-1), ops.zeros_like(x, dtype="bool"))


def _unit(x: Any, axis: int) -> Any:
    squared = ops.sum(ops.square(x), axis=axis, keepdims=True)
    return ops.divide(x, ops.sqrt(ops.maximum(squared, EPSILON**2)))


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """Tensors end to end along `axis`: Concatenate(axis)(inputs)."""
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Sequence[Any], axes: Any = -1, normalize: bool = False, **kwargs: Any) -> Any:
    """Sums of products of two tensors: Dot(axes, normalize)(inputs)."""
    return Dot(axes=axes, normalize=normalize, **kwargs)(inputs)
