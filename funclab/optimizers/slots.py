"""An optimizer's state for each weight, kept in contiguous memory like the weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from funclab.engine.kernels.layout import length, offsets, view
from funclab.engine.kernels.threads import WORTH_SHARING, run_halves
from funclab.engine.memory import runs
from funclab.graph.locks import making
from funclab.graph.shape_math import Array, known
from funclab.graph.value import Variable
from funclab.metrics.base import State

OPERATIONS = 20
"""The cost of one weight, which is that of memory access, in operations of a matrix product."""


class Stretch(NamedTuple):
    """Weights that are contiguous in memory, with gradients and slots: all flat, of one length."""

    weights: Array
    grads: Array
    slots: tuple[Array, ...]

    def cut(self, begin: int, end: int) -> Stretch:
        """Only these weights."""
        slots = tuple(slot[begin:end] for slot in self.slots)
        return Stretch(self.weights[begin:end], self.grads[begin:end], slots)


def shared(
    update: Callable[[Stretch], Any], part: Stretch
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The kernel and arguments that `update` returns for a stretch; if it is long, each thread does
    half."""
    size = part.weights.size
    if OPERATIONS * size < WORTH_SHARING:
        return update(part)
    halves = [update(part.cut(0, size // 2)), update(part.cut(size // 2, size))]

    def change(first: int, last: int) -> None:
        for kernel, arrays in halves[first:last]:
            kernel(*arrays)

    return run_halves, (change, 2, OPERATIONS * size)


class Extent(NamedTuple):
    """Where a variable's slots are: in which group, and between which elements."""

    group: int
    begin: int
    end: int


class Slots:
    """One flat buffer for each slot name (momentum, velocity ...) and group of variables.

    Variables added later get their own group, so slots never move and plans may refer to them.
    `shape` maps a slot's name and the variable's shape to the slot's shape; None for the same.
    """

    def __init__(
        self, initial: Mapping[str, float], shape: Callable[[str, Any], Any] | None = None
    ) -> None:
        self.initial, self.shape = dict(initial), shape
        self.groups: list[dict[str, Array]] = []
        self.extents: dict[Variable, Extent] = {}

    def make(self, variables: Sequence[Variable]) -> None:
        """Allocate memory for new variables."""
        if all(variable in self.extents for variable in variables):
            return
        with making:
            self._add([variable for variable in variables if variable not in self.extents])

    def _add(self, new: Sequence[Variable]) -> None:
        if not new:  # another thread has added them meanwhile
            return
        starts = offsets(new)
        group = {
            name: np.full(starts[-1], value, new[0].dtype) for name, value in self.initial.items()
        }
        number, ends = len(self.groups), zip(new, starts, starts[1:])
        self.groups.append(group)
        # All at once, because other threads may read them at the same time.
        self.extents = self.extents | {v: Extent(number, begin, end) for v, begin, end in ends}

    def stretches(self, variables: Sequence[Variable], grads: Array) -> Iterator[Stretch]:
        """The longest blocks in which weights, gradients and slots are all contiguous."""
        self.make(variables)
        for run in runs(variables):
            begin = 0
            pieces = self._contiguous(run.variables)
            for extent in pieces:
                end = begin + extent.end - extent.begin
                weights = run.weights[begin:end]
                first = run.begin + begin
                yield Stretch(
                    weights,
                    grads[first : first + weights.size],
                    tuple(self._slot(name, extent, weights.size) for name in self.initial),
                )
                begin = end

    def of(self, variable: Variable) -> dict[str, Array]:
        """The slots of one variable, by name, in its shape."""
        extent, own = self.extents[variable], known(variable.shape)
        slots = {}
        for name in self.initial:
            shape = self.shape(name, own) if self.shape else own
            if shape == own:
                slots[name] = view(self._slot(name, extent, length(variable)), variable)
            else:
                slots[name] = self._slot(name, extent, math.prod(shape)).reshape(shape)
        return slots

    def _slot(self, name: str, extent: Extent, size: int) -> Array:
        return self.groups[extent.group][name][extent.begin : extent.begin + size]

    def _contiguous(self, variables: Sequence[Variable]) -> list[Extent]:
        joined: list[Extent] = []
        for variable in variables:
            extent = self.extents[variable]
            if joined and joined[-1].group == extent.group and joined[-1].end == extent.begin:
                joined[-1] = Extent(extent.group, joined[-1].begin, extent.end)
            else:
                joined.append(extent)
        return joined


class Weight(State):
    """A variable in the form that `update_step` gets: its memory, to read and to assign to."""

    def __init__(self, variable: Variable) -> None:
        self.array, self.name, self.path = variable.array, variable.name, variable.path
        self.variable, self.constraint = variable, variable.constraint
