"""The largest, or the mean, of each window of an image.

Arrays are volumes (batch, depth, height, width, channels); an image is one deep, a sequence also
one high. `planes`, `rows` and `columns` say where each window begins and ends: (windows, 2). Only
real pixels are in it: padding never wins, and does not count in a mean. The loops go through whole
rows of pixels, and innermost through the channels, which lie side by side in memory.
"""

from __future__ import annotations

import math

from funclab.kernels.jit import jit


@jit
def max_pool(x, out, winner, planes, rows, columns):
    """out: the largest of each window; winner: the pixel it came from, counted row by row."""
    height, width = x.shape[2:4]
    for b in range(out.shape[0]):
        for k in range(out.shape[1]):
            for i in range(out.shape[2]):
                best, source = out[b, k, i], winner[b, k, i]
                best[:] = -math.inf
                source[:] = (planes[k, 0] * height + rows[i, 0]) * width
                for plane in range(planes[k, 0], planes[k, 1]):
                    for row in range(rows[i, 0], rows[i, 1]):
                        first = (plane * height + row) * width
                        challenge(x[b, plane, row], best, source, first, columns)


@jit
def challenge(pixels, best, source, first, columns):
    for j in range(best.shape[0]):
        for column in range(columns[j, 0], columns[j, 1]):
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
def average_pool(x, out, planes, rows, columns):
    """out: the mean of the real pixels of each window."""
    for b in range(out.shape[0]):
        for k in range(out.shape[1]):
            for i in range(out.shape[2]):
                total = out[b, k, i]
                total[:] = 0
                for plane in range(planes[k, 0], planes[k, 1]):
                    for row in range(rows[i, 0], rows[i, 1]):
                        gather(x[b, plane, row], total, columns)
                above = length(planes, k) * length(rows, i)
                for j in range(total.shape[0]):
                    for c in range(total.shape[1]):
                        total[j, c] /= above * length(columns, j)


@jit
def gather(pixels, total, columns):
    for j in range(total.shape[0]):
        for column in range(columns[j, 0], columns[j, 1]):
            for c in range(total.shape[1]):
                total[j, c] += pixels[column, c]


@jit
def average_pool_vjp(g, gx, planes, rows, columns):
    """gx: each g, shared out evenly among the real pixels of its window."""
    for b in range(g.shape[0]):
        gx[b] = 0
        for k in range(g.shape[1]):
            for i in range(g.shape[2]):
                above = length(planes, k) * length(rows, i)
                for plane in range(planes[k, 0], planes[k, 1]):
                    for row in range(rows[i, 0], rows[i, 1]):
                        share(g[b, k, i], gx[b, plane, row], columns, above)


@jit
def share(g, pixels, columns, above):
    for j in range(g.shape[0]):
        count = above * length(columns, j)
        for column in range(columns[j, 0], columns[j, 1]):
            for c in range(g.shape[1]):
                pixels[column, c] += g[j, c] / count


@jit
def length(spans, index):
    return spans[index, 1] - spans[index, 0]
