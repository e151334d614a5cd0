"""Layers that spread the shades of images over all that there are."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab import ops
from funclab.layers.checks import positive
from funclab.layers.preprocessing.toning import Toning
from funclab.ops.nn.window import per_axis

SHADES = 256


class AutoContrast(Toning):
    """Images whose darkest pixel becomes the lowest number, and whose brightest the highest: in
    each channel of each image. A channel of one shade stays as it is.

    Gradient: that of the quotient by the difference of the two.

    Images are changed in `predict` and `evaluate`, too.

    >>> AutoContrast()(np.array([[[100.0], [120.0], [200.0]]]))[0, :, 0]
    array([  0.,  51., 255.], dtype=float32)
    """

    always = True
    order = ("value_range", "data_format")

    def changed(self, images: Any, **drawn: Any) -> Any:
        shades = self.scaled(images, 255)
        low = ops.min(shades, self.side_axes, keepdims=True)
        high = ops.max(shades, self.side_axes, keepdims=True)
        same = ops.equal(low, high)
        spread = (shades - low) * (255 / ops.where(same, 1.0, high - low))
        return ops.where(same, images, self.scaled_back(ops.clip(spread, 0, 255), 255))


class Equalization(Toning):
    """Images in which all shades are about equally frequent, counted over the whole batch, in each
    channel.

    Gradient: none flows back: shades are looked up in a table.
    Raises: ArgumentError unless `bins` is a positive integer.

    >>> Equalization()(np.array([[[10.0], [11.0], [12.0], [13.0]]]))[0, :, 0]
    array([  0.,  85., 170., 255.], dtype=float32)
    """

    bins: int = SHADES
    order = ("value_range", "bins", "data_format")

    def prepare(self) -> None:
        super().prepare()
        positive("bins", self.bins)

    def changed(self, images: Any, **drawn: Any) -> Any:
        axis = -3 if self.data_format == "channels_first" else -1
        shades = self.scaled(images, 255)
        channels = [self.equalized(x) for x in ops.unstack(shades, axis=axis)]
        return self.scaled_back(ops.stack(channels, axis), 255)

    def equalized(self, shades: Any) -> Any:
        """One channel: of each shade, how many pixels are as dark."""
        most = self.bins - 1
        counts, at = (  # the products are rounded as in Keras, which decides between two bins
            ops.cast(ops.clip(x, 0, most), "int32")
            for x in (shades * most / 255, shades / 255 * most)
        )
        up_to = ops.cumsum(counted(ops.reshape(counts, (-1,)), self.bins, self.dtype))
        darkest = ops.take(up_to, ops.min(counts))
        rest = ops.take(up_to, most) - darkest
        table = ops.clip(ops.round((up_to - darkest) * 255 / ops.maximum(rest, 1.0)), 0, 255)
        return ops.where(ops.equal(rest, 0), shades, ops.take(table, at))


class ContrastLimitedAdaptiveHistogramEqualization(Toning):
    """Images equalized in tiles, each with a table of its own; between the middles of tiles, what
    their tables say is mixed. No shade counts more than a limit, so that noise stays small.

    Gradient: none flows back: shades are looked up in tables.
    Source: Zuiderveld, "Contrast limited adaptive histogram equalization", Graphics Gems IV, 1994.

    Images are changed in `predict` and `evaluate`, too. Images of whole numbers stay that.

    >>> ContrastLimitedAdaptiveHistogramEqualization()(Input((32, 32, 3))).shape
    (None, 32, 32, 3)
    """

    always = True
    clip_limit: float = 4.0
    tile_grid_size: Any = (8, 8)
    order = ("value_range", "clip_limit", "tile_grid_size", "data_format")

    def prepare(self) -> None:
        super().prepare()
        self.tiles = per_axis(self.tile_grid_size, 2, "tile_grid_size")

    def call(self, inputs: Any, training: bool = True) -> Any:
        made = super().call(inputs, training)
        given = inputs["images"] if isinstance(inputs, dict) else inputs
        kind = str(ops.dtype(ops.convert_to_tensor(given)))
        if "int" not in kind:
            return made
        if isinstance(made, dict):
            return {**made, "images": ops.cast(made["images"], kind)}
        return ops.cast(made, kind)

    def changed(self, images: Any, **drawn: Any) -> Any:
        first = self.data_format == "channels_first"
        shades = self.scaled(ops.moveaxis(images, 1, -1) if first else images, 255)
        made = self.scaled_back(self.equalized(shades), 255)
        return ops.moveaxis(made, -1, 1) if first else made

    def equalized(self, shades: Any) -> Any:
        """Shades (batch, height, width, channels) from 0 to 255, equalized."""
        _, *sides, channels = shades.shape
        tiles = [-(-(side or 1) // count) for side, count in zip(sides, self.tiles)]
        whole = [tile * count for tile, count in zip(tiles, self.tiles)]
        rest = [(0, length - (side or length)) for length, side in zip(whole, sides)]
        padded = ops.pad(shades, [(0, 0), *rest, (0, 0)], mode="symmetric")
        at = ops.cast(ops.clip(padded, 0, SHADES - 1), "int32")
        tables = self.tables(at, tiles, channels)
        made: Any = 0.0
        (rows, down), (columns, right) = (
            neighbours(tile, count, self.dtype) for tile, count in zip(tiles, self.tiles)
        )
        width = self.tiles[1]
        start = ops.reshape(ops.cumsum(ops.ones_like(at[:, 0, 0, 0])) - 1, (-1, 1, 1, 1))
        for i in range(2):
            for j in range(2):
                tile = rows[i][:, None, None] * width + columns[j][:, None]
                place = (start * (width * self.tiles[0]) + tile) * channels
                value = ops.take(tables, (place + np.arange(channels)) * SHADES + at)
                made = made + value * (down[i][:, None, None] * right[j][:, None])
        return made[:, : sides[0], : sides[1]]

    def tables(self, at: Any, tiles: list[int], channels: int) -> Any:
        """What each shade becomes in each tile and channel, all in one row."""
        grid, pixels = self.tiles, tiles[0] * tiles[1]
        parts = ops.reshape(at, (-1, grid[0], tiles[0], grid[1], tiles[1], channels))
        parts = ops.reshape(ops.transpose(parts, (0, 1, 3, 5, 2, 4)), (-1, pixels))
        samples = 1 if at.shape[0] is None else at.shape[0]
        count = samples * grid[0] * grid[1] * channels
        rows = np.arange(count, dtype="int32")[:, None] * SHADES
        counts = ops.reshape(
            counted(ops.reshape(parts + rows, (-1,)), count * SHADES, self.dtype), (-1, SHADES)
        )
        if self.clip_limit > 0:
            kept = ops.clip(counts, 0, self.clip_limit * pixels / SHADES)
            counts = kept + ops.sum(counts - kept, -1, keepdims=True) / SHADES
        up_to = ops.cumsum(counts, -1)
        least = up_to[:, :1]
        rest = ops.where(ops.equal(least, pixels), 1.0, pixels - least)
        return ops.reshape(ops.clip((up_to - least) * 255 / rest, 0, 255), (-1,))


def counted(at: Any, bins: int, dtype: str) -> Any:
    """How often each number from 0 to bins - 1 is there."""
    return ops.segment_sum(ops.ones_like(ops.cast(at, dtype)), at, bins)


def neighbours(tile: int, count: int, dtype: str) -> tuple[list[Any], list[Any]]:
    """Along one axis, for each pixel: the tiles before and after it, and how much each counts."""
    place = (np.arange(tile * count) - tile / 2) / tile
    before = np.floor(place)
    near = [np.clip(before + step, 0, count - 1).astype("int32") for step in (0, 1)]
    return near, [(before + 1 - place).astype(dtype), (place - before).astype(dtype)]
