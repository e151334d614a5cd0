"""Loops that evaluate predictions: errors and hits of each sample, and their weighted sums."""

import numpy as np

from funclab.kernels.jit import jit


@jit
def total(v, w, out, scale):
    """out = scale * sum(v * w), where each weight counts for a row of v."""
    rows, columns = v.shape
    summed = 0.0
    for i in range(rows):
        row = 0.0
        for j in range(columns):
            row += v[i, j]
        summed += row * w[i]
    out[0] = scale * summed


@jit
def total_vjp(g, w, scale, gv):
    rows, columns = gv.shape
    for i in range(rows):
        share = gv.dtype.type(scale * g[0] * w[i])
        for j in range(columns):
            gv[i, j] = share


@jit
def plain_total(v, out, scale):
    summed = 0.0
    for i in range(v.size):
        summed += v[i]
    out[0] = scale * summed


@jit
def tally(sums, v, w, out, scale):
    """sums gains (sum of v * w, sum of w), both scaled; out = their quotient."""
    rows, columns = v.shape
    for i in range(rows):
        row = 0.0
        for j in range(columns):
            row += v[i, j]
        sums[0] += scale * row * w[i]
        sums[1] += scale * columns * w[i]
    out[0] = sums[0] / sums[1] if sums[1] != 0.0 else 0.0


@jit
def plain_tally(sums, v, out, scale):
    summed = 0.0
    for i in range(v.size):
        summed += v[i]
    sums[0] += scale * summed
    sums[1] += scale * v.size
    out[0] = sums[0] / sums[1]


@jit
def squared_error(target, x, out):
    rows, columns = x.shape
    for i in range(rows):
        summed = out.dtype.type(0)
        for j in range(columns):
            summed += (x[i, j] - target[i, j]) ** 2
        out[i] = summed / out.dtype.type(columns)


@jit
def squared_error_vjp(g, target, x, gx):
    rows, columns = x.shape
    for i in range(rows):
        share = g[i] * g.dtype.type(2) / g.dtype.type(columns)
        for j in range(columns):
            gx[i, j] = share * (x[i, j] - target[i, j])


@jit
def absolute_error(target, x, out):
    rows, columns = x.shape
    for i in range(rows):
        summed = out.dtype.type(0)
        for j in range(columns):
            summed += abs(x[i, j] - target[i, j])
        out[i] = summed / out.dtype.type(columns)


@jit
def absolute_error_vjp(g, target, x, gx):
    rows, columns = x.shape
    for i in range(rows):
        share = g[i] / g.dtype.type(columns)
        for j in range(columns):
            gx[i, j] = share * np.sign(x[i, j] - target[i, j])


@jit
def largest(x, i):
    """The column of the largest number in row i; the first of equal ones, NaN before any."""
    best = 0
    for j in range(1, x.shape[1]):
        if not (x[i, j] <= x[i, best]):
            best = j
    return best


@jit
def class_hits(target, x, out):
    for i in range(out.size):
        out[i] = largest(target, i) == largest(x, i)


@jit
def sparse_class_hits(target, x, out):
    for i in range(out.size):
        out[i] = target[i] == largest(x, i)


@jit
def threshold_hits(target, x, out, threshold):
    for i in range(out.size):
        out[i] = (x[i] > threshold) == target[i]


@jit
def rank_hits(target, x, out, k):
    """1 where fewer than k classes have a larger number than the target's class."""
    rows, columns = x.shape
    for i in range(rows):
        chosen = int(target[i])
        above = k
        if 0 <= chosen < columns:
            above = 0
            for j in range(columns):
                above += x[i, j] > x[i, chosen]
        out[i] = above < k
