"""Base classes of ops that share a shape rule, and helpers for all ops."""

from __future__ import annotations

import sys
from dataclasses import MISSING, fields
from inspect import Parameter, Signature
from typing import Any, ClassVar

import numpy as np

from funclab.engine.kernels import reduction
from funclab.errors import ShapeError
from funclab.errors.words import listed
from funclab.graph import shape_math
from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape, show
from funclab.registry.parameters import signed

Slot = Array | None
KIND = Parameter.POSITIONAL_OR_KEYWORD
ARGUMENTS = {
    "to": "dtype", "as_dtype": "dtype", "target": "shape", "ends": "indices_or_sections",
}  # fmt: skip
"""Settings of ops that have other names in the functions."""

Data = Any
"""The annotation of an input of a function that calls several ops (see `composed`)."""


def in_keras(path: str) -> Any:
    """A decorator that says where Keras has a function (see `Op.keras`)."""

    def mark(function: Any) -> Any:
        function.keras = path
        return function

    return mark


class Elementwise(Op, abstract=True):
    """An op on one tensor, element by element: out has the shape of x. Arrays arrive flattened.

    A subclass names a NumPy function as its `ufunc`, or has its own `forward`.
    """

    makes = "float"
    ufunc: ClassVar[Any]

    def forward(self, *arrays: Any, **none: Any) -> None:
        self.ufunc(*arrays)

    def bind(self, *arrays: Any) -> tuple[Any, ...]:
        return flat(*arrays)


class Binary(Op, abstract=True):
    """An op on two tensors, element by element, broadcast by NumPy's rule: `ufunc` does it.

    `slopes` are its partial derivatives, each a number or a function of x, y and out.
    """

    ufunc: ClassVar[Any]
    slopes: ClassVar[tuple[Any, ...]] = ()

    def shape(self, x: Shape, y: Shape) -> Shape:
        return shape_math.broadcast(x, y)

    def forward(self, x: Array, y: Array, out: Array) -> None:
        self.ufunc(x, y, out=out)

    def vjp(self, g: Array, x: Array, y: Array, out: Array, gx: Slot, gy: Slot) -> None:
        for slope, slot in zip(self.slopes, (gx, gy), strict=True):
            if slot is not None and callable(slope):
                along: Any = slope(x, y, out)
                product_to(g, along, slot)
            elif slot is not None:
                sum_to(g, slot)
                if slope != 1:
                    np.multiply(slot, slope, slot)


def made(name: str, base: type, says: str, shapes: str, *more: str, **attributes: Any) -> Any:
    """The op in a row of a table; `more`: what its docstring says of Gradient, Numerics, Source.

    Functions among the attributes are called without the op.
    """
    texts = zip(("Shapes", "Gradient", "Numerics", "Source"), (shapes, *more))
    lines = "".join(f"    {topic}: {text}.\n" for topic, text in texts if text)
    attributes = {k: staticmethod(v) if callable(v) else v for k, v in attributes.items()}
    attributes["__doc__"] = f"{says}.\n\n{lines}    "
    # Pickle looks for the class in the module that has the table.
    attributes["__module__"] = sys._getframe(2).f_globals["__name__"]
    return type(name, (base,), attributes)


def pair(
    name: str, ufunc: Any, says: str, gradient: str = "", *slopes: Any, base: type = Binary
) -> Any:
    """An op on two tensors, and its function."""
    shapes = "x, y (broadcast together) -> out" + ", of booleans" * (base.makes == "bool")
    settings = {"ufunc": ufunc, "slopes": slopes, "differentiable": bool(slopes)}
    op = made(name, base, f"out = {says}", shapes, gradient, **settings)
    return op, function_of(op)


def function_of(op: Any, name: str = "") -> Any:
    """The function that calls an op without settings, on one tensor or on two."""

    def unary(x: Any) -> Any:
        return op()(x)

    def binary(x1: Any, x2: Any) -> Any:
        return op()(x1, x2)

    return named_like(op, binary if issubclass(op, Binary) else unary, name)


