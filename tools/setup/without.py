"""A pytest plugin that disables what Python in a browser lacks: packages, and new threads.

`make test` runs the suites of the operations and of training with it; `tools.lessons.without` runs
lessons with it.
"""

import os
import sys
import threading
import time

for name in ("numba", "h5py", "matplotlib", "threadpoolctl"):
    sys.modules[name] = None  # type: ignore[assignment]  # Python's way to say: not importable
del time.thread_time
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy is loaded


def refuse(thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


threading.Thread.start = refuse  # type: ignore[method-assign]
