"""Views that leave the batch axis alone, or fold another axis into it."""

from __future__ import annotations

from typing import Any

from funclab import shape_math
from funclab.errors import ShapeError
from funclab.graph.op import View
from funclab.shape_math import Shape, show


class ReshapeSamples(View):
    """out = the elements of each sample, in the same order, under another shape.

    Shapes: x (batch, ...) -> out (batch, *target), where one length of `target` may be -1.
    Gradient: gx = g under x's shape.
    Raises: ShapeError if a sample has another number of elements.
    """

    target: Shape

    def shape(self, x: Shape) -> Shape:
        return (x[0], *shape_math.reshape(x[1:], self.target))


class FoldTime(View):
    """out = the steps of all samples as samples of their own, one sample after the other.

    Shapes: x (batch, time, ...) -> out (batch * time, ...).
    Gradient: gx = g under x's shape.
    """

    def shape(self, x: Shape) -> Shape:
        if len(x) < 2:
            raise ShapeError(
                f"There is no time axis to fold in a tensor of shape {show(x)}.",
                why="time is the axis after the batch.",
                fix="give a tensor of shape (batch, time, ...).",
            )
        return (shape_math.size(x[:2]), *x[2:])


class UnfoldTime(View):
    """out = every `time` samples as the steps of one: what FoldTime did, undone.

    Shapes: x (batch * time, ...) -> out (batch, time, ...).
    Gradient: gx = g under x's shape.
    """

    time: int | None

    def shape(self, x: Shape) -> Shape:
        whole = x[0] is not None and self.time
        return (x[0] // self.time if whole else None, self.time, *x[1:])  # type: ignore[operator]


def reshape_samples(x: Any, target: Shape) -> Any:
    """Each sample under another shape; one length of `target` may be -1."""
    return ReshapeSamples(tuple(target))(x)


def fold_time(x: Any) -> Any:
    """(batch, time, ...) as (batch * time, ...)."""
    return FoldTime()(x)


def unfold_time(x: Any, time: int | None) -> Any:
    """(batch * time, ...) as (batch, time, ...)."""
    return UnfoldTime(time)(x)