def with_settings(op: Any, *inputs: str, name: str = "") -> Any:
    """The function of an op with settings: the inputs, then the op's fields in their order."""
    taken = [Parameter(name, KIND, annotation="Any") for name in inputs]
    for field in fields(op):
        default = Parameter.empty if field.default is MISSING else field.default
        taken.append(Parameter(field.name, KIND, default=default, annotation=field.type))
    signature = Signature(taken, return_annotation="Any")

    def function(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        values = list(bound.arguments.values())
        return op(*map(unchanging, values[len(inputs) :]))(*values[: len(inputs)])

    return named_like(op, signed(function, signature, "function"), name)


def unchanging(setting: Any) -> Any:
    """A setting in the form an op stores: lists as tuples, NumPy numbers as Python numbers."""
    if isinstance(setting, (list, tuple)):
        return tuple(map(unchanging, setting))
    return setting.item() if isinstance(setting, np.generic) else setting


def named_like(op: Any, function: Any, name: str = "") -> Any:
    """A function that makes an op, with the op's name and docstring."""
    joined = op.name.replace("_", "") if op.name.startswith("is_") else op.name
    function.__name__ = function.__qualname__ = name or joined
    function.__doc__, function.__module__ = op.__doc__, op.__module__
    return function


def flat(*arrays: Any) -> tuple[Any, ...]:
    """The arrays as views with one axis, so that a kernel is compiled once per dtype; None stays.

    `copy=False` raises an error where a flat view is impossible, instead of writing to a copy.
    """
    return tuple(a if a is None else a.reshape(-1, copy=False) for a in arrays)


def as_rows(*arrays: Any) -> tuple[Any, ...]:
    """Arrays of full rank as matrices, those without the last axis as vectors; None stays."""
    rank = max(a.ndim for a in arrays if a is not None)
    return tuple(
        a if a is None else a.reshape(-1, a.shape[-1]) if a.ndim == rank else a.reshape(-1)
        for a in arrays
    )


def shape_of(x: Any) -> Shape:
    """The shape of a tensor, value, array, or list of numbers."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


def shape_by_trial(op: Op, function: Any, *shapes: Shape) -> Any:
    """The shape of a NumPy function's result, found by trying two different batch sizes.

    Raises: ShapeError if NumPy rejects such arrays.
    """
    tried = []
    for length in (2, 3):  # lengths of the result that differ between them are unknown: None
        known = [tuple(length if n is None else n for n in shape) for shape in shapes]
        try:
            tried.append(np.shape(function(*(np.broadcast_to(np.int8(0), k) for k in known))))
        except (ValueError, IndexError) as error:
            raise ShapeError(
                f"{op} does not fit {listed([*map(show, shapes)])}: {error}.",
                why="it needs a tensor of another shape, or other settings.",
                fix=f"reshape the tensor first; help(funclab.ops.{op.name}) lists the shapes.",
            ) from None
    return tuple(a if a == b else None for a, b in zip(*tried))


def write(gradient: Any, slot: Slot) -> None:
    """Write a gradient into `slot`, if any."""
    if slot is not None:
        np.copyto(slot, gradient)


def sum_to(g: Array, slot: Slot) -> None:
    """Write `g` into `slot`, if any, summed over the axes along which the input was broadcast."""
    if slot is None:
        return
    if g.shape == slot.shape:
        np.copyto(slot, g)
        return
    lead = g.ndim - slot.ndim
    stretched = [i + lead for i, length in enumerate(slot.shape) if length == 1]
    summed = slot.squeeze(tuple(i - lead for i in stretched))
    reduction.reduce(np.add, g, (*range(lead), *stretched), summed)


def product_to(g: Array, factor: Array, slot: Slot) -> None:
    """Write `g * factor` into `slot`, if any, summed as in `sum_to`."""
    if slot is not None and g.shape == slot.shape:
        np.multiply(g, factor, slot)
    elif slot is not None:
        sum_to(g * factor, slot)
