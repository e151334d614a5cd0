"""Time of a training step on the workers of a Dask cluster, and the size from which it pays off.

    python -m bench.cluster                       measure, and print all tables
    python -m bench.cluster --keep FILE.json      measure what FILE does not hold, and add it
    ... --keep FILE.json --again                        measure all again, and keep what is faster

Workers are processes on this machine, each restricted to one core. Their time is split into the
time until the slowest has computed, transfer (sending, adding up, Dask's own work), and the
client's own work (its copy of the weights, the optimizer). `bench.network` fits a cost model
to this, prints its errors, and predicts other networks and more workers.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

import funclab
from bench import network
from funclab.errors.words import plural

SIZES, BATCHES = [10**4, 10**5, 10**6, 10**7], [128, 1024]
WORKERS, FEW_WEIGHTS = [1, 2, 4], 10**5
"""The numbers of workers to measure; more than 2 only for few weights, where calls dominate."""
WARM, FEWEST, SECONDS = 2, 4, 1.0
"""Warm-up steps, the least number of measured steps, and the seconds after which to stop."""


@dataclass
class Measured:
    """The fastest step, in seconds. `workers` is 0 for a local fit, on `cores`."""

    weights: int
    batch: int
    workers: int
    cores: int
    total: float
    compute: float = 0.0
    wait: float = 0.0
    transfer: float = 0.0

    @property
    def key(self) -> tuple[int, int, int, int]:
        return self.weights, self.batch, self.workers, self.cores

    @property
    def client(self) -> float:
        return self.total - self.compute - self.wait - self.transfer


class Clock(funclab.callbacks.Callback):
    """Times each batch from the end of the one before it, and ends training when it is enough."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.ends.append(time.perf_counter())
        enough = self.ends[-1] - self.ends[0] > SECONDS
        self.model.stop_training = len(self.ends) >= WARM + FEWEST and enough

    @property
    def seconds(self) -> list[float]:
        return np.diff(self.ends)[WARM - 1 :].tolist()


def width_of(weights: int) -> int:
    """The width of an MLP with two hidden layers and about this number of weights."""
    return round((weights / 2) ** 0.5)


def task(weights: int, batch: int) -> tuple[Any, Any, Any]:
    """A compiled MLP, and data for it."""
    width = width_of(weights)
    x = y = funclab.Input((width,))
    for _ in range(2):
        y = funclab.layers.Dense(width, activation="relu")(y)
    model = funclab.Model(x, funclab.layers.Dense(10, activation="softmax")(y))
    model.compile("adam", "sparse_categorical_crossentropy")
    steps = min(100, max(WARM + FEWEST, 2 * 10**7 // (batch * width)))
    random = np.random.default_rng(0)
    data = random.standard_normal((batch * steps, width), "float32")
    return model, data, random.integers(0, 10, batch * steps)


def measure_local(weights: int, batch: int) -> float:
    """Seconds of a step in this process."""
    clock = Clock()
    model, x, y = task(weights, batch)
    model.fit(x, y, batch_size=batch, verbose=0, callbacks=[clock])
    return min(clock.seconds)


def measure_cluster(weights: int, batch: int, workers: int, client: Any) -> Measured:
    """A step on the first workers of a client."""
    clock = Clock()
    model, x, y = task(weights, batch)
    chosen = funclab.distribute.Cluster(client, workers=sorted(client.nthreads())[:workers])
    history = model.fit(
        x, y, batch_size=batch, verbose=0, callbacks=[clock], cluster=chosen, shuffle=False
    )
    steps = list(history.cluster.steps)[WARM:]
    total, step = min(zip(clock.seconds, steps, strict=True), key=lambda pair: pair[0])
    parts = {
        name: statistics.fmean(getattr(share, name) for share in step.shares)
        for name in ("compute", "wait", "transfer")
    }
    return Measured(weights, batch, workers, 1, total, **parts)


def hold_to(cores: set[int]) -> None:
    """Restrict threads that start from now on to these cores, where the system allows it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cores)


def cores() -> list[int]:
    allowed = getattr(os, "sched_getaffinity", None)
    return sorted(allowed(0)) if allowed else list(range(os.cpu_count() or 1))


def wanted() -> list[tuple[int, int, int, int]]:
    """Weights, batch, workers and cores of all that is measured; without workers it is local."""
    pairs = [(weights, batch) for weights in SIZES for batch in BATCHES]
    keys = [(*pair, 0, count) for count in sorted({1, len(cores())}) for pair in pairs]
    for workers in WORKERS:
        keys += [(*pair, workers, 1) for pair in pairs if workers <= 2 or pair[0] <= FEW_WEIGHTS]
    return keys


def measure_all(keys: list[tuple[int, int, int, int]], keep: Callable[[Measured], None]) -> None:
    """Measure the cases of these keys."""
    from dask.distributed import Client, LocalCluster

    for count in sorted({key[3] for key in keys if not key[2]}):
        held = set(cores()[:count])
        with ProcessPoolExecutor(1, get_context("spawn"), hold_to, (held,)) as pool:
            for weights, batch, *_ in [key for key in keys if key[2:] == (0, count)]:
                seconds = pool.submit(measure_local, weights, batch).result()
                keep(Measured(weights, batch, 0, count, seconds))
    keys = [key for key in keys if key[2]]
    if not keys:
        return
    most = max(workers for _, _, workers, _ in keys)
    settings = {"dashboard_address": None, "memory_limit": 0, "threads_per_worker": 1}
    with LocalCluster(n_workers=most, **settings) as cluster, Client(cluster) as client:
        addresses: Any = client.nthreads()
        for i, worker in enumerate(sorted(addresses)):
            client.run(hold_to, {cores()[i % len(cores())]}, workers=[worker])
        for weights, batch, workers, _ in keys:
            keep(measure_cluster(weights, batch, workers, client))


def print_table(done: list[Measured]) -> None:
    """What was measured, in milliseconds."""
    print("Milliseconds of a step: an MLP with two hidden layers, Adam; the fastest step.")
    titles = ("weights", "batch", "where", "step", "compute", "wait", "transfer", "client")
    rows = []
    for each in done:
        parts = [each.compute, each.wait, each.transfer, each.client] if each.workers else []
        cells = [f"{seconds * 1e3:,.2f}" for seconds in (each.total, *parts)]
        where = plural(each.workers, "worker") if each.workers else plural(each.cores, "core")
        sizes = f"{each.weights:,}", f"{each.batch:,}", where
        rows.append([*sizes, *cells, *[""] * (5 - len(cells))])
    print(*network.lines(titles, rows), sep="\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--keep", type=Path, help="a file for what is measured, to go on from")
    parser.add_argument("--again", action="store_true", help="measure also what the file holds")
    options = parser.parse_args()
    file: Path | None = options.keep
    held = json.loads(file.read_text()) if file and file.exists() else []
    best = {each.key: each for each in (Measured(**values) for values in held)}

    def keep(new: Measured) -> None:
        print(new, file=sys.stderr, flush=True)
        best[new.key] = min(best.get(new.key, new), new, key=lambda each: each.total)
        if file:
            file.write_text(json.dumps([asdict(each) for each in best.values()], indent=1))

    measure_all([key for key in wanted() if options.again or key not in best], keep)
    done = sorted(best.values(), key=lambda each: each.key)
    print_table(done)
    network.report(done, width_of)


if __name__ == "__main__":
    main()
