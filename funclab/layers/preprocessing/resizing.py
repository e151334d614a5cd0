"""Layers that pad, crop and enlarge sequences, images and volumes."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.errors import ArgumentError, ShapeError
from funclab.graph import shape_math
from funclab.graph.shape_math import Shape
from funclab.layers.checks import one_of
from funclab.layers.dimensions import Dimensional, family
from funclab.ops.nn.resampling import CURVES
from funclab.ops.nn.window import per_axis

Pairs = tuple[tuple[int, int], ...]


class Bordered(Dimensional, abstract=True):
    """A layer that adds or removes positions before and after each axis."""

    border = "padding"

    def prepare(self) -> None:
        super().prepare()
        pairs = _pairs(self.border, getattr(self, self.border), self.rank)
        setattr(self, self.border, pairs if self.rank > 1 else pairs[0])

    @property
    def pairs(self) -> Pairs:
        """How many positions before and after each axis."""
        value = getattr(self, self.border)
        return value if self.rank > 1 else (value,)


class ZeroPadding(Bordered, abstract=True):
    """Zeros before and after each axis between batch and channels."""

    def call(self, inputs: Any) -> Any:
        widths = [(0, 0)] * (self.rank + 2)
        for axis, pair in zip(self.axes, self.pairs, strict=True):
            widths[axis] = pair
        return ops.pad(inputs, widths)


WIDTHS = {
    1: "one number, or a pair (before, after)",
    2: "one number, (height, width), or two pairs (before, after)",
    3: "one number, (depth, height, width), or three pairs (before, after)",
}
"""The ways to write a border."""

ZeroPadding1D, ZeroPadding2D, ZeroPadding3D = family(
    ZeroPadding, "ZeroPadding{}D",
    {i: f"Zeros around {{inputs}}: `padding` is {ways}." for i, ways in WIDTHS.items()},
    "Shapes: x {shape} -> out (batch, {new}, {channels}).",
    {
        1: ("(2, 0)", "10, 4", "12, 4"),
        2: ("1", "8, 8, 3", "10, 10, 3"),
        3: ("(1, 0, 0)", "4, 8, 8, 3", "6, 8, 8, 3"),
    },
    padding={1: 1, 2: (1, 1), 3: ((1, 1), (1, 1), (1, 1))},
    data_format=None,
    __annotations__={"padding": "Any", "data_format": "str | None"},
)  # fmt: skip


class Cropping(Bordered, abstract=True):
    """Positions removed before and after each axis between batch and channels."""

    border = "cropping"

    def call(self, inputs: Any) -> Any:
        key = [slice(None)] * (self.rank + 2)
        for axis, (before, after) in zip(self.axes, self.pairs, strict=True):
            self._check(inputs.shape, axis, before + after)
            key[axis] = slice(before, -after or None)
        return inputs[tuple(key)]

    def _check(self, shape: Shape, axis: int, total: int) -> None:
        length = shape[axis]
        if length is not None and total >= length:
            subjects = {1: "sequences", 2: "images", 3: "volumes"}[self.rank]
            raise ShapeError(
                f"`cropping` takes {total} of the {length} positions on axis {axis} of {subjects} "
                f"of shape {shape_math.show(shape)}. (Values in `cropping` argument should be "
                "smaller than the corresponding spatial dimension of the input.)",
                why="nothing would be left.",
                fix=f"crop less, or use larger {subjects}.",
            )


Cropping1D, Cropping2D, Cropping3D = family(
    Cropping, "Cropping{}D",
    {i: f"{{inputs}} without their borders: `cropping` is {ways}." for i, ways in WIDTHS.items()},
    """
    Shapes: x {shape} -> out (batch, {new}, {channels}).
    Raises: ShapeError if nothing would be left.
    """,
    {
        1: ("(2, 0)", "10, 4", "8, 4"),
        2: ("((1, 0), (2, 2))", "8, 8, 3", "7, 4, 3"),
        3: ("(1, 0, 0)", "4, 8, 8, 3", "2, 8, 8, 3"),
    },
    cropping={1: (1, 1), 2: (0, 0), 3: ((1, 1), (1, 1), (1, 1))},
    data_format={2: None, 3: None},
    __annotations__={"cropping": "Any", "data_format": "str | None"},
)  # fmt: skip


class UpSampling(Dimensional, abstract=True):
    """Each position repeated along the axes between batch and channels."""

    size: Any

    def prepare(self) -> None:
        super().prepare()
        sizes = per_axis(self.size, self.rank, "size")
        self.size = sizes if self.rank > 1 else sizes[0]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How often positions are repeated along each axis."""
        return self.size if self.rank > 1 else (self.size,)

    def call(self, inputs: Any) -> Any:
        for axis, times in zip(self.axes, self.sizes, strict=True):
            inputs = ops.repeat(inputs, times, axis=axis)
        return inputs


