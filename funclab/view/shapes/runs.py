"""Runs of equal things in a row (Main and Lorentz 1984)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

FEWEST, LARGE = 3, 12
"""Repetitions worth folding: three, or two of at least this many things."""


class _Run(NamedTuple):
    """Equal blocks in a row; of two runs, the greater is the better one to fold."""

    saved: int
    first: tuple[int, bool]
    """The size of the part that each block begins with, and whether it is a plain one."""
    times: int
    period: int
    start: int


def runs(row: Any, sizes: Sequence[tuple[int, bool]]) -> Iterator[_Run]:
    """The runs in a sequence of numbers that are worth folding."""
    sums = np.cumsum([0, *(size for size, _ in sizes)])
    for period in range(1, len(row) // 2 + 1):
        equal = row[:-period] == row[period:]
        if np.count_nonzero(equal) < period:
            continue
        same = np.concatenate([[False], equal, [False]])
        edges = np.flatnonzero(same[1:] != same[:-1]).reshape(-1, 2)
        for start, end in edges[edges[:, 1] - edges[:, 0] >= period].tolist():
            times, spare = divmod(end - start + period, period)
            size = int(sums[start + period] - sums[start])
            if times >= FEWEST or (times == 2 and size >= LARGE):
                largest = max(range(start, start + spare + 1), key=sizes.__getitem__)
                yield _Run((times - 1) * size, sizes[largest], times, period, largest)
