"""A cluster of four worker processes on this machine, of which a test uses some."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from funclab.distribute import Cluster


@pytest.fixture(autouse=True, scope="session")
def patient() -> Iterator[None]:
    """A cluster gives up restarting a worker for good if it is gone, again or still, 15
    seconds after it was lost. Tests lose workers often, and need them back."""
    import dask

    with dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"}):
        yield


def local_cluster(workers: int) -> Any:
    from dask.distributed import LocalCluster

    return LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=":0", memory_limit=0
    )


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """It ends with a file's tests: four workers that wait take a seventh of a processor."""
    from dask.distributed import Client

    with local_cluster(4) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture
def of_workers(client: Any) -> Callable[[int], Cluster]:
    """The same cluster, of which the first workers take part."""
    return lambda count: Cluster(client, workers=sorted(client.nthreads())[:count])
