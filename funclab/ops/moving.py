"""Ops that only move elements: they select, repeat or shift them, and may insert zeros.

One rule gives all their gradients: g flows back from every place to which an element went.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from funclab.graph.op import Array, Op
from funclab.graph.shape_math import Shape
from funclab.ops.base import made, shape_by_trial, with_settings


class Moving(Op, abstract=True):
    """The NumPy function `moved` defines, for an array like x, where each element goes."""

    moved: ClassVar[Callable[..., Array]]

    def settings(self) -> dict[str, Any]:
        return vars(self)

    def shape(self, x: Shape) -> Shape:
        return shape_by_trial(self, lambda array: self.moved(array, **self.settings()), x)

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, self.moved(x, **self.settings()))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        # Move the numbers 1, 2, ... instead of the elements: they show where each went; 0 is fill.
        numbers = np.arange(1, x.size + 1).reshape(x.shape)
        sources = self.moved(numbers, **self.settings()).reshape(-1)
        gx[...] = np.bincount(sources, g.reshape(-1), x.size + 1)[1:].reshape(x.shape)


def _row(name: str, moved: Any, says: str, shapes: str, first: str = "x", **settings: Any) -> Any:
    """An op that moves elements, and its function; `...` marks a required setting."""
    gradient = "gx = for each element of x, the sum of g where it went"
    defaults = {key: value for key, value in settings.items() if value is not ...}
    types = {"__annotations__": dict.fromkeys(settings, Any)}
    op = made(name, Moving, f"out = {says}", shapes, gradient, moved=moved, **types, **defaults)
    return op, with_settings(op, first)


def _unfold(x: Array, kernel_size: Any, dilation: Any, padding: Any, stride: Any) -> Array:
    pairs = [np.broadcast_to(n, 2).tolist() for n in (kernel_size, dilation, padding, stride)]
    (height, width), steps, (above, beside), strides = pairs
    x = np.pad(x, ((0, 0), (0, 0), (above, above), (beside, beside)))  # type: ignore[arg-type, call-overload]
    span = [step * (n - 1) + 1 for step, n in zip(steps, (height, width))]
    windows = np.lib.stride_tricks.sliding_window_view(x, span, axis=(2, 3))
    windows = windows[:, :, :: strides[0], :: strides[1], :: steps[0], :: steps[1]]
    columns = windows.transpose(0, 1, 4, 5, 2, 3)
    return columns.reshape(len(x), x.shape[1] * height * width, math.prod(columns.shape[4:]))


Tril, tril = _row(
    "Tril", np.tril, "x with zeros above diagonal k of each matrix",
    "x (..., n, m) -> out (same as x)", k=0,
)  # fmt: skip
Triu, triu = _row(
    "Triu", np.triu, "x with zeros below diagonal k of each matrix",
    "x (..., n, m) -> out (same as x)", k=0,
)  # fmt: skip
Diag, diag = _row(
    "Diag", np.diag, "a matrix with the vector x on diagonal k, or diagonal k of the matrix x",
    "x (n,) -> out (n + |k|, n + |k|); x (n, m) -> out (length of the diagonal,)", k=0,
)  # fmt: skip
Diagflat, diagflat = _row(
    "Diagflat", np.diagflat, "a matrix with the elements of x on diagonal k",
    "x (any), n elements -> out (n + |k|, n + |k|)", k=0,
)  # fmt: skip
Diagonal, diagonal = _row(
    "Diagonal", np.diagonal, "the diagonal of each matrix that two axes span, as the last axis",
    "x (n, m, ...) -> out (..., length of the diagonal)", offset=0, axis1=0, axis2=1,
)  # fmt: skip
Roll, roll = _row(
    "Roll", np.roll, "x shifted by `shift` places along `axis`, wrapping around at the end",
    "x (any) -> out (same as x)", shift=..., axis=None,
)  # fmt: skip
Rot90, rot90 = _row(
    "Rot90", np.rot90, "x rotated k times by 90 degrees, from the first of the axes to the second",
    "x (n, m) -> out (m, n), or (n, m) for an even k", "array", k=1, axes=(0, 1),
)  # fmt: skip
Unfold, unfold = _row(
    "Unfold", _unfold, "each window of an image as a column",
    "x (n, channels, height, width) -> out (n, channels * window, windows)",
    kernel_size=..., dilation=1, padding=0, stride=1,
)  # fmt: skip

MirrorPad, mirror_pad = _row(
    "MirrorPad", np.pad,
    'x with a border of its own elements mirrored, with the outermost ones ("symmetric") or '
    'without them ("reflect")',
    "x (n, m), pad_width ((1, 2), (0, 3)) -> out (n + 3, m + 3)", pad_width=..., mode="reflect",
)  # fmt: skip


class Fold(Op):
    """out = the image whose windows are the columns of x; where windows overlap, their sum.

    Shapes: x (n, channels * window, windows) -> out (n, channels, *output_size).
    Gradient: gx = the windows of g, as Unfold returns them.
    """

    keras = "nn"
    output_size: Any
    kernel_size: Any
    dilation: Any = 1
    padding: Any = 0
    stride: Any = 1

    @property
    def windows(self) -> tuple[Any, ...]:
        return self.kernel_size, self.dilation, self.padding, self.stride

    def shape(self, x: Shape) -> Shape:
        size = np.broadcast_to(self.output_size, 2).tolist()
        window = int(np.prod(np.broadcast_to(self.kernel_size, 2)))
        channels = None if x[1] is None else x[1] // window
        return x[0], channels, *size

    def forward(self, x: Array, out: Array) -> None:
        numbers = np.arange(1, out.size + 1).reshape(out.shape)
        sources = _unfold(numbers, *self.windows).reshape(-1)
        sums = np.bincount(sources, x.reshape(-1), out.size + 1)[1:]
        np.copyto(out, sums.reshape(out.shape), casting="same_kind")

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, _unfold(g, *self.windows))


fold = with_settings(Fold, "x")

Unfold.keras = "nn"
MirrorPad.keras = "numpy.Pad"
