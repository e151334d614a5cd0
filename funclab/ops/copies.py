"""Copies of elements: broadcasting, repeating, tiling, padding and flipping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.ops.base import Data, shape_of, sum_to, unchanging, with_settings
from funclab.ops.indexing import take
from funclab.ops.moving import mirror_pad
from funclab.ops.shaping import ravel


class BroadcastTo(Op):
    """out = x repeated along axes of length 1 (or leading axes it lacks) to fill a shape.

    Shapes: x (n, 1) -> out (n, m).
    Gradient: gx = g summed over the axes along which x was repeated.
    """

    takes_spaced = True
    target: Shape

    def shape(self, x: Shape) -> Shape:
        return shape_math.broadcast(x, self.target)

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, x)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        sum_to(g, gx)


class Flip(Op):
    """out = x reversed along `axis` (None: along all axes).

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g reversed along the same axes.
    """

    axis: int | tuple[int, ...] | None = None

    def shape(self, x: Shape) -> Shape:
        shape_math.reduced_axes(len(x), self.axis)
        return x

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, np.flip(x, self.axis))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, np.flip(g, self.axis))


class Repeat(Op):
    """out = every element of x `repeats` times in a row, along `axis`.

    Shapes: x (n, m), repeats 3, axis 1 -> out (n, 3 m).
    Gradient: gx = the sum of g over the copies.
    """

    repeats: int
    axis: int

    def shape(self, x: Shape) -> Shape:
        at = shape_math.axis_index(self.axis, len(x))
        return (*x[:at], _times(x[at], self.repeats), *x[at + 1 :])

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, np.repeat(x, self.repeats, self.axis))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        copies = shape_math.axis_index(self.axis, x.ndim) + 1
        apart = [*x.shape[:copies], self.repeats, *x.shape[copies:]]
        np.sum(g.reshape(apart), axis=copies, out=gx)


class Tile(Op):
    """out = copies of x joined end to end, `repeats` times along each axis.

    Shapes: x (n, m), repeats (2, 3) -> out (2 n, 3 m). Missing axes or repeats count as 1.
    Gradient: gx = the sum of g over the copies.
    """

    repeats: tuple[int, ...]

    def shape(self, x: Shape) -> Shape:
        rank = max(len(x), len(self.repeats))
        return tuple(map(_times, _padded(x, rank), _padded(self.repeats, rank)))

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, np.tile(x, self.repeats))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        # Two axes for each: the copies, and the elements of one copy.
        apart: list[int] = []
        lengths = _padded(x.shape, g.ndim)
        for repeats, length in zip(_padded(self.repeats, g.ndim), lengths):
            apart += [repeats, length]
        copies = tuple(range(0, 2 * g.ndim, 2))
        gx[...] = g.reshape(apart).sum(copies).reshape(gx.shape)


class Pad(Op):
    """out = x with a border of one constant value.

    Shapes: x (n, m), pad_width ((1, 2), (0, 3)) -> out (n + 3, m + 3).
    Gradient: gx = the inner part of g.
    """

    pad_width: tuple[tuple[int, int], ...]
    constant_values: float = 0.0

    def shape(self, x: Shape) -> Shape:
        if len(self.pad_width) != len(x):
            raise ShapeError(
                f"pad_width={self.pad_width} does not fit a tensor of shape {show(x)}.",
                why="padding needs one pair (before, after) for each axis.",
                fix=f"give {len(x)} pairs; (0, 0) for an axis that stays as it is.",
            )
        return shape_math.padded(x, self.pad_width)

    def forward(self, x: Array, out: Array) -> None:
        out.fill(self.constant_values)
        np.copyto(self._inner(x, out), x)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, self._inner(x, g))

    def _inner(self, x: Array, padded: Array) -> Array:
        starts = (before for before, _ in self.pad_width)
        return padded[tuple(slice(i, i + n) for i, n in zip(starts, x.shape))]


def _padded(numbers: tuple[Any, ...], rank: int) -> tuple[Any, ...]:
    return (1,) * (rank - len(numbers)) + numbers


def _times(length: int | None, count: int) -> int | None:
    return None if length is None else length * count


flip = with_settings(Flip, "x")


def broadcast_to(x: Any, shape: Sequence[int | None]) -> Any:
    """x repeated along its axes of length 1 to fill `shape`."""
    return BroadcastTo(tuple(shape))(x)


def repeat(x: Data, repeats: Any, axis: int | None = None) -> Any:
    """Every element `repeats` times in a row along `axis` (None: of the flattened x). A list gives
    a number for each element; if it has only one, this is for all."""
    if axis is None:
        x, axis = ravel(x), 0
    if np.ndim(repeats) and len(repeats) == 1:
        repeats = repeats[0]
    if np.ndim(repeats):
        return take(x, np.repeat(np.arange(len(repeats)), repeats), axis)
    return Repeat(shape_math.whole(repeats), axis)(x)


def tile(x: Any, repeats: Any) -> Any:
    """Copies of x joined end to end, `repeats` times along each axis."""
    return Tile((repeats,) if isinstance(repeats, int) else tuple(repeats))(x)


def pad(
    x: Any, pad_width: Any, mode: str = "constant", constant_values: float | None = None
) -> Any:
    """x with a border of `constant_values` (or 0), or of its own elements mirrored, with the
    outermost ones (mode="symmetric") or without them ("reflect").

    `pad_width` is a pair (before, after) for each axis, one pair for all, or one number for all.

    Raises: ArgumentError for another `mode`.
    """
    if mode not in ("constant", "reflect", "symmetric"):
        raise ArgumentError(
            f"pad does not know mode={mode!r}.",
            why='a border is "constant", or mirrors the tensor ("reflect" or "symmetric").',
            fix="write one of these, or build the border yourself with ops.concatenate.",
        )
    every = (len(shape_of(x)), 2)
    if np.shape(pad_width) != every:
        pad_width = np.broadcast_to(pad_width, every).tolist()
    pairs = tuple((unchanging(before), unchanging(after)) for before, after in pad_width)
    if mode != "constant":
        return mirror_pad(x, pairs, mode)
    return Pad(pairs, 0.0 if constant_values is None else constant_values)(x)
