"""Convolution along a sequence by fewer multiplications: as winograd.py does, in one direction.

Six points suit any `m` outputs and kernel of `k` with m + k - 1 = 6: for a kernel of five, two
outputs take 6 multiplications in place of 10 for each channel and filter; for one of three, four
outputs take 6 in place of 12. With OUTPUTS for m coefficients and WEIGHTS for k,

    out = OUTPUTS^T ((PIXELS x) * (WEIGHTS w)),    gw = WEIGHTS^T ((PIXELS x) * (OUTPUTS g))

for each tile of m outputs, and with a product of matrices for the sum over the channels (or, for
gw, over the tiles) at each point.
"""

from __future__ import annotations

import functools

import numpy as np

from funclab.kernels.jit import jit
from funclab.kernels.threads import scratch
from funclab.kernels.winograd import PIXELS, SEEN, at_points

TILES = 192
"""Multiplied at a time, so that they stay in a core's cache."""


def suits(x, w, window, out, cut):
    """Whether this way is the faster one for arrays of these shapes; `cut`: as in winograd.py."""
    plain = len(window.size) == 1 and window.strides == window.dilation == (1,)
    if not plain or w[-2] != x[-1] or not 2 <= w[0] <= 5 or max(window.padding[0]) >= w[0]:
        return False
    tiles = -(-cut[1] // (SEEN + 1 - w[0]))
    saved = out[1] * w[0] / (SEEN * tiles)
    return min(w[-2:]) * saved >= 56 and saved > 1.4 and x[0] * tiles >= 64


@functools.cache
def matrices(k, dtype):
    """PIXELS, OUTPUTS (with columns of zeros up to SEEN of them) and WEIGHTS for a kernel of k."""
    outputs = np.zeros((SEEN, SEEN))
    outputs[:, : SEEN + 1 - k] = at_points(SEEN + 1 - k)
    weights = at_points(k) / np.sum(PIXELS * at_points(SEEN), axis=1, keepdims=True)
    return PIXELS.astype(dtype), outputs.astype(dtype), weights.astype(dtype)


def conv(x, w, bias, out, window):
    k, channels, filters = w.shape
    pixels, outputs, weights = matrices(k, x.dtype)
    kernel = np.matmul(weights, w.reshape(k, -1)).reshape(SEEN, channels, filters)
    added = np.zeros(filters, x.dtype) if bias is None else bias
    for some, tiles in _blocks(out, k):
        values = scratch("pixels", (SEEN, tiles, channels), x.dtype)
        products = scratch("products", (SEEN, tiles, filters), x.dtype)
        evaluate(x[some], pixels, SEEN + 1 - k, window.padding[0][0], values)
        np.matmul(values, kernel, out=products)
        interpolate(products, outputs, SEEN + 1 - k, added, out[some])


def conv_vjp_x(g, w, gx, window):
    """A convolution of g with the kernel turned round, channels and filters swapped."""
    turned = np.ascontiguousarray(w[::-1].swapaxes(1, 2))
    before, after = window.padding[0]
    padding = ((len(w) - 1 - before, len(w) - 1 - after),)
    conv(g, turned, None, gx, window._replace(padding=padding))


def conv_vjp_w(x, g, gw, window):
    k, channels, filters = gw.shape
    pixels, outputs, weights = matrices(k, x.dtype)
    total = np.zeros((SEEN, channels, filters), gw.dtype)
    product = np.empty_like(total)
    for some, tiles in _blocks(g, k):
        seen = scratch("pixels", (SEEN, tiles, channels), x.dtype)
        gradients = scratch("products", (SEEN, tiles, filters), x.dtype)
        evaluate(x[some], pixels, SEEN + 1 - k, window.padding[0][0], seen)
        evaluate(g[some], outputs, SEEN + 1 - k, 0, gradients)
        total += np.matmul(seen.swapaxes(1, 2), gradients, out=product)
    np.matmul(weights.T, total.reshape(SEEN, -1), out=gw.reshape(k, -1))


def _blocks(out, k):
    """Sequences with about `TILES` tiles together, and how many they have."""
    each = -(-out.shape[1] // (SEEN + 1 - k))
    count = max(1, TILES // each)
    for first in range(0, len(out), count):
        last = min(first + count, len(out))
        yield slice(first, last), (last - first) * each


def evaluate_in_numpy(x, matrix, step, before, values):
    tiles = values.shape[1] // len(x)
    padded = np.zeros((len(x), (tiles - 1) * step + SEEN, x.shape[2]), x.dtype)
    there = padded[:, before : before + x.shape[1]]
    there[...] = x[:, : there.shape[1]]
    views = np.lib.stride_tricks.sliding_window_view(padded, SEEN, 1)[:, ::step]
    np.einsum("pi,btci->pbtc", matrix, views, out=values.reshape(SEEN, len(x), tiles, -1))


@jit(numpy=evaluate_in_numpy)
def evaluate(x, matrix, step, before, values):
    """values = matrix x for each tile, whose SEEN rows of x begin `step` after those of the last.

    `before` counts the zeros in front of a sequence.
    """
    line = np.zeros((SEEN, x.shape[2]), x.dtype)
    x0, x1, x2, x3, x4, x5 = line[0], line[1], line[2], line[3], line[4], line[5]
    each = values.shape[1] // x.shape[0]
    for tile in range(values.shape[1]):
        sample, start = tile // each, tile % each * step - before
        for i in range(SEEN):
            inside = 0 <= start + i < x.shape[1]
            for c in range(x.shape[2]):
                line[i, c] = x[sample, start + i, c] if inside else 0
        for p in range(SEEN):
            a, value = matrix[p], values[p, tile]
            a0, a1, a2, a3, a4, a5 = a[0], a[1], a[2], a[3], a[4], a[5]
            for c in range(value.size):
                value[c] = (
                    a0 * x0[c] + a1 * x1[c] + a2 * x2[c] + a3 * x3[c] + a4 * x4[c] + a5 * x5[c]
                )


def interpolate_in_numpy(products, matrix, step, bias, out):
    tiles = products.reshape(SEEN, len(out), -1, out.shape[2])
    made = np.einsum("pi,pbtf->btif", matrix[:, :step], tiles)
    made = made.reshape(len(out), -1, out.shape[2])
    np.add(made[:, : out.shape[1]], bias, out=out)


@jit(numpy=interpolate_in_numpy)
def interpolate(products, matrix, step, bias, out):
    """out = matrix^T products + bias: `step` outputs for each tile, the last of which may end."""
    each = products.shape[1] // out.shape[0]
    for tile in range(products.shape[1]):
        sample, start = tile // each, tile % each * step
        m0, m1, m2 = products[0, tile], products[1, tile], products[2, tile]
        m3, m4, m5 = products[3, tile], products[4, tile], products[5, tile]
        for i in range(min(step, out.shape[1] - start)):
            a0, a1, a2 = matrix[0, i], matrix[1, i], matrix[2, i]
            a3, a4, a5 = matrix[3, i], matrix[4, i], matrix[5, i]
            y = out[sample, start + i]
            for f in range(y.size):
                y[f] = bias[f] + (
                    a0 * m0[f] + a1 * m1[f] + a2 * m2[f] + a3 * m3[f] + a4 * m4[f] + a5 * m5[f]
                )
