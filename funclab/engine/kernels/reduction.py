"""Sums and extremes along axes that are not the last, and the gradient of an extreme.

NumPy reduces such axes in short runs, with a call for each: four to eight times slower than these
loops, which treat an array as (blocks, elements to reduce, columns). If there are many elements,
each thread does half of the blocks.
"""

import math

import numpy as np

from funclab.engine.kernels.jit import ENABLED, jit
from funclab.engine.kernels.threads import share_samples

OPERATIONS = 25
"""The cost of one element in these loops, in operations of a matrix product."""


def reduce(ufunc, x, axes, out):
    """out = x reduced along `axes` (in order) by `ufunc`, which combines two elements.

    `out` has the other axes of x, or all of them, with a length of 1 along `axes`.
    """
    blocks = as_blocks(x, axes)
    if blocks is None or x.dtype != out.dtype or not out.flags.c_contiguous:
        ufunc.reduce(x, axes, None, out, out.ndim == x.ndim)
        return
    rows = out.reshape(len(blocks), -1)
    loops = {np.add: add, np.maximum: largest, np.minimum: smallest}
    if ufunc in loops:
        share_samples(OPERATIONS * x.size, loops[ufunc], (blocks, rows))
    else:
        ufunc.reduce(blocks, 1, None, rows)


def extreme_vjp(g, x, axes, out, gx):
    """gx = g where x equals `out`, divided evenly among ties; g and `out` as in `reduce`."""
    blocks, into = as_blocks(x, axes), as_blocks(gx, axes)
    if blocks is None or into is None:
        ends = [1 if i in axes else n for i, n in enumerate(x.shape)]
        np.equal(x, out.reshape(ends), gx)
        np.multiply(gx, g.reshape(ends) / gx.sum(axes, keepdims=True), gx)
        return
    rows = len(blocks), -1
    arrays = g.reshape(rows), blocks, out.reshape(rows), into
    share_samples(2 * OPERATIONS * x.size, share, arrays)


def as_blocks(x, axes):
    """x as (blocks, elements to reduce, columns); None if the loops would gain nothing."""
    side_by_side = ENABLED and len(axes) > 0 and axes[-1] - axes[0] < len(axes)
    if not side_by_side or x.dtype.char not in "fd" or not x.size or not x.flags.c_contiguous:
        return None
    columns = math.prod(x.shape[axes[-1] + 1 :])
    blocks = x.reshape(math.prod(x.shape[: axes[0]]), -1, columns)
    # NumPy is fast where the elements to reduce are contiguous in memory.
    return blocks if columns > 1 else None


@jit
def add(x, out):
    for block in range(x.shape[0]):
        total = out[block]
        total[:] = 0
        for i in range(x.shape[1]):
            for c in range(x.shape[2]):
                total[c] += x[block, i, c]


@jit
def largest(x, out):
    rows = x.shape[1]
    for block in range(x.shape[0]):
        best = out[block]
        for c in range(x.shape[2]):
            best[c] = x[block, 0, c]
        # Two rows at a time, so `best` is read and written half as often: a third faster.
        for i in range(1 + rows % 2, rows, 2):
            upper, lower = x[block, i - 1], x[block, i]
            for c in range(x.shape[2]):
                # NaN counts as the maximum: a student must see it.
                value = upper[c] if (upper[c] > lower[c]) | (upper[c] != upper[c]) else lower[c]
                best[c] = value if (value > best[c]) | (value != value) else best[c]


@jit
def smallest(x, out):
    for block in range(x.shape[0]):
        best = out[block]
        for c in range(x.shape[2]):
            best[c] = x[block, 0, c]
        for i in range(1, x.shape[1]):
            for c in range(x.shape[2]):
                value = x[block, i, c]
                best[c] = value if (value < best[c]) | (value != value) else best[c]


@jit
def share(g, x, out, gx):
    zero, one = g.dtype.type(0), g.dtype.type(1)
    each = np.empty(x.shape[2], g.dtype)
    for block in range(x.shape[0]):
        each[:] = 0
        for i in range(x.shape[1]):
            for c in range(x.shape[2]):
                each[c] += one if x[block, i, c] == out[block, c] else zero
        for c in range(x.shape[2]):
            each[c] = g[block, c] / each[c]
        for i in range(x.shape[1]):
            for c in range(x.shape[2]):
                # If `out` is NaN, no x equals it: each is g / 0, and 0 times that is NaN again.
                gx[block, i, c] = each[c] * (one if x[block, i, c] == out[block, c] else zero)
