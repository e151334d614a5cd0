"""The same elements in other shapes."""

from typing import Any

import numpy as np
import pytest

from funclab import Input, layers
from funclab.errors import ShapeError

IMAGES = np.arange(2 * 4 * 3 * 2, dtype="float32").reshape(2, 4, 3, 2)


def test_flatten_of_single_numbers_gives_rows_of_one():
    assert layers.Flatten()(Input(())).shape == (None, 1)


def test_unknown_lengths_stay_unknown():
    assert layers.Flatten()(Input((None, 3))).shape == (None, None)
    assert layers.Reshape((-1, 2))(Input((None, 4))).shape == (None, None, 2)


def test_reshape_fills_in_the_missing_length():
    layer = layers.Reshape((2, -1))

    np.testing.assert_array_equal(layer(IMAGES), IMAGES.reshape(2, 2, 12))


@pytest.mark.parametrize(("written", "pairs"), [(1, ((1, 1), (1, 1))), ((1, 2), ((1, 1), (2, 2)))])
def test_padding_may_be_written_short(written: Any, pairs: Any):
    assert layers.ZeroPadding2D(written).padding == pairs


def test_cropping_undoes_padding():
    rims = ((1, 2), (0, 3))

    made = layers.Cropping2D(rims)(layers.ZeroPadding2D(rims)(IMAGES))

    np.testing.assert_array_equal(made, IMAGES)


def test_cropping_everything_is_refused():
    with pytest.raises(ShapeError, match="takes 4 of the 4 positions on axis 1"):
        layers.Cropping2D((2, 0))(Input((4, 3, 2)))
