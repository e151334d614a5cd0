"""The end of a dense layer: add the bias to each row of a matrix and apply the activation.

For the rows of images, which are many, each thread does half.
"""

import numpy as np

from funclab.engine.kernels.jit import jit
from funclab.engine.kernels.threads import WORTH_SHARING, share, share_samples

OPERATIONS = 20
"""The cost of one element, in operations of a matrix product."""
MANY = WORTH_SHARING / OPERATIONS
"""Elements that are worth two threads."""

LINEAR, RELU, TANH, SIGMOID = 0, 1, 2, 3


def bias_rows_in_numpy(x, b, relu, out):
    np.add(x, b, out=out)
    if relu:
        np.maximum(out, 0, out=out)


@jit(numpy=bias_rows_in_numpy)
def bias_rows(x, b, relu, out):
    rows, columns = x.shape
    zero = out.dtype.type(0)
    for i in range(rows):
        for j in range(columns):
            y = x[i, j] + b[j]
            out[i, j] = zero if relu and y < zero else y


def bias_activation(x, b, kind, out):
    """out = the activation `kind` of x + b."""
    share_samples(OPERATIONS * x.size, bias_activation_of_rows, (x, out), b, kind)


def bias_activation_of_rows(x, out, b, kind):
    bias_rows(x, b, kind == RELU, out)
    if kind == TANH:
        np.tanh(out, out)
    elif kind == SIGMOID:  # 1 / (1 + e^-y); for very negative y, e^-y is infinite, the result 0
        np.negative(out, out)
        np.exp(out, out)
        np.add(out, 1, out)
        np.reciprocal(out, out)


def bias_activation_vjp_in_halves(g, out, kind, gx, gb):
    """As bias_activation_vjp; if it pays, adding the sums of both halves."""
    if g.size < MANY:
        bias_activation_vjp(g, out, kind, gx, gb)
        return

    def half(first, last):
        total = np.empty_like(gb)
        bias_activation_vjp(g[first:last], out[first:last], kind, gx[first:last], total)
        return total

    first, *others = share(half, len(g), OPERATIONS * g.size)
    np.copyto(gb, sum(others, first))


def bias_activation_vjp_in_numpy(g, out, kind, gx, gb):
    if kind == RELU:
        np.copyto(gx, np.where(out > 0, g, 0))
    else:
        slope = 1 if kind == LINEAR else 1 - out * out if kind == TANH else out * (1 - out)
        np.multiply(g, slope, out=gx)
    np.sum(gx, axis=0, out=gb)


@jit(numpy=bias_activation_vjp_in_numpy)
def bias_activation_vjp(g, out, kind, gx, gb):
    """The activation's slope, computed from `out`, and the bias gradient in the same pass."""
    rows, columns = g.shape
    zero, one = g.dtype.type(0), g.dtype.type(1)
    for j in range(columns):
        gb[j] = zero
    for i in range(rows):
        for j in range(columns):
            y, slope = out[i, j], one
            if kind == 1:
                slope = one if y > zero else zero
            elif kind == 2:
                slope = one - y * y
            elif kind == 3:
                slope = y * (one - y)
            gx[i, j] = g[i, j] * slope
            gb[j] += gx[i, j]
