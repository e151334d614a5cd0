"""Stopping at a batch boundary: an interrupt is noted, and obeyed when it does no harm."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interrupts:
    """While in force, the first Ctrl-C or Stop click only sets `asked`; a second one interrupts.

    Outside the main thread, where Python delivers no interrupts, it does nothing.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None
        self._installed = False

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if self._before is not None and self._before is not signal.SIG_IGN:
                signal.signal(signal.SIGINT, self._note)
                self._installed = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, self._before)

    def ask(self) -> None:
        """Ask for an end, as an interrupt does."""
        self.asked = True

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked and callable(self._before):
            self._before(number, frame)  # as it would be without us: an async cell is cancelled
        elif self.asked:
            raise KeyboardInterrupt
        self.asked = True
