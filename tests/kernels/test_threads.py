"""Work on two threads, and BLAS on one."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from funclab.engine.kernels import threads
from funclab.engine.kernels.watching import watch

SHARED, LARGE = 1.5 * threads.WORTH_SHARING, 10 * threads.WORTH_SHARING


def blas_threads() -> list[int]:
    """The threads of NumPy's BLAS; another test may have loaded that of SciPy as well."""
    libraries = [one for one in threadpool_info() if one["user_api"] == "blas"]
    return [one["num_threads"] for one in libraries if "numpy" in one["filepath"]]


def test_the_halves_cover_the_work_in_order():
    halves = threads.run_halves(lambda first, last: (first, last), 7, 0)

    assert halves == [(0, 3), (3, 7)]


def test_large_work_gives_the_same_halves_in_order():
    halves = threads.run_halves(lambda first, last: (first, last), 7, LARGE)

    assert halves == [(0, 3), (3, 7)]


@pytest.mark.parametrize("n", [0, 1])
def test_a_single_item_is_not_split(n):
    assert threads.run_halves(lambda first, last: (first, last), n, LARGE) == [(0, n)]


def test_two_halves_can_run_at_the_same_time(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    both = threading.Barrier(2, timeout=60)  # raises unless two threads meet here

    halves = threads.run_halves(lambda first, last: both.wait() >= 0, 2, LARGE)

    assert halves == [True, True]


def test_several_threads_may_share_their_work_at_once():
    def share_often(number):
        halves = [
            threads.run_halves(lambda first, last: (number, last), n, LARGE) for n in range(2, 300)
        ]
        return halves == [[(number, n // 2), (number, n)] for n in range(2, 300)]

    with ThreadPoolExecutor(4) as several:
        assert all(several.map(share_often, range(4)))


@pytest.mark.parametrize("seen", [3, 4])
def test_a_thread_does_not_watch_for_ever(seen):
    signal, count = np.zeros(1, np.int64), np.array([4])

    watch(signal, count, seen, 2)

    assert (signal, count) == (1, 4)


@pytest.mark.parametrize(
    ("written", "count"),
    [("150000 100000", 2), ("50000 100000", 1), ("max 100000", math.inf), ("", math.inf)],
)
def test_a_container_may_limit_the_cores(tmp_path, written, count):
    limit = tmp_path / "cpu.max"
    limit.write_text(written + "\n")

    assert threads.share_of_container(limit) == count
    assert threads.share_of_container(tmp_path / "missing") == math.inf


def test_small_work_stays_on_this_thread():
    here = threading.get_ident()

    halves = threads.run_halves(lambda first, last: threading.get_ident(), 2, 100)

    assert halves == [here, here]


def test_blas_keeps_to_one_thread_while_work_is_shared_out(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)

    halves = threads.run_halves(lambda first, last: set(blas_threads()), 2, LARGE)

    assert all(half <= {1} for half in halves)


class Silent(Exception):
    def __bool__(self) -> bool:
        return False


@pytest.mark.parametrize("error", [ZeroDivisionError, Silent])
def test_an_error_on_either_half_reaches_the_caller(error):
    def fail_late(first, last):
        if first:
            raise error

    with pytest.raises(error):
        threads.run_halves(fail_late, 2, LARGE)


def test_blas_is_back_to_its_threads_afterwards():
    before = blas_threads()

    with threads.one_blas_thread():
        with threads.one_blas_thread():
            pass
        inside = blas_threads()

    assert set(inside) <= {1}
    assert blas_threads() == before


def test_two_holders_may_leave_in_any_order():
    before = blas_threads()
    first, second = threads.one_blas_thread(), threads.one_blas_thread()

    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    inside = blas_threads()
    second.__exit__(None, None, None)

    assert set(inside) <= {1}
    assert blas_threads() == before


@pytest.mark.parametrize(("rows", "columns"), [(3, 200), (401, 200), (200, 401)])
def test_a_product_in_halves_is_the_product(rows, columns):
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((rows, 300)), rng.standard_normal((300, columns))
    out = np.empty((rows, columns))

    threads.matmul(a, b, out)

    np.testing.assert_allclose(out, a @ b)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("rows", "length", "columns"), [(1, 800, 700), (33, 1000, 1200), (87, 900, 1400)]
)
@pytest.mark.parametrize("apart", [0, 16])
def test_a_product_of_few_rows_with_a_transposed_matrix_is_the_product(
    rows, length, columns, apart, dtype
):
    random = np.random.default_rng(0)
    a = random.standard_normal((rows, length)).astype(dtype)
    b = random.standard_normal((columns, length + apart)).astype(dtype)[:, :length].T
    out = np.full((rows, columns + apart), 7, dtype)

    threads.matmul(a, b, out[:, :columns])

    rounding = length * np.finfo(dtype).eps
    np.testing.assert_allclose(out[:, :columns], a @ b, rounding, rounding)
    assert (out[:, columns:] == 7).all()


def test_a_half_can_be_shared_out_again():
    def inner(first, last):
        return (first, last)

    halves = threads.run_halves(lambda *ends: threads.run_halves(inner, 4, LARGE), 2, LARGE)

    assert halves == [[(0, 2), (2, 4)]] * 2


@pytest.mark.parametrize("operations", [0, SHARED, LARGE])
def test_each_of_the_products_is_made(operations):
    rng = np.random.default_rng(0)
    x, y, z = rng.standard_normal((3, 5, 5))
    made = np.zeros((3, 5, 5))
    pairs = [(x, y), (y, z), (z, x)]
    products = [(*pair, out) for pair, out in zip(pairs, made, strict=True)]

    threads.share_products(lambda a, b, out, matmul: matmul(a, b, out), products, operations)

    np.testing.assert_allclose(made, [a @ b for a, b in pairs])


def test_two_large_products_can_be_made_at_the_same_time(monkeypatch):
    monkeypatch.setattr(threads, "cores", lambda: 2)
    both = threading.Barrier(2, timeout=60)

    threads.share_products(lambda matmul: both.wait(), [(), ()], SHARED)

    assert not both.broken


def test_scratch_memory_is_used_again_and_grows_when_needed():
    small = threads.scratch("a test", (2, 3), "float32")
    large = threads.scratch("a test", (40, 50), "float64")
    again = threads.scratch("a test", (3,), "float64")

    assert (small.shape, small.dtype) == ((2, 3), np.float32)
    assert (large.shape, large.dtype) == ((40, 50), np.float64)
    assert np.shares_memory(large, again)
    assert not np.shares_memory(small, large)


def test_each_thread_has_scratch_memory_of_its_own():
    here = threads.scratch("a test", (4,), "float32")
    there = []

    other = threading.Thread(
        target=lambda: there.append(threads.scratch("a test", (4,), "float32"))
    )
    other.start()
    other.join()

    assert not np.shares_memory(here, there[0])
