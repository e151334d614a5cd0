"""Garbage collection, put off while it would only cost time."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """A context without garbage collection, for work that makes many objects and little garbage.

    Scanning all objects repeatedly would take a sixth of a compiler's time, and a large view may
    take a tenth of a second longer.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()
