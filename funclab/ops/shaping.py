"""New shapes for the same elements: views, which copy nothing, and transposed copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.errors import ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op, View
from funclab.graph.shape_math import Shape, show
from funclab.ops.base import Data, function_of, shape_of, with_settings


class Reshape(View):
    """out = the elements of x, in the same order, with another shape.

    Shapes: x (any) -> out `newshape`, where one length may be -1 (or None): it is inferred. If
        several are None, each is the length of x on that axis.
    Gradient: gx = g in the shape of x.
    Raises: ShapeError if the number of elements differs.
    """

    newshape: Shape

    def shape(self, x: Shape) -> Shape:
        target = self.newshape
        if target.count(None) > 1:
            target = tuple(x[i] if n is None and i < len(x) else n for i, n in enumerate(target))
        return shape_math.reshape(x, target)


class ExpandDims(View):
    """out = x with a new axis of length 1 at `axis`.

    Shapes: x (a, b) -> out (1, a, b), (a, 1, b) or (a, b, 1).
    Gradient: gx = g without that axis.
    """

    axis: int | tuple[int, ...]

    def shape(self, x: Shape) -> Shape:
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        rank = len(x) + len(axes)
        at = {shape_math.axis_index(axis, rank) for axis in axes}
        lengths = iter(x)
        return tuple(1 if i in at else next(lengths) for i in range(rank))


class Squeeze(View):
    """out = x without `axis`, which must have length 1 (None: without all such axes).

    Shapes: x (a, 1, b) -> out (a, b).
    Gradient: gx = g with the axis restored.
    Raises: ShapeError if the axis is longer than 1.
    """

    axis: int | tuple[int, ...] | None = None

    def shape(self, x: Shape) -> Shape:
        if self.axis is None:
            return tuple(length for length in x if length != 1)
        axes = shape_math.reduced_axes(len(x), self.axis)
        for axis in axes:
            if x[axis] not in (1, None):
                raise ShapeError(
                    f"Cannot squeeze axis {axis} of shape {show(x)}: its length is not 1.",
                    why="only an axis of length 1 can go without losing elements.",
                    fix="index it (x[:, 0]) or reduce it (ops.sum(x, axis)).",
                )
        return tuple(length for i, length in enumerate(x) if i not in axes)


class Transpose(Op):
    """out = x with its axes in another order (None: reversed).

    Shapes: x (a, b, c), axes (0, 2, 1) -> out (a, c, b).
    Gradient: gx = g with the axes in their original order.
    """

    axes: tuple[int, ...] | None = None

    def order(self, rank: int) -> tuple[int, ...]:
        if self.axes is None:
            return tuple(reversed(range(rank)))
        order = tuple(shape_math.axis_index(axis, rank) for axis in self.axes)
        if sorted(order) != list(range(rank)):
            raise ShapeError(
                f"axes={self.axes} do not match a tensor with {rank} axes.",
                why="a transpose names every axis once, in the order they are to have.",
                fix=f"use an order of the axes 0 to {rank - 1}.",
            )
        return order

    def shape(self, x: Shape) -> Shape:
        return tuple(x[axis] for axis in self.order(len(x)))

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, x.transpose(self.order(x.ndim)))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx.transpose(self.order(x.ndim)), g)


def reshape(x: Any, newshape: Sequence[int | None] | int) -> Any:
    """The same elements with another shape; one length may be -1 (or None): it is inferred."""
    if isinstance(newshape, int):
        newshape = (newshape,)
    return Reshape(tuple(None if n is None else int(n) for n in newshape))(x)


expand_dims, squeeze, transpose = (
    with_settings(op, "x") for op in (ExpandDims, Squeeze, Transpose)
)


def ravel(x: Data) -> Any:
    """All elements along one axis."""
    return Reshape((-1,))(x)


def swapaxes(x: Data, axis1: int, axis2: int) -> Any:
    """x with two axes swapped."""
    order = list(range(len(shape_of(x))))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return Transpose(tuple(order))(x)


def moveaxis(x: Data, source: Any, destination: Any) -> Any:
    """x with one or more axes moved to other positions."""
    rank = len(shape_of(x))
    sources = [axis % rank for axis in np.ravel(source).tolist()]
    order = [axis for axis in range(rank) if axis not in sources]
    for target, axis in sorted(zip((i % rank for i in np.ravel(destination).tolist()), sources)):
        order.insert(target, axis)
    return Transpose(tuple(order))(x)


class ReshapeSamples(View):
    """out = the elements of each sample, in the same order, with another shape.

    Shapes: x (batch, ...) -> out (batch, *target), where one length of `target` may be -1.
    Gradient: gx = g in the shape of x.
    Raises: ShapeError if a sample has another number of elements.
    """

    keras = ""
    target: Shape

    def shape(self, x: Shape) -> Shape:
        return (x[0], *shape_math.reshape(x[1:], self.target))


class FoldTime(View):
    """out = every step of every sample as a separate sample, one original sample after another.

    Shapes: x (batch, time, ...) -> out (batch * time, ...).
    Gradient: gx = g in the shape of x.
    """

    keras = ""

    def shape(self, x: Shape) -> Shape:
        if len(x) < 2:
            raise ShapeError(
                f"There is no time axis to fold in a tensor of shape {show(x)}.",
                why="time is the axis after the batch.",
                fix="give a tensor of shape (batch, time, ...).",
            )
        return (shape_math.size(x[:2]), *x[2:])


class UnfoldTime(View):
    """out = every `time` samples as the steps of one sample: the inverse of FoldTime.

    Shapes: x (batch * time, ...) -> out (batch, time, ...).
    Gradient: gx = g in the shape of x.
    """

    keras = ""
    time: int | None

    def shape(self, x: Shape) -> Shape:
        batch = x[0] // self.time if x[0] is not None and self.time else None
        return (batch, self.time, *x[1:])


reshape_samples, unfold_time = (with_settings(op, "x") for op in (ReshapeSamples, UnfoldTime))
fold_time = function_of(FoldTime)
