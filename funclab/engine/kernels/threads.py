"""A second thread for large tasks, temporary memory, and BLAS limited to one thread.

Waking a thread takes 40 microseconds or more. So the second thread stays awake for a millisecond
after its work and watches for more: handing work over then costs about 15 microseconds, and pays
from about 80 microseconds of work. BLAS's threads would compete with this one for the cores: while
work is shared, BLAS computes on the thread that calls it.
"""

import functools
import math
import os
import queue
import threading
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from funclab.engine.kernels.jit import ENABLED
from funclab.engine.kernels.watching import watch

STAYS_AWAKE = ENABLED and hasattr(os, "sched_yield")  # not on Windows
WORTH_SHARING = 8e6 if STAYS_AWAKE else 2e7
"""The number of operations in a matrix product that takes one core 80 or 200 microseconds."""

HEAD_START = 10
"""How often the second thread lets others run before it starts. In these 5 microseconds the first
one enters its loop and releases Python's lock: to wait for that lock would mean to sleep."""

OF_A_STACK = 4e5
"""The overhead of each matrix of a stack, in operations."""

FEW_ROWS = 8
"""A matrix has few rows if they are at least this many times as long as there are of them."""

LARGE = 2**19
"""The size of a large matrix."""

_memory = threading.local()
_lock = threading.Lock()
_limits = []  # one entry per active `with`; the first restores each BLAS's number of threads


@contextmanager
def one_blas_thread():
    """A context in which matrix products use only the calling thread. Nesting is almost free."""
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
    """Limit every BLAS to one thread; return each setter and the number of threads before."""
    several = [(set_threads, count) for get, set_threads in _blas() if (count := get()) != 1]
    for set_threads, _ in several:
        set_threads(1)
    return several


@functools.cache
def _blas():
    """The getter and setter of the number of threads, for each BLAS in this process."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return []
    # The public setter of newer releases works only on the thread that was first to use it.
    return [
        (blas.get_num_threads, getattr(blas, "_real_set_num_threads", blas.set_num_threads))
        for blas in ThreadpoolController().select(user_api="blas").lib_controllers
    ]


_handed_over = np.zeros(1, np.int64)  # how many halves
_unused = np.zeros(1, np.int64)


class _Half:
    """Work for the second thread, done once, by whichever thread gets to it first."""

    def __init__(self, work, first, last, number):
        self.work = functools.partial(work, first, last)
        self.number = number
        self.free, self.done = threading.Lock(), threading.Lock()
        self.done.acquire()
        self.error = None
        self.finished = np.zeros(1, np.int64)

    def run(self):
        """Do the work if nobody has started it; whether this thread did it."""
        started = self.free.acquire(blocking=False)
        if started:
            try:
                self.made = self.work()
            except BaseException as error:
                self.error = error
            self.done.release()
        return started

    def result(self):
        # On a busy machine the second thread may not have started it yet.
        if not self.run() and STAYS_AWAKE:
            watch(_unused, self.finished, 0, 0)
        self.done.acquire()
        if self.error is not None:
            raise self.error
        return self.made


@functools.cache
def _helper():
    """The queue from which the second thread takes its work: a third faster than an executor."""
    halves = queue.SimpleQueue()
    threading.Thread(target=_help, args=(halves,), name="funclab", daemon=True).start()
    return halves


def _help(halves):
    # Infinity and NaN propagate without warnings, as in the plan whose work is shared.
    np.seterr(all="ignore")
    while True:
        half = halves.get()
        half.run()
        if STAYS_AWAKE:
            watch(half.finished, _handed_over, half.number, HEAD_START)


if hasattr(os, "register_at_fork"):  # a forked process has only the thread that forked
    os.register_at_fork(after_in_child=_helper.cache_clear)


@functools.cache
def cores():
    """The number of processor cores this process may use: one, if Python cannot start threads."""
    try:
        threading.Thread(target=int).start()
    except RuntimeError:  # in a browser
        return 1
    allowed = getattr(os, "sched_getaffinity", None)
    count = len(allowed(0)) if allowed else os.cpu_count() or 1
    return min(count, share_of_container())


def share_of_container(limit=Path("/sys/fs/cgroup/cpu.max")):
    """The cores whose time a Linux container may use, rounded up; infinity if nothing limits it.

    The file has the microseconds of computing in a period ("max": as many as there are), and the
    length of the period.
    """
    try:
        time, period = limit.read_text().split()
        return math.ceil(int(time) / int(period))
    except (OSError, ValueError):
        return math.inf


def run_halves(work, n, operations):
    """`work(0, n // 2)` and `work(n // 2, n)`, in parallel if there are many `operations`.

    The split does not depend on the threads, so neither do the results. One item is not split.
    """
    if n < 2:
        return [work(0, n)]
    half = n // 2
    if operations < WORTH_SHARING or cores() < 2:
        return [work(0, half), work(half, n)]
    with one_blas_thread():
        _handed_over[0] += 1
        second = _Half(work, half, n, _handed_over[0])
        _helper().put(second)
        return [work(0, half), second.result()]


def share(work, n, operations):
    """Results of `work(first, last)` for n items: in two halves if it pays, else all at once."""
    return [work(0, n)] if operations < WORTH_SHARING else run_halves(work, n, operations)


def share_samples(operations, loop, arrays, *others):
    """`loop(*arrays, *others)`: if it pays, each thread does half of the arrays' first axis."""
    if operations < WORTH_SHARING:
        loop(*arrays, *others)
        return

    def half(first, last):
        loop(*samples(arrays, first, last), *others)

    run_halves(half, len(arrays[0]), operations)


