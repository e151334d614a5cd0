"""Cross-entropies of scores (logits), and their slopes: the derivatives that vjp multiplies by g.

With a softmax they work row by row, starting from `p` = e^(x - the row's maximum), for which NumPy
uses vector instructions; at the end `p` holds the slope.
"""

import math

import numpy as np

from funclab.engine.kernels.jit import jit


def cross_entropy_in_numpy(target, x, p, out):
    top = np.fmax.reduce(x, axis=1, keepdims=True)
    total, weight = p.sum(axis=1), target.sum(axis=1)
    np.subtract(weight * np.log(total), np.sum(target * (x - top), axis=1), out=out)
    np.subtract((weight / total)[:, None] * p, target, out=p)


@jit(numpy=cross_entropy_in_numpy)
def cross_entropy(target, x, p, out):
    """out = -sum(target * log(softmax(x))) for each row."""
    rows, columns = x.shape
    zero = p.dtype.type(0)
    for i in range(rows):
        top = x[i, 0]
        for j in range(columns):
            top = x[i, j] if x[i, j] > top else top
        total, weight, score = zero, zero, zero
        for j in range(columns):
            total += p[i, j]
            weight += target[i, j]
            score += target[i, j] * (x[i, j] - top)
        out[i] = weight * math.log(total) - score
        scale = weight / total
        for j in range(columns):
            p[i, j] = scale * p[i, j] - target[i, j]


def sparse_cross_entropy_in_numpy(target, x, p, out):
    chosen = target.astype(np.intp)
    rows = np.flatnonzero((chosen >= 0) & (chosen < x.shape[1]))
    named = rows, chosen[rows]
    total = p.sum(axis=1)
    p /= total[:, None]
    p[named] -= 1
    out[...] = np.nan
    out[rows] = np.log(total[rows]) - (x[named] - np.fmax.reduce(x[rows], axis=1))


@jit(numpy=sparse_cross_entropy_in_numpy)
def sparse_cross_entropy(target, x, p, out):
    """The same for targets that are class indices: NaN for an index that is not a class."""
    rows, columns = x.shape
    zero, one = p.dtype.type(0), p.dtype.type(1)
    for i in range(rows):
        top, total = x[i, 0], zero
        for j in range(columns):
            top = x[i, j] if x[i, j] > top else top
            total += p[i, j]
        scale = one / total
        for j in range(columns):
            p[i, j] *= scale
        chosen = int(target[i])
        out[i] = np.nan
        if 0 <= chosen < columns:
            out[i] = math.log(total) - (x[i, chosen] - top)
            p[i, chosen] -= one


@jit(numpy=lambda g, slope, gx: np.multiply(g[:, None], slope, out=gx))
def scale_rows(g, slope, gx):
    """gx = each row of `slope` times the row's element of g."""
    rows, columns = slope.shape
    for i in range(rows):
        for j in range(columns):
            gx[i, j] = g[i] * slope[i, j]


def binary_cross_entropy_in_numpy(target, x, slope, out):
    small = np.exp(-np.abs(x))
    np.add(np.maximum(x, 0) - x * target, np.log1p(small), out=out)
    np.subtract(np.where(x < 0, small, 1) / (1 + small), target, out=slope)


@jit(numpy=binary_cross_entropy_in_numpy)
def binary_cross_entropy(target, x, slope, out):
    """out = -t log(s) - (1 - t) log(1 - s) with s = sigmoid(x), and slope = s - t."""
    zero, one = x.dtype.type(0), x.dtype.type(1)
    for i in range(x.size):
        small = math.exp(-abs(x[i]))
        ramp, top = (zero, small) if x[i] < zero else (x[i], one)
        out[i] = ramp - x[i] * target[i] + math.log1p(small)
        slope[i] = top / (one + small) - target[i]
