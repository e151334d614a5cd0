"""Convolution as matrix products.

Every output pixel is one row of a matrix (im2col): the window of input pixels it sees. One product
with the kernel, one column per filter, gives all outputs. The rows are copied a few images at a
time, so that they are still in the processor's cache when the product reads them.
"""

import itertools
import math

import numpy as np

from funclab.engine.kernels.jit import jit
from funclab.engine.kernels.threads import scratch
from funclab.engine.kernels.window import taps

BLOCK = 1 << 20
"""Bytes of windows copied at a time; from 0.5 to 4 MB are equally fast with 1 MB of cache."""

FEW_CHANNELS = 4


@jit(numpy=lambda y, bias: np.add(y, bias, out=y))
def add_bias(y, bias):
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] += bias[j]


def conv(x, w, bias, out, window):
    for region, views in _blocks(x, window, out):
        for channels, filters in _groups(w, x):
            columns = _columns(views[..., channels])
            target = out[*region, filters]
            product = _rows(target)
            np.matmul(columns, _matrix(w, filters), out=product)
            if bias is not None:
                add_bias(product, bias[filters])
            if not target.flags.c_contiguous:
                np.copyto(target, product.reshape(target.shape))


def conv_vjp_w(x, g, gw, window):
    for region, views in _blocks(x, window, g):
        for channels, filters in _groups(gw, x):
            columns = _columns(views[..., channels])
            block = np.ascontiguousarray(g[*region, filters])
            matrix = block.reshape(len(columns), -1)
            shape = (columns.shape[1], matrix.shape[1])
            product = scratch("product", shape, g.dtype)
            np.matmul(columns.T, matrix, out=product)
            target = gw[..., filters]
            target += product.reshape(target.shape)


def conv_vjp_x(g, w, gx, window):
    # One product per kernel pixel, added to the pixels that it saw: faster than one product for
    # all of them, which for a 3x3 kernel writes and reads nine times as much.
    count = max(1, BLOCK // (gx[0].nbytes + g[0].nbytes))
    for first in range(0, len(g), count):
        images = slice(first, first + count)
        gx[images] = 0
        for channels, filters in _groups(w, gx):
            block = np.ascontiguousarray(g[images, ..., filters])
            matrix = block.reshape(-1, block.shape[-1])
            product = scratch("product", (len(matrix), w.shape[-2]), g.dtype)
            pixels = product.reshape(*block.shape[:-1], -1)
            target = gx[images, ..., channels]
            for position, seeing, seen in taps(window, pixels.shape[1:-1], target.shape[1:-1]):
                np.matmul(matrix, w[*position, :, filters].T, out=product)
                looked_at = target[seen]
                looked_at += pixels[seeing]


def _blocks(x, window, out):
    """The position in `out` of each block of outputs, and their windows: about `BLOCK` bytes.

    A block is whole images if they are small enough; else rows of one image, or part of a row.
    """
    lengths = out.shape[:-1]
    counts, bytes_so_far = [], math.prod(window.size) * x.shape[-1] * x.itemsize
    for length in reversed(lengths):
        counts.insert(0, min(length, max(1, BLOCK // bytes_so_far)))
        bytes_so_far *= length
    padded, inner = _padded(x[: counts[0]], window)
    views = _windows(x if inner is None else padded, window, lengths[1:])
    starts = [range(0, length, count) for length, count in zip(lengths, counts)]
    for first in starts[0]:
        images = slice(first, min(first + counts[0], len(x)))
        chunk = views[images] if inner is None else views[: images.stop - first]
        if inner is not None:
            np.copyto(inner[: images.stop - first], x[images])
        for corner in itertools.product(*starts[1:]):
            part = [slice(i, i + count) for i, count in zip(corner, counts[1:])]
            yield (images, *part), chunk[:, *part]


def _padded(x, window):
    """Zeros of the images' padded shape and the part inside the padding; None if not padded."""
    if not any(map(any, window.padding)):
        return x, None
    lengths = x.shape[1:-1]
    whole = (before + n + after for n, (before, after) in zip(lengths, window.padding))
    padded = scratch("padded", (len(x), *whole, x.shape[-1]), x.dtype)
    padded[...] = 0
    inside = (slice(before, before + n) for n, (before, _) in zip(lengths, window.padding))
    return padded, padded[:, *inside]


def _windows(x, window, counts):
    """A view (batch, *counts, *kernel size, channels): nothing is copied."""
    batch, *steps, channel = x.strides
    moves = (step * stride for step, stride in zip(steps, window.strides))
    inside = (step * dilation for step, dilation in zip(steps, window.dilation))
    shape = (len(x), *counts, *window.size, x.shape[-1])
    return np.lib.stride_tricks.as_strided(x, shape, (batch, *moves, *inside, channel))


def _columns(views):
    """The windows as rows of a matrix."""
    rank = views.ndim // 2
    pixels, inside = views.shape[:rank], views.shape[rank:]
    n, k = math.prod(pixels), math.prod(inside)
    if views.flags.c_contiguous:  # a 1x1 kernel sees the image as it is
        return views.reshape(n, k)
    if inside[-1] > FEW_CHANNELS:
        columns = scratch("columns", (n, k), views.dtype)
        np.copyto(columns.reshape(views.shape), views)
        return columns
    # Few channels make short runs, which are slow to copy. Transposed, a run is an image's row.
    turned = scratch("columns", (k, n), views.dtype)
    np.copyto(
        turned.reshape(inside + pixels), views.transpose(*range(rank, 2 * rank), *range(rank))
    )
    return turned.T


def _rows(target):
    """Pixels as rows of a matrix: `target` itself where its memory allows, else scratch."""
    shape = (math.prod(target.shape[:-1]), target.shape[-1])
    if target.flags.c_contiguous:
        return target.reshape(shape)
    return scratch("product", shape, target.dtype)


def _matrix(w, filters):
    kernel = w[..., filters]
    return kernel.reshape(-1, kernel.shape[-1])


def _groups(w, x):
    """For each group, the channels that its filters see, and these filters."""
    depth = w.shape[-2]
    groups = x.shape[-1] // depth
    filters = w.shape[-1] // groups
    for group in range(groups):
        channels = slice(group * depth, (group + 1) * depth)
        yield channels, slice(group * filters, (group + 1) * filters)
