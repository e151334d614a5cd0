"""Loops over flat arrays, where NumPy would need several passes.

Exponentials and hyperbolic tangents are left to NumPy, whose versions use the processor's vector
instructions; the loops here do the rest.
"""

import math

import numpy as np

from funclab.engine.kernels.jit import jit, span


def each(function, x):
    """`function` (of one number) applied to each element: for functions that NumPy lacks."""
    return np.frompyfunc(function, 1, 1)(x).astype(x.dtype)


@jit(numpy=lambda x, out: np.maximum(x, 0, out=out))
def relu(x, out):
    zero = x.dtype.type(0)
    for i in range(x.size):
        # Written so that NaN stays NaN: the comparison is False for it.
        out[i] = zero if x[i] < zero else x[i]


@jit(numpy=lambda g, out, gx: np.copyto(gx, np.where(out > 0, g, 0)))
def relu_vjp(g, out, gx):
    zero = g.dtype.type(0)
    for i in range(g.size):
        gx[i] = g[i] if out[i] > zero else zero


def is_below(x, threshold):
    # As in Keras, the ramp begins above a threshold, and at 0 if there is none.
    return x <= threshold if threshold else x < threshold


def bent_relu_in_numpy(x, slope, ceiling, threshold, out):
    below = np.where(is_below(x, threshold), slope * (x - threshold), x)
    np.copyto(out, np.where(x >= ceiling, ceiling, below))


@jit(numpy=bent_relu_in_numpy)
def bent_relu(x, slope, ceiling, threshold, out):
    slope, ceiling = out.dtype.type(slope), out.dtype.type(ceiling)
    threshold = out.dtype.type(threshold)
    bends = threshold != 0
    for i in range(x.size):
        if x[i] >= ceiling:
            out[i] = ceiling
        elif x[i] < threshold or (bends and x[i] == threshold):
            out[i] = slope * (x[i] - threshold)
        else:
            out[i] = x[i]


def bent_relu_vjp_in_numpy(g, x, slope, ceiling, threshold, gx):
    rise = np.where(is_below(x, threshold), g.dtype.type(slope), g.dtype.type(1))
    np.multiply(g, np.where(x >= ceiling, g.dtype.type(0), rise), out=gx)


@jit(numpy=bent_relu_vjp_in_numpy)
def bent_relu_vjp(g, x, slope, ceiling, threshold, gx):
    zero, one, slope = g.dtype.type(0), g.dtype.type(1), g.dtype.type(slope)
    ceiling, threshold = x.dtype.type(ceiling), x.dtype.type(threshold)
    bends = threshold != 0
    for i in range(g.size):
        rise = one
        if x[i] >= ceiling:
            rise = zero
        elif x[i] < threshold or (bends and x[i] == threshold):
            rise = slope
        gx[i] = g[i] * rise


def sigmoid(x, out):
    # tanh cannot overflow, but loses the small results for very negative x; e^-|x| keeps them.
    np.abs(x, out)
    np.negative(out, out)
    np.exp(out, out)
    sigmoid_end(x, out)


@jit(numpy=lambda x, out: np.divide(np.where(x < 0, out, 1), 1 + out, out=out))
def sigmoid_end(x, out):
    """From e^-|x| to 1 / (1 + e^-x)."""
    zero, one = out.dtype.type(0), out.dtype.type(1)
    for i in range(x.size):
        top = out[i] if x[i] < zero else one
        out[i] = top / (one + out[i])


def softplus(x, out):
    np.abs(x, out)
    np.negative(out, out)
    np.exp(out, out)
    np.log1p(out, out)
    add_ramp(x, out)


@jit(numpy=lambda x, out: np.add(out, np.maximum(x, 0), out=out))
def add_ramp(x, out):
    """Add x where it is positive."""
    zero = out.dtype.type(0)
    for i in range(x.size):
        out[i] += zero if x[i] < zero else x[i]


@jit
def sigmoid_vjp(g, out, gx):
    one = g.dtype.type(1)
    for i in span(0, g.size):
        gx[i] = g[i] * out[i] * (one - out[i])


@jit
def tanh_vjp(g, out, gx):
    one = g.dtype.type(1)
    for i in span(0, g.size):
        gx[i] = g[i] * (one - out[i] * out[i])


