"""How a worker reads parts of the data, and passes their samples to its plans."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from funclab.distribute.shards import DaskShards, batches_of
from funclab.distribute.wire import packed_error
from funclab.graph import structure
from funclab.graph.shape_math import Array
from funclab.training.data.batches import Data, prepare
from funclab.training.data.streams import unpacked
from funclab.training.runner import Runner
from funclab.training.step import Specs


class Reader:
    """A part of the data that is being read, as far as it has been asked for.

    seed: of the order of the samples, in a part that comes whole; None for the order they have.
    """

    def __init__(
        self, loaded: Any, prepared: Callable[[Any], Data], begin: int, seed: int | None
    ) -> None:
        self.batches: Iterator[Any] = batches_of(loaded)
        self.whole = not hasattr(loaded, "__next__")
        self.prepared, self.seed = prepared, seed
        self.lock = threading.Lock()
        self.data: Data | None = None
        self.sample: Any = None
        """The first sample, in the form in which `load` gave it."""
        self.left_out = 0 if self.whole else begin
        """The number of samples that have already counted, and are still to be skipped."""
        self.begin = self.left_out
        """The number of the first sample in memory."""
        self.order: Array | None = None
        self.ended = False

    @property
    def until(self) -> int:
        """The number of samples read so far."""
        return self.begin + (0 if self.data is None else len(self.data))

    def read(self, until: int) -> None:
        """Continue until this number of samples has been read, or there are no more."""
        while not self.ended and self.until < until:
            batch = next(self.batches, StopIteration)
            if batch is StopIteration:
                self.ended = True
                return
            if self.sample is None:
                self.sample = structure.map_structure(lambda leaf: leaf[:1], batch)
            self.add(self.prepared(batch))
            self.ended = self.whole

    def add(self, data: Data) -> None:
        skipped = min(self.left_out, len(data))
        self.left_out -= skipped
        data = data.cut(skipped, len(data)) if skipped else data
        if not len(data):
            return
        if self.whole and self.seed is not None:
            self.order = np.random.default_rng(self.seed).permutation(len(data))
        with self.lock:
            self.data = data if self.data is None or not len(self.data) else joined(self.data, data)

    def take(self, begin: int, count: int) -> tuple[Data, list[Array | None]]:
        """`count` samples from number `begin` on; earlier ones are no longer needed."""
        with self.lock:
            assert self.data is not None
            if not self.whole:
                self.data = self.data.cut(begin - self.begin, len(self.data))
                self.begin = begin
            rows: Any = slice(begin - self.begin, begin - self.begin + count)
            if self.order is not None:
                rows = self.order[rows]
            return self.data, [None if a is None else a[rows] for a in self.data.arrays]


def joined(first: Data, second: Data) -> Data:
    """The samples of both, in order."""

    def both(mine: list[Array | None], theirs: list[Array | None]) -> list[Array | None]:
        pairs = zip(mine, theirs)
        return [None if a is None or b is None else np.concatenate([a, b]) for a, b in pairs]

    inputs, targets = both(first.inputs, second.inputs), both(first.targets, second.targets)
    weights = both(first.weights, second.weights)
    return Data(inputs, targets, weights, first.tree, first.target_dtypes)


class Library:
    """The parts of data that a worker has open for a model."""

    def __init__(self, worker: Any, runner: Runner) -> None:
        self.worker, self.runner = worker, runner
        self.thread = ThreadPoolExecutor(1, "funclab reading")
        self.shards: dict[str, Any] = {}
        self.readers: dict[Any, Reader] = {}
        self.client: Any = None

    def read(
        self,
        source: str,
        kind: str,
        key: Any,
        begin: int,
        until: int,
        seed: int | None,
        shards: bytes | None,
    ) -> dict[str, Any]:
        """Read a part as far as requested; returns how far it is, or that the data are unknown."""
        try:
            if shards is not None:
                self.shards[source] = self.opened(shards)
            if source not in self.shards:
                return {"unknown": True}
            key = tuple(key)
            if key not in self.readers:
                part = self.shards[source].parts[key[-1]]
                loaded = self.loaded(self.shards[source], part)
                self.readers[key] = Reader(loaded, self.preparing(kind), begin, seed)
            reader = self.readers[key]
            reader.read(until)
            return {"until": reader.until, "ended": reader.ended, "sample": reader.sample}
        except Exception as error:
            return {"error": packed_error(error)}

    def opened(self, shards: bytes) -> Any:
        from distributed import Client

        if self.client is None:
            address, security = self.worker.scheduler.address, self.worker.security
            self.client = Client(address, security=security, set_as_default=False)
        with self.client.as_current():  # persisted collections hold its futures
            return pickle.loads(shards)

    def loaded(self, shards: Any, part: Any) -> Any:
        """The contents of a part. Parts of Dask collections are computed on this worker."""
        if not isinstance(shards, DaskShards):
            return shards.load(part)
        here = {"workers": [self.worker.address], "allow_other_workers": False}
        futures = self.client.compute(list(part), **here)
        return shards.assemble(self.client.gather(futures))

    def preparing(self, kind: str) -> Callable[[Any], Data]:
        if kind == "predict":
            return lambda batch: prepare(self.runner.model, None, unpacked(batch)[0])
        return lambda batch: self.runner.prepare(*unpacked(batch))

    def take(self, taken: Any) -> tuple[Specs, Any, list[Array | None]]:
        """Samples of some parts, side by side, with their specs and the form of the inputs."""
        parts = [self.readers[tuple(key)].take(begin, count) for key, begin, count in taken]
        data = parts[0][0]
        columns = zip(*(rows for _, rows in parts))
        rows = [None if column[0] is None else np.concatenate(column) for column in columns]
        count = sum(count for _, _, count in taken)
        return data.specs(count), data.tree, rows

    def drop(self, key: Any) -> None:
        """Forget a part that is no longer needed."""
        self.readers.pop(tuple(key), None)

    def close(self) -> None:
        self.readers.clear()
        if self.client is not None:
            self.thread.submit(self.client.close)
        self.thread.shutdown(wait=False)
