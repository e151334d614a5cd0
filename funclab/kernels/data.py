"""Batches: the rows of an array that a list of indices names."""

import numpy as np

from funclab.kernels.jit import jit


@jit(numpy=lambda source, indices, out: np.copyto(out, source[indices], casting="unsafe"))
def gather_rows(source, indices, out):
    """out[i] = source[indices[i]], as the dtype of `out`; the indices are trusted.

    Both are matrices: a row is a sample laid flat.
    """
    columns = source.shape[1]
    for i in range(indices.size):
        row = indices[i]
        for j in range(columns):
            out[i, j] = source[row, j]
