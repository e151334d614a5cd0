"""Convolution as matrix products.

Every output pixel is one row of a matrix: the window of input pixels it looks at. One product with
the kernel, one column per filter, gives all outputs. The rows are copied a few images at a time,
so that they are still in the processor's cache when the product reads them.

Images are (batch, height, width, channels), with any strides; kernels are contiguous
(height, width, channels / groups, filters).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from funclab.kernels.jit import jit
from funclab.kernels.threads import run_halves, scratch

BLOCK = 1 << 20
"""Bytes of windows copied at a time; measured flat from 0.5 to 4 MB with 1 MB of cache."""

FEW_CHANNELS = 4


class Window(NamedTuple):
    """How a kernel moves over an image: pairs are for height and width."""

    size: tuple[int, int]
    strides: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    """Zeros before and after the height, before and after the width."""


def conv(x, w, bias, out, window):
    """out[b, i, j, f] = bias[f] + sum of x[b, i*stride + p, j*stride + q, c] * w[p, q, c, f].

    The sum is over kernel pixels (p, q) and channels c; bias may be None.
    """

    def half(first, last):
        _conv(x[first:last], w, bias, out[first:last], window)

    run_halves(half, len(x), operations(w, out))


def conv_vjp_x(g, w, gx, window):
    """Each window's gradient is added back where the window was."""

    def half(first, last):
        _conv_vjp_x(g[first:last], w, gx[first:last], window)

    run_halves(half, len(g), operations(w, g))


def conv_vjp_w(x, g, gw, window):
    """gw = windows^T g."""

    def half(first, last):
        total = np.zeros_like(gw)
        _conv_vjp_w(x[first:last], g[first:last], total, window)
        return total

    halves = run_halves(half, len(x), operations(gw, g))
    np.copyto(gw, halves[0])
    for more in halves[1:]:
        gw += more


def conv_vjp_bias(g, gbias):
    """The sum of g over all pixels, as a product with ones: much faster than numpy's sum."""
    matrix = np.ascontiguousarray(g).reshape(-1, g.shape[3])
    np.matmul(np.ones(len(matrix), g.dtype), matrix, out=gbias)


def operations(w, out):
    """Multiplications and additions with kernel `w` and output `out`, and what writing costs."""
    each = 2 * w[..., 0].size + 32
    return each * out.size


@jit
def add_bias(y, bias):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] += bias[j]


def _conv(x, w, bias, out, window):
    for images, rows, views in _blocks(x, window, out):
        for channels, filters in _groups(w, x):
            columns = _columns(views[..., channels])
            target = out[images, rows, :, filters]
            product = _rows(target)
            np.matmul(columns, _matrix(w, filters), out=product)
            if bias is not None:
                add_bias(product, bias[filters])
            if not target.flags.c_contiguous:
                np.copyto(target, product.reshape(target.shape))


def _conv_vjp_w(x, g, gw, window):
    for images, rows, views in _blocks(x, window, g):
        for channels, filters in _groups(gw, x):
            columns = _columns(views[..., channels])
            block = np.ascontiguousarray(g[images, rows, :, filters])
            matrix = block.reshape(len(columns), -1)
            shape = (columns.shape[1], matrix.shape[1])
            product = scratch("product", shape, g.dtype)
            np.matmul(columns.T, matrix, out=product)
            target = gw[..., filters]
            target += product.reshape(target.shape)


