"""Images with more pixels than they had, the new ones on a curve through the old."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np

from funclab.errors import ArgumentError, ShapeError
from funclab.graph.op import Array, Op
from funclab.ops.window import check_format, per_axis
from funclab.shape_math import Shape, show


def cubic(d: Array) -> Array:
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d < 1, near, np.where(d < 2, far, 0))


def lanczos(radius: int, d: Array) -> Array:
    return np.where(d <= radius, np.sinc(d) * np.sinc(d / radius), 0)


CURVES: dict[str, Callable[[Array], Array]] = {
    "bilinear": lambda d: np.maximum(1 - d, 0),
    "bicubic": cubic,
    "lanczos3": partial(lanczos, 3),
    "lanczos5": partial(lanczos, 5),
}
"""How much a pixel counts for a new one at a distance of `d` pixels."""


class UpSample(Op):
    """Images `size` times as large, each new pixel a weighted mean of those around it.

    A pixel is a square whose colour is that of its middle. The weights of a curve add up to 1 also
    at the rim, where pixels are missing on one side.

    Shapes: x (batch, height, width, channels) -> out (batch, height * size, width * size,
        channels); with the channels after the batch for data_format "channels_first".
    Gradient: gx = the sum of g * weight over the new pixels.
    Source: Keys, "Cubic convolution interpolation for digital image processing", 1981; Duchon,
        "Lanczos filtering in one and two dimensions", 1979.
    """

    size: tuple[int, ...] = (2, 2)
    interpolation: str = "bilinear"
    data_format: str = "channels_last"

    def axes(self, rank: int) -> dict[int, int]:
        """How many times as long each axis becomes that does."""
        first = 2 if self.data_format == "channels_first" else 1
        return dict(zip(range(first, rank), self.size))

    def shape(self, x: Shape) -> Shape:
        if len(x) != len(self.size) + 2:
            raise ShapeError(
                f"up_sample expected ndim={len(self.size) + 2}, found ndim={len(x)}: x has shape "
                f"{show(x)}.",
                why=f"the size {show(self.size)} is for axes between the batch and the channels.",
                fix="add the missing axis with a Reshape layer.",
            )
        times = self.axes(len(x))
        return tuple(None if n is None else n * times.get(i, 1) for i, n in enumerate(x))

    def forward(self, x: Array, out: Array) -> None:
        np.copyto(out, self._along(x, x.shape, lambda weights: weights))

    def vjp(self, g: Array, x: Array, out: Array, gx: Array) -> None:
        np.copyto(gx, self._along(g, x.shape, np.transpose))

    def _along(self, x: Array, lengths: Shape, turned: Callable[[Array], Array]) -> Array:
        for axis, times in self.axes(x.ndim).items():
            weights = up_sampling_weights(lengths[axis], times, self.interpolation)  # type: ignore[arg-type]
            x = np.moveaxis(
                np.matmul(turned(weights).astype(x.dtype), np.moveaxis(x, axis, -2)), -2, axis
            )
        return x


@lru_cache(maxsize=64)
def up_sampling_weights(length: int, times: int, interpolation: str) -> Array:
    """How much each of `length` pixels counts for each of `times` as many: a matrix."""
    middles = (np.arange(length * times) + 0.5) / times - 0.5
    weights = CURVES[interpolation](np.abs(middles[:, None] - np.arange(length)))
    return weights / weights.sum(axis=1, keepdims=True)


def up_sample(
    inputs: Any,
    size: int | Sequence[int],
    interpolation: str = "bilinear",
    data_format: str | None = None,
) -> Any:
    """Images `size` times as large, each new pixel a weighted mean of those around it.

    Shapes: inputs (batch, height, width, channels) -> (batch, height * size, width * size,
        channels).
    Raises: ArgumentError unless `interpolation` is "bilinear", "bicubic", "lanczos3" or "lanczos5".
    """
    if interpolation not in CURVES:
        raise ArgumentError(
            f"Invalid value for argument `interpolation`. Expected one of {[*CURVES]}. Received: "
            f"interpolation={interpolation!r}.",
            why="it is the curve on which new pixels lie.",
            fix='write interpolation="bilinear".',
        )
    sizes = per_axis(size, len(inputs.shape) - 2, "size")
    return UpSample(sizes, interpolation, check_format(data_format))(inputs)
