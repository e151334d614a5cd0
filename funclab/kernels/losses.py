"""Cross-entropies from scores (logits), row by row, and their gradients.

The rows begin with `lower_rows` of softmax.py and NumPy's exp in between, which is vectorised.
"""

import math

import numpy as np

from funclab.kernels.jit import jit


@jit
def take_scores(target, lowered, out):
    """out = -sum(target * score) of each row, the scores lowered by the largest."""
    rows, columns = lowered.shape
    for i in range(rows):
        score = out.dtype.type(0)
        for j in range(columns):
            score += target[i, j] * lowered[i, j]
        out[i] = -score


@jit
def take_score(target, lowered, out):
    """out = -the score of the class that the target names; NaN if there is none."""
    rows, columns = lowered.shape
    for i in range(rows):
        chosen = int(target[i])
        out[i] = -lowered[i, chosen] if 0 <= chosen < columns else np.nan


@jit
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


@jit
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


@jit
def cross_entropy_vjp(g, target, p, gx):
    rows, columns = p.shape
    for i in range(rows):
        weight = p.dtype.type(0)
        for j in range(columns):
            weight += target[i, j]
        for j in range(columns):
            gx[i, j] = g[i] * (weight * p[i, j] - target[i, j])


@jit
def sparse_cross_entropy_vjp(g, target, p, gx):
    rows, columns = p.shape
    for i in range(rows):
        for j in range(columns):
            gx[i, j] = g[i] * p[i, j]
        chosen = int(target[i])
        if 0 <= chosen < columns:
            gx[i, chosen] -= g[i]


@jit
def binary_cross_entropy(target, x, out):
    """-t log(s) - (1 - t) log(1 - s) with s = sigmoid(x), without computing s."""
    zero = x.dtype.type(0)
    for i in range(x.size):
        ramp = zero if x[i] < zero else x[i]
        out[i] = ramp - x[i] * target[i] + math.log1p(math.exp(-abs(x[i])))


@jit
def binary_cross_entropy_vjp(g, target, x, gx):
    zero, one = x.dtype.type(0), x.dtype.type(1)
    for i in range(x.size):
        small = math.exp(-abs(x[i]))
        s = (small if x[i] < zero else one) / (one + small)
        gx[i] = g[i] * (s - target[i])
