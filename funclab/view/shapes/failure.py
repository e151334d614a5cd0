"""The failed call at which a walk ends: what it was given, where that does not fit, and the fix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from funclab.errors import FunclabError
from funclab.graph import structure
from funclab.graph.operation import OpOperation
from funclab.graph.shape_math import Shape, show
from funclab.graph.tensor import Tensor
from funclab.view.draw.text import clean
from funclab.view.scene import words

InputAxis = tuple[int, int]
"""An input, and one of its axes, counted from the front."""


@dataclass(frozen=True)
class Failure:
    """A call that failed."""

    name: str
    detail: str
    inputs: list[tuple[str, Shape]]
    """The tensors given, by name, with their shapes."""
    wanted: str
    """The shape that would fit, as far as it is known; "" if it is the inputs that disagree."""
    bad: list[InputAxis]
    """The axes at fault; empty if no single axis is the problem."""
    what: str
    why: str
    fix: str
    needed: int | None = None
    """The length that the axis at fault should have, if it is known."""

    def bad_axes(self, index: int) -> list[int]:
        """The axes at fault of one input."""
        return [axis for i, axis in self.bad if i == index]

    def __str__(self) -> str:
        lines = [f"✗ {self.name}  {self.detail}".rstrip()]
        for i, (name, shape) in enumerate(self.inputs):
            axes = self.bad_axes(i)
            mark = f"   here: axis {axes[0]}, length {shape[axes[0]]}" if axes else ""
            lines.append(f"  given   {name} {show(shape)}{mark}")
        lines += [f"  wanted  {self.wanted}"] if self.wanted else []
        return "\n".join([*lines, f"  {self.what}", f"  Why: {self.why}", f"  Fix: {self.fix}"])


def failed_step(layer: Any, inputs: Any, error: Exception) -> Failure:
    """What a walk shows in place of a call that raised `error`.

    `layer` is what was called (a layer, an op, or None if that is not known), on `inputs`.
    """
    called = layer.op if isinstance(layer, OpOperation) else layer
    leaves = [leaf for leaf in structure.flatten(inputs) if hasattr(leaf, "shape")]
    shapes = [tuple(leaf.shape) for leaf in leaves]
    names = [
        clean(leaf.id) if isinstance(leaf, Tensor) else f"input {i}"
        for i, leaf in enumerate(leaves)
    ]
    wanted, bad, needed = _against_spec(called, shapes)
    if not wanted:
        bad = _between(called, shapes)
    known = isinstance(error, FunclabError)
    return Failure(
        name=clean(getattr(layer, "name", "")) or "this call",
        detail=words.detail(layer) if hasattr(layer, "is_layer") else "",
        inputs=list(zip(names, shapes)),
        wanted=wanted,
        bad=bad,
        what=error.what if known else str(error) or type(error).__name__,
        why=error.why if known else f"the call raised {type(error).__name__}.",
        fix=error.fix if known else "correct the call, then run the cell again.",
        needed=needed,
    )


def _against_spec(layer: Any, shapes: Sequence[Shape]) -> tuple[str, list[InputAxis], int | None]:
    """What the first input that violates the layer's `input_spec` should be, the axis, and the
    length that it should have."""
    specs = structure.flatten(getattr(layer, "input_spec", None) or [])
    for i, (spec, shape) in enumerate(zip(specs, shapes)):
        if not spec.complaint(shape):
            continue
        for axis, length in spec.axes.items():
            given = shape[axis] if -len(shape) <= axis < len(shape) else None
            if None not in (length, given) and length != given:
                after = ", …" * (-axis - 1) if axis < 0 else ", …"
                before = ", …" if axis < 0 else ", …" * (axis - 1)
                return f"(None{before}, {length}{after})", [(i, axis % len(shape))], length
        if spec.shape is not None:
            return show(spec.shape), [], None
        if spec.ndim is not None:
            return f"{spec.ndim} axes, the batch among them", [], None
        least = spec.min_ndim is not None and len(shape) < spec.min_ndim
        count = spec.min_ndim if least else spec.max_ndim
        return f"at {'least' if least else 'most'} {count} axes", [], None
    return "", [], None


def _between(called: Any, shapes: Sequence[Shape]) -> list[InputAxis]:
    """Axes of two inputs that must fit each other and do not."""
    for (i, x), (j, y) in combinations(enumerate(shapes), 2):
        for a, b in _meeting(called, x, y):
            if x[a] != y[b] and None not in (x[a], y[b]):
                return [(i, a), (j, b)]
    return []


def _meeting(called: Any, x: Shape, y: Shape) -> list[tuple[int, int]]:
    """Which axes of two inputs must have equal lengths; for a concatenation, all but the joined."""
    kind = type(called).__name__
    if kind == "MatMul":
        return [(len(x) - 1, len(y) - 2)] if len(x) > 1 < len(y) else []
    if kind == "Concatenate":
        joined = called.axis % len(x) if x else None
        return [(i, i) for i in range(len(x)) if i != joined] if len(x) == len(y) else []
    pairs = [(len(x) - i, len(y) - i) for i in range(1, min(len(x), len(y)) + 1)]
    return [(a, b) for a, b in pairs if 1 not in (x[a], y[b])]
