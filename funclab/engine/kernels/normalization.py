"""Normalization by the mean and variance of each channel, or of each row, and its gradients.

Arrays are (rows, channels). Sums over rows are kept in float64, since a large batch has millions of
rows; those of 64 rows are made in the dtype of the data, which takes half the time.
`mask` (rows) says which rows count; None for all.
"""

import numpy as np

from funclab.engine.kernels.jit import jit
from funclab.engine.kernels.threads import samples, share, share_samples

OPERATIONS = 50
"""The cost of one element in these loops, in operations of a matrix product."""

BLOCK = 64
"""How many rows are summed in the dtype of the data before float64 takes over."""


def moments(x, mask):
    """Mean and (biased) variance of each channel over the rows that count; zeros if none do."""
    # Differences from a row of the data are small, so rounding does little to their squares.
    near = x[0].astype(np.float64)
    total, squares = two_sums(add_distances, (x, mask), near)
    count = counted(mask, x)
    offset = total / count
    mean = near + offset if mask is None or mask.any() else offset
    return mean, squares / count - offset * offset


def normalize(x, mean, scale, shift, out):
    """out = (x - mean) * scale + shift, with one mean, scale and shift per channel."""
    rows = mean.astype(x.dtype), scale.astype(x.dtype), shift.astype(x.dtype)
    share_samples(OPERATIONS * x.size, scale_and_shift, (x, out), *rows)


def sums_for_vjp(g, x, mean):
    """For each channel the sum of g, and the sum of g * (x - mean)."""
    return two_sums(add_products, (g, x), mean)


def moments_vjp(g, x, mean, scale, pull, tilt, mask, gx):
    """gx = g * scale, less the terms that come through the mean (pull) and variance (tilt)."""
    rows = [row.astype(x.dtype) for row in (mean, scale, pull, tilt)]
    share_samples(OPERATIONS * x.size, pull_and_tilt, (g, x, mask, gx), *rows)


def normalize_rows(x, scale, shift, epsilon, centered, out, mean, inverse):
    """out = (x - mean) * inverse * scale + shift, with the mean and 1 / deviation of each row."""
    settings = scale, shift, epsilon, centered
    share_samples(OPERATIONS * x.size, each_row, (x, out, mean, inverse), *settings)


def normalize_rows_vjp(g, x, scale, mean, inverse, centered, gx):
    """Fill gx, and return the gradients of scale and shift."""
    return two_sums(each_row_vjp, (g, x, mean, inverse, gx), scale, centered)


def two_sums(loop, arrays, *others):
    """For each channel the two sums that a loop adds to its last argument."""
    x = arrays[0]

    def half(first, last):
        sums = np.zeros((2, x.shape[1]))
        loop(*samples(arrays, first, last), *others, sums)
        return sums

    one, *more = share(half, len(x), OPERATIONS * x.size)
    return sum(more, one)


def counted(mask, x):
    """The number of rows that count, but at least 1."""
    return len(x) if mask is None else max(1, np.count_nonzero(mask))


def add_distances_in_numpy(x, mask, near, sums):
    distances = x - near if mask is None else (x - near)[mask]
    sums += distances.sum(axis=0), np.square(distances).sum(axis=0)


@jit(numpy=add_distances_in_numpy)
def add_distances(x, mask, near, sums):
    rows, channels = x.shape
    part, origin = np.empty((2, channels), x.dtype), near.astype(x.dtype)
    total, squares = part[0], part[1]
    for first in range(0, rows, BLOCK):
        part[:] = 0
        for row in range(first, min(first + BLOCK, rows)):
            if mask is None or mask[row]:
                for c in range(channels):
                    distance = x[row, c] - origin[c]
                    total[c] += distance
                    squares[c] += distance * distance
        sums += part


def add_products_in_numpy(g, x, mean, sums):
    sums += g.sum(axis=0, dtype=np.float64), np.sum(g * (x - mean), axis=0, dtype=np.float64)


@jit(numpy=add_products_in_numpy)
def add_products(g, x, mean, sums):
    rows, channels = x.shape
    part, origin = np.empty((2, channels), x.dtype), mean.astype(x.dtype)
    total, products = part[0], part[1]
    for first in range(0, rows, BLOCK):
        part[:] = 0
        for row in range(first, min(first + BLOCK, rows)):
            for c in range(channels):
                total[c] += g[row, c]
                products[c] += g[row, c] * (x[row, c] - origin[c])
        sums += part


