"""What an optimizer remembers for each weight, kept side by side like the weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from funclab.engine.memory import offsets, runs
from funclab.graph.locks import making
from funclab.graph.value import Variable
from funclab.kernels.threads import WORTH_SHARING, run_halves
from funclab.metrics.base import State
from funclab.shape_math import Array, known

OPERATIONS = 20
"""A weight waits for memory as long as this many operations of a matrix product take."""


class Stretch(NamedTuple):
    """Weights that lie side by side, with their gradients and slots: all flat, of one length."""

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
    """What `update` gives for a stretch, a kernel and all it gets; each thread has half of a long
    one."""
    size = part.weights.size
    if OPERATIONS * size < WORTH_SHARING:
        return update(part)
    halves = [update(part.cut(0, size // 2)), update(part.cut(size // 2, size))]

    def change(first: int, last: int) -> None:
        for kernel, arrays in halves[first:last]:
            kernel(*arrays)

    return run_halves, (change, 2, OPERATIONS * size)


class Extent(NamedTuple):
    """Where a variable's slots lie: in which group, and between which elements."""

    group: int
    begin: int
    end: int


class Slots:
    """One flat buffer for each slot name (momentum, velocity ...) and group of variables.

    Variables met later get a group of their own, so slots never move and plans may hold them.
    `shape` gives the shape of a slot, from its name and the variable's shape; None for the same.
    """

    def __init__(
        self, initial: Mapping[str, float], shape: Callable[[str, Any], Any] | None = None
    ) -> None:
        self.initial, self.shape = dict(initial), shape
        self.groups: list[dict[str, Array]] = []
        self.extents: dict[Variable, Extent] = {}

    def make(self, variables: Sequence[Variable]) -> None:
        """Set memory aside for the variables that are new."""
        if all(variable in self.extents for variable in variables):
            return
        with making:
            self._add([variable for variable in variables if variable not in self.extents])

    def _add(self, new: Sequence[Variable]) -> None:
        if not new:  # another thread has added them meanwhile
            return
        starts = offsets([variable.shape for variable in new])
        group = {
            name: np.full(starts[-1], value, new[0].dtype) for name, value in self.initial.items()
        }
        number, ends = len(self.groups), zip(new, starts, starts[1:])
        self.groups.append(group)
        # All at once: other threads read them meanwhile.
        self.extents = self.extents | {v: Extent(number, begin, end) for v, begin, end in ends}

    def stretches(self, variables: Sequence[Variable], grads: Array) -> Iterator[Stretch]:
        """The longest pieces in which weights, gradients and slots all lie side by side."""
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
        shapes = {name: self.shape(name, own) if self.shape else own for name in self.initial}
        return {
            name: self._slot(name, extent, math.prod(shape)).reshape(shape)
            for name, shape in shapes.items()
        }

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
    """A variable as `update_step` gets it: its memory, to read and to assign."""

    def __init__(self, variable: Variable) -> None:
        self.array, self.name, self.path = variable.array, variable.name, variable.path
        self.variable, self.constraint = variable, variable.constraint
