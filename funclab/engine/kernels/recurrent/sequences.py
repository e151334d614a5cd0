"""Convolution along a sequence with fewer multiplications: as in winograd.py, along one axis.

Six points suit any `m` outputs and kernel of size `k` with m + k - 1 = 6: with a kernel of five,
two outputs take 6 multiplications instead of 10 for each channel and filter; with one of three,
four outputs take 6 instead of 12. With OUTPUTS for m coefficients and WEIGHTS for k,

    out = OUTPUTS^T ((PIXELS x) * (WEIGHTS w)),    gw = WEIGHTS^T ((PIXELS x) * (OUTPUTS g))

for each tile of m outputs, with a matrix product for the sum over the channels (or, for gw, over
the tiles) at each point.
"""

import functools

import numpy as np

from funclab.engine.kernels.recurrent import sequence_tiles as loops
from funclab.engine.kernels.threads import scratch
from funclab.engine.kernels.winograd import PIXELS, SEEN, at_points

TILES = 192
"""Tiles multiplied at a time, so that they stay in a core's cache."""


def suits(x, w, window, out, cut):
    """Whether this algorithm is faster for arrays of these shapes; `cut`: as in winograd.py."""
    plain = len(window.size) == 1 and window.strides == window.dilation == (1,)
    if not plain or w[-2] != x[-1] or not 2 <= w[0] <= 5 or max(window.padding[0]) >= w[0]:
        return False
    tiles = -(-cut[1] // (SEEN + 1 - w[0]))
    saved = out[1] * w[0] / (SEEN * tiles)
    return min(w[-2:]) * saved >= 56 and saved > 1.4 and x[0] * tiles >= 64


@functools.cache
def matrices(k, dtype):
    """PIXELS, OUTPUTS (padded with zeros to SEEN columns) and WEIGHTS for a kernel of size k."""
    step = SEEN + 1 - k
    outputs = np.zeros((SEEN, SEEN))
    outputs[:, :step] = at_points(step)
    scale = np.sum(PIXELS * at_points(SEEN), axis=1, keepdims=True)
    weights = at_points(k) / scale
    return PIXELS.astype(dtype), outputs.astype(dtype), weights.astype(dtype)


def conv(x, w, bias, out, window):
    k, channels, filters = w.shape
    step, before = SEEN + 1 - k, window.padding[0][0]
    pixels, outputs, weights = matrices(k, x.dtype)
    kernel = np.matmul(weights, w.reshape(k, -1))
    kernel = kernel.reshape(SEEN, channels, filters)
    added = np.zeros(filters, x.dtype) if bias is None else bias
    for some, tiles in _blocks(out, k):
        values = scratch("pixels", (SEEN, tiles, channels), x.dtype)
        products = scratch("products", (SEEN, tiles, filters), x.dtype)
        loops.evaluate(x[some], pixels, step, before, values)
        np.matmul(values, kernel, out=products)
        loops.interpolate(products, outputs, step, added, out[some])


def conv_vjp_x(g, w, gx, window):
    """A convolution of g with the kernel reversed, and channels and filters swapped."""
    turned = np.ascontiguousarray(w[::-1].swapaxes(1, 2))
    most = len(w) - 1
    padding = [(most - before, most - after) for before, after in window.padding]
    conv(g, turned, None, gx, window._replace(padding=padding))


def conv_vjp_w(x, g, gw, window):
    k, channels, filters = gw.shape
    step, before = SEEN + 1 - k, window.padding[0][0]
    pixels, outputs, weights = matrices(k, x.dtype)
    total = np.zeros((SEEN, channels, filters), gw.dtype)
    product = np.empty_like(total)
    for some, tiles in _blocks(g, k):
        seen = scratch("pixels", (SEEN, tiles, channels), x.dtype)
        gradients = scratch("products", (SEEN, tiles, filters), x.dtype)
        loops.evaluate(x[some], pixels, step, before, seen)
        loops.evaluate(g[some], outputs, step, 0, gradients)
        np.matmul(seen.swapaxes(1, 2), gradients, out=product)
        total += product
    np.matmul(weights.T, total.reshape(SEEN, -1), out=gw.reshape(k, -1))


def _blocks(out, k):
    """Groups of sequences with about `TILES` tiles in total, and how many tiles they have."""
    each = -(-out.shape[1] // (SEEN + 1 - k))
    count = max(1, TILES // each)
    for first in range(0, len(out), count):
        last = min(first + count, len(out))
        yield slice(first, last), (last - first) * each
