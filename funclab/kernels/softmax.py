"""Softmax of the rows of a matrix, and its gradient: of many rows, each thread does half."""

import numpy as np

from funclab.kernels.jit import jit
from funclab.kernels.threads import share_samples

FORWARD, BACK = 150, 60
"""What one element costs, in operations of a matrix product."""


def softmax(x, out):
    share_samples(FORWARD * x.size, softmax_of_rows, (x, out))


def softmax_vjp(g, out, gx):
    share_samples(BACK * g.size, softmax_of_rows_vjp, (g, out, gx))


def softmax_of_rows(x, out):
    # NumPy's exp uses vector instructions, which numba's loops cannot reach.
    lower_rows(x, out)
    np.exp(out, out)
    divide_rows(out)


def lower_rows_in_numpy(x, out):
    np.subtract(x, np.fmax.reduce(x, axis=1, keepdims=True), out=out)


@jit(numpy=lower_rows_in_numpy)
def lower_rows(x, out):
    """out = x - the largest of its row. A NaN stays NaN, and its row's sum with it."""
    rows, columns = x.shape
    half = columns // 2
    for i in range(rows):
        # Each comparison waits for the one before: the two halves of a row wait together.
        top, other = x[i, 0], x[i, columns - 1]
        for j in range(half):
            top = x[i, j] if x[i, j] > top else top
            other = x[i, j + half] if x[i, j + half] > other else other
        top = other if other > top else top
        for j in range(columns):
            out[i, j] = x[i, j] - top


@jit(numpy=lambda out: np.divide(out, out.sum(axis=1, keepdims=True), out=out))
def divide_rows(out):
    """Divide each row by its sum."""
    rows, columns = out.shape
    for i in range(rows):
        total = out.dtype.type(0)
        for j in range(columns):
            total += out[i, j]
        scale = out.dtype.type(1) / total
        for j in range(columns):
            out[i, j] *= scale


def softmax_of_rows_vjp_in_numpy(g, out, gx):
    np.multiply(out, g - np.sum(g * out, axis=1, keepdims=True), out=gx)


@jit(numpy=softmax_of_rows_vjp_in_numpy)
def softmax_of_rows_vjp(g, out, gx):
    rows, columns = g.shape
    for i in range(rows):
        total = g.dtype.type(0)
        for j in range(columns):
            total += g[i, j] * out[i, j]
        for j in range(columns):
            gx[i, j] = out[i, j] * (g[i, j] - total)
