"""The window of a convolution or a pooling along one axis: where it begins, how often it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from funclab.graph import shape_math
from funclab.graph.shape_math import Shape
from funclab.view.shapes.sentences import slides, window_sizes


@dataclass(frozen=True)
class Slide:
    """A window that moves along one axis, in positions of this axis."""

    axis: int
    """The axis of the input, counted from the front."""
    ranks: int
    """Along how many axes it moves: 1 for sequences, 2 for images, 3 for volumes."""
    length: int
    size: int
    stride: int
    spread: int
    """How far its elements are apart: the dilation rate."""
    before: int
    """How many zeros stand before the first position."""
    after: int
    places: int

    @property
    def span(self) -> int:
        """How many positions the window covers from its first element to its last."""
        return self.spread * (self.size - 1) + 1

    def start(self, place: int) -> int:
        """Where the window begins at one of its places; below 0 it begins in the zeros."""
        return place * self.stride - self.before


def slide_of(layer: Any, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Slide | None:
    """The window of a call along the last axis that it moves along; None if there is none, or if a
    length is not known.

    >>> from funclab import layers
    >>> slide_of(layers.Conv2D(8, 3), [(None, 28, 28, 1)], [(None, 26, 26, 8)]).places
    26
    """
    ranks = len(getattr(layer, "strides", None) or ())
    if not (slides(layer) and len(inputs[0]) == len(outputs[0]) == ranks + 2):
        return None
    axis = -1 if layer.data_format == "channels_first" else -2
    length, places = inputs[0][axis], outputs[0][axis]
    size, stride = window_sizes(layer, inputs)[-1], layer.strides[-1]
    if length is None or places is None or size is None:
        return None
    spread = (getattr(layer, "dilation_rate", None) or [1])[-1]
    pads = (spread * (size - 1), 0) if layer.padding == "causal" else (0, 0)
    if layer.padding == "same":
        pads = shape_math.same_padding(length, size, stride, spread)
    return Slide(axis % (ranks + 2), ranks, length, size, stride, spread, *pads, places)
