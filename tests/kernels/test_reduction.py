"""Reductions compared with NumPy's, along every choice of axes."""

import itertools

import numpy as np
import pytest

from funclab.engine.kernels import reduction

SHAPE = (3, 4, 5, 2)
AXES = [axes for n in range(5) for axes in itertools.combinations(range(4), n)]


@pytest.mark.parametrize("axes", AXES)
@pytest.mark.parametrize("ufunc", [np.add, np.maximum, np.minimum, np.multiply])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int32"])
def test_a_reduction_is_that_of_numpy(dtype, ufunc, axes):
    x = np.random.default_rng(0).uniform(-2, 2, SHAPE).astype(dtype)
    expected = ufunc.reduce(x, axes, dtype)
    out = np.empty_like(expected)

    reduction.reduce(ufunc, x, axes, out)

    np.testing.assert_allclose(out, expected, 1e-2 if dtype == "float16" else 1e-5)


@pytest.mark.parametrize("ufunc", [np.maximum, np.minimum])
@pytest.mark.parametrize(("rows", "at"), [(n, at) for n in (1, 3, 4) for at in range(n)])
def test_nan_is_the_extreme_wherever_it_is(rows, at, ufunc):
    x, out = np.ones((1, rows, 2)), np.empty((1, 2))
    x[0, at, 0] = np.nan

    reduction.reduce(ufunc, x, (1,), out)

    np.testing.assert_array_equal(out, [[np.nan, 1]])


@pytest.mark.parametrize("axes", [(1,), (2,)])
def test_equal_extremes_share_the_gradient(axes):
    x = np.array([[[1.0, 7.0], [7.0, 7.0], [7.0, 2.0]]]).swapaxes(1, axes[0]).copy()
    gx = np.empty_like(x)

    reduction.extreme_vjp(np.array([[4.0, 6.0]]), x, axes, np.array([[7.0, 7.0]]), gx)

    expected = [[[0, 3], [2, 3], [2, 0]]]
    np.testing.assert_array_equal(gx.swapaxes(1, axes[0]), expected)


@pytest.mark.parametrize("axes", [(1,), (2,)])
def test_the_gradient_of_an_extreme_that_is_nan_is_nan(axes):
    x = np.full((1, 2, 2), np.nan)
    gx = np.empty_like(x)

    with np.errstate(all="ignore"):
        reduction.extreme_vjp(np.ones((1, 2)), x, axes, np.full((1, 2), np.nan), gx)

    assert np.isnan(gx).all()
