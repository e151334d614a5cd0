"""Updating array-based metrics on the tape, in a layer's call or a model's loss."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.graph.array import as_array
from funclab.graph.op import Op
from funclab.graph.shape_math import Array, Shape
from funclab.graph.tape import eager_tape
from funclab.graph.value import Value
from funclab.losses.functions import is_symbolic
from funclab.registry.within import within


def on_tape(metric: Any) -> bool:
    """Whether the metric computes only with ops: ours do; a user's own metric may use NumPy."""
    own = type(metric).update_state.__module__
    return metric.on_tape and own.startswith("funclab.")


def recorded(update: Callable[..., None]) -> Callable[..., None]:
    """An `update_state` that, during a layer's call or a loss, becomes a step on the tape."""

    @functools.wraps(update)
    def update_state(self: Any, *args: Any, **kwargs: Any) -> None:
        if not (any(map(is_symbolic, (*args, *kwargs.values()))) and not on_tape(self)):
            return update(self, *args, **kwargs)
        names = [*inspect.signature(update).parameters][1:]
        given = {**dict(zip(names, args)), **kwargs}
        passed = {name: value for name, value in given.items() if value is not None}
        TakeBatch(self, tuple(passed))(*passed.values())

    return update_state


_exactly: ContextVar[bool] = ContextVar("exactly", default=False)


def exact_result(metric: Any) -> Any:
    """A metric's result as its method computes it: for logs, in full precision."""
    with within(_exactly, True):
        return metric.result()


def eager(result: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A method `result` whose numbers are an array like those of Keras, with `numpy()`; in a
    training step of the user's own, a step of it."""

    @functools.wraps(result)
    def as_in_keras(self: Any) -> Any:
        if _exactly.get():
            return result(self)
        found = exact_result(self)
        if isinstance(found, Value) or np.asarray(found).dtype.kind not in "biuf":
            return found
        if eager_tape() is not None:
            return Result(self, np.shape(found))._record(())
        found = np.asarray(found)
        kind = self.dtype if self.dtype.startswith("float") else "float32"
        return as_array(found.astype(kind) if found.dtype == np.float64 else found)

    return as_in_keras


class Result(Op, abstract=True):
    """The result of a metric at this point of a step.

    Shapes: () or that of the result.
    """

    differentiable = False
    has_effect = True
    makes = "float32"
    metric: Any = None
    result_shape: Shape = ()

    def shape(self) -> Shape:
        return self.result_shape

    def forward(self, out: Array) -> None:
        out[...] = exact_result(self.metric)


class TakeBatch(Op, abstract=True):
    """Lets a metric that works on arrays add a batch; out = 0.

    Shapes: the arguments of its `update_state` -> ().
    """

    differentiable = False
    has_effect = True
    makes = "float32"
    metric: Any = None
    names: tuple[str, ...] = ()

    def shape(self, *shapes: Shape) -> Shape:
        return ()

    def forward(self, *arrays: Array) -> None:
        take_batch(self.metric, **dict(zip(self.names, arrays[:-1])))


def take_batch(metric: Any, *arrays: Array, **named: Array) -> None:
    """Let a user's metric add a batch."""
    try:
        metric.update_state(*arrays, **named)
    except StopIteration as error:  # it would look like the end of the batches
        raise ArgumentError(
            f"The metric {metric.name} raised StopIteration in update_state.",
            why="a next() without a default found its iterator at the end.",
            fix="give next() a default, next(iterator, None), or loop with `for`.",
        ) from error
