"""Convolution, its transpose and its gradients: the batch is split between two threads.

Images are (batch, height, width, channels), sequences (batch, time, channels) and volumes (batch,
depth, height, width, channels), with any strides in memory; kernels are contiguous (size along each
of these axes, channels / groups, filters).

There are four algorithms, each in its own module.
"""

from functools import lru_cache

import numpy as np

from funclab.engine.kernels import columns, depthwise, winograd
from funclab.engine.kernels.jit import ENABLED
from funclab.engine.kernels.recurrent import sequences
from funclab.engine.kernels.threads import share, share_samples


def conv(x, w, bias, out, window):
    """out[b, i, f] = bias[f] + sum of x[b, i * stride + p * dilation - before, c] * w[p, c, f].

    i and p are positions in the output and in the kernel, one number per axis. The sum is over p
    and the channels c; bias may be None.
    """
    way = _way(x.shape, w.shape, window, out.shape, out.shape, out.dtype.kind)

    def part(x, out):
        way.conv(x, w, bias, out, window)

    share_samples(operations(w, out), part, (x, out))


def conv_vjp_x(g, w, gx, window):
    """Each window's gradient is added to the pixels that the window saw."""
    way = _way(gx.shape, w.shape, window, g.shape, gx.shape, gx.dtype.kind)

    def part(g, gx):
        way.conv_vjp_x(g, w, gx, window)

    share_samples(operations(w, g), part, (g, gx))


def conv_vjp_w(x, g, gw, window):
    """gw = windows^T g."""

    def half(first, last):
        total = np.zeros_like(gw)
        function(x[first:last], g[first:last], total, window)
        return total

    function = _way(x.shape, gw.shape, window, g.shape, None, gw.dtype.kind).conv_vjp_w
    halves = share(half, len(x), operations(gw, g))
    np.copyto(gw, halves[0])
    for more in halves[1:]:
        gw += more


def conv_vjp_bias(g, gbias):
    """The sum of g over all positions, as a product with ones: much faster than numpy's sum."""
    matrix = np.ascontiguousarray(g).reshape(-1, g.shape[-1])
    np.matmul(np.ones(len(matrix), g.dtype), matrix, out=gbias)


def operations(w, out):
    """Multiplications and additions with kernel `w` and output `out`, plus the cost of writing."""
    each = 2 * w[..., 0].size + 32
    return each * out.size


@lru_cache(maxsize=256)
def _way(x, w, window, out, cut, kind):
    """The fastest module for the convolution of x with w that gives out (all are shapes). `cut` is
    the shape to be computed: out, or x for its gradient; None for the gradient of w. `kind` is the
    dtype's kind: the algorithms with fewer multiplications need fractions, so only floats, and
    loops, which pay only if they are compiled."""
    if depthwise.suits(x, w):
        return depthwise
    if kind != "f" or not ENABLED:
        return columns
    if sequences.suits(x, w, window, out, cut or out):
        return sequences
    if cut is None:
        return winograd if winograd.suits_weights(x, w, window, out) else columns
    return winograd if winograd.suits(x, w, window, out, cut) else columns
