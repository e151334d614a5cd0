"""Which kernels hear buttons while a cell trains: the one place where this is written down."""

from __future__ import annotations

import sys

HEARS = (7, 0)
"""From this ipykernel on, Pause, Step and Stop are heard in a cell that trains; before, only Stop
is, as an interrupt. Tried with 6.31 and 7.0 to 7.4. (7.4 sends a message to the thread that last
wrote to its widget, which would be that of the busy cell: see `StopControl`.)"""


def hears_buttons(version: tuple[int, ...]) -> bool:
    """Whether an ipykernel of this version hears buttons while a cell runs.

    >>> hears_buttons((6, 31, 0)), hears_buttons((7, 4, 0))
    (False, True)
    """
    return version >= HEARS


def kernel_name() -> str:
    """The kernel and its version, such as "ipykernel 7.3.0"; "" outside a kernel."""
    kernel = sys.modules.get("ipykernel")
    return f"ipykernel {kernel.__version__}" if kernel is not None else ""
