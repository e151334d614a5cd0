"""Where arrays live: one flat buffer for all weights of a model, and a pool of reused buffers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from funclab.engine.kernels.layout import flat_views, offsets
from funclab.graph.locks import locks_of
from funclab.graph.shape_math import Array
from funclab.graph.strings import STRING
from funclab.graph.value import Variable


def pack(variables: Sequence[Variable]) -> None:
    """Move variables next to each other into one flat buffer for each dtype.

    Those that a plan already uses stay where they are (another model trains them too).
    """
    groups: dict[str, list[Variable]] = defaultdict(list)
    for variable in variables:
        if not variable.bound:
            groups[variable.dtype].append(variable)
    for dtype, group in groups.items():
        _, places = flat_views(group, dtype)
        locks_of(group)  # from now on they share one lock
        for variable, place in zip(group, places):
            variable.place(place)


@dataclass
class Run:
    """Variables that are contiguous in memory: `weights` is a view of all of that memory."""

    variables: list[Variable]
    weights: Array
    begin: int
    end: int


def runs(variables: Sequence[Variable]) -> list[Run]:
    """Variables grouped, in order, into contiguous blocks of memory: for most models, one.

    `begin` and `end` say where each block would lie in a flat buffer of all the variables
    (see `offsets`), such as the buffer of the plan's gradients.
    """
    stretches: list[Run] = []
    starts = offsets(variables)
    for variable, begin, end in zip(variables, starts, starts[1:]):
        memory = _stretch(variable.array, end - begin)
        if stretches and _adjacent(stretches[-1].weights, memory):
            last = stretches[-1]
            joined = _stretch(last.weights, last.weights.size + memory.size)
            stretches[-1] = Run([*last.variables, variable], joined, last.begin, end)
        else:
            stretches.append(Run([variable], memory, begin, end))
    return stretches


def _base(array: Array) -> Array:
    base = array.base
    if isinstance(base, np.ndarray) and base.ndim == 1 and base.dtype == array.dtype:
        return base
    return array.reshape(-1)


def _stretch(array: Array, length: int) -> Array:
    """The array's memory as a flat view, including its padding if it is part of a flat buffer."""
    base = _base(array)
    start = (array.ctypes.data - base.ctypes.data) // array.itemsize
    return base[start : min(start + length, base.size)]


def _adjacent(a: Array, b: Array) -> bool:
    if a.base is None or a.base is not b.base or a.dtype != b.dtype:
        return False
    return a.ctypes.data + a.nbytes == b.ctypes.data


@contextmanager
def unchanged(variables: Iterable[Variable]) -> Iterator[None]:
    """On leaving, restore the variables' values, and whether they are free to move."""
    before = [(variable, variable.array.copy(), variable.bound) for variable in variables]
    try:
        yield
    finally:
        for variable, array, bound in before:
            variable.array[...] = array
            variable.bound = bound


class Pool:
    """Buffers that were given back, kept for later requests: each takes the smallest that fits."""

    def __init__(self) -> None:
        self.free: list[Array] = []
        self.bytes = 0

    def take(self, shape: Sequence[int], dtype: str) -> Array:
        if dtype == STRING:  # a buffer of numbers cannot hold references to strings
            return np.full(tuple(shape), "", object)
        size = math.prod(shape) * np.dtype(dtype).itemsize
        fitting = [i for i, buffer in enumerate(self.free) if buffer.nbytes >= size]
        if fitting:
            buffer = self.free.pop(min(fitting, key=lambda i: self.free[i].nbytes))
        else:
            self.bytes += size
            buffer = np.zeros(size, np.uint8)
        return buffer[:size].view(dtype).reshape(shape)

    def give(self, array: Array) -> None:
        """Take back an array, with all of the buffer that it lies in."""
        if array.dtype != object:
            buffer = array if array.base is None else array.base
            self.free.append(buffer.reshape(-1).view(np.uint8))
