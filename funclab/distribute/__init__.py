"""More than one process or machine: `sweep` over settings of a model, and `fit(cluster=client)`,
`evaluate` and `predict` likewise. dask and joblib are loaded when they are first needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from funclab.distribute.records import ClusterRecord, Share, StepRecord, WorkerRecord
from funclab.distribute.shards import Shards
from funclab.distribute.space import Between, short
from funclab.distribute.sweeping import Sweep, sweep
from funclab.distribute.trials import Trial
from funclab.errors import ArgumentError, MissingPackageError

__all__ = [
    "Between", "Cluster", "ClusterRecord", "Shards", "Share", "StepRecord", "Sweep", "Trial",
    "WorkerRecord", "sweep",
]  # fmt: skip


class Cluster:
    """A Dask client, and how patient to be with its workers. `cluster=` takes it, or a client.

    client: a `dask.distributed.Client`, which must reach the workers directly.
    patience: seconds that a worker may be silent before it is left out; a slow worker that still
        answers is waited for. If there is no worker, one is awaited for as long. Default 30.
    workers: addresses of the workers that may take part; None for all.

    Raises: ArgumentError for what is not a client; MissingPackageError without Dask.
    """

    def __init__(
        self, client: Any, patience: float = 30.0, workers: Sequence[str] | None = None
    ) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise MissingPackageError(
                "`cluster` needs Dask's distributed, which is not installed.",
                why="funclab sends the work to the workers of a Dask cluster.",
                fix='install it with pip install "funclab[dask]".',
            ) from error
        if not isinstance(client, Client):
            how = repr(client) if isinstance(client, str) else "n_workers=2"
            raise ArgumentError(
                f"`cluster` should be a Dask client. Received: {short(client)}.",
                why="a client knows the workers, and sends them their parts of each batch.",
                fix=f"write for example cluster=dask.distributed.Client({how}).",
            )
        if not isinstance(patience, (int, float)) or not patience > 0:
            raise ArgumentError(
                f"`patience` should be a number of seconds above 0. Received: {patience!r}.",
                why="it is how long a worker may be silent before it is left out.",
                fix="write for example Cluster(client, patience=30).",
            )
        self.client, self.patience = client, float(patience)
        self.workers = None if workers is None else list(workers)


def cluster_runner(model: Any, compiled: Any, cluster: Any) -> Any:
    """The runner for what a user passes as `cluster`: a client or a Cluster."""
    chosen = cluster if isinstance(cluster, Cluster) else Cluster(cluster)
    from funclab.distribute.executors import check_open
    from funclab.distribute.spread import SpreadRunner

    check_open(chosen.client)
    return SpreadRunner(model, compiled, chosen)
