"""Loops that score predictions: each sample's error or hit, and their weighted sums."""

import numpy as np

from funclab.engine.kernels.jit import jit, span


@jit(numpy=lambda v: v.sum(dtype=np.float64))
def plain_sum(v):
    summed = 0.0
    for i in range(v.size):
        summed += v[i]
    return summed


@jit(numpy=lambda v, w: np.dot(v.sum(axis=1, dtype=np.float64), w))
def weighted_sum(v, w):
    """sum(v * w), where each weight applies to a row of v."""
    rows, columns = v.shape
    summed = 0.0
    for i in range(rows):
        row = 0.0
        for j in range(columns):
            row += v[i, j]
        summed += row * w[i]
    return summed


@jit(numpy=lambda g, w, scale, gv: np.copyto(gv, (scale * g[0] * w)[:, None], casting="same_kind"))
def total_vjp(g, w, scale, gv):
    rows, columns = gv.shape
    for i in range(rows):
        share = gv.dtype.type(scale * g[0] * w[i])
        for j in range(columns):
            gv[i, j] = share


@jit(numpy=lambda target, x, out: np.mean((x - target) ** 2, axis=1, out=out))
def squared_error(target, x, out):
    rows, columns = x.shape
    for i in range(rows):
        summed = out.dtype.type(0)
        for j in range(columns):
            summed += (x[i, j] - target[i, j]) ** 2
        out[i] = summed / out.dtype.type(columns)


@jit(numpy=lambda g, target, x, gx: np.multiply((g * 2 / x.shape[1])[:, None], x - target, out=gx))
def squared_error_vjp(g, target, x, gx):
    rows, columns = x.shape
    for i in range(rows):
        share = g[i] * g.dtype.type(2) / g.dtype.type(columns)
        for j in range(columns):
            gx[i, j] = share * (x[i, j] - target[i, j])


@jit(numpy=lambda target, x, out: np.mean(np.abs(x - target), axis=1, out=out))
def absolute_error(target, x, out):
    rows, columns = x.shape
    for i in range(rows):
        summed = out.dtype.type(0)
        for j in range(columns):
            summed += abs(x[i, j] - target[i, j])
        out[i] = summed / out.dtype.type(columns)


def absolute_error_vjp_in_numpy(g, target, x, gx):
    np.multiply((g / x.shape[1])[:, None], np.sign(x - target), out=gx)


@jit(numpy=absolute_error_vjp_in_numpy)
def absolute_error_vjp(g, target, x, gx):
    rows, columns = x.shape
    for i in range(rows):
        share = g[i] / g.dtype.type(columns)
        for j in range(columns):
            gx[i, j] = share * np.sign(x[i, j] - target[i, j])


@jit(numpy=lambda target, x, out: np.copyto(out, target.argmax(axis=1) == x.argmax(axis=1)))
def class_hits(target, x, out):
    """1 where the maximum of both rows is in the same column (ties: the first; NaN is largest)."""
    rows, columns = x.shape
    for i in range(rows):
        wanted = best = 0
        for j in range(1, columns):
            if not (target[i, j] <= target[i, wanted]):
                wanted = j
            if not (x[i, j] <= x[i, best]):
                best = j
        out[i] = wanted == best


@jit(numpy=lambda target, x, out: np.copyto(out, target == x.argmax(axis=1)))
def sparse_class_hits(target, x, out):
    rows, columns = x.shape
    for i in range(rows):
        best = 0
        for j in range(1, columns):
            if not (x[i, j] <= x[i, best]):
                best = j
        out[i] = target[i] == best


@jit
def threshold_hits(target, x, out, threshold):
    for i in span(0, out.size):
        out[i] = (x[i] > threshold) == target[i]


def rank_hits_in_numpy(target, x, out, k):
    chosen = target.astype(np.intp)
    known = (chosen >= 0) & (chosen < x.shape[1])
    score = np.take_along_axis(x, np.where(known, chosen, 0)[:, None], axis=1)
    np.copyto(out, known & (np.sum(x > score, axis=1) < k))


@jit(numpy=rank_hits_in_numpy)
def rank_hits(target, x, out, k):
    """1 where fewer than k classes have a higher score than the target class."""
    rows, columns = x.shape
    for i in range(rows):
        chosen = int(target[i])
        above = k
        if 0 <= chosen < columns:
            above = 0
            for j in range(columns):
                above += x[i, j] > x[i, chosen]
        out[i] = above < k
