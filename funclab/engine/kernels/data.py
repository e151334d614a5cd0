"""Batches: the rows of an array that a list of indices selects."""

import numpy as np

from funclab.engine.kernels.jit import jit
from funclab.engine.kernels.threads import share_samples

OPERATIONS = 50
"""The cost of copying an element from memory, in operations of a matrix product."""


def gather_rows(source, indices, out):
    """out[i] = source[indices[i]], in the dtype of `out`; the indices are not checked.

    Both are matrices: a row is a flattened sample.
    """
    share_samples(OPERATIONS * out.size, _gather, (indices, out), source)


def _gather(indices, out, source):
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
