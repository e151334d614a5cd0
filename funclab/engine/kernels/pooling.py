"""The maximum, or the mean, of each window of an image.

Arrays are volumes (batch, depth, height, width, channels); an image has a depth of 1, a sequence
also a height of 1. `planes`, `rows` and `columns` say where each window begins and ends: (windows,
2). A window contains only real pixels: padding is never the maximum and does not count in a mean.
The loops run over rows of pixels, and innermost over the channels, contiguous in memory.
"""

import math

import numpy as np

from funclab.engine.kernels.jit import jit


def positions_in_windows(planes, rows, columns):
    """For each position in a window: the pixels there, and which windows are that large.

    The pixels come as an index for each axis; windows without that position repeat another pixel.
    """
    spans = planes, rows, columns
    for position in np.ndindex(*(int(np.diff(span).max()) for span in spans)):
        pixels = [span[:, 0] + at for span, at in zip(spans, position)]
        deep, high, wide = (at < span[:, 1] for span, at in zip(spans, pixels))
        real = deep[:, None, None] & high[:, None] & wide
        yield np.ix_(*(np.minimum(at, span[:, 1] - 1) for span, at in zip(spans, pixels))), real


def pixel_numbers(x, planes, rows, columns):
    """The numbers of these pixels of an image, counted row by row."""
    return (planes * x.shape[2] + rows) * x.shape[3] + columns


def sizes(planes, rows, columns):
    """The number of pixels in each window, (planes, rows, columns, 1)."""
    deep, high, wide = (np.diff(span)[:, 0] for span in (planes, rows, columns))
    return (deep[:, None, None] * high[:, None] * wide)[..., None]


def max_pool_in_numpy(x, out, winner, planes, rows, columns):
    out[...] = -math.inf
    corner = np.ix_(planes[:, 0], rows[:, 0], columns[:, 0])
    winner[...] = pixel_numbers(x, *corner)[..., None]
    for positions, real in positions_in_windows(planes, rows, columns):
        value, number = x[:, *positions], pixel_numbers(x, *positions)[..., None]
        wins = real[..., None] & ((value > out) | np.isnan(value))
        np.copyto(out, value, where=wins)
        np.copyto(winner, number, where=wins)


@jit(numpy=max_pool_in_numpy)
def max_pool(x, out, winner, planes, rows, columns):
    """out: the maximum of each window; winner: its pixel's number, counted row by row."""
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
                # NaN counts as the maximum: a student must see it.
                wins = (value > best[j, c]) | (value != value)
                best[j, c] = value if wins else best[j, c]
                source[j, c] = first + column if wins else source[j, c]


def max_pool_vjp_in_numpy(g, winner, gx):
    gx[...] = 0
    images, channels = np.ogrid[: len(g), : g.shape[2]]
    np.add.at(gx, (images[:, None], winner, channels), g)


@jit(numpy=max_pool_vjp_in_numpy)
def max_pool_vjp(g, winner, gx):
    """gx: each g at the winning pixel, zero elsewhere; all arrays (batch, pixels, channels)."""
    for b in range(g.shape[0]):
        gx[b] = 0
        for i in range(g.shape[1]):
            for c in range(g.shape[2]):
                gx[b, winner[b, i, c], c] += g[b, i, c]


def average_pool_in_numpy(x, out, planes, rows, columns):
    out[...] = 0
    for positions, real in positions_in_windows(planes, rows, columns):
        out += np.where(real[..., None], x[:, *positions], 0)
    out /= sizes(planes, rows, columns)


@jit(numpy=average_pool_in_numpy)
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


def average_pool_vjp_in_numpy(g, gx, planes, rows, columns):
    gx[...] = 0
    share = g / sizes(planes, rows, columns)
    for positions, real in positions_in_windows(planes, rows, columns):
        np.add.at(gx, (slice(None), *positions), np.where(real[..., None], share, 0))


@jit(numpy=average_pool_vjp_in_numpy)
def average_pool_vjp(g, gx, planes, rows, columns):
    """gx: each g, divided evenly among the real pixels of its window."""
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
