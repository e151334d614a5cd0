"""More data than memory: files on disk, of which each worker holds one at a time.

`make soak` makes 8 GB of them, `make test` a few megabytes.
"""

from __future__ import annotations

import os
import re
import resource
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from funclab import layers
from funclab.distribute import Shards
from funclab.layers import Input
from funclab.models import Model
from tests.distribute.conftest import local_cluster

GIGABYTE = 1 << 30
FEATURES = 256
TOTAL = 8 * GIGABYTE if os.environ.get("SOAK") else 16 << 20
FILES = 128 if os.environ.get("SOAK") else 12
EACH = TOTAL // FILES
"""Bytes of a file."""


def written(path, number):
    """A file of samples whose target is their mean, made on a worker; returns its samples."""
    rows = EACH // (FEATURES * 4)
    x = np.random.default_rng(number).standard_normal((rows, FEATURES), np.float32)
    np.save(path / f"x{number:03}.npy", x)
    np.save(path / f"y{number:03}.npy", 16 * x.mean(1, keepdims=True))
    return rows


def load(path, number):
    return np.load(path / f"x{number:03}.npy"), np.load(path / f"y{number:03}.npy")


def peak_memory():
    """The peak memory of this program, in bytes.

    Linux counts in `getrusage` what a process was before its program began: a copy of its parent.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes, on macOS
    [size] = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
    return int(size) * 1024


@pytest.mark.soak("gigabytes of data on a cluster")
@pytest.mark.timeout(3000)
def test_data_on_disk_train_within_a_gigabyte_a_process(tmp_path):
    inputs = Input((FEATURES,))
    model = Model(inputs, layers.Dense(1)(inputs))
    model.compile("adam", "mse")
    with local_cluster(2) as cluster, cluster.get_client() as client:
        files = client.map(partial(written, tmp_path), range(FILES), pure=False)
        samples = sum(client.gather(files))
        size = sum(path.stat().st_size for path in tmp_path.iterdir())
        shards = Shards(partial(load, tmp_path), range(FILES))

        before = peak_memory()
        history = model.fit(shards, batch_size=4096, verbose=0, cluster=client)

        peaks = [*client.run(peak_memory).values(), peak_memory() - before]
    assert size > TOTAL
    assert sum(worker.samples for worker in history.cluster.workers.values()) == samples
    assert max(peaks) < GIGABYTE
