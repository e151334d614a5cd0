"""The loops of sequences.py: from rows of sequences to the values of tiles at six points, and back.

For each tile, a 6x6 matrix multiplies the rows that the tile sees, or its values. The sums of six
products are written out, so that the compiler vectorizes the loops over the channels.
"""

import numpy as np

from funclab.engine.kernels.jit import jit

SEEN = 6  # as in winograd.py; repeated: compiled code does not notice changes of other files


@jit
def evaluate(x, matrix, step, before, values):
    """values = matrix x for each tile; its SEEN rows of x begin `step` after the previous tile's.

    `before` is the number of zeros in front of a sequence.
    """
    line = np.zeros((SEEN, x.shape[2]), x.dtype)
    x0, x1, x2 = line[0], line[1], line[2]
    x3, x4, x5 = line[3], line[4], line[5]
    each = values.shape[1] // x.shape[0]
    for tile in range(values.shape[1]):
        sample = tile // each
        start = tile % each * step - before
        for i in range(SEEN):
            inside = 0 <= start + i < x.shape[1]
            for c in range(x.shape[2]):
                line[i, c] = x[sample, start + i, c] if inside else 0
        for p in range(SEEN):
            a, value = matrix[p], values[p, tile]
            a0, a1, a2 = a[0], a[1], a[2]
            a3, a4, a5 = a[3], a[4], a[5]
            for c in range(value.size):
                near = a0 * x0[c] + a1 * x1[c] + a2 * x2[c]
                value[c] = near + a3 * x3[c] + a4 * x4[c] + a5 * x5[c]


@jit
def interpolate(products, matrix, step, bias, out):
    """out = matrix^T products + bias: `step` outputs per tile; the last tile may be cut short."""
    each = products.shape[1] // out.shape[0]
    for tile in range(products.shape[1]):
        sample = tile // each
        start = tile % each * step
        m0, m1, m2 = products[0, tile], products[1, tile], products[2, tile]
        m3, m4, m5 = products[3, tile], products[4, tile], products[5, tile]
        for i in range(min(step, out.shape[1] - start)):
            a, y = matrix[:, i], out[sample, start + i]
            a0, a1, a2 = a[0], a[1], a[2]
            a3, a4, a5 = a[3], a[4], a[5]
            for f in range(y.size):
                near = a0 * m0[f] + a1 * m1[f] + a2 * m2[f]
                y[f] = bias[f] + near + a3 * m3[f] + a4 * m4[f] + a5 * m5[f]
