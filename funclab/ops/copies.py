"""Larger tensors made of copies, borders, and reversed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab import shapes
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op
from funclab.ops.base import sum_to
from funclab.ops.shaping import ravel
from funclab.shapes import Shape, show

__all__ = ["broadcast_to", "flip", "pad", "repeat", "tile"]


@dataclass(frozen=True)
class BroadcastTo(Op):
    """out = x repeated along axes of length 1 (or missing in front) to fill a shape.

    Shapes: x (n, 1) -> out (n, m).
    Gradient: gx = g summed over the axes along which x was repeated.
    """

    target: Shape

    def shape(self, x: Shape) -> Shape:
        return shapes.broadcast(x, self.target)

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, x)

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        sum_to(g, gx)


@dataclass(frozen=True)
class Flip(Op):
    """out = x back to front along `axis` (None: along all).

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g back to front.
    """

    axis: int | tuple[int, ...] | None = None

    def shape(self, x: Shape) -> Shape:
        shapes.reduced_axes(len(x), self.axis)
        return x

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, np.flip(x, self.axis))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, np.flip(g, self.axis))


@dataclass(frozen=True)
class Repeat(Op):
    """out = every element of x `repeats` times in a row, along `axis`.

    Shapes: x (n, m), repeats 3, axis 1 -> out (n, 3 m).
    Gradient: gx = the sum of g over the copies.
    """

    repeats: int
    axis: int

    def shape(self, x: Shape) -> Shape:
        axis = shapes.axis_index(self.axis, len(x))
        return tuple(_times(n, self.repeats if i == axis else 1) for i, n in enumerate(x))

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(self._copies(x, out), self._copies(x, x))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        axis = shapes.axis_index(self.axis, x.ndim)
        np.add.reduce(self._copies(x, g), axis + 1, out=gx)

    def _copies(self, x: Array, array: Array) -> Array:
        """A view in which the copies of each element have an axis of their own."""
        axis = shapes.axis_index(self.axis, x.ndim)
        return array.reshape(*x.shape[: axis + 1], -1, *x.shape[axis + 1 :])


@dataclass(frozen=True)
class Tile(Op):
    """out = x laid side by side `repeats` times along each axis.

    Shapes: x (n, m), repeats (2, 3) -> out (2 n, 3 m). Missing axes or repeats count as 1.
    Gradient: gx = the sum of g over the copies.
    """

    repeats: tuple[int, ...]

    def shape(self, x: Shape) -> Shape:
        rank = max(len(x), len(self.repeats))
        lengths = (1,) * (rank - len(x)) + x
        repeats = (1,) * (rank - len(self.repeats)) + self.repeats
        return tuple(map(_times, lengths, repeats))

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(self._copies(x, out), self._copies(x, x))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        copies = self._copies(x, g)
        gx[...] = copies.sum(axis=tuple(range(0, copies.ndim, 2))).reshape(gx.shape)

    def _copies(self, x: Array, array: Array) -> Array:
        """A view with two axes for each: the copies, and the elements of one copy."""
        lengths = (1,) * (array.ndim - x.ndim) + x.shape
        lengths = (1,) * (len(self.repeats) - len(lengths)) + lengths
        spread: list[int] = []
        whole = (1,) * (len(lengths) - array.ndim) + array.shape
        for n, total in zip(lengths, whole, strict=True):
            spread += [total // n if n else 1, n]
        return array.reshape(spread)


@dataclass(frozen=True)
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
        pairs = zip(x, self.pad_width, strict=True)
        return tuple(None if n is None else n + before + after for n, (before, after) in pairs)

    def inner(self, x: Array) -> tuple[slice, ...]:
        pairs = zip(self.pad_width, x.shape, strict=True)
        return tuple(slice(before, before + n) for (before, _), n in pairs)

    def forward(self, x: Array, out: Array) -> None:
        out.fill(self.constant_values)
        out[self.inner(x)] = x

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, g[self.inner(x)])


def _times(length: int | None, count: int) -> int | None:
    return None if length is None else length * count


def broadcast_to(x: Any, shape: Sequence[int | None]) -> Any:
    """x repeated along its axes of length 1 to fill `shape`."""
    return BroadcastTo(tuple(shape))(x)


def flip(x: Any, axis: Any = None) -> Any:
    """x back to front along `axis` (None: along all)."""
    return Flip(tuple(axis) if isinstance(axis, list) else axis)(x)


def repeat(x: Any, repeats: int, axis: int | None = None) -> Any:
    """Every element `repeats` times in a row, along `axis` (None: of x laid flat)."""
    return Repeat(repeats, 0)(ravel(x)) if axis is None else Repeat(repeats, axis)(x)


def tile(x: Any, repeats: Any) -> Any:
    """x laid side by side `repeats` times along each axis."""
    return Tile((repeats,) if isinstance(repeats, int) else tuple(repeats))(x)


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: float = 0.0) -> Any:
    """x with a border of `constant_values`; `pad_width` is a pair (before, after) for each axis.

    Raises: ArgumentError for another `mode`.
    """
    if mode != "constant":
        raise ArgumentError(
            f"pad does not know mode={mode!r}.",
            why='funclab pads with a constant value only: mode="constant".',
            fix="leave `mode` out, or build the border yourself with ops.concatenate.",
        )
    pairs = tuple((int(before), int(after)) for before, after in pad_width)
    return Pad(pairs, constant_values)(x)
