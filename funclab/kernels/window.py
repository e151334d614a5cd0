"""How a window moves over images, sequences and volumes."""

from __future__ import annotations

from typing import NamedTuple


class Window(NamedTuple):
    """The geometry of a kernel: each setting has one entry for each axis that it moves along."""

    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    """Zeros before and after each axis."""


def reach(window, axis, at, outputs, length):
    """The outputs along an axis that see a real pixel with position `at` of the kernel.

    Outputs first to last - 1 see the pixels output * stride + offset; the others see padding.
    Returns (first, last, offset).
    """
    stride = window.strides[axis]
    offset = at * window.dilation[axis] - window.padding[axis][0]
    first = max(0, -(offset // stride))
    last = min(outputs, -(-(length - offset) // stride))
    return first, max(first, last), offset


def volumes(x):
    """The same memory as (batch, depth, height, width, channels): an image is one deep."""
    return x[:, *(None,) * (5 - x.ndim)]
