"""Rows of a table looked up by number."""

from __future__ import annotations

import numpy as np

from funclab.kernels.jit import jit


def lookup_in_numpy(ids, table, out):
    wrong = np.flatnonzero((ids < 0) | (ids >= len(table)))
    if wrong.size:
        return wrong[0]
    np.take(table, ids, axis=0, out=out)
    return -1


@jit(numpy=lookup_in_numpy)
def lookup(ids, table, out):
    """out[i] = table[ids[i]]. Returns where the first id without a row is, or -1."""
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
    """Each row of g is added to the row of the table that was looked up."""
    gtable[:] = 0
    for i in range(ids.size):
        row = ids[i]
        for k in range(gtable.shape[1]):
            gtable[row, k] += g[i, k]
