"""Pooling against its definition, one window at a time."""

import itertools

import numpy as np
import pytest

from funclab.kernels import pooling as kernels

SIZES = [(2, 2), (3, 2)]
STRIDES = [(2, 2), (1, 3)]
PADDINGS = [(0, 0), (1, 1)]
SETTINGS = list(itertools.product(SIZES, STRIDES, PADDINGS))

each_setting = pytest.mark.parametrize(("size", "strides", "padding"), SETTINGS)


def setting(size, strides, padding) -> tuple[np.ndarray, np.ndarray]:
    """An image, and a gradient for windows that hang over its end by as much as over its start."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 5, 6, 3))
    lengths = zip(x.shape[1:3], size, strides, padding)
    height, width = [(n + 2 * before - k) // s + 1 for n, k, s, before in lengths]
    return x, rng.standard_normal((2, height, width, 3))


def windows(x, g, size, strides, padding):
    """The real pixels of each window, with its place in g."""
    for i, j in np.ndindex(*g.shape[1:3]):
        top, left = i * strides[0] - padding[0], j * strides[1] - padding[1]
        rows = slice(max(top, 0), top + size[0])
        yield (i, j), (slice(None), rows, slice(max(left, 0), left + size[1]))


def arguments(size, strides, padding, *arrays) -> tuple[list[np.ndarray], ...]:
    """The arrays (x first, out second) as volumes, and where windows begin and end."""
    spans = [np.array([(0, 1)])]
    for axis, (k, stride, before) in enumerate(zip(size, strides, padding), start=1):
        starts = np.arange(arrays[1].shape[axis]) * stride - before
        ends = np.minimum(starts + k, arrays[0].shape[axis])
        spans.append(np.stack([np.maximum(starts, 0), ends], 1))
    return [x[:, None] for x in arrays], spans


@each_setting
def test_the_largest_of_each_window_wins_and_gets_the_gradient(size, strides, padding):
    x, g = setting(size, strides, padding)
    out, winner, gx = np.empty_like(g), np.empty(g.shape, "int32"), np.full_like(x, np.nan)
    expected, expected_gx = np.empty_like(g), np.zeros_like(x)
    for (i, j), place in windows(x, g, size, strides, padding):
        expected[:, i, j] = x[place].max((1, 2))
        expected_gx[place] += (x[place] == expected[:, i, j][:, None, None]) * g[
            :, None, None, i, j
        ]

    volumes, spans = arguments(size, strides, padding, x, out, winner)
    kernels.max_pool(*volumes, *spans)
    flat = [a.reshape(2, -1, 3) for a in (g, winner, gx)]
    kernels.max_pool_vjp(*flat)

    np.testing.assert_array_equal(out, expected)
    np.testing.assert_allclose(gx, expected_gx)


@each_setting
def test_the_mean_counts_real_pixels_only(size, strides, padding):
    x, g = setting(size, strides, padding)
    out, gx = np.empty_like(g), np.full_like(x, np.nan)
    expected, expected_gx = np.empty_like(g), np.zeros_like(x)
    for (i, j), place in windows(x, g, size, strides, padding):
        expected[:, i, j] = x[place].mean((1, 2))
        count = x[place][0, ..., 0].size
        expected_gx[place] += g[:, None, None, i, j] / count

    volumes, spans = arguments(size, strides, padding, x, out, g, gx)
    kernels.average_pool(*volumes[:2], *spans)
    kernels.average_pool_vjp(*volumes[2:], *spans)

    np.testing.assert_allclose(out, expected)
    np.testing.assert_allclose(gx, expected_gx)


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
