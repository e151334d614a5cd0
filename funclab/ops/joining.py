"""Joining several tensors into one, and splitting one into several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.ops.base import Data, in_keras, shape_of, write
from funclab.ops.shaping import squeeze


class Concatenate(Op):
    """out = the inputs joined end to end along `axis`.

    Shapes: (n, a), (n, b), axis 1 -> out (n, a + b).
    Gradient: each input gets its part of g.
    Raises: ShapeError if lengths differ on another axis.
    """

    axis: int = 0

    def shape(self, *inputs: Shape) -> Shape:
        return shape_math.concatenate(inputs, self.axis)

    def forward(self, *arrays: Array) -> None:
        np.concatenate(arrays[:-1], self.axis, arrays[-1], casting="same_kind")

    def vjp(self, g: Array, *arrays: Any) -> None:
        count = len(arrays) // 2
        before = (slice(None),) * shape_math.axis_index(self.axis, g.ndim)
        start = 0
        for x, gx in zip(arrays[:count], arrays[count + 1 :], strict=True):
            end = start + x.shape[self.axis]
            write(g[(*before, slice(start, end))], gx)
            start = end


class Stack(Op):
    """out = the inputs stacked along a new axis.

    Shapes: k inputs (n, m), axis 0 -> out (k, n, m).
    Gradient: each input gets its slice of g.
    Raises: ShapeError if the shapes differ.
    """

    axis: int = 0

    def shape(self, *inputs: Shape) -> Shape:
        first = inputs[0]
        for other in inputs:
            if not shape_math.same(first, other):
                raise ShapeError(
                    f"stack needs equal shapes. Received: {', '.join(map(show, inputs))}.",
                    why=f"{show(first)} and {show(other)} differ.",
                    fix="reshape or slice one of them, or use ops.concatenate.",
                )
        at = shape_math.axis_index(self.axis, len(first) + 1)
        return (*first[:at], len(inputs), *first[at:])

    def forward(self, *arrays: Array) -> None:
        np.stack(arrays[:-1], self.axis, arrays[-1], casting="same_kind")

    def vjp(self, g: Array, *arrays: Any) -> None:
        slices = np.moveaxis(g, self.axis, 0)
        slots = arrays[len(arrays) // 2 + 1 :]
        for piece, gx in zip(slices, slots, strict=True):
            write(piece, gx)


class Split(Op):
    """outs = x split along `axis`, before each index in `ends`.

    Shapes: x (n, 5), ends (2, 3), axis 1 -> (n, 2), (n, 1), (n, 2).
    Gradient: gx = the gradients of the parts, joined end to end.
    """

    ends: tuple[int, ...]
    axis: int = 0

    @property
    def n_outputs(self) -> int:  # type: ignore[override]
        return len(self.ends) + 1

    def shape(self, x: Shape) -> Any:
        axis = shape_math.axis_index(self.axis, len(x))
        starts, ends = (0, *self.ends), (*self.ends, x[axis])
        pairs = zip(starts, ends, strict=True)
        lengths = [None if end is None else max(end - start, 0) for start, end in pairs]
        pieces = tuple((*x[:axis], length, *x[axis + 1 :]) for length in lengths)
        return pieces if self.n_outputs > 1 else pieces[0]

    def forward(self, x: Array, out: Any) -> None:
        for piece, output in zip(self._pieces(x), self._several(out), strict=True):
            np.copyto(output, piece)

    def vjp(self, g: Any, x: Array, out: Any, gx: Array) -> None:
        for piece, gradient in zip(self._pieces(gx), self._several(g), strict=True):
            np.copyto(piece, gradient)

    def _pieces(self, x: Array) -> list[Array]:
        return np.split(x, list(self.ends), self.axis)

    def _several(self, arrays: Any) -> Any:
        return arrays if self.n_outputs > 1 else (arrays,)


def concatenate(xs: Sequence[Any], axis: int = 0) -> Any:
    """Tensors joined end to end along `axis`."""
    return Concatenate(axis)(*xs)


def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Tensors of the same shape, stacked along a new axis."""
    return Stack(axis)(*x)


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Any]:
    """x split along `axis` into equal parts, or at the given indices.

    Raises: ShapeError if the length of x is not a multiple of the number of equal parts.
    """
    ends = indices_or_sections
    if isinstance(ends, int):
        ends = _equal_ends(shape_of(x), ends, axis)
    parts = Split(tuple(map(shape_math.whole, ends)), axis)(x)
    return list(parts) if isinstance(parts, tuple) else [parts]


@in_keras("core")
def unstack(x: Data, num: int | None = None, axis: int = 0) -> list[Any]:
    """The slices of x along `axis`, without that axis."""
    count: Any = num or shape_of(x)[axis]
    return [squeeze(piece, axis) for piece in split(x, count, axis)]


def _equal_ends(shape: Shape, sections: int, axis: int) -> list[int]:
    length = shape[shape_math.axis_index(axis, len(shape))]
    if length is None:
        raise ArgumentError(
            f"Cannot split shape {show(shape)} along axis {axis} into {sections} equal parts.",
            why="the length of that axis is not known yet.",
            fix="split along another axis, or at indices.",
        )
    if sections < 1 or length % sections:
        raise ShapeError(
            f"Cannot split shape {show(shape)} along axis {axis} into {sections} equal parts.",
            why=f"{length} is not a multiple of {sections}.",
            fix="choose a divisor, or give the indices at which to cut.",
        )
    part = length // sections
    return [part * i for i in range(1, sections)]