@jit(numpy=lambda x, out, mean, scale, shift: np.add((x - mean) * scale, shift, out=out))
def scale_and_shift(x, out, mean, scale, shift):
    for row in range(x.shape[0]):
        for c in range(x.shape[1]):
            out[row, c] = (x[row, c] - mean[c]) * scale[c] + shift[c]


def pull_and_tilt_in_numpy(g, x, mask, gx, mean, scale, pull, tilt):
    drift = pull + (x - mean) * tilt
    np.subtract(g * scale, drift if mask is None else np.where(mask[:, None], drift, 0), out=gx)


@jit(numpy=pull_and_tilt_in_numpy)
def pull_and_tilt(g, x, mask, gx, mean, scale, pull, tilt):
    for row in range(x.shape[0]):
        for c in range(x.shape[1]):
            gx[row, c] = g[row, c] * scale[c]
        if mask is None or mask[row]:
            for c in range(x.shape[1]):
                gx[row, c] -= pull[c] + (x[row, c] - mean[c]) * tilt[c]


def each_row_in_numpy(x, out, mean, inverse, scale, shift, epsilon, centered):
    mean[...] = x.mean(axis=1, dtype=np.float64) if centered else 0
    distances = x - mean[:, None]
    inverse[...] = 1 / np.sqrt(np.square(distances).mean(axis=1) + epsilon)
    np.copyto(out, distances * inverse[:, None] * scale + shift, casting="same_kind")


@jit(numpy=each_row_in_numpy)
def each_row(x, out, mean, inverse, scale, shift, epsilon, centered):
    """(x - mean) * steep as (x - near) * steep - (mean - near) * steep, with the first number of
    the row as `near`: so rows of numbers far from 0 lose no accuracy to rounding.
    """
    rows, columns = x.shape
    number = x.dtype.type
    root = 1 / np.sqrt(columns)
    for row in range(rows):
        near, total, variance = x[row, 0], np.float64(0), number(0)
        if centered:
            for c in range(columns):
                total += x[row, c]
        mean[row] = total / columns
        steep, lower = number(root), number((mean[row] - near) * root)
        for c in range(columns):
            y = (x[row, c] - near) * steep - lower
            variance += y * y
        inverse[row] = 1 / np.sqrt(variance + epsilon)
        steep, lower = number(inverse[row]), number((mean[row] - near) * inverse[row])
        for c in range(columns):
            y = (x[row, c] - near) * steep - lower
            out[row, c] = y * scale[c] + shift[c]


def each_row_vjp_in_numpy(g, x, mean, inverse, gx, scale, centered, sums):
    y, scaled = (x - mean[:, None]) * inverse[:, None], g * scale
    sums += np.sum(g * y, axis=0), np.sum(g, axis=0)
    pull = scaled.mean(axis=1, keepdims=True) * centered
    tilt = np.mean(scaled * y, axis=1, keepdims=True)
    np.copyto(gx, (scaled - pull - y * tilt) * inverse[:, None], casting="same_kind")


@jit(numpy=each_row_vjp_in_numpy)
def each_row_vjp(g, x, mean, inverse, gx, scale, centered, sums):
    rows, columns = x.shape
    number = x.dtype.type
    products, totals = sums[0], sums[1]
    for row in range(rows):
        near, steep = x[row, 0], number(inverse[row])
        lower = number((mean[row] - near) * inverse[row])
        pull, tilt = number(0), number(0)  # the terms through the row's mean and its deviation
        for c in range(columns):
            y = (x[row, c] - near) * steep - lower
            pull += g[row, c] * scale[c]
            tilt += g[row, c] * scale[c] * y
        for c in range(columns):
            products[c] += g[row, c] * ((x[row, c] - near) * steep - lower)
            totals[c] += g[row, c]
        pull, tilt = number(pull * centered / columns), number(tilt / columns)
        for c in range(columns):
            y = (x[row, c] - near) * steep - lower
            gx[row, c] = (g[row, c] * scale[c] - pull - y * tilt) * steep
