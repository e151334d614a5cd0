"""Layers that pad, crop and enlarge sequences, images and volumes."""

from __future__ import annotations

from typing import Any

from funclab import ops, shape_math
from funclab.errors import ArgumentError, ShapeError
from funclab.layers.base import Layer
from funclab.layers.checks import one_of
from funclab.layers.spec import InputSpec
from funclab.ops.resampling import CURVES
from funclab.ops.window import per_axis
from funclab.shape_math import Shape

Pairs = tuple[tuple[int, int], ...]


class Resampled(Layer, abstract=True):
    """A layer that changes the lengths of the `rank` axes between batch and channels."""

    rank = 2
    data_format = "channels_last"

    def prepare(self) -> None:
        self.input_spec = InputSpec(ndim=self.rank + 2)

    @property
    def axes(self) -> range:
        """The axes whose length changes."""
        first = 2 if self.data_format == "channels_first" else 1
        return range(first, first + self.rank)


class Bordered(Resampled, abstract=True):
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


class ZeroPadding1D(ZeroPadding):
    """Zeros before and after sequences: `padding` is one number, or a pair (before, after).

    Shapes: x (batch, time, features) -> out (batch, longer, features).

    >>> from funclab import Input
    >>> ZeroPadding1D((2, 0))(Input((10, 4))).shape
    (None, 12, 4)
    """

    rank = 1
    padding: Any = 1
    data_format: str | None = None  # type: ignore[assignment]


class ZeroPadding2D(ZeroPadding):
    """Zeros around images: `padding` is one number, (height, width) or two pairs (before, after).

    Shapes: x (batch, height, width, channels) -> out (batch, taller, wider, channels).

    >>> from funclab import Input
    >>> ZeroPadding2D(1)(Input((8, 8, 3))).shape
    (None, 10, 10, 3)
    """

    padding: Any = (1, 1)
    data_format: str | None = None  # type: ignore[assignment]


class ZeroPadding3D(ZeroPadding):
    """Zeros around volumes: `padding` is one number, (depth, height, width) or three pairs.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, deeper, taller, wider,
        channels).

    >>> from funclab import Input
    >>> ZeroPadding3D((1, 0, 0))(Input((4, 8, 8, 3))).shape
    (None, 6, 8, 8, 3)
    """

    rank = 3
    padding: Any = ((1, 1), (1, 1), (1, 1))
    data_format: str | None = None  # type: ignore[assignment]


class Cropping(Bordered, abstract=True):
    """Fewer positions before and after each axis between batch and channels."""

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
            what = {1: "sequences", 2: "images", 3: "volumes"}[self.rank]
            raise ShapeError(
                f"`cropping` takes {total} of the {length} positions on axis {axis} of {what} of "
                f"shape {shape_math.show(shape)}.",
                why="nothing would be left.",
                fix=f"crop less, or use larger {what}.",
            )


class Cropping1D(Cropping):
    """Sequences without their ends: `cropping` is written as the padding of ZeroPadding1D.

    Shapes: x (batch, time, features) -> out (batch, shorter, features).
    Raises: ShapeError when nothing would be left.

    >>> from funclab import Input
    >>> Cropping1D((2, 0))(Input((10, 4))).shape
    (None, 8, 4)
    """

    rank = 1
    cropping: Any = (1, 1)


class Cropping2D(Cropping):
    """Images without their rims: `cropping` is written as the padding of ZeroPadding2D.

    Shapes: x (batch, height, width, channels) -> out (batch, lower, narrower, channels).
    Raises: ShapeError when nothing would be left.

    >>> from funclab import Input
    >>> Cropping2D(((1, 0), (2, 2)))(Input((8, 8, 3))).shape
    (None, 7, 4, 3)
    """

    cropping: Any = (0, 0)
    data_format: str | None = None  # type: ignore[assignment]


class Cropping3D(Cropping):
    """Volumes without their rims: `cropping` is written as the padding of ZeroPadding3D.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, shallower, lower, narrower,
        channels).
    Raises: ShapeError when nothing would be left.

    >>> from funclab import Input
    >>> Cropping3D((1, 0, 0))(Input((4, 8, 8, 3))).shape
    (None, 2, 8, 8, 3)
    """

    rank = 3
    cropping: Any = ((1, 1), (1, 1), (1, 1))
    data_format: str | None = None  # type: ignore[assignment]


class UpSampling(Resampled, abstract=True):
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


class UpSampling1D(UpSampling):
    """Each step of a sequence repeated `size` times.

    Shapes: x (batch, time, features) -> out (batch, time * size, features).

    >>> from funclab import Input
    >>> UpSampling1D(3)(Input((10, 4))).shape
    (None, 30, 4)
    """

    rank = 1
    size: int = 2


class UpSampling2D(UpSampling):
    """Images `size` times as high and wide: pixels repeated, or new ones in between.

    The interpolation "nearest" repeats each pixel. The others put new pixels on a curve through
    those around: straight lines for "bilinear", smoother ones for "bicubic", "lanczos3" and
    "lanczos5".

    Shapes: x (batch, height, width, channels) -> out (batch, height * size, width * size,
        channels).

    >>> from funclab import Input
    >>> UpSampling2D(2, interpolation="bilinear")(Input((8, 8, 3))).shape
    (None, 16, 16, 3)
    """

    size: Any = (2, 2)
    data_format: str | None = None  # type: ignore[assignment]
    interpolation: str = "nearest"

    def prepare(self) -> None:
        super().prepare()
        kind = self.interpolation
        known = kind.lower() if isinstance(kind, str) else kind
        self.interpolation = one_of("interpolation", known, ("nearest", *CURVES))

    def call(self, inputs: Any) -> Any:
        if self.interpolation == "nearest":
            return super().call(inputs)
        return ops.up_sample(inputs, self.size, self.interpolation, self.data_format)


class UpSampling3D(UpSampling):
    """Each element of a volume repeated `size` times in depth, height and width.

    Shapes: x (batch, depth, height, width, channels) -> out (batch, depth * size, height * size,
        width * size, channels).

    >>> from funclab import Input
    >>> UpSampling3D((1, 2, 2))(Input((4, 8, 8, 3))).shape
    (None, 4, 16, 16, 3)
    """

    rank = 3
    size: Any = (2, 2, 2)
    data_format: str | None = None  # type: ignore[assignment]


WRITTEN = {
    1: ("a pair (before, after)", "(1, 0)"),
    2: ("a pair (height, width) or two pairs", "((1, 0), (1, 0))"),
    3: ("three integers (depth, height, width) or three pairs", "((1, 0), (1, 0), (1, 0))"),
}
"""For each number of axes, the ways to write a border beside one integer, and an example."""


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
