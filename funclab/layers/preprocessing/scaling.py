"""Layers that give all images the same size."""

from __future__ import annotations

from typing import Any

from funclab import ops
from funclab.errors import ArgumentError
from funclab.layers.base import Layer
from funclab.layers.checks import one_of, positive
from funclab.layers.spec import InputSpec
from funclab.ops.nn.resampling import CURVES, resize


class OneSize(Layer, abstract=True):
    """A layer whose output images have `height` rows and `width` columns."""

    input_spec = InputSpec(min_ndim=3, max_ndim=4)
    height: int
    width: int
    data_format: str | None = None

    def prepare(self) -> None:
        for name in ("height", "width"):
            positive(name, getattr(self, name))

    def axes(self, rank: int) -> tuple[int, int]:
        """The axes of height and width."""
        first = rank - 2 if self.data_format == "channels_first" else rank - 3
        return first, first + 1

    def cut(self, images: Any, lengths: tuple[int, int], begins: tuple[int, int]) -> Any:
        """A part of each image."""
        key = [slice(None)] * len(images.shape)
        for axis, length, begin in zip(self.axes(len(key)), lengths, begins):
            key[axis] = slice(begin, begin + length)
        return images[tuple(key)]

    def to_aspect(self, images: Any) -> Any:
        """The largest centered part of each image that has the new aspect ratio."""
        lengths = self.lengths(images)
        if None in lengths:  # on shapes alone: the new size is that of any part
            return images
        height, width = lengths
        high = max(min(height, int(width * self.height / self.width)), 1)
        wide = max(min(width, int(height * self.width / self.height)), 1)
        begins = int((height - high) / 2), int((width - wide) / 2)
        return self.cut(images, (high, wide), begins)

    def lengths(self, images: Any) -> tuple[Any, Any]:
        """The height and width of images."""
        first, second = self.axes(len(images.shape))
        return images.shape[first], images.shape[second]


class Resizing(OneSize):
    """Images resized to one size, each new pixel a weighted mean of old ones.

    Shapes: x (batch, height, width, channels) -> out (batch, `height`, `width`, channels).
    Gradient: gx = the sum of g * weight over the new pixels.
    Raises: ArgumentError for both crop_to_aspect_ratio and pad_to_aspect_ratio.

    >>> Resizing(32, 32)(Input((100, 60, 3))).shape
    (None, 32, 32, 3)
    """

    interpolation: str = "bilinear"
    crop_to_aspect_ratio: bool = False
    pad_to_aspect_ratio: bool = False
    fill_mode: str = "constant"
    fill_value: float = 0.0
    antialias: bool = False
    order = (
        "height", "width", "interpolation", "crop_to_aspect_ratio", "pad_to_aspect_ratio",
        "fill_mode", "fill_value", "antialias", "data_format",
    )  # fmt: skip

    def prepare(self) -> None:
        super().prepare()
        one_of("interpolation", self.interpolation, ("bilinear", "nearest", *CURVES))
        one_of("fill_mode", self.fill_mode, ("constant",))
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ArgumentError(
                "Only one of `pad_to_aspect_ratio` & `crop_to_aspect_ratio` can be `True`.",
                why="an image is either cut to the ratio of the new sides, or filled up to it.",
                fix="leave one of them out.",
            )

    def call(self, inputs: Any) -> Any:
        images = self.to_aspect(inputs) if self.crop_to_aspect_ratio else inputs
        images = self._padded(images) if self.pad_to_aspect_ratio else images
        size = (self.height, self.width)
        return resize(images, size, self.interpolation, self.antialias, self.data_format)

    def _padded(self, images: Any) -> Any:
        lengths = self.lengths(images)
        if None in lengths:
            return images
        height, width = lengths
        more = [
            int((max(height, int(width * self.height / self.width)) - height) / 2),
            int((max(width, int(height * self.width / self.height)) - width) / 2),
        ]
        if more[0]:
            more[1] = 0
        widths = [(0, 0)] * len(images.shape)
        for axis, each in zip(self.axes(len(widths)), more):
            widths[axis] = (each, each)
        return ops.pad(images, widths, constant_values=self.fill_value)


class CenterCrop(OneSize):
    """The center of each image; if an image is smaller, a part with the new aspect ratio, enlarged.

    Shapes: x (batch, height, width, channels) -> out (batch, `height`, `width`, channels).
    Gradient: gx = g in the center, 0 around it.

    >>> CenterCrop(24, 24)(Input((28, 28, 1))).shape
    (None, 24, 24, 1)
    """

    order = ("height", "width", "data_format")

    def call(self, inputs: Any) -> Any:
        images = ops.cast(inputs, self.dtype)
        size, lengths = (self.height, self.width), self.lengths(images)
        if None not in lengths and all(new <= old for new, old in zip(size, lengths)):
            begins = (lengths[0] - size[0]) // 2, (lengths[1] - size[1]) // 2
            return self.cut(images, size, begins)
        return resize(self.to_aspect(images), size, data_format=self.data_format)
