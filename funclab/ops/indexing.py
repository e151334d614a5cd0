"""Parts of a tensor: slices, elements selected by integer indices, rows of a table."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from funclab.engine.kernels import embedding as kernels
from funclab.errors import ArgumentError, DataError, ShapeError
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.ops.base import Data, Slot, write
from funclab.ops.shaping import ravel


class GetItem(Op):
    """out = x[key], for integers, slices, `...` and None.

    `key` is text, such as ":, 0, ::2", so that a plan can show it and a file can store it.

    Shapes: x (n, m), key ":, 0" -> out (n,).
    Gradient: gx = g at the selected elements, 0 elsewhere.
    Raises: ShapeError for an index out of range, or more indices than axes.
    """

    key: str

    def parts(self) -> tuple[Any, ...]:
        return tuple(_read(part.strip()) for part in self.key.split(","))

    def shape(self, x: Shape) -> Shape:
        taken: list[int | None] = []
        lengths = list(x)
        for part in self.whole_index(x):
            if part is None:
                taken.append(1)
                continue
            length = lengths.pop(0)
            if isinstance(part, slice):
                taken.append(None if length is None else shape_math.taken(length, part))
            elif length is not None and not -length <= part < length:
                raise self._error(x, f"index {part} is out of range for an axis of length {length}")
        return tuple(taken)

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, x[self.parts()])

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        gx.fill(0)
        gx[self.parts()] = g

    def whole_index(self, x: Shape) -> list[Any]:
        """The parts with `...` (or the missing end) written out."""
        parts = list(self.parts())
        used = sum(part is not None and part is not Ellipsis for part in parts)
        if used > len(x):
            raise self._error(x, f"it indexes {used} axes of {len(x)}")
        if Ellipsis not in parts:
            parts.append(Ellipsis)
        at = parts.index(Ellipsis)
        return [*parts[:at], *[slice(None)] * (len(x) - used), *parts[at + 1 :]]

    def _error(self, x: Shape, why: str) -> ShapeError:
        return ShapeError(
            f"Cannot take [{self.key}] of a tensor of shape {show(x)}.",
            why=f"{why}.",
            fix="use indices within the shape; the first axis is the batch.",
        )


class Take(Op):
    """out = the slices of x along `axis` at the given integer indices.

    Shapes: x (n, m), indices (a, b), axis 0 -> out (a, b, m).
    Gradient: gx = for each slice of x, the sum of g over the times it was taken.
    Raises: ArgumentError for an index out of range.
    """

    makes = "first"
    axis: int

    def shape(self, x: Shape, indices: Shape) -> Shape:
        axis = shape_math.axis_index(self.axis, len(x))
        return (*x[:axis], *indices, *x[axis + 1 :])

    def forward(self, x: Array, indices: Array, out: Array) -> None:
        try:
            np.take(x, indices.astype(np.intp, copy=False), self.axis, out)
        except IndexError:
            raise _out_of_range(indices, x.shape[self.axis]) from None

    def vjp(self, g: Array, x: Array, indices: Array, out: Array, gx: Slot, gindices: Slot) -> None:
        write(0, gindices)
        if gx is None:
            return
        axis = shape_math.axis_index(self.axis, x.ndim)
        gx.fill(0)
        rows = g.reshape(*x.shape[:axis], indices.size, *x.shape[axis + 1 :])
        flat = indices.reshape(-1).astype(np.intp, copy=False)
        np.add.at(np.moveaxis(gx, axis, 0), flat, np.moveaxis(rows, axis, 0))


class TakeAlongAxis(Op):
    """out = one element of x for each index, chosen along `axis`.

    Shapes: x (n, m), indices (n, k), axis 1 -> out (n, k).
    Gradient: gx = for each element of x, the sum of g over the times it was taken.
    """

    makes = "first"
    axis: int

    def shape(self, x: Shape, indices: Shape) -> Shape:
        axis = shape_math.axis_index(self.axis, len(x))
        off_axis = [shape[:axis] + shape[axis + 1 :] for shape in (x, indices)]
        if len(x) != len(indices) or not shape_math.same(*off_axis):
            raise ShapeError(
                f"take_along_axis needs shapes that are equal but for axis {self.axis}. "
                f"Received: {show(x)} and {show(indices)}.",
                why="each index chooses among the elements in line with it.",
                fix="reshape the indices, or use ops.take.",
            )
        return indices

    def forward(self, x: Array, indices: Array, out: Array) -> None:
        out[...] = np.take_along_axis(x, indices.astype(np.intp, copy=False), self.axis)

    def vjp(self, g: Array, x: Array, indices: Array, out: Array, gx: Slot, gindices: Slot) -> None:
        write(0, gindices)
        if gx is not None:
            gx.fill(0)
            targets = list(np.ogrid[tuple(map(slice, indices.shape))])
            targets[self.axis] = indices.astype(np.intp, copy=False)
            np.add.at(gx, tuple(targets), g)


class OneHot(Op):
    """out = 1 at the class of each integer, 0 elsewhere; all 0 for a class out of range.

    Shapes: x (n,) -> out (n, num_classes), the classes along `axis`.
    """

    keras = "nn"
    differentiable = False
    num_classes: int
    axis: int = -1
    as_dtype: str = "float32"

    def shape(self, x: Shape) -> Shape:
        axis = shape_math.axis_index(self.axis, len(x) + 1)
        return (*x[:axis], self.num_classes, *x[axis:])

    def dtype(self, x: str) -> str:
        return self.as_dtype

    def forward(self, x: Array, out: Array) -> None:
        axis = shape_math.axis_index(self.axis, out.ndim)
        classes = np.arange(self.num_classes).reshape(-1, *[1] * (out.ndim - axis - 1))
        np.equal(np.expand_dims(x, axis), classes, out, casting="unsafe")


class OneHotOfIds(OneHot):
    """out = 1 at the number of each id, 0 elsewhere.

    Shapes: x (n,) -> out (n, num_classes), the ids along `axis`.
    Raises: DataError for an id below 0, or of num_classes or more.
    """

    def forward(self, x: Array, out: Array) -> None:
        wrong = x[(x < 0) | (x >= self.num_classes)]
        if wrong.size:
            raise DataError(
                f"The id {wrong[0]} is not in [0, {self.num_classes}): input values must be in the "
                "range 0 <= values < num_tokens.",
                why=f"the vectors have a place for each of {self.num_classes} ids, counted from 0.",
                fix=f"write num_tokens={x.max() + 1}."
                if wrong.min() >= 0
                else "number the ids from 0, or let IntegerLookup number them.",
            )
        super().forward(x, out)


def get_item(x: Any, key: Any) -> Any:
    """x[key]: integers, slices, `...`, None (a new axis), or one tensor of integers.

    Raises: ArgumentError for another kind of key.
    """
    if isinstance(key, (Tensor, Value, np.ndarray, list)):
        if getattr(key, "dtype", None) == "bool":
            raise _bad_key("a mask of booleans would make a shape that depends on the data")
        return take(x, key, axis=0)
    parts = key if isinstance(key, tuple) else (key,)
    return GetItem(", ".join(map(_write, parts)) or "...")(x)


def take(x: Data, indices: Data, axis: int | None = None) -> Any:
    """The slices of x along `axis` at `indices` (None: elements of the flattened x)."""
    if axis is None:
        x, axis = ravel(x), 0
    return Take(axis)(x, _whole(indices))


def take_along_axis(x: Data, indices: Data, axis: int | None = None) -> Any:
    """One element of x for each index, chosen along `axis` (None: of the flattened x)."""
    if axis is None:
        x, axis = ravel(x), 0
    return TakeAlongAxis(axis)(x, _whole(indices))


def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: str | None = None, sparse: bool = False
) -> Any:
    """1 at the class of each integer, 0 elsewhere."""
    return OneHot(num_classes, axis, dtype or "float32")(x)


def _whole(indices: Any) -> Any:
    """Indices as an array of integers, unless they are symbolic."""
    return indices if isinstance(indices, (Tensor, Value)) else np.asarray(indices, np.int64)


def _write(part: Any) -> str:
    if part is None or part is Ellipsis:
        return "..." if part is Ellipsis else "None"
    if isinstance(part, slice):
        ends = [part.start, part.stop] if part.step is None else [part.start, part.stop, part.step]
        return ":".join("" if end is None else str(_index(end)) for end in ends)
    return str(_index(part))


def _read(part: str) -> Any:
    if part in ("...", "None"):
        return Ellipsis if part == "..." else None
    if ":" in part:
        return slice(*(int(end) if end else None for end in part.split(":")))
    return int(part)


def _index(number: Any) -> int:
    try:
        return operator.index(number)
    except TypeError:
        raise _bad_key(f"{number!r} is a {type(number).__name__}") from None


def _bad_key(why: str) -> ArgumentError:
    return ArgumentError(
        "A tensor is indexed by integers, slices, `...`, None, or one tensor of integers.",
        why=f"{why}.",
        fix="index with one of these; ops.where chooses by a condition, ops.take by indices.",
    )


def _out_of_range(indices: Array, length: int) -> ArgumentError:
    worst = indices.max() if indices.max() >= length else indices.min()
    return ArgumentError(
        f"Index {worst} is out of range for an axis of length {length}.",
        why=f"indices count from 0 to {length - 1}.",
        fix="check the data that the indices come from.",
    )


class Embedding(Op):
    """out = the rows of a table whose numbers are given by ids.

    Shapes: table (rows, features), ids (any), integers from 0 to rows - 1 -> out (ids' shape,
        features).
    Gradient: gtable = for each row, the sum of g over the places where it was looked up.
    Raises: DataError for an id without a row.
    """

    keras = ""

    def shape(self, table: Shape, ids: Shape) -> Shape:
        if len(table) != 2:
            raise ShapeError(
                f"An embedding expected ndim=2 for its table, found ndim={len(table)}: shape "
                f"{show(table)}.",
                why="the table holds one row of features for each id.",
                fix="give a table of shape (rows, features).",
            )
        return (*ids, table[1])

    def dtype(self, table: str, ids: str) -> str:
        if not ids.startswith(("int", "uint")):
            raise ArgumentError(
                f"Ids for an embedding must be whole numbers; these are {ids}.",
                why="an id is the number of a row in the table.",
                fix='make them integers, for example with `.astype("int32")`.',
            )
        return table

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        """The ids as a vector, and a matrix with one row of features for each."""
        last = len(arrays) - 1
        if last == 2:  # forward: table, ids, out
            table, ids, out = arrays
            return table, ids.reshape(-1, copy=False), _rows(out)
        g, table, ids, out, *slots = arrays
        return _rows(g), table, ids.reshape(-1, copy=False), out, *slots

    def forward(self, table: Array, ids: Array, out: Array) -> None:
        wrong = kernels.lookup(ids, table, out)
        if wrong >= 0:
            raise DataError(
                f"indices[{wrong}] = {ids[wrong]} is not in [0, {len(table)}): an embedding with "
                f"{len(table)} rows has none for id {ids[wrong]}.",
                why=f"the ids given go from {ids.min()} to {ids.max()}, the rows from 0 to "
                f"{len(table) - 1}.",
                fix=f"make the table larger, for example Embedding({ids.max() + 1}, "
                f"{table.shape[1]}), or number the ids from 0.",
            )

    def vjp(self, g: Array, table: Array, ids: Array, out: Array, gtable: Slot, _: None) -> None:
        if gtable is not None:
            kernels.lookup_vjp(g, ids, gtable)


def _rows(x: Array) -> Array:
    return x.reshape(-1, x.shape[-1], copy=False)


def embedding(table: Any, ids: Any) -> Any:
    """The rows of a table, by their numbers.

    Shapes: table (rows, features), ids (any) -> (ids' shape, features).

    >>> import numpy as np
    >>> embedding(np.eye(3), np.array([2, 0]))
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    return Embedding()(table, ids)
