"""Softmax of the rows of a matrix, and its gradient; if rows are many, each thread does half."""

import math

import numpy as np

from funclab.engine.kernels.jit import ENABLED, jit
from funclab.engine.kernels.threads import share_samples

FORWARD, BACK = 50, 30
"""The cost of one element, in operations of a matrix product."""

# e^x = 2^n e^r, with the integer n for which r is between -log(2) / 2 and log(2) / 2; there
# e^r = 1 + r + r^2 (C2 + C3 r + ...), with coefficients that minimize the largest error.
# With the rounding it is 1e-7 for x above -20, and 3e-7 below (NumPy's: 2e-7); 5e-8 times x on a
# processor that rounds a product before it adds.
LOG_2 = np.float32(math.log(2))
SMALLEST = np.float32(-87.3)  # below this, float32 cannot hold e^x with full precision
C2, C3, C4 = np.array([0.49999994, 0.1666652, 0.041668393], np.float32)
C5, C6 = np.array([0.008368781, 0.0013814467], np.float32)


def softmax(x, out):
    share_samples(FORWARD * x.size, softmax_of_rows, (x, out))


def softmax_vjp(g, out, gx):
    share_samples(BACK * g.size, softmax_of_rows_vjp, (g, out, gx))


def softmax_of_rows(x, out):
    if ENABLED and out.dtype == np.float32:
        single_softmax(x, out)
        return
    lower_rows(x, out)
    np.exp(out, out)
    divide_rows(out)


@jit
def single_softmax(x, out):
    """For float32, in one call: threads that return to Python in between wait for each other."""
    lower_rows(x, out)
    every = out.reshape(out.size)
    for i in range(every.size):
        every[i] = exponential(every[i])
    divide_rows(out)


@jit
def exponential(x):
    """e^x for x <= 0, in float32, in a form that the compiler can vectorize."""
    zero, half, one = np.float32(0), np.float32(0.5), np.float32(1)
    bounded = x if x > SMALLEST else SMALLEST
    n = np.int32(bounded / LOG_2 - half)  # truncation, which after `- half` rounds to nearest
    r = x - np.float32(n) * LOG_2  # NaN stays NaN
    y = one + r * (one + r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * C6)))))
    bits = np.int32((n + np.int32(127)) << np.int32(23))  # the bits of 2^n in float32
    return zero if x < SMALLEST else y * bits.view(np.float32)


@jit(numpy=lambda x, out: np.subtract(x, np.fmax.reduce(x, axis=1, keepdims=True), out=out))
def lower_rows(x, out):
    """out = x - its row's maximum. NaN stays NaN, and so makes its row's sum NaN."""
    rows, columns = x.shape
    half = columns // 2
    for i in range(rows):
        # Each comparison waits for the previous one: the two halves of a row wait in parallel.
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


@jit(numpy=lambda g, out, gx: np.multiply(out, g - np.sum(g * out, axis=1, keepdims=True), out=gx))
def softmax_of_rows_vjp(g, out, gx):
    rows, columns = g.shape
    for i in range(rows):
        total = g.dtype.type(0)
        for j in range(columns):
            total += g[i, j] * out[i, j]
        for j in range(columns):
            gx[i, j] = out[i, j] * (g[i, j] - total)
