"""Vectors for numbers that name things: words, users, products."""

from __future__ import annotations

from typing import Any

from funclab.errors import ArgumentError, DataError, ShapeError
from funclab.graph.op import Array, Op
from funclab.kernels import embedding as kernels
from funclab.ops.base import Slot
from funclab.shape_math import Shape, show


class Embedding(Op):
    """out = the rows of a table named by ids.

    Shapes: table (rows, features), ids (any), whole numbers from 0 to rows - 1 -> out (ids' shape,
        features).
    Gradient: gtable = for each row, the sum of g over the places where it was looked up.
    Raises: DataError for an id without a row.
    """

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
        """Ids in one row, and one row of features for each."""
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
    """The rows of a table, by number.

    Shapes: table (rows, features), ids (any) -> (ids' shape, features).

    >>> import numpy as np
    >>> embedding(np.eye(3), np.array([2, 0]))
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    return Embedding()(table, ids)
