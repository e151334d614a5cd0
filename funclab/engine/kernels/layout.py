"""Where the numbers of a variable lie in memory: one after another, or with room between the rows.

BLAS fills a matrix in tiles of up to 24 rows. A processor's first cache keeps addresses that are a
multiple of 4,096 bytes apart in the same few places: where rows are 2,048 or 4,096 bytes long, the
rows of a tile push each other out. With a cache line of room between them they do not: the gradient
of a kernel of 1024 x 1024 for 32 samples takes 0.81 ms instead of 1.14 (OpenBLAS with AVX-512).
"""

import math

import numpy as np

LINE = 16
"""The elements of a cache line, if they are float32 numbers."""

COMPETING = 2048
"""Rows compete if their length is a multiple of this many bytes."""

LARGE = 2**20
"""The bytes of a matrix for which the room pays."""


def is_spaced(value):
    """Whether there is room between a value's rows: if it is made for products, large, and its rows
    would compete."""
    if not getattr(value, "is_factor", False):
        return False
    rows, columns = value.shape
    row = columns * np.dtype(value.dtype).itemsize
    return row % COMPETING == 0 and rows * row >= LARGE


def length(value):
    """How many elements of memory a value takes, with the room between its rows."""
    return math.prod(value.shape) + (LINE * value.shape[0] if is_spaced(value) else 0)


def view(memory, value):
    """A value's memory, which is flat, in the value's shape."""
    if is_spaced(value):
        return memory.reshape(value.shape[0], -1)[:, : value.shape[1]]
    return memory.reshape(value.shape)


def offsets(values):
    """Where each value begins in a flat buffer, always with a new cache line; and the buffer's
    length.

    >>> offsets([np.zeros((3, 2)), np.zeros(2)])
    [0, 16, 32]
    """
    starts = [0]
    for value in values:
        starts.append(starts[-1] + math.ceil(length(value) / LINE) * LINE)
    return starts


def views(flat, values):
    """A view of a flat buffer for each value."""
    starts = offsets(values)
    return [view(flat[start : start + length(v)], v) for start, v in zip(starts, values)]


def flat_views(values, dtype):
    """A flat buffer of zeros, and a view of it for each value."""
    flat = np.zeros(offsets(values)[-1], dtype)
    return flat, views(flat, values)
