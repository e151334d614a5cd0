"""Basic ops: casts, copies, constants in the shape of another tensor, and changes of state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from funclab.config import floatx
from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op, View
from funclab.graph.shape_math import Shape, show, to_shape
from funclab.graph.tensor import Tensor
from funclab.graph.value import Value, Variable
from funclab.ops.base import Data, Elementwise, shape_of


class Cast(Elementwise):
    """out = x as another dtype.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g in x's dtype; none flows through integers and booleans.
    """

    keras = "core"
    to: str

    def dtype(self, x: str) -> str:
        return self.to

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, x, casting="unsafe")

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, g, casting="same_kind")


class Identity(View):
    """out = x.

    Shapes: x (any) -> out (same as x).
    Gradient: gx = g.
    """

    keras = "numpy.Copy"


class StopGradient(Identity):
    """out = x, as if it were a constant.

    Shapes: x (any) -> out (same as x).
    """

    keras = "core"
    differentiable = False


class FullLike(Op):
    """out = a tensor of x's shape filled with one number.

    Shapes: x (any) -> out (same as x).
    """

    differentiable = False
    fill_value: float = 0.0
    as_dtype: str | None = None

    def dtype(self, x: str) -> str:
        return self.as_dtype or x

    def forward(self, x: Array, out: Array) -> None:
        out.fill(self.fill_value)


class Assign(Op):
    """Set a variable to a value, at this point of every run; out = its new value.

    Shapes: variable (any), value (broadcast to the variable's shape) -> out (same as variable).
    """

    keras = ""
    makes = "first"
    differentiable = False
    mutates = (0,)
    takes_spaced = True

    def forward(self, variable: Array, value: Array, out: Array) -> None:
        np.copyto(variable, value, casting="unsafe")
        np.copyto(out, variable)


class AssignAdd(Assign):
    """Add a value to a variable, at this point of every run; out = its new value.

    Shapes: variable (any), value (broadcast to the variable's shape) -> out (same as variable).
    """

    keras = ""

    def forward(self, variable: Array, value: Array, out: Array) -> None:
        np.add(variable, value, variable, casting="unsafe")
        np.copyto(out, variable)


def cast(x: Any, dtype: str) -> Any:
    """x as another dtype."""
    return Cast(str(np.dtype(dtype)))(x)


def convert_to_numpy(x: Any) -> Array:
    """The numbers of an array, a list or a variable, as a NumPy array."""
    return np.asarray(x)


def convert_to_tensor(
    x: Any, dtype: str | None = None, sparse: bool | None = None, ragged: bool | None = None
) -> Any:
    """x in a form that ops accept: symbolic values unchanged, anything else as an array."""
    if not isinstance(x, (Tensor, Value)):
        plain = {"float64": "float32"} | ({} if hasattr(x, "dtype") else {"int64": "int32"})
        x = np.array(x)  # a copy: `y += 1` must not change the array that it is made of
        dtype = dtype or plain.get(str(x.dtype))
    return x if dtype is None else cast(x, dtype)


def copy(x: Any) -> Any:
    """A copy of x: a new array, or for a tensor an op that returns it unchanged."""
    return Identity()(x)


def stop_gradient(variable: Any) -> Any:
    """The same value, but no gradient flows back through it."""
    return StopGradient()(variable)


def shape(x: Any) -> Shape:
    """The shape of x as a tuple; None for a length that is not known yet."""
    return shape_of(x)


def full_like(x: Any, fill_value: float, dtype: str | None = None) -> Any:
    """A tensor of x's shape filled with one number."""
    return FullLike(fill_value, dtype)(x)


def zeros_like(x: Data, dtype: str | None = None) -> Any:
    """Zeros of x's shape."""
    return FullLike(0, dtype)(x)


def ones_like(x: Data, dtype: str | None = None) -> Any:
    """Ones of x's shape."""
    return FullLike(1, dtype)(x)


def zeros(shape: Any, dtype: str | None = None) -> Array:
    """An array of zeros. If the batch size is not known yet, use `zeros_like`."""
    return np.zeros(_known(shape, "zeros_like"), dtype or floatx())


def ones(shape: Any, dtype: str | None = None) -> Array:
    """An array of ones. If the batch size is not known yet, use `ones_like`."""
    return np.ones(_known(shape, "ones_like"), dtype or floatx())


def arange(
    start: float, stop: float | None = None, step: float | None = None, dtype: Any = None
) -> Array:
    """The numbers from `start` (0 if only `stop` is given) up to, but without, `stop`."""
    first, last = (0, start) if stop is None else (start, stop)
    step = 1 if step is None else step
    whole = all(isinstance(number, int) for number in (first, last, step))
    return np.arange(first, last, step).astype(dtype or ("int32" if whole else floatx()))


def assign(variable: Variable, value: Any) -> Any:
    """Set a variable whenever the plan reaches this point: for a layer's state."""
    return Assign()(_state(variable), value)


def assign_add(variable: Variable, value: Any) -> Any:
    """Add to a variable whenever the plan reaches this point."""
    return AssignAdd()(_state(variable), value)


def _state(variable: Any) -> Variable:
    if isinstance(variable, Variable):
        return variable
    raise ArgumentError(
        f"Only a variable can be assigned to, not a {type(variable).__name__}.",
        why="other values are made again at every run, so nothing would be kept.",
        fix="make one in build: self.count = self.add_weight(shape=(), trainable=False).",
    )


def _known(shape: Any, instead: str) -> Sequence[int]:
    lengths = to_shape(shape)
    if None in lengths:
        raise ShapeError(
            f"Cannot make an array of shape {show(lengths)}: a length is not known yet.",
            why="while a layer is being called on symbolic tensors the batch size is None.",
            fix=f"use ops.{instead}(x), which takes the shape x has when the plan runs.",
        )
    return [length for length in lengths if length is not None]
