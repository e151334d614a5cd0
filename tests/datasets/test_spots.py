"""Made-up points on a plane: reproducible, complete, and divided fairly."""

import numpy as np
import pytest

from funclab.datasets import spots
from funclab.errors import ArgumentError


@pytest.mark.parametrize("name", spots.SETS)
def test_one_seed_gives_the_same_spots_and_another_gives_others(name):
    (x, y), (x_test, y_test) = spots.load_data(name, seed=4)
    (again, same), _ = spots.load_data(name, seed=4)
    (other, _), _ = spots.load_data(name, seed=5)

    assert x.shape == (300, 2) and y.shape == (300,) and x_test.shape == (100, 2)
    assert x.dtype == y.dtype == y_test.dtype == np.float32
    assert np.array_equal(x, again) and np.array_equal(y, same)
    assert not np.array_equal(x, other)


@pytest.mark.parametrize("name", [one for one in spots.SETS if one != "plane"])
def test_both_parts_hold_both_classes_evenly(name):
    (_, y), (_, y_test) = spots.load_data(name)

    assert set(np.unique(y)) == {0, 1}
    assert 0.35 < y.mean() < 0.65 and 0.35 < y_test.mean() < 0.65


def test_without_noise_the_plane_is_exact_and_xor_follows_its_rule():
    (x, y), _ = spots.load_data("plane", noise=0)
    (corners, which), _ = spots.load_data("xor", noise=0)

    np.testing.assert_allclose(y, 0.6 * x[:, 0] - 0.3 * x[:, 1], atol=1e-6)
    assert np.array_equal(which == 1, corners[:, 0] * corners[:, 1] < 0)


def test_noise_moves_spots_by_what_it_says():
    (x, _), _ = spots.load_data("xor", samples=4000, noise=0)
    (moved, _), _ = spots.load_data("xor", samples=4000, noise=0.1)

    assert (moved - x).std() == pytest.approx(0.1, rel=0.05)


def test_dividing_keeps_every_spot_with_its_target_once():
    x = np.arange(40).reshape(20, 2)
    (x_train, y_train), (x_test, y_test) = spots.divided(x, x[:, 0])

    assert len(x_test) == 5
    assert np.array_equal(np.sort(np.concatenate([x_train, x_test])[:, 0]), x[:, 0])
    assert np.array_equal(x_train[:, 0], y_train) and np.array_equal(x_test[:, 0], y_test)


@pytest.mark.parametrize("wrong", [{"name": "stars"}, {"samples": 3}, {"noise": -1}], ids=str)
def test_spots_that_cannot_be_made_are_refused(wrong):
    with pytest.raises(ArgumentError):
        spots.load_data(**wrong)


def test_clouds_without_noise_are_as_wide_as_they_are_said_to_be():
    (x, y), _ = spots.load_data("gaussians", samples=4000, noise=0)

    assert x[y == 1].std(axis=0) == pytest.approx(0.18, rel=0.05)
