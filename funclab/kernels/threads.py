"""A second thread for large work, memory for passing use, and BLAS kept to one thread.

A hand-over between threads costs about 20 microseconds, so it pays above some 200 microseconds of
work. BLAS threads and this one would fight for the cores: while work is shared out, BLAS computes
on the thread that calls it.
"""

from __future__ import annotations

import functools
import math
import os
import queue
import threading
from contextlib import contextmanager

import numpy as np

WORTH_SHARING = 2e7
"""Arithmetic operations that take one core about 200 microseconds in a matrix product."""

OF_A_STACK = 4e5
"""What each matrix of a stack costs beside its arithmetic, in operations."""

_memory = threading.local()
_lock = threading.Lock()
_limits = []  # one entry for each holder; the first one is what each BLAS goes back to


@contextmanager
def one_blas_thread():
    """Inside, matrix products use the calling thread only. Nested uses cost next to nothing."""
    with _lock:
        _limits.append(None if _limits else _limited())
    try:
        yield
    finally:
        with _lock:
            before = _limits.pop()
            if before and not _limits:
                for set_threads, count in before:
                    set_threads(count)


def _limited():
    """Each BLAS that had more than one thread, by its setter, and how many; now it has one."""
    several = [(set_threads, count) for get, set_threads in _blas() if (count := get()) != 1]
    for set_threads, _ in several:
        set_threads(1)
    return several


@functools.cache
def _blas():
    """What tells and what sets the number of threads, for each BLAS in this process."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return []
    # The public setter of newer releases heeds only the thread that was first to use it.
    return [
        (blas.get_num_threads, getattr(blas, "_real_set_num_threads", blas.set_num_threads))
        for blas in ThreadpoolController().select(user_api="blas").lib_controllers
    ]


class _Half:
    """Work for the second thread, done once: by whichever thread comes to it first."""

    def __init__(self, work, first, last):
        self.work = functools.partial(work, first, last)
        self.free, self.done = threading.Lock(), threading.Lock()
        self.done.acquire()
        self.error = None

    def run(self):
        if self.free.acquire(blocking=False):
            try:
                self.made = self.work()
            except BaseException as error:
                self.error = error
            self.done.release()

    def result(self):
        # On a busy machine the second thread may not have come to it yet.
        self.run()
        self.done.acquire()
        if self.error is not None:
            raise self.error
        return self.made


@functools.cache
def _helper():
    """Where the second thread takes its work from: sooner, by a third, than from an executor."""
    halves = queue.SimpleQueue()
    threading.Thread(target=_help, args=(halves,), name="funclab", daemon=True).start()
    return halves


def _help(halves):
    # Infinity and NaN travel on without warnings, as in the plan whose work is shared out.
    np.seterr(all="ignore")
    while True:
        halves.get().run()


if hasattr(os, "register_at_fork"):  # a forked process has no threads but the one that forked
    os.register_at_fork(after_in_child=_helper.cache_clear)


@functools.cache
def cores():
    """How many processor cores this process may use: one, where Python cannot start threads."""
    try:
        threading.Thread(target=int).start()
    except RuntimeError:  # in a browser
        return 1
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def run_halves(work, n, operations):
    """`work(0, n // 2)` and `work(n // 2, n)`, at the same time when `operations` are many.

    The split does not depend on the threads, so neither do the results. A single item is not split.
    """
    if n < 2:
        return [work(0, n)]
    half = n // 2
    if operations < WORTH_SHARING or cores() < 2:
        return [work(0, half), work(half, n)]
    with one_blas_thread():
        second = _Half(work, half, n)
        _helper().put(second)
        return [work(0, half), second.result()]


def share(work, n, operations):
    """`work(first, last)` for n items: in halves if it pays, else at once. What it returned."""
    return [work(0, n)] if operations < WORTH_SHARING else run_halves(work, n, operations)


def share_samples(operations, loop, arrays, *others):
    """`loop(*arrays, *others)`: if it pays, each thread does half of the arrays' first axis."""
    if operations < WORTH_SHARING:
        loop(*arrays, *others)
        return

    def half(first, last):
        loop(*(array[first:last] for array in arrays), *others)

    run_halves(half, len(arrays[0]), operations)


def matmul(a, b, out):
    """out = a @ b, for matrices or for stacks of as many; when it is large, each thread makes half.

    Of a matrix that is half of the longer side: the shorter one would let both threads prepare all
    of the larger factor, a sixth slower.
    """
    operations = 2 * out.size * a.shape[-1]
    if out.ndim > 2:
        count = math.prod(out.shape[:-2])
        stack = functools.partial(_matmul_stack, a, b, out)
        share(stack, len(out), operations + count * OF_A_STACK)
    elif operations >= WORTH_SHARING:
        _matmul_in_halves(a, b, out, operations)
    elif a.dtype == b.dtype == out.dtype and out.flags.c_contiguous:
        np.dot(a, b, out)  # the same call of BLAS, with less of Python and NumPy around it
    else:
        np.matmul(a, b, out)


def share_products(make, products, operations):
    """`make(*product, matmul)` for products of about the same size, each with a matrix product.

    If it pays, each thread makes half of them, with one hand-over for all. Where a hand-over does
    not count, each product is shared out: so neither thread waits for the other.
    """
    if len(products) < 2 or not WORTH_SHARING <= operations < 10 * WORTH_SHARING:
        for product in products:
            make(*product, matmul)
        return

    def some(first, last):
        for product in products[first:last]:
            make(*product, np.matmul)

    run_halves(some, len(products), operations)


def _matmul_stack(a, b, out, first, last):
    np.matmul(a[first:last], b[first:last], out[first:last])


def _matmul_in_halves(a, b, out, operations):
    rows, columns = out.shape

    def upper_or_lower(first, last):
        np.matmul(a[first:last], b, out[first:last])

    def left_or_right(first, last):
        np.matmul(a, b[:, first:last], out[:, first:last])

    if rows >= columns:
        run_halves(upper_or_lower, rows, operations)
    else:
        run_halves(left_or_right, columns, operations)


def scratch(name, shape, dtype):
    """Memory of this thread for passing use: the next call with this name reuses it.

    It keeps the largest size asked for, and stays in the processor's cache.
    """
    dtype = np.dtype(dtype)
    count = dtype.itemsize * math.prod(shape)
    kept = _memory.__dict__.get(name)
    if kept is None or kept.size < count:
        kept = _memory.__dict__[name] = np.empty(count, np.uint8)
    return kept[:count].view(dtype).reshape(shape)
