"""The memory of a test run: what tests leave behind, given back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil

GROWN = 200 << 20
"""By how many bytes a process may grow before it is worth the time to look for garbage."""


@contextmanager
def closing_views() -> Iterator[None]:
    """Close the views that were made meanwhile, as a notebook closes those of a cell that runs
    again: until then ipywidgets knows them, with their models and data."""
    before = {*_views()}
    try:
        yield
    finally:
        for key, view in list(_views().items()):
            if key not in before:
                view.close()


def _views() -> dict[str, Any]:
    """All views that are open, by their ids."""
    return getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", {})


class Memory:
    """The memory of this process."""

    def __init__(self) -> None:
        self.process, self.least = psutil.Process(), 0

    def give_back(self) -> None:
        """If the process has grown, collect garbage, and give free memory back to the system: C
        keeps that of arrays below 32 MB for itself, and models are garbage in circles."""
        if self.process.memory_info().rss - self.least < GROWN:
            return
        gc.collect()
        with suppress(OSError, AttributeError):  # only the C library of GNU has it
            ctypes.CDLL(None).malloc_trim(0)
        self.least = self.process.memory_info().rss
