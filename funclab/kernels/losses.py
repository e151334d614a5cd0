"""Cross-entropies from scores (logits), row by row, and their gradients.

The rows begin with `lower_rows` of softmax.py and NumPy's exp in between, which is vectorised.
"""

import math

import numpy as np

from funclab.kernels.jit import jit


@jit(numpy=lambda target, lowered, out: np.negative(np.sum(target * lowered, axis=1), out=out))
def take_scores(target, lowered, out):
    """out = -sum(target * score) of each row, the scores lowered by the largest."""
    rows, columns = lowered.shape
    for i in range(rows):
        score = out.dtype.type(0)
        for j in range(columns):
            score += target[i, j] * lowered[i, j]
        out[i] = -score


def named_classes(target, scores):
    """The rows whose target is the number of a column, and those columns."""
    chosen = target.astype(np.intp)
    rows = np.flatnonzero((chosen >= 0) & (chosen < scores.shape[1]))
    return rows, chosen[rows]


def take_score_in_numpy(target, lowered, out):
    rows, chosen = named_classes(target, lowered)
    out[...] = np.nan
    out[rows] = -lowered[rows, chosen]


@jit(numpy=take_score_in_numpy)
def take_score(target, lowered, out):
    """out = -the score of the class that the target names; NaN if there is none."""
    rows, columns = lowered.shape
    for i in range(rows):
        chosen = int(target[i])
        out[i] = -lowered[i, chosen] if 0 <= chosen < columns else np.nan


def finish_rows_in_numpy(target, p, out):
    total = p.sum(axis=1)
    out += target.sum(axis=1) * np.log(total)
    p /= total[:, None]


@jit(numpy=finish_rows_in_numpy)
def finish_rows(target, p, out):
    """From e^(x - max) to probabilities in p; the loss gains the log of their sum."""
    rows, columns = p.shape
    for i in range(rows):
        total, weight = p.dtype.type(0), p.dtype.type(0)
        for j in range(columns):
            total += p[i, j]
            weight += target[i, j]
        out[i] += weight * math.log(total)
        scale = p.dtype.type(1) / total
        for j in range(columns):
            p[i, j] *= scale


def finish_row_in_numpy(p, out):
    total = p.sum(axis=1)
    out += np.log(total)
    p /= total[:, None]


@jit(numpy=finish_row_in_numpy)
def finish_row(p, out):
    """The same, for targets that weigh 1."""
    rows, columns = p.shape
    for i in range(rows):
        total = p.dtype.type(0)
        for j in range(columns):
            total += p[i, j]
        out[i] += math.log(total)
        scale = p.dtype.type(1) / total
        for j in range(columns):
            p[i, j] *= scale


def cross_entropy_vjp_in_numpy(g, target, p, gx):
    weight = target.sum(axis=1, keepdims=True)
    np.multiply(g[:, None], weight * p - target, out=gx)


@jit(numpy=cross_entropy_vjp_in_numpy)
def cross_entropy_vjp(g, target, p, gx):
    rows, columns = p.shape
    for i in range(rows):
        weight = p.dtype.type(0)
        for j in range(columns):
            weight += target[i, j]
        for j in range(columns):
            gx[i, j] = g[i] * (weight * p[i, j] - target[i, j])


def sparse_cross_entropy_vjp_in_numpy(g, target, p, gx):
    rows, chosen = named_classes(target, p)
    np.multiply(g[:, None], p, out=gx)
    gx[rows, chosen] -= g[rows]


@jit(numpy=sparse_cross_entropy_vjp_in_numpy)
def sparse_cross_entropy_vjp(g, target, p, gx):
    rows, columns = p.shape
    for i in range(rows):
        for j in range(columns):
            gx[i, j] = g[i] * p[i, j]
        chosen = int(target[i])
        if 0 <= chosen < columns:
            gx[i, chosen] -= g[i]


def binary_cross_entropy_in_numpy(target, x, out):
    np.add(np.maximum(x, 0) - x * target, np.log1p(np.exp(-np.abs(x))), out=out)


@jit(numpy=binary_cross_entropy_in_numpy)
def binary_cross_entropy(target, x, out):
    """-t log(s) - (1 - t) log(1 - s) with s = sigmoid(x), without computing s."""
    zero = x.dtype.type(0)
    for i in range(x.size):
        ramp = zero if x[i] < zero else x[i]
        out[i] = ramp - x[i] * target[i] + math.log1p(math.exp(-abs(x[i])))


def binary_cross_entropy_vjp_in_numpy(g, target, x, gx):
    small = np.exp(-np.abs(x))
    np.multiply(g, np.where(x < 0, small, 1) / (1 + small) - target, out=gx)


@jit(numpy=binary_cross_entropy_vjp_in_numpy)
def binary_cross_entropy_vjp(g, target, x, gx):
    zero, one = x.dtype.type(0), x.dtype.type(1)
    for i in range(x.size):
        small = math.exp(-abs(x[i]))
        s = (small if x[i] < zero else one) / (one + small)
        gx[i] = g[i] * (s - target[i])