@jit
def times_sigmoid_vjp(g, x, s, gx):
    """For silu: out = x s with s = sigmoid(x), so the slope is s + x s (1 - s)."""
    one = g.dtype.type(1)
    for i in span(0, g.size):
        gx[i] = g[i] * s[i] * (one + x[i] * (one - s[i]))


@jit(numpy=lambda x, above, below, out: np.copyto(out, np.where(x < 0, below * out, above * x)))
def elu_end(x, above, below, out):
    """Turn e^min(x, 0) - 1 in `out` into above * x for x >= 0, else below * (e^x - 1)."""
    zero = out.dtype.type(0)
    above, below = out.dtype.type(above), out.dtype.type(below)
    for i in range(x.size):
        out[i] = below * out[i] if x[i] < zero else above * x[i]


def elu_vjp_in_numpy(g, x, out, above, below, gx):
    np.multiply(g, np.where(x < 0, out + below, g.dtype.type(above)), out=gx)


@jit(numpy=elu_vjp_in_numpy)
def elu_vjp(g, x, out, above, below, gx):
    zero = g.dtype.type(0)
    above, below = g.dtype.type(above), g.dtype.type(below)
    for i in range(g.size):
        gx[i] = g[i] * (out[i] + below if x[i] < zero else above)


def elu(x, above, below, out):
    np.minimum(x, 0, out=out)
    np.expm1(out, out)
    elu_end(x, above, below, out)


def gelu_in_numpy(x, p, out):
    error_function_rest(-x * math.sqrt(0.5), p)
    p *= 0.5
    np.multiply(x, p, out=out)


@jit(numpy=gelu_in_numpy)
def gelu(x, p, out):
    """`p` keeps the probability that a standard normal number is below x."""
    for i in range(x.size):
        p[i] = 0.5 * math.erfc(-x[i] * math.sqrt(0.5))
        out[i] = x[i] * p[i]


@jit
def gelu_vjp(g, x, p, gx):
    scale = 1 / math.sqrt(2 * math.pi)
    for i in span(0, g.size):
        gx[i] = g[i] * (p[i] + x[i] * scale * np.exp(-0.5 * x[i] * x[i]))


@jit
def gelu_argument(x, t):
    scale, cubic = t.dtype.type(math.sqrt(2 / math.pi)), t.dtype.type(0.044715)
    for i in span(0, x.size):
        t[i] = scale * (x[i] + cubic * x[i] * x[i] * x[i])


@jit
def gelu_end(x, t, out):
    half, one = out.dtype.type(0.5), out.dtype.type(1)
    for i in span(0, x.size):
        out[i] = half * x[i] * (one + t[i])


@jit
def gelu_tanh_vjp(g, x, t, gx):
    """`t` is the tanh of the argument, whose slope is scale (1 + 3 cubic x^2)."""
    half, one = g.dtype.type(0.5), g.dtype.type(1)
    scale, cubic = g.dtype.type(math.sqrt(2 / math.pi)), g.dtype.type(3 * 0.044715)
    for i in span(0, g.size):
        steep = (one - t[i] * t[i]) * scale * (one + cubic * x[i] * x[i])
        gx[i] = half * g[i] * (one + t[i] + x[i] * steep)


@jit(numpy=lambda x, out: np.copyto(out, each(math.erf, x)))
def error_function(x, out):
    for i in range(x.size):
        out[i] = math.erf(x[i])


@jit(numpy=lambda x, out: np.copyto(out, each(math.erfc, x)))
def error_function_rest(x, out):
    for i in range(x.size):
        out[i] = math.erfc(x[i])


@jit
def inverse(x):
    """Newton's method on erfc(y) = 1 - |x|, which stays accurate near 1."""
    size = abs(float(x))
    if not size < 1:
        return x * math.inf if size == 1 else math.nan
    # Winitzki, "A handy approximation for the error function and its inverse", 2008.
    log = math.log1p(-size * size)
    half = 4.330746750799873 + log / 2
    y = math.sqrt(math.sqrt(half * half - log / 0.147) - half)
    for _ in range(3):
        slope = 1.1283791670955126 * math.exp(-y * y)
        error = math.erfc(y) - (1 - size)
        y += error / slope
    return math.copysign(y, x)


@jit(numpy=lambda x, out: np.copyto(out, each(inverse, x)))
def error_function_inverse(x, out):
    for i in range(x.size):
        out[i] = inverse(x[i])