class Interpolated(UpSampling, abstract=True):
    """Pixels repeated, or new pixels interpolated."""

    interpolation = "nearest"

    def prepare(self) -> None:
        super().prepare()
        kind = self.interpolation
        known = kind.lower() if isinstance(kind, str) else kind
        self.interpolation = one_of("interpolation", known, ("nearest", *CURVES))

    def call(self, inputs: Any) -> Any:
        if self.interpolation == "nearest":
            return super().call(inputs)
        return ops.up_sample(inputs, self.size, self.interpolation, self.data_format)


CURVED = """{inputs} `size` times as high and wide: pixels repeated, or new pixels interpolated.

    The interpolation "nearest" repeats each pixel. The others put new pixels on a curve through
         the old ones: straight lines for "bilinear", smooth curves for "bicubic", "lanczos3" and
         "lanczos5"."""

UpSampling1D, UpSampling2D, UpSampling3D = family(
    {1: UpSampling, 2: Interpolated, 3: UpSampling}, "UpSampling{}D",
    {
        1: "Each step of a sequence repeated `size` times.",
        2: CURVED,
        3: "Each element of a volume repeated `size` times in depth, height and width.",
    },
    "Shapes: x {shape} -> out (batch, {enlarged}, {channels}).",
    {
        1: ("3", "10, 4", "30, 4"),
        2: ('2, interpolation="bilinear"', "8, 8, 3", "16, 16, 3"),
        3: ("(1, 2, 2)", "4, 8, 8, 3", "4, 16, 16, 3"),
    },
    size={1: 2, 2: (2, 2), 3: (2, 2, 2)},
    data_format={2: None, 3: None},
    interpolation={2: "nearest"},
    __annotations__={
        1: {"size": "int"},
        2: {"size": "Any", "data_format": "str | None", "interpolation": "str"},
        3: {"size": "Any", "data_format": "str | None"},
    },
)  # fmt: skip


WRITTEN = {
    1: ("a pair (before, after)", "(1, 0)"),
    2: ("a pair (height, width) or two pairs", "((1, 0), (1, 0))"),
    3: ("three integers (depth, height, width) or three pairs", "((1, 0), (1, 0), (1, 0))"),
}
"""For each number of axes, the ways to write a border besides one integer, and an example."""


def _pairs(name: str, value: Any, rank: int) -> Pairs:
    """(before, after) for each axis, from any of the ways to write it."""
    try:
        numbers = (value,) * rank if isinstance(value, int) else tuple(value)
        numbers = (numbers,) if rank == 1 and not isinstance(value, int) else numbers
        pairs = tuple((n, n) if isinstance(n, int) else tuple(n) for n in numbers)
        if len(pairs) == rank and all(len(pair) == 2 and min(pair) >= 0 for pair in pairs):
            return pairs  # type: ignore[return-value]
    except (TypeError, ValueError):
        pass
    ways, example = WRITTEN[rank]
    raise ArgumentError(
        f"`{name}` must be an integer, {ways} of integers >= 0. Received: {name}={value!r}.",
        why="it says how many positions on each side of each axis.",
        fix=f"write for example {name}=1 or {name}={example}.",
    )
