"""How a window slides over images, sequences and volumes."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import NamedTuple


class Window(NamedTuple):
    """The geometry of a kernel: each setting has one entry for each axis it slides along."""

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    """The number of zeros before and after the data, for each axis."""


def reach(window, axis, at, outputs, length):
    """The outputs along an axis whose kernel position `at` is on a real pixel.

    Outputs first to last - 1 see the pixels output * stride + offset; the others see padding.
    Returns (first, last, offset).
    """
    stride = window.strides[axis]
    offset = at * window.dilation[axis] - window.padding[axis][0]
    first = max(0, -(offset // stride))
    last = min(outputs, -(-(length - offset) // stride))
    return first, max(first, last), offset


@lru_cache(maxsize=256)
def taps(window, outputs, lengths):
    """For each kernel position, the outputs for which it is on real pixels, and those pixels.

    `outputs` and `lengths` are the numbers of outputs and pixels along each axis; the results are
    slices along the batch and these axes.
    """
    result = []
    for position in itertools.product(*map(range, window.size)):
        seeing, seen = [slice(None)], [slice(None)]
        for axis, at in enumerate(position):
            first, last, offset = reach(window, axis, at, outputs[axis], lengths[axis])
            stride = window.strides[axis]
            start = first * stride + offset
            seeing.append(slice(first, last))
            seen.append(slice(start, start + (last - first) * stride, stride))
        result.append((position, tuple(seeing), tuple(seen)))
    return result


def volumes(x):
    """The same memory as (batch, depth, height, width, channels): an image has a depth of 1."""
    return x[:, *(None,) * (5 - x.ndim)]
