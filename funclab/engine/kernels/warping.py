"""Images drawn anew: each new pixel is read at another place of the old image, and the gradient.

Arrays are images (batch, height, width, channels). A map (a0, a1, a2, b0, b1, b2, c0, c1) says for
the new pixel in column x and row y where it is read: in column (a0 x + a1 y + a2) / k and row
(b0 x + b1 y + b2) / k, with k = c0 x + c1 y + 1. Between pixels the four around are weighted by
how near they are, or the nearest one is taken. `mode` is what is read outside of the image.
"""

import math

import numpy as np

from funclab.engine.kernels.jit import jit

CONSTANT, NEAREST, WRAP, REFLECT, MIRROR = range(5)


def position_in_numpy(at, length, mode):
    """The positions along an axis that are read for these, which may be outside."""
    if mode == WRAP:
        return at % length
    if mode == REFLECT:
        at = at % (2 * length)
        return np.minimum(at, 2 * length - 1 - at)
    if mode == MIRROR:
        period = max(2 * length - 2, 1)
        return np.minimum(at % period, period - at % period) if length > 1 else at * 0
    return np.clip(at, 0, length - 1)


def first_in_numpy(at, linear):
    """The first positions that are read for these, or the nearest."""
    return np.floor(at) if linear else np.copysign(np.floor(np.abs(at) + 0.5), at)


def places_in_numpy(shape, maps):
    """Where each new pixel is read: the divisor, row and column, and its own row and column."""
    rows, columns = np.mgrid[: shape[1], : shape[2]].astype("float64")
    a0, a1, a2, b0, b1, b2, c0, c1 = maps.astype("float64").T[:, :, None, None]
    scale = c0 * columns + c1 * rows + 1
    y, x = (b0 * columns + b1 * rows + b2) / scale, (a0 * columns + a1 * rows + a2) / scale
    return scale, y, x, rows, columns


def inside_in_numpy(row, column, shape, mode):
    return position_in_numpy(row, shape[1], mode), position_in_numpy(column, shape[2], mode)


def corners(shape, maps, linear, mode):
    """The pixels that are read for each new one: weights, samples, rows, columns, which may be
    outside, and whether they count all the same."""
    _, height, width, _ = shape
    _, y, x, _, _ = places_in_numpy(shape, maps)
    samples = np.arange(len(maps))[:, None, None]
    near = [first_in_numpy(at, linear).astype(int) for at in (y, x)]
    for down, right in np.ndindex(2, 2) if linear else [(0, 0)]:
        row, column = near[0] + down, near[1] + right
        weight = (1 - np.abs(y - row)) * (1 - np.abs(x - column)) if linear else np.ones_like(y)
        real = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        yield weight, samples, row, column, real | (mode != CONSTANT)


def warp_in_numpy(images, maps, out, linear, mode, fill):
    out[...] = 0
    for weight, samples, row, column, real in corners(images.shape, maps, linear, mode):
        at = samples, *inside_in_numpy(row, column, images.shape, mode)
        value = np.where(real[..., None], images[at], fill)
        out += weight[..., None] * value


@jit
def position(at, length, mode):
    """Which position along an axis is read for one that may be outside; -1 for none."""
    if 0 <= at < length:
        return at
    if mode == CONSTANT:
        return -1
    if mode == WRAP:
        return at % length
    if mode == REFLECT:
        at = at % (2 * length)
        return min(at, 2 * length - 1 - at)
    if mode == MIRROR:
        period = max(2 * length - 2, 1)
        return min(at % period, period - at % period) if length > 1 else 0
    return 0 if at < 0 else length - 1


@jit
def first(at, linear):
    """The first position that is read for this one, or the nearest."""
    if linear:
        return math.floor(at)
    return math.floor(at + 0.5) if at >= 0 else math.ceil(at - 0.5)


@jit
def place(maps, row, column):
    """Where a new pixel is read: row and column."""
    scale = maps[6] * column + maps[7] * row + 1
    y = (maps[3] * column + maps[4] * row + maps[5]) / scale
    return y, (maps[0] * column + maps[1] * row + maps[2]) / scale


@jit(numpy=warp_in_numpy)
def warp(images, maps, out, linear, mode, fill):
    """out: the images drawn by their maps."""
    count, height, width, channels = images.shape
    corners = 2 if linear else 1
    for b in range(count):
        for i in range(height):
            for j in range(width):
                y, x = place(maps[b], i, j)
                top, left = first(y, linear), first(x, linear)
                out[b, i, j] = 0
                for row in range(top, top + corners):
                    for column in range(left, left + corners):
                        weight = (1 - abs(y - row)) * (1 - abs(x - column)) if linear else 1.0
                        k = position(row, height, mode)
                        m = position(column, width, mode)
                        for c in range(channels):
                            value = fill if k < 0 or m < 0 else images[b, k, m, c]
                            out[b, i, j, c] += weight * value


def warp_vjp_in_numpy(g, images, maps, gx, gmaps, linear, mode, fill):
    gx[...] = gmaps[...] = 0
    scale, y, x, rows, columns = places_in_numpy(images.shape, maps)
    for weight, samples, row, column, real in corners(images.shape, maps, linear, mode):
        at = samples, *inside_in_numpy(row, column, images.shape, mode)
        np.add.at(gx, at, g * (weight * real)[..., None])
        if linear:
            along = (g * np.where(real[..., None], images[at], fill)).sum(-1)
            down = along * np.where(row > y, 1, -1) * (1 - np.abs(x - column)) / scale
            right = along * np.where(column > x, 1, -1) * (1 - np.abs(y - row)) / scale
            back = -(down * y + right * x)
            parts = right, down, back
            for k, (part, by) in enumerate((p, q) for p in parts for q in (columns, rows, 1)):
                if k < 8:
                    gmaps[:, k] += (part * by).sum((1, 2))


@jit(numpy=warp_vjp_in_numpy)
def warp_vjp(g, images, maps, gx, gmaps, linear, mode, fill):
    """gx: each old pixel gets the gradients of the new ones that it is in, by its weights. gmaps:
    what moving the places does, zero if the nearest pixel is taken."""
    count, height, width, channels = g.shape
    corners = 2 if linear else 1
    gx[...] = 0
    gmaps[...] = 0
    for b in range(count):
        for i in range(height):
            for j in range(width):
                y, x = place(maps[b], i, j)
                top, left = first(y, linear), first(x, linear)
                down, right = 0.0, 0.0
                for row in range(top, top + corners):
                    for column in range(left, left + corners):
                        high = 1 - abs(y - row) if linear else 1.0
                        wide = 1 - abs(x - column) if linear else 1.0
                        k = position(row, height, mode)
                        m = position(column, width, mode)
                        along = 0.0
                        for c in range(channels):
                            slope = g[b, i, j, c]
                            if k >= 0 and m >= 0:
                                gx[b, k, m, c] += high * wide * slope
                                along += slope * images[b, k, m, c]
                            else:
                                along += slope * fill
                        down += along * wide if row > top else -along * wide
                        right += along * high if column > left else -along * high
                if linear:
                    scale = maps[b, 6] * j + maps[b, 7] * i + 1
                    add_slopes(gmaps[b], i, j, down / scale, right / scale, y, x)


@jit
def add_slopes(gmap, row, column, down, right, y, x):
    back = -(down * y + right * x)
    gmap[0] += right * column
    gmap[1] += right * row
    gmap[2] += right
    gmap[3] += down * column
    gmap[4] += down * row
    gmap[5] += down
    gmap[6] += back * column
    gmap[7] += back * row
