"""Progress as text: one line per epoch, which is overwritten as it grows.

An unfinished line ends with a carriage return, the finished one with a newline. A terminal and a
notebook show the last state; from a saved notebook, the overwritten states can be removed.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import Any

from funclab.errors import plain

WIDTH = 20
PAUSE = 0.25
"""Seconds between two updates of a line."""


class Progress:
    """The lines of fit, evaluate or predict. `verbose` is 1 (growing lines) or 2 (final lines)."""

    def __init__(self, verbose: int, steps: int | None, epochs: int | None = None) -> None:
        self.verbose, self.steps, self.epochs = verbose, steps, epochs
        self.shown = 0
        self.done = 0
        self.begin()

    def begin(self, epoch: int | None = None) -> None:
        """Start a line; for fit, after a heading with the number of the epoch."""
        if epoch is not None and self.verbose:
            write(f"Epoch {epoch + 1}/{self.epochs}\n")
        self.done = self.shown = 0
        self.started = time.perf_counter()
        self.due = self.started + PAUSE
        self.seconds = 0.0

    def tick(self, logs: Callable[[], dict[str, Any]]) -> None:
        """Count a finished batch; from time to time, update the line."""
        self.done += 1
        if self.verbose != 1:
            return
        now = time.perf_counter()
        if now >= self.due:
            self.due = now + PAUSE
            text = self._line(logs(), now - self.started, self.steps)
            write(" " * self.shown + "\r" * bool(self.shown) + text + "\r")
            self.shown = max(self.shown, len(text))

    def pause(self) -> None:
        """Stop the clock after the batches, so that validation is not counted as their time."""
        self.seconds = time.perf_counter() - self.started

    def end(self, logs: dict[str, Any], note: str = "") -> None:
        """Write the finished line."""
        if not self.verbose:
            return
        seconds = self.seconds or time.perf_counter() - self.started
        blank = " " * self.shown + "\r" if self.shown else ""
        write(blank + self._line(logs, seconds, self.steps or self.done) + note + "\n")

    def _line(self, logs: dict[str, Any], seconds: float, steps: int | None) -> str:
        """One line; "Unknown" if the number of steps is not known yet."""
        count = f"{self.done:>{len(str(steps))}}/{steps}" if steps else f"{self.done}/Unknown"
        pace = f"{duration(seconds / max(self.done, 1))}/step"
        numbers = "".join(f" - {plain(name)}: {shown(value)}" for name, value in logs.items())
        if self.verbose == 2:
            return f"{count} - {pace}{numbers}"
        return f"{count} {bar(self.done, steps)} {pace}{numbers}"


def bar(done: int, steps: int | None) -> str:
    """
    >>> bar(5, 10)
    '━━━━━━━━━━──────────'
    """
    full, empty = ("━", "─") if speaks_unicode() else ("=", ".")
    filled = 0 if steps is None else round(WIDTH * min(done / max(steps, 1), 1))
    return full * filled + empty * (WIDTH - filled)


def speaks_unicode() -> bool:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return encoding.lower().startswith("utf")


def duration(seconds: float) -> str:
    """
    >>> duration(0.00093), duration(0.001), duration(0.93), duration(1), duration(2.4)
    ('930us', '1ms', '930ms', '1s', '2s')
    """
    if seconds >= 1:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"


def shown(value: Any) -> str:
    """
    >>> shown(0.51234), shown(0.00001234), shown(0.001), shown(0.0), shown(float("nan")), shown(3)
    ('0.5123', '1.2340e-05', '1.0000e-03', '0.0000', 'nan', '3')
    """
    if not isinstance(value, float):
        return str(value)
    small = value != 0 and abs(value) <= 1e-3 and math.isfinite(value)
    return f"{value:.4e}" if small else f"{value:.4f}"


def write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
