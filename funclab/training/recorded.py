"""A forward pass that is recorded once, to ask for the values and gradients of any place in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from funclab import ops
from funclab.engine.kernels.threads import one_blas_thread
from funclab.engine.plan import Plan
from funclab.graph.locks import holding, making
from funclab.graph.shape_math import Array, known
from funclab.graph.tape import Tape
from funclab.graph.value import Value, Variable
from funclab.training.step import Spec


class Recorded:
    """What `run` makes of placeholders of fixed shapes, for any number of batches of these shapes.

    `specs` are shapes (with the batch) and dtypes, None for an input that is missing. `made` has
    the values of every call, at any depth, by the keys of its node and of the models around it.
    Weights, statistics and random states stay as they are, with `training` too. Plans are kept: a
    second batch costs no more than its arithmetic. Any number of threads may ask.
    """

    def __init__(
        self,
        specs: Sequence[Spec | None],
        run: Callable[[list[Any]], Sequence[Value]],
        training: bool = False,
    ) -> None:
        self.inputs = [None if spec is None else Value(*spec) for spec in specs]
        with making, Tape(training=training) as self.tape:
            self.outputs = list(run(self.inputs))
        self.made = self.tape.made
        self._lock = threading.RLock()
        self._plans: dict[Any, Plan] = {}
        self._totals: dict[Value, tuple[Value, Value]] = {}

    def values(self, wanted: Sequence[Value], arrays: Sequence[Array | None]) -> list[Array]:
        """The values of some places, for a batch."""
        plan = self._plan(tuple(wanted), ())
        return self._run(plan, self.inputs, arrays, lambda: [plan.array(v).copy() for v in wanted])

    def gradients(
        self, target: Value, wrt: Sequence[Value], arrays: Sequence[Array | None], weights: Any = 1
    ) -> list[Array]:
        """The gradients of the sum of `target` times `weights` with respect to some places; zeros
        for a place that does not matter to it. `weights` is a number, or an array that broadcasts
        to the shape of `target`: 1 for one class and 0 elsewhere gives the gradient of that class.
        """
        found: dict[Value, Array] = {}
        factor, total = self._total(target)
        fed = [*self.inputs, factor], [*arrays, np.broadcast_to(weights, known(factor.shape))]
        for dtype in dict.fromkeys(value.dtype for value in wrt):  # a plan has one dtype
            same = tuple(dict.fromkeys(value for value in wrt if value.dtype == dtype))
            plan = self._plan((total,), same)

            def copies(plan: Plan = plan, same: Sequence[Value] = same) -> list[Array]:
                return [plan.grads[value].copy() for value in same]

            found.update(zip(same, self._run(plan, *fed, copies)))
        return [found[value] for value in wrt]

    def reaches(self, target: Value, wrt: Value) -> bool:
        """Whether a gradient flows from `target` to a place."""
        _, total = self._total(target)
        return total in self._plan((total,), (wrt,)).needs_gradient

    def _total(self, target: Value) -> tuple[Value, Value]:
        """The placeholder for weights of a target, and the sum of target times weights."""
        with self._lock:
            if target not in self._totals:
                factor = Value(target.shape, target.dtype)
                with making, self.tape:
                    self._totals[target] = factor, ops.sum(ops.multiply(target, factor))
            return self._totals[target]

    def _plan(self, outputs: tuple[Value, ...], wrt: tuple[Value, ...]) -> Plan:
        with self._lock, making:
            if (outputs, wrt) not in self._plans:
                self._plans[outputs, wrt] = Plan(list(outputs), wrt=wrt)
            return self._plans[outputs, wrt]

    def _run(
        self,
        plan: Plan,
        places: Sequence[Value | None],
        arrays: Sequence[Array | None],
        read: Callable[[], list[Array]],
    ) -> list[Array]:
        def work() -> list[Array]:
            kept = [(variable, variable.array.copy()) for variable in _changed(plan)]
            for value, array in zip(places, arrays, strict=True):
                if value is not None and array is not None:
                    np.copyto(plan.array(value), array, casting="unsafe")
            try:
                plan.run()
                return read()
            finally:
                for variable, before in kept:
                    variable.array[...] = before

        with self._lock, one_blas_thread():
            return holding(plan.locks, work)


def _changed(plan: Plan) -> list[Variable]:
    """The statistics and random states that a plan changes when it runs."""
    changed: dict[Value, None] = {}
    for call in plan.calls:
        changed |= dict.fromkeys(call.inputs[i] for i in call.op.mutates)
    return [
        variable
        for variable in changed
        if isinstance(variable, Variable)  # others are made anew in each run
    ]
