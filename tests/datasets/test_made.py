"""Made-up sets whose rules are known: the answers follow from what is given."""

import numpy as np
import pytest

from funclab.datasets import adding, copying, shapes
from funclab.errors import ArgumentError

SETS = {"adding": adding, "copying": copying, "shapes": shapes}


def arrays(part):
    return list(part.values()) if isinstance(part, dict) else [part]


@pytest.mark.parametrize("name", SETS)
def test_one_seed_gives_the_same_set_and_another_gives_others(name):
    (x, y), (x_test, y_test) = SETS[name].load_data(30, seed=4, test=10)
    (again, same), _ = SETS[name].load_data(30, seed=4, test=10)
    (other, _), _ = SETS[name].load_data(30, seed=5, test=10)

    assert len(x) == 30 and len(x_test) == 10
    assert all(len(part) == 30 for part in arrays(y))
    assert all(len(part) == 10 for part in arrays(y_test))
    np.testing.assert_array_equal(x, again)
    for first, second in zip(arrays(y), arrays(same), strict=True):
        np.testing.assert_array_equal(first, second)
    assert not np.array_equal(x, other)


@pytest.mark.parametrize("length", [2, 3, 20])
def test_the_sum_is_that_of_two_marked_numbers_one_in_each_half(length):
    (x, y), _ = adding.load_data(300, length=length)
    numbers, marks = x[..., 0], x[..., 1]

    assert x.shape == (300, length, 2) and x.dtype == y.dtype == np.float32
    assert (marks[:, : length // 2].sum(1) == 1).all()
    assert (marks[:, length // 2 :].sum(1) == 1).all()
    np.testing.assert_allclose(y[:, 0], (numbers * marks).sum(1))
    assert ((y - 1) ** 2).mean() == pytest.approx(1 / 6, abs=0.03)


def test_the_symbols_are_said_again_after_the_pause_and_the_sign():
    (x, y), _ = copying.load_data(200, symbols=4, pause=6)

    assert x.shape == y.shape == (200, 15) and x.dtype == y.dtype == np.int32
    np.testing.assert_array_equal(x[:, :4], y[:, -4:])
    assert set(np.unique(x[:, :4])) == set(range(1, 9))
    assert (x[:, 4:10] == 0).all() and (x[:, 10] == copying.SIGN).all()
    assert (x[:, 11:] == 0).all() and (y[:, :11] == 0).all()


@pytest.mark.parametrize("size", [21, 24, 28, 40])
def test_as_many_shapes_are_in_an_image_as_it_says(size):
    (x, y), _ = shapes.load_data(100, size=size)
    ink = x[..., 0] > 0.5

    for kind, shape in shapes.KINDS.items():
        corners = np.lib.stride_tricks.sliding_window_view(
            np.pad(ink, ((0, 0), (1, 1), (1, 1))), (1, 7, 7)
        )[:, :, :, 0]
        found = (corners == np.pad(shape, 1).astype(bool)).all((3, 4)).sum((1, 2))
        np.testing.assert_array_equal(found, y[kind])
        assert set(y[kind]) == {0, 1, 2, 3}
    total = y["squares"] * 25 + y["rings"] * 12
    np.testing.assert_array_equal(ink.sum((1, 2)), total)
    assert x.shape == (100, size, size, 1) and x.dtype == np.float32 and 0 <= x.min() < x.max() <= 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: adding.load_data(length=1),
        lambda: adding.load_data(length=2.5),
        lambda: copying.load_data(symbols=0),
        lambda: copying.load_data(pause=-1),
        lambda: shapes.load_data(size=20),
        lambda: shapes.load_data(size="large"),
    ],
)
def test_what_cannot_be_made_is_refused(make):
    with pytest.raises(ArgumentError):
        make()
