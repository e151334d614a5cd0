"""Pooling against its definition, one window at a time."""

import numpy as np
import pytest

from funclab.engine.kernels import pooling as kernels


def test_of_equal_pixels_the_first_wins():
    x, winner = np.zeros((1, 2, 2, 2, 1)), np.empty((1, 1, 1, 1, 1), "int32")

    kernels.max_pool(x, np.empty((1, 1, 1, 1, 1)), winner, *[np.array([(0, 2)])] * 3)

    assert winner.item() == 0


@pytest.mark.parametrize("place", range(8))
def test_nan_is_never_hidden_by_a_maximum(place):
    x, out = np.ones((1, 2, 2, 2, 1)), np.empty((1, 1, 1, 1, 1))
    x.flat[place] = np.nan

    kernels.max_pool(x, out, np.empty(out.shape, "int32"), *[np.array([(0, 2)])] * 3)

    assert np.isnan(out.item())