def _conv_vjp_x(g, w, gx, window):
    # One product per kernel pixel, added where that pixel looked: faster than one product for all
    # of them, which for a 3x3 kernel writes and reads nine times as much.
    count = max(1, BLOCK // (gx[0].nbytes + g[0].nbytes))
    for first in range(0, len(g), count):
        images = slice(first, first + count)
        gx[images] = 0
        for channels, filters in _groups(w, gx):
            block = np.ascontiguousarray(g[images, :, :, filters])
            matrix = block.reshape(-1, block.shape[3])
            product = scratch("product", (len(matrix), w.shape[2]), g.dtype)
            pixels = product.reshape(*block.shape[:3], -1)
            target = gx[images, :, :, channels]
            for p, q in np.ndindex(*window.size):
                kernel = w[p, q, :, filters]
                np.matmul(matrix, kernel.T, out=product)
                rows, rows_seen = _reach(window, 0, p, pixels, target)
                columns, columns_seen = _reach(window, 1, q, pixels, target)
                target[:, rows_seen, columns_seen] += pixels[:, rows, columns]


def _reach(window, axis, at, out, x):
    """The outputs of an axis that see a real pixel with kernel pixel `at`, and those pixels.

    Outputs that see padding there are left out.
    """
    stride = window.strides[axis]
    offset = at * window.dilation[axis] - window.padding[axis][0]
    end = x.shape[axis + 1] - offset
    first = max(0, -(offset // stride))
    last = min(out.shape[axis + 1], -(-end // stride))
    count = max(0, last - first)
    start = first * stride + offset
    pixels = slice(start, start + count * stride, stride)
    return slice(first, first + count), pixels


def _blocks(x, window, out):
    """Images, output rows, and the windows these rows see, about `BLOCK` bytes at a time."""
    n, height, width = out.shape[:3]
    row_bytes = width * math.prod(window.size) * x[0, 0, 0].nbytes
    rows = min(height, max(1, BLOCK // row_bytes))
    count = min(n, max(1, BLOCK // (row_bytes * height)))
    padded, inner = _padded(x[:count], window)
    views = _windows(x if inner is None else padded, window, height, width)
    for first in range(0, n, count):
        last = min(first + count, n)
        if inner is None:
            chunk = views[first:last]
        else:
            np.copyto(inner[: last - first], x[first:last])
            chunk = views[: last - first]
        for row in range(0, height, rows):
            some = slice(row, row + rows)
            yield slice(first, last), some, chunk[:, some]


def _padded(x, window):
    """Zeros for as many images, and the part inside the padding; None when there is no padding."""
    (top, bottom), (left, right) = window.padding
    if not (top or bottom or left or right):
        return x, None
    n, height, width, channels = x.shape
    shape = (n, top + height + bottom, left + width + right, channels)
    padded = scratch("padded", shape, x.dtype)
    padded[...] = 0
    return padded, padded[:, top : top + height, left : left + width]


def _windows(x, window, height, width):
    """A view (batch, height, width, kernel height, kernel width, channels): nothing is copied."""
    batch, down, right, channel = x.strides
    strides = (
        batch,
        down * window.strides[0],
        right * window.strides[1],
        down * window.dilation[0],
        right * window.dilation[1],
        channel,
    )
    shape = (len(x), height, width, *window.size, x.shape[3])
    return np.lib.stride_tricks.as_strided(x, shape, strides)


def _columns(views):
    """The windows as rows of a matrix."""
    pixels, inside = views.shape[:3], views.shape[3:]
    n, k = math.prod(pixels), math.prod(inside)
    if views.flags.c_contiguous:  # a 1x1 kernel sees the image as it is
        return views.reshape(n, k)
    if inside[2] > FEW_CHANNELS:
        columns = scratch("columns", (n, k), views.dtype)
        np.copyto(columns.reshape(views.shape), views)
        return columns
    # Few channels make short runs, slow to copy. Turned round, a run is a row of the image.
    turned = scratch("columns", (k, n), views.dtype)
    np.copyto(turned.reshape(inside + pixels), views.transpose(3, 4, 5, 0, 1, 2))
    return turned.T


def _rows(target):
    """Pixels as rows of a matrix: `target` itself where its memory allows, else scratch."""
    shape = (math.prod(target.shape[:3]), target.shape[3])
    if target.flags.c_contiguous:
        return target.reshape(shape)
    return scratch("product", shape, target.dtype)


def _matrix(w, filters):
    kernel = w[..., filters]
    return kernel.reshape(-1, kernel.shape[3])


def _groups(w, x):
    """The channels that each group of filters sees, and those filters."""
    depth = w.shape[2]
    groups = x.shape[3] // depth
    filters = w.shape[3] // groups
    for group in range(groups):
        channels = slice(group * depth, (group + 1) * depth)
        yield channels, slice(group * filters, (group + 1) * filters)
