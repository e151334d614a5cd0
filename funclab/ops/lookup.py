"""What a table has for each element: numbers for words, and words for numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from funclab.graph.op import Array, Op
from funclab.shape_math import Shape


class Table(Protocol):
    """What the op asks of a table."""

    @property
    def name(self) -> str:
        """What a printed plan calls it."""
        ...

    @property
    def found_shape(self) -> Callable[..., Shape]:
        """The shape of what is found for arrays of some shapes, one or several."""
        ...

    @property
    def found_dtype(self) -> str:
        """The dtype of what is found."""
        ...

    @property
    def find(self) -> Callable[..., Array]:
        """What the table has for each element of an array, or of several, side by side."""
        ...


class LookUp(Op):
    """out = what a table has for each element of x, or for the elements of several arrays.

    The table may learn between two runs of a plan: it is asked at every run.

    Shapes: x (any) -> out (what the table says).
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
    """A setting of an op as a printed plan shows it: a table by its name."""
    return getattr(setting, "name", None) or repr(setting)


def look_up(table: Table, *arrays: Any) -> Any:
    """What a table has for each element of an array, or for the elements of several."""
    return LookUp(table)(*arrays)
