"""Batches: the rows of an array that a list of indices selects."""

import numpy as np

from funclab.kernels.jit import jit


def gather_rows(source, indices, out):
    """out[i] = source[indices[i]], in the dtype of `out`; the indices are not checked.

    Both are matrices: a row is a flattened sample.
    """
    if source.dtype == out.dtype:
        source.take(indices, 0, out, "clip")  # in the default mode NumPy would first copy `out`
    else:
        convert_rows(source, indices, out)


@jit(numpy=lambda source, indices, out: np.copyto(out, source[indices], casting="unsafe"))
def convert_rows(source, indices, out):
    columns = source.shape[1]
    for i in range(indices.size):
        row = indices[i]
        for j in range(columns):
            out[i, j] = source[row, j]
