"""Depthwise convolution, in which each channel has its own filters: sums, no matrix product.

With one channel per group, no matrix product can be formed. So the loops run over whole rows of
pixels for each position of the kernel, and innermost over the channels, which are contiguous in
memory.
"""

import numpy as np

from funclab.engine.kernels.jit import jit
from funclab.engine.kernels.window import reach, volumes

X, W, OUT = 0, 1, 2
"""Which of the three arrays accumulates the products of the other two."""


def suits(x, w):
    """Whether each filter of a kernel sees just one of several channels; x and w are shapes."""
    return w[-2] == 1 < x[-1]


def conv(x, w, bias, out, window):
    out[...] = 0 if bias is None else bias
    _sweep(x, w, out, window, OUT)


def conv_vjp_x(g, w, gx, window):
    gx[...] = 0
    _sweep(gx, w, g, window, X)


def conv_vjp_w(x, g, gw, window):
    _sweep(x, gw, g, window, W)


def _sweep(x, w, out, window, into):
    """Add every product of the convolution to the array that `into` names."""
    channels, rank = x.shape[-1], len(window.size)
    several = w.shape[-1] // channels
    kernel = w.reshape((1,) * (3 - rank) + (*window.size, channels, several), copy=False)
    strides = (1,) * (3 - rank) + tuple(window.strides)
    taps = [np.array([(0, 1, 0)])] * (3 - rank)
    for axis, (outputs, length) in enumerate(zip(out.shape[1:-1], x.shape[1:-1])):
        offsets = range(window.size[axis])
        taps.append(np.array([reach(window, axis, at, outputs, length) for at in offsets]))
    for i in range(several):  # the filters of a channel are adjacent
        parts = volumes(x), kernel[..., i], volumes(out[..., i::several])
        packed = [np.ascontiguousarray(part) for part in parts]
        sweep(*packed, *taps, strides, into)
        if packed[into] is not parts[into]:
            np.copyto(parts[into], packed[into])


def sweep_in_numpy(x, w, out, planes, rows, columns, strides, into):
    for tap in np.ndindex(w.shape[:3]):
        taps = [taps[at] for taps, at in zip((planes, rows, columns), tap)]
        seeing = tuple(slice(first, last) for first, last, _ in taps)
        seen = tuple(
            slice(first * stride + offset, last * stride + offset, stride)
            for (first, last, offset), stride in zip(taps, strides)
        )
        pixels, outputs = x[:, *seen], out[:, *seeing]
        if into == OUT:
            outputs += pixels * w[tap]
        elif into == X:
            pixels += outputs * w[tap]
        else:
            w[tap] += np.einsum("bdhwc,bdhwc->c", pixels, outputs)


@jit(numpy=sweep_in_numpy)
def sweep(x, w, out, planes, rows, columns, strides, into):
    """`planes`, `rows` and `columns` hold what `reach` returns for each position of the kernel."""
    for b in range(out.shape[0]):
        for d in range(planes.shape[0]):
            for k in range(planes[d, 0], planes[d, 1]):
                plane = x[b, k * strides[0] + planes[d, 2]]
                for p in range(rows.shape[0]):
                    for i in range(rows[p, 0], rows[p, 1]):
                        pixels = plane[i * strides[1] + rows[p, 2]]
                        multiply_row(pixels, w[d, p], out[b, k, i], columns, strides[2], into)


@jit
def multiply_row(x, w, out, columns, stride, into):
    for q in range(columns.shape[0]):
        for j in range(columns[q, 0], columns[q, 1]):
            column = j * stride + columns[q, 2]
            if into == OUT:
                for c in range(x.shape[1]):
                    out[j, c] += x[column, c] * w[q, c]
            elif into == X:
                for c in range(x.shape[1]):
                    x[column, c] += out[j, c] * w[q, c]
            else:
                for c in range(x.shape[1]):
                    w[q, c] += x[column, c] * out[j, c]
