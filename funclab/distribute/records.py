"""A record of a run on a cluster: each worker's share, and where the time of its steps went."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

KEPT_STEPS = 1000


class Share(NamedTuple):
    """A worker's part of one step, in samples and seconds.

    The seconds add up to those of the step: `compute` is the worker's own plan, `wait` the time
    until the slowest worker's plan is done, `transfer` all that remains: sending weights and
    samples, reading what the workers have not read ahead, adding up sums and gradients, and Dask's
    own work.
    """

    worker: str
    samples: int
    compute: float
    wait: float
    transfer: float


class StepRecord(NamedTuple):
    """One step: "train", "test" or "predict", its seconds, and how often it was restarted because
    a worker was lost."""

    kind: str
    seconds: float
    repeats: int
    shares: list[Share]


@dataclass
class WorkerRecord:
    """A worker's sums over the training steps of a run, in samples, steps and seconds."""

    samples: int = 0
    steps: int = 0
    compute: float = 0.0
    wait: float = 0.0
    transfer: float = 0.0


@dataclass(repr=False)
class ClusterRecord:
    """How a call of `fit(cluster=...)` used its workers: `history.cluster`.

    Notebooks show it as a picture, with a link to Dask's dashboard; `print` shows it as a table.

    workers: for each address, the sums over its training steps.
    steps: the last 1000 steps, including validation.
    events: who joined and who was lost: (seconds since the epoch, address, what happened).
    dashboard: the address of Dask's dashboard; "" without one.
    """

    dashboard: str = ""
    workers: dict[str, WorkerRecord] = field(default_factory=dict)
    steps: deque[StepRecord] = field(default_factory=lambda: deque(maxlen=KEPT_STEPS))
    events: list[tuple[float, str, str]] = field(default_factory=list)

    def note(self, worker: str, event: str) -> None:
        """Add an event."""
        self.events.append((time.time(), worker, event))

    def add(
        self, kind: str, seconds: float, repeats: int, done: list[tuple[str, int, float]]
    ) -> None:
        """Add a step, from each worker's address, number of samples and seconds of computing."""
        longest = max(compute for _, _, compute in done)
        rest = max(0.0, seconds - longest)
        shares = [
            Share(worker, samples, compute, longest - compute, rest)
            for worker, samples, compute in done
        ]
        self.steps.append(StepRecord(kind, seconds, repeats, shares))
        for share in shares if kind == "train" else ():
            worker = self.workers.setdefault(share.worker, WorkerRecord())
            worker.samples += share.samples
            worker.steps += 1
            worker.compute += share.compute
            worker.wait += share.wait
            worker.transfer += share.transfer

    def picture(self, look: str | None = None) -> Any:
        """The workers, their shares of the samples, and where the time of a step went.

        look: "auto", "light", "dark", "print" or "projector"; by default the one chosen for all
            pictures.
        Raises: ArgumentError for another look.
        """
        from funclab.view.draw import theme
        from funclab.view.profile.workers import workers

        return workers(self, theme.chosen(look))

    def __repr__(self) -> str:
        return f"<ClusterRecord: {self.picture().title}>"

    def __str__(self) -> str:
        return str(self.picture())

    def _ipython_display_(self) -> None:
        self.picture()._ipython_display_()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.picture()._repr_mimebundle_(include, exclude)
