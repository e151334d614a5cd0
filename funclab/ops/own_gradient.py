"""Functions whose gradient their author wrote."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from funclab.errors import ArgumentError
from funclab.graph import structure
from funclab.graph.op import Op, as_values
from funclab.graph.operation import placeholder
from funclab.graph.shape_math import Shape
from funclab.graph.tape import Tape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value
from funclab.ops.base import write


class OwnGradient(Op, abstract=True):
    """A function and the gradient that it comes with.

    Shapes: those of the function.
    Gradient: what the function says; for it, the function runs once more.
    """

    keras = ""
    function: Callable[..., Any]
    dtypes: tuple[str, ...]
    """Those of the inputs."""
    count: int = 1
    """The number of outputs."""

    @property
    def n_outputs(self) -> int:  # type: ignore[override]
        return self.count

    def outputs_of(self, *shapes: Shape) -> list[Any]:
        """Values that have the shapes and dtypes of the outputs."""
        with Tape():
            made = self.function(*map(Value, shapes, self.dtypes))
        return structure.flatten(parts_of(made)[0])

    def shape(self, *shapes: Shape) -> Any:
        made = tuple(tuple(value.shape) for value in self.outputs_of(*shapes))
        return made[0] if self.count == 1 else made

    def forward(self, *arrays: Any) -> None:
        xs, out = arrays[: len(self.dtypes)], arrays[len(self.dtypes)]
        made = structure.flatten(parts_of(self.function(*xs))[0])
        for slot, part in zip((out,) if self.count == 1 else out, made, strict=True):
            np.copyto(slot, np.asarray(part))

    def vjp(self, g: Any, *arrays: Any) -> None:
        many = len(self.dtypes)
        gradient = parts_of(self.function(*arrays[:many]))[1]
        parts = gradient(g) if self.count == 1 else gradient(*g)
        found = parts if isinstance(parts, tuple | list) else [parts]
        if len(found) != many:
            raise ArgumentError(
                f"The gradient of a custom_gradient gave {len(found)} results for {many} inputs.",
                why="each argument of the function has a gradient.",
                fix="return one for each argument, in their order; None for those without.",
            )
        for slot, part in zip(arrays[many + 1 :], found, strict=True):
            write(0 if part is None else np.asarray(part), slot)


def parts_of(made: Any) -> tuple[Any, Callable[..., Any]]:
    """Raises: ArgumentError unless it is a result and the function of its gradient."""
    if not (isinstance(made, tuple | list) and len(made) == 2 and callable(made[1])):
        raise ArgumentError(
            "A function with custom_gradient returned no gradient.",
            why="it returns two things: its result, and a function of the result's gradient.",
            fix="write return y, grad, where grad(upstream) is the gradient for each argument.",
        )
    if "variables" in inspect.signature(made[1]).parameters:
        raise ArgumentError(
            "The gradient of a custom_gradient asks for `variables`.",
            why="here the arguments of the function have gradients, and variables that it reads "
            "inside have none.",
            fix="pass the variable as an argument of the function.",
        )
    return made[0], made[1]


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for a function that says itself what its gradient is.

    f: returns its result, and a function that makes of the gradient of the result that of each
        argument. It runs again for each gradient, so it should be the same each time.
    Raises: ArgumentError if `f` returns no gradient, or not one for each argument.

    >>> from funclab import GradientTape, Variable
    >>> @custom_gradient
    ... def backwards(x):
    ...     return x, lambda upstream: -upstream
    >>> x = Variable(3.0)
    >>> with GradientTape() as tape:
    ...     y = backwards(x * 2)
    >>> float(tape.gradient(y, x))
    -2.0
    """

    @functools.wraps(f)
    def call(*args: Any, **settings: Any) -> Any:
        function = functools.partial(f, **settings) if settings else f
        values = as_values(tuple(placeholder(x) if isinstance(x, Tensor) else x for x in args))
        op = OwnGradient(function, tuple(value.dtype for value in values))
        outputs = op.outputs_of(*(value.shape for value in values))
        return OwnGradient(function, op.dtypes, len(outputs))(*args)

    return call
