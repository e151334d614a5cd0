"""Rows of a table, looked up by index."""

import numpy as np

from funclab.engine.kernels.jit import jit


def lookup_in_numpy(ids, table, out):
    wrong = np.flatnonzero((ids < 0) | (ids >= len(table)))
    if wrong.size:
        return wrong[0]
    np.take(table, ids, axis=0, out=out)
    return -1


@jit(numpy=lookup_in_numpy)
def lookup(ids, table, out):
    """out[i] = table[ids[i]]. Returns the position of the first invalid id, or -1."""
    for i in range(ids.size):
        row = ids[i]
        if row < 0 or row >= table.shape[0]:
            return i
        for k in range(table.shape[1]):
            out[i, k] = table[row, k]
    return -1


def lookup_vjp_in_numpy(g, ids, gtable):
    gtable[...] = 0
    np.add.at(gtable, ids, g)


@jit(numpy=lookup_vjp_in_numpy)
def lookup_vjp(g, ids, gtable):
    """Add each row of g to the gradient of the table row that was looked up."""
    gtable[:] = 0
    for i in range(ids.size):
        row = ids[i]
        for k in range(gtable.shape[1]):
            gtable[row, k] += g[i, k]
