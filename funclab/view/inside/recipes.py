"""How one number of a call is made, from the ops that the call is recorded as.

For a sample, every value is seen as rows, columns and channels, (H, W, C): an image as it is, a
sequence as one row, a vector as a single place. `Recipe.number` computes in float64.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array, known
from funclab.graph.value import Value
from funclab.view.inside.numbers import Number, Row, activated

Place = tuple[int, int]


def plane(shape: Collection[int]) -> tuple[int, int, int]:
    """The rows, columns and channels of a sample of this shape.

    >>> plane((8, 8, 3)), plane((9, 16)), plane((10,)), plane(())
    ((8, 8, 3), (1, 9, 16), (1, 1, 10), (1, 1, 1))
    """
    lengths = (1, 1, 1, *shape)
    return prod(lengths[:-2]), lengths[-2], lengths[-1]


@dataclass(frozen=True)
class Window:
    """How a window slides along rows and columns: its size, and so on, for both axes."""

    size: Place = (1, 1)
    strides: Place = (1, 1)
    dilation: Place = (1, 1)
    pads: Place = (0, 0)
    """How many zeros are in front of the first number."""
    transposed: bool = False
    """Whether each number that is read is written to a window of the result: a number is then made
    of those whose windows reach it, and `pads` are cut from the front of the result."""
    deep: tuple[int, ...] = ()
    """Of a volume, whose slices lie one below the other: size, stride, dilation and pad along the
    depth, then how many rows a slice has of what is read, and of what is made."""

    @property
    def axes(self) -> tuple[Place, Place, Place, Place]:
        return self.size, self.strides, self.dilation, self.pads

    def of(self, array: Array, at: Place) -> tuple[Array, Array]:
        """The numbers in the window at a place, (U, V, C), zeros in the padding; and where they
        are inside the array, (U, V)."""
        rows, columns = self._rows(at[0]), self._places(at[1], *self._axis(1))
        held = (rows >= 0) & (rows < array.shape[0])
        inside = held[:, None] & ((columns >= 0) & (columns < array.shape[1]))
        rows, columns = rows.clip(0, array.shape[0] - 1), columns.clip(0, array.shape[1] - 1)
        return np.where(inside[..., None], array[np.ix_(rows, columns)], 0), inside

    @property
    def taps(self) -> Place:
        """How many rows and columns the window has."""
        return self.size[0] * (self.deep[0] if self.deep else 1), self.size[1]

    def _axis(self, axis: int) -> list[int]:
        return [pair[axis] for pair in self.axes]

    def _rows(self, at: int) -> Array:
        """Where each row of the window is; of a volume, the rows of each of its slices."""
        if not self.deep:
            return self._places(at, *self._axis(0))
        *depth, read, made = self.deep
        slices = self._places(at // made, *depth)
        rows = self._places(at % made, *self._axis(0))
        held = (slices >= 0)[:, None] & (rows >= 0) & (rows < read)
        return np.where(held, slices[:, None] * read + rows, -1).ravel()

    def _places(self, at: int, size: int, stride: int, dilation: int, pad: int) -> Array:
        """Where each number of the window is along an axis; -1 if no window reaches it."""
        taps = np.arange(size) * dilation
        if not self.transposed:
            return at * stride - pad + taps
        reached = at + pad - taps
        return np.where(reached % stride == 0, reached // stride, -1)


@dataclass
class Recipe:
    """How the numbers of one call are made of those of its `sources`.

    `kind` is "sum" (of products with a kernel), "largest" or "mean" (of a window), "merge" (`op`
    says how), "joined" (along `axis` of rows, columns, channels), "normal", "activation", "lookup"
    (rows of a table), "copy" (in another shape), "repeat" (each place several times: the window's
    strides say how often), "blend" (a weighted mean of neighbours) or "" for what is only shown.
    """

    kind: str = ""
    sources: list[Value] = field(default_factory=list)
    shape: tuple[int, ...] = ()
    """Of a sample of the result."""
    op: str = ""
    axis: int = 2
    divisor: float = 1
    window: Window = field(default_factory=Window)
    kernel: Array | None = None
    """(rows, columns, channels of a group, filters)."""
    bias: Array | None = None
    activation: str = "linear"
    settings: dict[str, Any] = field(default_factory=dict)
    scale: Array | None = None
    offset: Array | None = None
    mean: Array | None = None
    variance: Array | None = None
    """Of "normal", for each channel; without mean and variance, those of the place are taken."""
    group: int = 0
    """Of "normal": how many channels share a mean and a variance, those of all their places."""
    epsilon: float = 0
    down: Array | None = None
    across: Array | None = None
    """Of "blend", for each row and each column: the first that is read, and the weights of it and
    of those after it, (places, 1 + taps)."""

    def number(self, made: list[Array], at: Place, channel: int) -> Number | None:
        """How the number at a place and channel is made of the sources' numbers, (H, W, C)."""
        arrays = [np.asarray(array, "float64") for array in made]
        if self.kind == "sum":
            return self._sum(arrays[0], at, channel)
        if self.kind in ("largest", "mean"):
            values, inside = self.window.of(arrays[0], at)
            row = Row(values[..., channel], None, inside, channel)
            held = values[..., channel][inside]
            result = float(held.max() if self.kind == "largest" else held.mean())
            return Number([row], result, 0, result)
        if self.kind == "merge":
            return self._merged(arrays, at, channel)
        if self.kind == "joined":
            return self._joined(arrays, at, channel)
        if self.kind == "normal":
            return self._normal(arrays[0], at, channel)
        if self.kind == "activation":
            z = arrays[0][at]
            result = activated(self.activation, self.settings, z, channel)
            return Number([], float(z[channel]), 0, result)
        if self.kind == "repeat":
            i, j = (n // times for n, times in zip(at, self.window.strides))
            value = float(arrays[0][i, j, channel])
            return Number([], value, 0, value)
        if self.kind == "blend":
            row = self._blended(arrays[0], at, channel)
            return Number([row], row.partial, 0, row.partial)
        if self.kind == "copy":
            value = float(arrays[0].reshape(plane(self.shape))[(*at, channel)])
            return Number([], value, 0, value)
        return None

    def channels_of(self, channel: int) -> range:
        """The channels of the source that a filter reads: all, or those of its group."""
        assert self.kernel is not None
        depth, filters = self.kernel.shape[2:]
        total = known(self.sources[0].shape)[-1]
        group = channel // max(1, filters // max(1, total // depth))
        return range(group * depth, (group + 1) * depth)

    def _sum(self, array: Array, at: Place, channel: int) -> Number:
        assert self.kernel is not None
        values, inside = self.window.of(array, at)
        rows = [
            Row(values[..., c], self.kernel[..., i, channel].astype("float64"), inside, c)
            for i, c in enumerate(self.channels_of(channel))
        ]
        bias = 0.0 if self.bias is None else float(self.bias[channel])
        total = sum(row.partial for row in rows)
        if self.activation != "softmax":
            z: Array = np.array([total + bias])
            return Number(rows, total, bias, activated(self.activation, self.settings, z, 0))
        scores = np.einsum("uvc,uvck->k", values, self.kernel.astype("float64"))
        scores = scores if self.bias is None else scores + self.bias
        return Number(rows, total, bias, activated("softmax", {}, scores, channel))

    def _blended(self, array: Array, at: Place, channel: int) -> Row:
        assert self.down is not None and self.across is not None
        (i, *down), (j, *across) = self.down[at[0]], self.across[at[1]]
        values = array[int(i) :, int(j) :, channel][: len(down), : len(across)]
        return Row(values, np.outer(down, across), np.ones(values.shape, bool), channel)

    def _merged(self, arrays: list[Array], at: Place, channel: int) -> Number:
        index = (*at, channel)
        parts = [float(a[tuple(min(i, n - 1) for i, n in zip(index, a.shape))]) for a in arrays]
        result = parts[0]
        for part in parts[1:]:
            result = MERGED[self.op](result, part)
        rows = [Row(np.array([[part]]), None, np.ones((1, 1), bool), channel) for part in parts]
        return Number(rows, result, 0, result / self.divisor)

    def _joined(self, arrays: list[Array], at: Place, channel: int) -> Number | None:
        index = [*at, channel]
        for i, array in enumerate(arrays):
            if index[self.axis] < array.shape[self.axis]:
                value = float(array[tuple(index)])
                one = np.ones((1, 1), bool)
                return Number([Row(np.array([[value]]), None, one, i)], value, 0, value)
            index[self.axis] -= array.shape[self.axis]
        return None

    def _normal(self, array: Array, at: Place, channel: int) -> Number:
        x = array[at]
        first = channel // self.group * self.group if self.group else 0
        same = array[..., first : first + self.group] if self.group else x
        mean = same.mean() if self.mean is None else self.mean[channel]
        variance = same.var() if self.variance is None else self.variance[channel]
        scale = 1.0 if self.scale is None else self.scale[channel]
        offset = 0.0 if self.offset is None else self.offset[channel]
        steps = {"x": x[channel], "mean": mean, "variance": variance, "scale": scale}
        result = (x[channel] - mean) / np.sqrt(variance + self.epsilon) * scale + offset
        steps = {name: float(value) for name, value in {**steps, "offset": offset}.items()}
        return Number([], float(x[channel]), 0, float(result), steps)


MERGED = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "maximum": max,
    "minimum": min,
}
