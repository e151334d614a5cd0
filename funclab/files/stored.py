"""Arrays stored in a file: their samples are read batch by batch, never all at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Stored:
    """An array in a file, for an input: its samples are converted to the dtype when they are read.

    A slice of it is another such array; selecting rows by their numbers reads them.
    """

    def __init__(self, source: Any, dtype: str, begin: int = 0, end: int | None = None) -> None:
        self.source = source
        self.begin = begin
        self.end = len(source) if end is None else end
        self.dtype = np.dtype(dtype)
        self.shape = (self.end - begin, *source.shape[1:])
        self.ndim = len(self.shape)
        self.size = int(np.prod(self.shape))

    def __len__(self) -> int:
        return self.end - self.begin

    def __getitem__(self, rows: Any) -> Any:
        if isinstance(rows, slice):
            begin, end, _ = rows.indices(len(self))
            return Stored(self.source, str(self.dtype), self.begin + begin, self.begin + end)
        order = np.argsort(rows, kind="stable")  # files are read in ascending order
        made = np.empty((len(rows), *self.shape[1:]), self.dtype)
        made[order] = self.source[np.asarray(rows)[order] + self.begin]
        return made

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.source[self.begin : self.end]).astype(dtype or self.dtype)


def is_stored(data: Any) -> bool:
    """Whether the numbers of an array are in a file: np.memmap, or an HDF5 dataset."""
    return isinstance(data, np.memmap) or (hasattr(data, "chunks") and hasattr(data, "read_direct"))


def as_stored(data: Any, dtype: str) -> Any:
    """An array in a file, to be read as a dtype; unchanged if it already has that dtype."""
    same = isinstance(data, np.memmap) and data.dtype == dtype
    return data if same else Stored(data, dtype)
