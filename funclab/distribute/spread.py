"""Batches of data that workers read: which worker reads which part, and what has counted."""

from __future__ import annotations

import asyncio
import pickle
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from funclab.distribute.runner import ClusterPlan, ClusterRunner, ClusterStep
from funclab.distribute.shards import Shards, as_shards
from funclab.distribute.team import Assignment
from funclab.errors import DataError
from funclab.graph.shape_math import Array
from funclab.initializers import rng
from funclab.training.data.batches import prepare
from funclab.training.data.streams import unpacked


@dataclass
class OpenPart:
    """A part of the data that a worker reads: `counted` of its samples are done, and the worker has
    read up to number `until`, or everything if it has `ended`."""

    number: int
    counted: int
    worker: str
    until: int = 0
    ended: bool = False
    ahead: asyncio.Future[Any] | None = None
    """The pending reply for a part that is read before it is needed."""

    @property
    def left(self) -> int:
        """The number of samples on the worker that have not counted yet."""
        return max(0, self.until - self.counted)


class Spread:
    """The source of steps on data that the workers read."""

    def __init__(
        self,
        runner: ClusterRunner,
        kind: str,
        shards: Shards,
        size: int,
        shuffle: Any = False,
        steps: int | None = None,
    ) -> None:
        self.runner, self.team, self.kind = runner, runner.team, kind
        self.shards, self.size, self.shuffle, self.steps = shards, size, shuffle, steps
        self.name, self.passes = uuid.uuid4().hex, 0
        self.package = packed(shards)
        self.waiting: deque[tuple[int, int]] = deque()
        """Parts that no worker reads: their numbers, and how many samples have counted."""
        self.open: list[OpenPart] = []
        self.seed: int | None = None
        self.sample: Any = None
        self.known_lost = 0
        self.order: list[tuple[int, int, int]] = []
        """The samples of the predictions, in order: (part, first sample, number of samples)."""
        self.begin_pass()
        if not self.team.sync(self.ready):
            raise DataError(
                "The parts of the data hold no samples.",
                why="no worker has read any.",
                fix="see what `load` gives for the first part: load(parts[0]).",
            )
        self.step = SpreadStep(self)

    def begin_pass(self) -> None:
        """Start again with all parts, in a new order if shuffled."""
        numbers = range(len(self.shards.parts))
        order = rng().permutation(len(numbers)) if self.shuffle else numbers
        self.waiting.extend((int(number), 0) for number in order)
        self.seed = int(rng().integers(2**31)) if self.shuffle else None
        self.passes += 1

    def epoch(self) -> Iterator[Any]:
        """The steps of an epoch: all data once, or the next `steps` batches."""
        done = 0
        while self.steps is None or done < self.steps:
            if not self.team.sync(self.ready):
                self.begin_pass()
                if self.steps is None and done:
                    return
            yield self.step, lambda: None
            done += 1

    # Reading.
    async def ready(self) -> bool:
        """Whether there are samples left."""
        while True:
            await self.team.refresh()
            if await self.stock(self.team.members, 1):
                return any(part.left for part in self.open)

    async def stock(self, workers: list[str], wanted: int) -> bool:
        """Let the workers read until each has its share of `wanted` samples, as long as there are
        any; False if a worker was lost meanwhile."""
        workers = list(workers)
        lost = self.team.lost[self.known_lost :]
        self.known_lost += len(lost)
        gone = [part for part in self.open if part.worker in lost or part.worker not in workers]
        for part in gone:
            if part.ahead is not None:
                part.ahead.cancel()
            self.open.remove(part)
            self.waiting.appendleft((part.number, part.counted))
        share = -(-wanted // len(workers))
        while True:
            reading = [part for worker in workers if (part := self.next_part(worker, share))]
            if not reading and self.left() < wanted:  # some parts have ended
                reading = [part for part in self.open if not part.ended]
                share = max(share, wanted)
            if not reading:
                return True
            calls = [part.ahead or self.reading(part, share) for part in reading]
            if await self.team.watch([part.worker for part in reading], calls):
                for part, call in zip(reading, calls):
                    call.cancel()
                    part.ahead = None
                return False
            for part, call in zip(reading, calls):
                reply, part.ahead = call.result(), None
                part.until, part.ended = reply["until"], reply["ended"]
                self.sample = reply["sample"] if self.sample is None else self.sample
                self.forget_if_done(part)

    def next_part(self, worker: str, share: int) -> OpenPart | None:
        """The part that a worker must read for its share of samples; None if it has its share."""
        mine = [part for part in self.open if part.worker == worker]
        if sum(part.left for part in mine) >= share:
            return None
        growing = next((part for part in mine if not part.ended), None)
        if growing is None and self.waiting:
            number, counted = self.waiting.popleft()
            growing = OpenPart(number, counted, worker)
            self.open.append(growing)
        return growing

    def read_ahead(self, workers: Sequence[str], share: int) -> None:
        """Let workers begin to read a part while they compute with the last samples of another."""
        for worker in workers:
            mine = [part for part in self.open if part.worker == worker]
            soon = sum(part.left for part in mine) < 4 * share
            if self.waiting and soon and all(part.ended for part in mine):
                part = OpenPart(*self.waiting.popleft(), worker)
                self.open.append(part)
                part.ahead = self.reading(part, share)
                part.ahead.add_done_callback(lambda call: call.cancelled() or call.exception())

    def reading(self, part: OpenPart, share: int) -> asyncio.Future[Any]:
        return asyncio.ensure_future(self.read(part, part.counted + share))

    def left(self) -> int:
        return sum(part.left for part in self.open)

    async def read(self, part: OpenPart, until: int) -> Any:
        request = {
            "source": self.name, "kind": self.kind, "key": self.key(part), "begin": part.counted,
            "until": until, "seed": None if self.seed is None else self.seed + part.number,
        }  # fmt: skip
        reply = await self.team.ask(part.worker, "funclab_read", **request, shards=None)
        if reply and "unknown" in reply:
            whole = {**request, "shards": self.package}
            reply = await self.team.ask(part.worker, "funclab_read", **whole)
        return reply

    def key(self, part: OpenPart) -> list[Any]:
        return [self.name, self.passes, part.number]

    def forget_if_done(self, part: OpenPart) -> None:
        if part.ended and not part.left:
            self.open.remove(part)
            telling = self.team.told(part.worker, "funclab_drop", key=self.key(part))
            self.team.keep(asyncio.ensure_future(telling))

    # Dealing.
    async def deal(self, workers: list[str], form: bytes) -> list[Assignment]:
        """Equal parts of a batch; at the end of the data, more for workers that have more. None if
        workers were lost meanwhile."""
        workers = list(workers)
        if not await self.stock(workers, self.size):
            return []
        have = dict.fromkeys(workers, 0)
        for part in self.open:
            have[part.worker] += part.left
        counts = dealt(min(self.size, sum(have.values())), have)
        parts, begin = [], 0
        for worker, count in counts.items():
            if count:
                take = self.taken(worker, count)
                parts.append(Assignment(worker, begin, count, form, take=take))
                begin += count
        self.read_ahead(workers, -(-self.size // len(workers)))
        return parts

    def taken(self, worker: str, count: int) -> list[tuple[list[Any], int, int]]:
        """The next `count` samples of the parts on a worker."""
        take = []
        for part in self.open:
            if part.worker == worker and count and part.left:
                number = min(count, part.left)
                take.append((self.key(part), part.counted, number))
                count -= number
        return take

    def commit(self, parts: Sequence[Assignment]) -> None:
        """Note that these samples have counted."""
        open_parts = {part.number: part for part in self.open}
        for assignment in parts:
            for key, begin, count in assignment.take:
                part = open_parts[key[-1]]
                part.counted = begin + count
                self.forget_if_done(part)
                if self.kind == "predict":
                    self.order.append((part.number, begin, count))

    def restored(self, outputs: Array) -> Array:
        """Predictions in the order of the data."""
        starts = np.cumsum([0, *(count for _, _, count in self.order)])
        chosen = sorted(range(len(self.order)), key=lambda i: self.order[i][:2])
        pieces = [outputs[starts[i] : starts[i + 1]] for i in chosen]
        return np.concatenate(pieces)


def dealt(total: int, have: dict[str, int]) -> dict[str, int]:
    """How many of `total` samples each worker takes of those it has, as equal as possible.

    >>> dealt(8, {"a": 9, "b": 2, "c": 9})
    {'a': 3, 'b': 2, 'c': 3}
    """
    counts, left = dict.fromkeys(have, 0), total
    for done, worker in enumerate(sorted(have, key=lambda worker: have[worker])):
        counts[worker] = min(have[worker], left // (len(have) - done))
        left -= counts[worker]
    return counts


def packed(shards: Shards) -> bytes:
    """The description of the data as bytes, with functions defined in a notebook."""
    import cloudpickle

    return cloudpickle.dumps(shards)


class SpreadStep(ClusterStep):
    """A batch of which each worker reads and computes a part."""

    def __init__(self, source: Spread) -> None:
        runner, (x, y, weight) = source.runner, unpacked(source.sample)
        self.source = source
        if source.kind == "predict":
            data = prepare(runner.model, None, x)
        else:
            data = runner.prepare(x, y, weight)
        super().__init__(runner, source.kind, data.specs(source.size), data.tree)

    def planned(self, runner: ClusterRunner, kind: str, tree: Any) -> ClusterPlan:
        return SpreadPlan(runner, self, kind, tree)


class SpreadPlan(ClusterPlan):
    """A stand-in for the plan of such a step."""

    def __init__(self, runner: ClusterRunner, step: SpreadStep, kind: str, tree: Any) -> None:
        super().__init__(runner, step, kind, tree)
        self.source = step.source
        own = runner.compiled and runner.compiled.forms
        self.own_form = pickle.dumps((kind, None, None, own))

    async def deal(self, workers: list[str]) -> list[Assignment]:
        return await self.source.deal(workers, self.own_form)

    def commit(self, parts: Sequence[Assignment]) -> None:
        self.source.commit(parts)


class SpreadRunner(ClusterRunner):
    """A runner that also has steps for data that the workers read."""

    def source(self, kind: str, sides: Any, size: int, shuffle: Any, steps: int | None) -> Any:
        shards = as_shards(*sides)
        return shards and Spread(self, kind, shards, size, shuffle, steps)
