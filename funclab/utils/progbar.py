"""A progress line for a user's own loop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funclab.callbacks.progress import Progress
from funclab.layers.checks import one_of


class Progbar:
    """A growing line: steps done, time per step, and numbers averaged over the steps.

    target: how many steps there will be; None if that is not known.
    width, interval, unit_name: accepted for compatibility; the line looks like that of fit.
    verbose: 0 is silent, 1 a line that grows, 2 a line at the end.
    stateful_metrics: the names of numbers that are shown as they are, not averaged.
    stateless_metrics: the names of the numbers that are averaged; all others are not.

    >>> bar = Progbar(3, verbose=0)
    >>> bar.add(1, [("loss", 1.0)])
    >>> bar.add(1, [("loss", 2.0)])
    >>> bar.logs()
    {'loss': 1.5}
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        one_of("verbose", verbose, (0, 1, 2))
        self.target, self.width, self.verbose = target, width, verbose
        self.interval, self.unit_name = interval, unit_name
        self.stateful = None if stateless_metrics is not None else set(stateful_metrics or ())
        self.stateless = set(stateless_metrics or ())
        self.totals: dict[str, tuple[float, int]] = {}
        self.progress = Progress(verbose, target)
        self.ended = False

    def logs(self) -> dict[str, Any]:
        """The numbers shown: means over the steps so far, or the latest."""
        return {name: total / max(count, 1) for name, (total, count) in self.totals.items()}

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """Show that `current` steps are done.

        values: pairs (name, value of the last step).
        finalize: whether this was the last step; None: it is if the target is reached.
        """
        last = current >= (self.target or current + 1) if finalize is None else finalize
        steps = max(current - self.progress.done, 1)
        for name, value in values or ():
            averaged = name in self.stateless
            if self.stateful is not None:
                averaged = name not in self.stateful
            total, count = self.totals.get(name, (0.0, 0))
            new = (total + float(value) * steps, count + steps)
            self.totals[name] = new if averaged and not last else (float(value), 1)
        self.progress.done = current - 1
        self.progress.tick(self.logs)
        if last and not self.ended:
            self.ended = True
            self.progress.end(self.logs())

    def add(self, n: int, values: Any = None) -> None:
        """Show that `n` more steps are done."""
        self.update(self.progress.done + n, values)
