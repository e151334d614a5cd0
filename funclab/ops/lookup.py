"""Lookup in a table, for each element: numbers for words, and words for numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape


class Table(Protocol):
    """What the op needs from a table: its name in a printed plan, the shape of the result from the
    shapes of the arrays, its dtype, and the entries for the elements of one array or of several."""

    @property
    def name(self) -> str: ...
    @property
    def found_shape(self) -> Callable[..., Shape]: ...
    @property
    def found_dtype(self) -> str: ...
    @property
    def find(self) -> Callable[..., Array]: ...


class LookUp(Op):
    """out = the table's entries for the elements of x, or for those of several arrays.

    The table may change between two runs of a plan: it is read in every run.

    Shapes: x (any) -> out (see the table's `found_shape`).
    """

    differentiable = False
    takes_text = True
    table: Any

    def shape(self, *shapes: Shape) -> Shape:
        return self.table.found_shape(*shapes)

    def dtype(self, *dtypes: str) -> str:
        return self.table.found_dtype

    def __repr__(self) -> str:
        return f"LookUp(table={written(self.table)})"

    def forward(self, *arrays: Array) -> None:
        *inputs, out = arrays
        out[...] = self.table.find(*inputs)


def written(setting: Any) -> str:
    """A setting of an op in the form a printed plan shows: a table by its name."""
    return getattr(setting, "name", None) or repr(setting)


def look_up(table: Table, *arrays: Any) -> Any:
    """A table's entries for the elements of an array, or for those of several arrays."""
    return LookUp(table)(*arrays)