def samples(arrays, first, last):
    """These samples of each array; None stays."""
    return [None if array is None else array[first:last] for array in arrays]


def matmul(a, b, out):
    """out = a @ b, for matrices or stacks of equal length; if large, each thread makes half.

    A matrix is split along its longer side: split along the shorter, both threads would prepare
    all of the larger factor, which is a sixth slower.
    """
    operations = 2 * out.size * a.shape[-1]
    if out.ndim > 2:
        count = math.prod(out.shape[:-2])
        stack = functools.partial(_matmul_stack, a, b, out)
        share(stack, len(out), operations + count * OF_A_STACK)
    elif operations >= WORTH_SHARING:
        _matmul_in_halves(a, b, out, operations)
    else:
        multiply(a, b, out)


def multiply(a, b, out):
    """out = a @ b, for matrices or stacks of them, on this thread."""
    if out.ndim > 2:
        np.matmul(a, b, out)
    elif pays_to_transpose(a, b):
        transposed = scratch("transposed", out.shape[::-1], out.dtype)
        np.matmul(b.T, a.T, transposed)
        np.copyto(out, transposed.T)
    elif a.dtype == b.dtype == out.dtype and out.flags.c_contiguous and b.flags.forc:
        np.dot(a, b, out)  # with less overhead, but it copies a matrix with room between its rows
    else:
        np.matmul(a, b, out)


def pays_to_transpose(a, b):
    """Whether a @ b takes longer than b.T @ a.T and transposing the result.

    BLAS first copies both matrices into the order in which it reads them. OpenBLAS with AVX-512 is
    slow at that if the right one is transposed: for 32 rows and 1024 x 1024, the product takes
    1.15 ms, and 0.76 the other way round.
    """
    rows, length = a.shape
    return FEW_ROWS * rows <= length and b.size >= LARGE and b.strides[0] < b.strides[1]


def share_products(make, products, operations):
    """`make(*product, matmul)` for products of about the same size, each with a matrix product.

    If it pays, each thread makes half of them, handed over once. If each product is worth sharing,
    each is split instead, so that neither thread waits for the other.
    """
    count = len(products)
    if count < 2 or not WORTH_SHARING <= operations < count * WORTH_SHARING:
        for product in products:
            make(*product, matmul)
        return

    def some(first, last):
        for product in products[first:last]:
            make(*product, multiply)

    run_halves(some, count, operations)


def _matmul_stack(a, b, out, first, last):
    np.matmul(a[first:last], b[first:last], out[first:last])


def _matmul_in_halves(a, b, out, operations):
    rows, columns = out.shape

    def upper_or_lower(first, last):
        multiply(a[first:last], b, out[first:last])

    def left_or_right(first, last):
        multiply(a, b[:, first:last], out[:, first:last])

    if rows >= columns:
        run_halves(upper_or_lower, rows, operations)
    else:
        run_halves(left_or_right, columns, operations)


def scratch(name, shape, dtype):
    """Temporary memory of this thread: the next call with the same name reuses it.

    It keeps the largest size requested so far, and stays in the processor's cache.
    """
    dtype = np.dtype(dtype)
    count = dtype.itemsize * math.prod(shape)
    kept = _memory.__dict__.get(name)
    if kept is None or kept.size < count:
        kept = _memory.__dict__[name] = np.empty(count, np.uint8)
    return kept[:count].view(dtype).reshape(shape)
