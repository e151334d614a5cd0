"""Writing to parts of a tensor: slices, elements at given indices, and sums of segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.ops.arithmetic import where
from funclab.ops.base import Data, Slot, in_keras, shape_of, write
from funclab.ops.basic import zeros
from funclab.ops.creating import numbers
from funclab.ops.indexing import get_item, one_hot
from funclab.ops.reduction import max


class SliceUpdate(Op):
    """out = x with the updates written from `start_indices` on, shifted if needed to fit into x.

    Shapes: x (n, m), updates (at most as long along each axis) -> out (same as x).
    Gradient: gupdates = g where the updates were written; gx = g elsewhere, and 0 there.
    Raises: ShapeError for updates that are longer than x.
    """

    keras = ""
    makes = "first"
    start_indices: tuple[int, ...]

    def shape(self, x: Shape, updates: Shape) -> Shape:
        shape_math.broadcast(*((n,) for n in (len(x), len(updates), len(self.start_indices))))
        if any(n is not None and m is not None and m > n for n, m in zip(x, updates)):
            raise ShapeError(
                f"Updates of shape {show(updates)} do not fit into a tensor of shape {show(x)}.",
                why="along no axis may they be longer than what they are written to.",
                fix="cut the updates, or write to a tensor that is as long.",
            )
        return x

    def part(self, x: Array, updates: Array) -> tuple[Any, ...]:
        ends = zip(self.start_indices, x.shape, updates.shape)
        starts = [min(i if i >= 0 else i + n, n - length) for i, n, length in ends]
        return tuple(np.s_[i : i + length] for i, length in zip(starts, updates.shape))

    def forward(self, x: Array, updates: Array, out: Array) -> None:
        np.copyto(out, x)
        out[self.part(x, updates)] = updates

    def vjp(self, g: Array, x: Array, updates: Array, out: Array, gx: Slot, gy: Slot) -> None:
        part = self.part(x, updates)
        write(g[part], gy)
        if gx is not None:
            np.copyto(gx, g)
            gx[part] = 0


class ScatterUpdate(Op):
    """out = x with updates at the positions given by the rows of `indices`: they replace the
    elements there (`reduction` None), or are combined with them ("add", "max", "min", "mul").

    Shapes: x (n, m), indices (k, 2), updates (k,) -> out (same as x); indices (k, 1) select whole
        rows, for updates (k, m).
    Gradient: g goes to what out is made of: updates where they replace x; both where they are
        added; the largest or smallest, with ties sharing it equally.
    Raises: ArgumentError if a gradient is needed for "mul".
    """

    keras = "core"
    makes = "first"
    reduction: str | None = None

    def forward(self, x: Array, indices: Array, updates: Array, out: Array) -> None:
        np.copyto(out, x)
        if self.reduction is None:
            out[places(indices)] = updates
        else:
            JOINING[self.reduction].at(out, places(indices), updates)

    def vjp(
        self, g: Array, x: Array, indices: Array, updates: Array, out: Array, *slots: Slot
    ) -> None:
        if self.reduction == "mul":
            raise ArgumentError(
                'scatter_update has no gradient for reduction="mul".',
                why="what each factor counts is not kept.",
                fix="add logarithms instead, or use ops.stop_gradient on what it returns.",
            )
        (gx, _, gupdates), at = slots, places(indices)
        stays: Any = np.ones_like(g)
        goes: Any = np.ones(updates.shape, g.dtype)
        if self.reduction is None:
            stays[at] = 0
        elif self.reduction != "add":
            stays, goes = (x == out).astype(g.dtype), (updates == out[at]).astype(g.dtype)
            count = stays.copy()
            np.add.at(count, at, goes)
            g = g / count
        if gx is not None:
            np.multiply(g, stays, gx)
        if gupdates is not None:
            np.multiply(g[at], goes, gupdates)


JOINING = {"add": np.add, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


def places(indices: Array) -> tuple[Array, ...]:
    """The rows of indices as a NumPy index."""
    return tuple(np.moveaxis(indices.astype(np.intp, copy=False), -1, 0))


class Segment(Op, abstract=True):
    """The slices of x with the same id, combined by `ufunc`; ids out of range are ignored."""

    keras = "math"
    makes = "first"
    ufunc: ClassVar[Any]
    num_segments: int

    def shape(self, x: Shape, ids: Shape) -> Shape:
        return (self.num_segments, *x[1:])

    def start(self, dtype: Any) -> Any:
        """The value of a segment without slices."""
        return self.ufunc.identity

    def forward(self, x: Array, ids: Array, out: Array) -> None:
        out.fill(self.start(x.dtype))
        inside = (ids >= 0) & (ids < self.num_segments)
        self.ufunc.at(out, ids[inside], x[inside])

    def taken(self, array: Array, ids: Array) -> Array:
        """For each slice of x, the slice of `array` for its segment; 0 for ids out of range."""
        inside = (ids >= 0) & (ids < self.num_segments)
        return array[np.where(inside, ids, 0)] * inside.reshape(-1, *[1] * (array.ndim - 1))


class SegmentSum(Segment):
    """out = for each id, the sum of the slices of x with that id.

    Shapes: x (n, ...), ids (n,) -> out (num_segments, ...).
    Gradient: gx = for each slice, the g of its segment.
    """

    ufunc = np.add

    def vjp(self, g: Array, x: Array, ids: Array, out: Array, gx: Slot, _: Slot) -> None:
        write(self.taken(g, ids), gx)


class SegmentMax(Segment):
    """out = for each id, the largest elements of the slices of x with that id; -inf if none.

    Shapes: x (n, ...), ids (n,) -> out (num_segments, ...).
    Gradient: g goes to the largest; ties share it equally.
    """

    ufunc = np.maximum

    def start(self, dtype: Any) -> Any:
        return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min

    def vjp(self, g: Array, x: Array, ids: Array, out: Array, gx: Slot, _: Slot) -> None:
        if gx is None:
            return
        chosen = (x == self.taken(np.where(np.isfinite(out), out, 0), ids)).astype(g.dtype)
        counts = np.zeros_like(g)
        inside = (ids >= 0) & (ids < self.num_segments)
        np.add.at(counts, ids[inside], chosen[inside])
        np.copyto(gx, chosen * self.taken(g / np.maximum(counts, 1), ids))


class SegmentMin(SegmentMax):
    """out = for each id, the smallest elements of the slices of x with that id; inf if none.

    Shapes: x (n, ...), ids (n,) -> out (num_segments, ...).
    Gradient: g goes to the smallest; ties share it equally.
    """

    ufunc = np.minimum

    def start(self, dtype: Any) -> Any:
        return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


class SegmentProd(Segment):
    """out = for each id, the product of the slices of x with that id; 1 if none.

    Shapes: x (n, ...), ids (n,) -> out (num_segments, ...).
    Gradient: gx = the g of its segment times the product of the segment's other elements.
    """

    ufunc = np.multiply

    def vjp(self, g: Array, x: Array, ids: Array, out: Array, gx: Slot, _: Slot) -> None:
        if gx is None:
            return
        rest, products, zeros = np.where(x == 0, 1, x), np.empty_like(g), np.empty_like(g)
        self.forward(rest, ids, products)  # out / x, except for zeros
        SegmentSum(self.num_segments).forward((x == 0).astype(g.dtype), ids, zeros)
        others, count = self.taken(products, ids), self.taken(zeros, ids)
        slopes = np.where(count == 0, others / rest, np.where((count == 1) & (x == 0), others, 0))
        np.multiply(slopes, self.taken(g, ids), gx)


def _row(op: Any, says: str) -> Any:
    def segment(
        data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
    ) -> Any:
        if num_segments is None:
            num_segments = int(numbers(segment_ids, op.name).max(initial=-1)) + 1
        return op(num_segments)(data, segment_ids)

    segment.__name__ = segment.__qualname__ = op.name
    segment.__doc__ = f"{says} of the slices of `data` with the same id, for each id from 0 on."
    return segment


segment_sum, segment_prod = _row(SegmentSum, "The sum"), _row(SegmentProd, "The product")
segment_max, segment_min = _row(SegmentMax, "The maximum"), _row(SegmentMin, "The minimum")


@in_keras("core")
def slice(inputs: Data, start_indices: Sequence[int] | Data, shape: Sequence[int]) -> Any:
    """The part of a tensor with this shape from `start_indices` on; -1 means to the end.

    A part that would go beyond the end is shifted to fit.
    """
    key = []
    for start, wanted, length in zip(map(int, start_indices), shape, shape_of(inputs)):
        if length is not None and wanted != -1:
            start = min(start if start >= 0 else start + length, length - wanted)
        key.append(np.s_[start : None if wanted == -1 else start + wanted])
    return get_item(inputs, tuple(key))


@in_keras("core")
def slice_update(inputs: Data, start_indices: Sequence[int] | Data, updates: Data) -> Any:
    """`inputs` with `updates` written into it from `start_indices` on."""
    return SliceUpdate(tuple(map(int, start_indices)))(inputs, updates)


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """`inputs` with `updates` at the positions given by the rows of `indices`.

    `reduction` ("add", "max", "min", "mul") combines them with the elements there.
    """
    if reduction not in (None, *JOINING):
        raise ArgumentError(
            f"Unsupported reduction: {reduction}",
            why='updates replace (None), or are joined by "add", "max", "min" or "mul".',
            fix='write for example reduction="add".',
        )
    if not isinstance(indices, (Tensor, Value)):
        indices = np.asarray(indices)
    return ScatterUpdate(reduction)(inputs, indices, updates)


@in_keras("core")
def scatter(indices: Data, values: Data, shape: Sequence[int]) -> Any:
    """Zeros of this shape with `values` added at the positions given by the rows of `indices`."""
    dtype = str(getattr(values, "dtype", "float32"))
    return scatter_update(zeros(shape, dtype), indices, values, "add")


def select(condlist: Sequence[Data], choicelist: Sequence[Data], default: Data = 0) -> Any:
    """For each element, the choice for the first condition that holds there, else the default."""
    for condition, choice in reversed([*zip(condlist, choicelist)]):
        default = where(condition, choice, default)
    return default


@in_keras("nn")
def multi_hot(
    inputs: Data, num_classes: int, axis: int = -1, dtype: str | None = None, sparse: bool = False
) -> Any:
    """1 at every class that occurs in a row of integers, 0 elsewhere.

    Shapes: inputs (n, k) -> (n, num_classes); (k,) -> (num_classes,).
    """
    marks = one_hot(inputs, num_classes, axis, dtype or "float32")
    return max(marks, 1 if len(shape_of(inputs)) > 1 else 0)
