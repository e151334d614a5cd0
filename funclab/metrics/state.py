"""A number or array that lasts from batch to batch, and calculates like one."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.shape_math import Array


class State(np.lib.mixins.NDArrayOperatorsMixin):
    """Memory that is changed in place: a metric's sums, an optimizer's learning rate.

    It may be a view of memory that a plan writes to. Arithmetic, NumPy and funclab.ops see its
    present value.
    """

    def __init__(self, value: Any, dtype: Any = None, name: str = "state") -> None:
        self.array = np.asarray(value, dtype)
        self.initial = self.array.copy()
        self.name = name

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def dtype(self) -> str:
        return str(self.array.dtype)

    @property
    def value(self) -> Array:
        return self.array

    def numpy(self) -> Any:
        """A copy of the value; for a single number, the number."""
        return self.array.copy()[()]

    def assign(self, value: Any) -> None:
        self.array[...] = value

    def assign_add(self, value: Any) -> None:
        self.array[...] += np.asarray(value)

    def assign_sub(self, value: Any) -> None:
        self.array[...] -= np.asarray(value)

    def reset(self) -> None:
        """Back to what it was at first."""
        self.array[...] = self.initial

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.array, dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **settings: Any) -> Any:
        plain = [x.array if isinstance(x, State) else x for x in inputs]
        return getattr(ufunc, method)(*plain, **settings)

    def __float__(self) -> float:
        return float(self.array)

    def __int__(self) -> int:
        return int(self.array)

    def __bool__(self) -> bool:
        return bool(self.array)

    def __getitem__(self, index: Any) -> Any:
        return self.array[index]

    def __format__(self, form: str) -> str:
        return format(self.numpy(), form)

    def __repr__(self) -> str:
        return f"<{self.name} = {self.numpy()}>"

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)
