"""Layers that make one tensor of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from funclab import advice, ops, shape_math
from funclab.errors import ShapeError
from funclab.layers.base import Layer
from funclab.shape_math import Shape, show


class Merge(Layer, abstract=True):
    """A layer on a list of tensors, combined element by element.

    Tensors with fewer axes get axes of length 1 after the batch; then NumPy's broadcasting applies.
    """

    at_least, at_most = 1, 10**9

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        self.check(inputs)
        rank = max(one.ndim for one in inputs)
        aligned = [to_rank(tensor, rank, at=1) for tensor in inputs]
        masks = mask if isinstance(mask, (list, tuple)) else [None] * len(inputs)
        beside = [None if one is None else to_rank(one, rank, at=-1) for one in masks]
        return self.merge(aligned, beside)

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no `merge` yet.")

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """A step counts when it counts in any input; no mask when an input has none."""
        if not isinstance(mask, (list, tuple)) or any(one is None for one in mask):
            return None
        return _fold(ops.logical_or, mask)

    def check(self, inputs: Any) -> None:
        """Raise a ShapeError for what cannot be merged."""
        name = type(self).__name__
        if not isinstance(inputs, (list, tuple)):
            raise ShapeError(
                f"A merge layer should be called on a list of inputs. Received one tensor of shape "
                f"{show(inputs.shape)} for {self.name} (not a list of tensors).",
                why=f"{name} combines several tensors, passed in one list.",
                fix=f"write {self.name}([a, b]), with square brackets.",
                graph=self,
            )
        if not self.at_least <= len(inputs) <= self.at_most:
            wanted = "exactly 2 inputs"
            if self.at_most > 2:
                wanted = "a list of at least 1 input, and usually of at least 2 inputs"
            raise ShapeError(
                f"A `{name}` layer should be called on {wanted}. Received {len(inputs)} inputs.",
                why=f"{self.name} got {', '.join(show(one.shape) for one in inputs) or 'none'}.",
                fix="put all tensors to be merged in the list.",
                graph=self,
            )
        self.check_shapes([tensor.shape for tensor in inputs])

    def check_shapes(self, given: list[Shape]) -> None:
        batches = {shape[0] for shape in given if shape} - {None, 1}
        if len(batches) > 1:
            raise ShapeError(
                "Cannot merge tensors with different batch sizes. Received tensors with shapes "
                f"{', '.join(map(show, given))}.",
                why="the first axis counts the samples, which belong together one by one.",
                fix="give all inputs the same number of samples.",
            )
        together = given[0][1:]
        try:
            for shape in given[1:]:
                together = shape_math.broadcast(together, shape[1:])
        except ShapeError as error:
            error.fix = advice.for_sum(given)
            raise


class Add(Merge):
    """out = the sum of the inputs.

    Shapes: a list of tensors of one shape (or broadcast together) -> out (that shape).
    Raises: ShapeError when the shapes do not fit.
    """

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        return _fold(ops.add, inputs)


class Subtract(Merge):
    """out = the first input minus the second.

    Shapes: two tensors of one shape (or broadcast together) -> out (that shape).
    Raises: ShapeError when the shapes do not fit, or for another number of inputs.
    """

    at_least = at_most = 2

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        return ops.subtract(*inputs)


class Average(Merge):
    """out = the mean of the inputs, element by element.

    Shapes: a list of tensors of one shape (or broadcast together) -> out (that shape).
    Raises: ShapeError when the shapes do not fit.
    """

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        return ops.divide(_fold(ops.add, inputs), len(inputs))


class Multiply(Merge):
    """out = the product of the inputs, element by element. A masked step counts as 1.

    Shapes: a list of tensors of one shape (or broadcast together) -> out (that shape).
    Raises: ShapeError when the shapes do not fit.
    """

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        pairs = zip(inputs, masks, strict=True)
        factors = [x if mask is None else ops.where(mask, x, 1.0) for x, mask in pairs]
        product = _fold(ops.multiply, factors)
        if any(mask is None for mask in masks):
            return product
        return ops.where(_fold(ops.logical_or, masks), product, 0.0)


class Extreme(Merge, abstract=True):
    """The largest or smallest of the inputs; a masked step leaves the choice to the others."""

    choose: Callable[..., Any]

    def merge(self, inputs: list[Any], masks: list[Any]) -> Any:
        best, seen = inputs[0], masks[0]
        for x, mask in zip(inputs[1:], masks[1:], strict=True):
            other = x if mask is None else ops.where(mask, x, best)
            best = best if seen is None else ops.where(seen, best, other)
            seen = None if mask is None or seen is None else ops.logical_or(seen, mask)
            best = type(self).choose(best, other)
        return best


class Maximum(Extreme):
    """out = the largest of the inputs, element by element.

    Shapes: a list of tensors of one shape (or broadcast together) -> out (that shape).
    Raises: ShapeError when the shapes do not fit.
    """

    choose = staticmethod(ops.maximum)


class Minimum(Extreme):
    """out = the smallest of the inputs, element by element.

    Shapes: a list of tensors of one shape (or broadcast together) -> out (that shape).
    Raises: ShapeError when the shapes do not fit.
    """

    choose = staticmethod(ops.minimum)


def _fold(function: Callable[[Any, Any], Any], items: Sequence[Any]) -> Any:
    together = items[0]
    for item in items[1:]:
        together = function(together, item)
    return together


def to_rank(x: Any, rank: int, at: int) -> Any:
    """`x` with axes of length 1, after the batch or at the end, until there are `rank`."""
    while x.ndim < rank:
        x = ops.expand_dims(x, at)
    return x


def add(inputs: Sequence[Any], *more: Any, **kwargs: Any) -> Any:
    """The sum of tensors: Add()(inputs)."""
    return Add(**kwargs)(inputs, *more)


def subtract(inputs: Sequence[Any], *more: Any, **kwargs: Any) -> Any:
    """The first tensor minus the second: Subtract()(inputs)."""
    return Subtract(**kwargs)(inputs, *more)


def multiply(inputs: Sequence[Any], *more: Any, **kwargs: Any) -> Any:
    """The product of tensors, element by element: Multiply()(inputs)."""
    return Multiply(**kwargs)(inputs, *more)


def average(inputs: Sequence[Any], *more: Any, **kwargs: Any) -> Any:
    """The mean of tensors, element by element: Average()(inputs)."""
    return Average(**kwargs)(inputs, *more)


def maximum(inputs: Sequence[Any], *more: Any, **kwargs: Any) -> Any:
    """The largest of tensors, element by element: Maximum()(inputs)."""
    return Maximum(**kwargs)(inputs, *more)


def minimum(inputs: Sequence[Any], *more: Any, **kwargs: Any) -> Any:
    """The smallest of tensors, element by element: Minimum()(inputs)."""
    return Minimum(**kwargs)(inputs, *more)
