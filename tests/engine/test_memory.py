"""Weights side by side in one buffer, and buffers that are reused."""

from __future__ import annotations

import numpy as np

from funclab.engine.kernels.layout import flat_views, offsets
from funclab.engine.memory import Pool, pack, runs
from funclab.engine.plan import Plan
from funclab.graph.value import Variable


def weights(*lengths: int) -> list[Variable]:
    return [Variable(np.full(length, i + 1, "float32")) for i, length in enumerate(lengths)]


def test_every_array_begins_at_a_cache_line():
    assert offsets([np.zeros((3, 2)), np.zeros(20), np.zeros(())]) == [0, 16, 48, 64]


def test_views_share_the_flat_buffer():
    flat, (a, b) = flat_views([np.zeros((2, 3)), np.zeros(4)], "float32")

    a[...], b[...] = 1, 2

    assert a.shape == (2, 3)
    assert flat.sum() == 6 + 8


def test_packed_variables_keep_their_values():
    a, b = weights(3, 5)

    pack([a, b])

    assert a.array.base is b.array.base
    np.testing.assert_array_equal(a.numpy(), np.full(3, 1))
    np.testing.assert_array_equal(b.numpy(), np.full(5, 2))


def test_a_lazy_variable_is_initialised_when_packed():
    lazy = Variable(shape=(2,), initializer=lambda shape, dtype: np.full(shape, 7, dtype))

    pack([lazy])

    np.testing.assert_array_equal(lazy.numpy(), [7, 7])


def test_variables_of_two_dtypes_get_a_buffer_each():
    a, b = Variable(np.ones(3, "float32")), Variable(np.ones(3, "int64"))

    pack([a, b])

    assert not np.shares_memory(a.array, b.array)
    assert b.array.dtype == "int64"


def test_memory_that_a_plan_holds_stays_where_it_is():
    a, b = weights(3, 5)
    Plan(a * a)
    before = a.array

    pack([a, b])

    assert a.array is before


def test_packed_variables_make_one_run_as_long_as_their_gradients():
    variables = weights(3, 20, 5)
    pack(variables)

    (run,) = runs(variables)

    assert (run.begin, run.end) == (0, 64)
    run.weights[...] = 9
    assert all((one.array == 9).all() for one in variables)


def test_variables_of_two_models_make_two_runs():
    first, second = weights(3, 5), weights(4)
    pack(first)
    pack(second)

    found = runs([*first, *second])

    assert [(run.begin, run.end) for run in found] == [(0, 32), (32, 48)]


def test_a_single_unpacked_variable_is_a_run_of_its_own():
    (lonely,) = weights(5)

    (run,) = runs([lonely])

    run.weights[...] = 4
    np.testing.assert_array_equal(lonely.numpy(), np.full(5, 4))


def test_a_pool_hands_out_again_what_was_given_back():
    pool = Pool()
    first = pool.take((4, 2), "float32")

    pool.give(first)
    second = pool.take((8,), "float32")

    assert np.shares_memory(first, second)
    assert pool.bytes == 32


def test_a_pool_never_hands_out_memory_in_use():
    pool = Pool()

    first, second = pool.take((4,), "float32"), pool.take((4,), "float32")

    assert not np.shares_memory(first, second)


def test_a_pool_takes_the_smallest_buffer_that_fits_and_gets_back_the_whole():
    pool = Pool()
    large, small, none = (pool.take((n,), "float32") for n in (100, 10, 0))
    for array in (large, small, none):
        pool.give(array)

    first, second = pool.take((2, 4), "float32"), pool.take((3,), "float64")
    pool.give(second)
    third = pool.take((100,), "float32")

    assert np.shares_memory(first, small) and np.shares_memory(second, large)
    assert np.shares_memory(third, large) and not np.shares_memory(first, third)
    assert pool.bytes == 4 * 110
