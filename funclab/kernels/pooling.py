"""The largest, or the mean, of each window of an image.

Images are (batch, height, width, channels). Padding holds nothing: it never wins, and it does not
count in a mean. The loops go through whole rows of pixels, and innermost through the channels,
which lie side by side in memory.
"""

from __future__ import annotations

import math

from funclab.kernels.jit import jit


@jit
def max_pool(x, out, winner, size, strides, padding):
    """out: the largest of each window; winner: the pixel it came from, counted row by row."""
    height, width = x.shape[1:3]
    for b in range(out.shape[0]):
        for i in range(out.shape[1]):
            best, source = out[b, i], winner[b, i]
            top, bottom = span(i, size[0], strides[0], padding[0], height)
            best[:] = -math.inf
            source[:] = top * width
            for row in range(top, bottom):
                for q in range(size[1]):
                    offset = q - padding[1]
                    challenge(x[b, row], best, source, row * width, strides[1], offset)


@jit
def challenge(pixels, best, source, first, stride, offset):
    for j in range(best.shape[0]):
        column = j * stride + offset
        if 0 <= column < pixels.shape[0]:
            for c in range(best.shape[1]):
                value = pixels[column, c]
                # NaN wins over all, and is never beaten: a student must see it.
                wins = (value > best[j, c]) | (value != value)
                best[j, c] = value if wins else best[j, c]
                source[j, c] = first + column if wins else source[j, c]


@jit
def max_pool_vjp(g, winner, gx):
    """gx: each g at the pixel that won, zero elsewhere; all arrays (batch, pixels, channels)."""
    for b in range(g.shape[0]):
        gx[b] = 0
        for i in range(g.shape[1]):
            for c in range(g.shape[2]):
                gx[b, winner[b, i, c], c] += g[b, i, c]


@jit
def average_pool(x, out, size, strides, padding):
    """out: the mean of the real pixels of each window."""
    for b in range(out.shape[0]):
        for i in range(out.shape[1]):
            top, bottom = span(i, size[0], strides[0], padding[0], x.shape[1])
            out[b, i] = 0
            for row in range(top, bottom):
                for q in range(size[1]):
                    gather(x[b, row], out[b, i], strides[1], q - padding[1])
            for j in range(out.shape[2]):
                left, right = span(j, size[1], strides[1], padding[1], x.shape[2])
                count = (bottom - top) * (right - left)
                for c in range(out.shape[3]):
                    out[b, i, j, c] /= count


@jit
def gather(pixels, total, stride, offset):
    for j in range(total.shape[0]):
        column = j * stride + offset
        if 0 <= column < pixels.shape[0]:
            for c in range(total.shape[1]):
                total[j, c] += pixels[column, c]


@jit
def average_pool_vjp(g, gx, size, strides, padding):
    """gx: each g, shared out evenly among the real pixels of its window."""
    height, width = gx.shape[1:3]
    for b in range(g.shape[0]):
        gx[b] = 0
        for i in range(g.shape[1]):
            top, bottom = span(i, size[0], strides[0], padding[0], height)
            for j in range(g.shape[2]):
                left, right = span(j, size[1], strides[1], padding[1], width)
                count = (bottom - top) * (right - left)
                for row in range(top, bottom):
                    share(g[b, i, j], gx[b, row, left:right], count)


@jit
def share(g, pixels, count):
    for j in range(pixels.shape[0]):
        for c in range(g.size):
            pixels[j, c] += g[c] / count


@jit
def span(index, size, stride, before, length):
    """From where to where window number `index` covers real pixels."""
    start = index * stride - before
    return max(start, 0), min(start + size, length)
