"""Gathering the rows of a batch."""

import numpy as np
import pytest

from funclab.engine.kernels.data import gather_rows


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_rows_arrive_in_the_order_of_the_indices(dtype: str):
    source = np.arange(12, dtype=dtype).reshape(4, 3)
    out = np.full((3, 3), np.nan, "float32")

    gather_rows(source, np.array([3, 0, 3]), out)

    np.testing.assert_array_equal(out, [[9, 10, 11], [0, 1, 2], [9, 10, 11]])
