"""The client's side of a cluster: which workers take part, what each has to do, which are lost.

All coroutines run in the event loop of the Dask client. A step counts only when all its results
have arrived: if a worker is lost in the middle, the step is restarted with the remaining workers,
so every sample counts exactly once.
"""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import time
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from funclab.distribute.records import ClusterRecord
from funclab.errors import ArgumentError, ClusterError
from funclab.graph.shape_math import Array

if TYPE_CHECKING:
    from funclab.distribute.runner import ClusterPlan

JOIN_SECONDS = 60.0
"""How long a worker may take to import funclab and make the model, if it is the only one."""

REFRESH_SECONDS = 1.0
"""How often to ask the scheduler for workers that have joined."""


@dataclass
class Assignment:
    """A worker's part of a batch: `count` samples from number `begin` on, as arrays in `rows` or
    as what to `take` from the data on the worker; `form` describes the plan that they need."""

    worker: str
    begin: int
    count: int
    form: bytes
    rows: list[Array | None] | None = None
    take: Any = None


class Team:
    """The workers of a cluster that hold one model.

    cluster: the `Cluster`.
    package: makes the bytes of the model, which are sent to each worker once.
    """

    def __init__(self, cluster: Any, package: Callable[[], bytes]) -> None:
        client = cluster.client
        if client.asynchronous:
            raise ArgumentError(
                "The client of `cluster` is asynchronous.",
                why="fit waits for its workers, and would block the event loop they answer in.",
                fix="make it with Client(...), without asynchronous=True.",
            )
        self.client, self.package, self.patience = client, package, cluster.patience
        self.chosen = cluster.workers
        self.run = uuid.uuid4().hex
        self.model: bytes | None = None
        self.members: list[str] = []
        self.joining: dict[str, asyncio.Task[Any]] = {}
        self.lost: list[str] = []
        """The workers that were lost, in order; some may be back."""
        self.background: set[asyncio.Future[Any]] = set()
        self.current: set[str] = set()
        """The members that have the current weights."""
        self.attempt = 0
        self.due = 0.0
        self.record = ClusterRecord(str(client.dashboard_link or ""))

    def sync(self, work: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> Any:
        """The result of a coroutine, which an interrupt also ends."""
        task: list[asyncio.Task[Any]] = []

        async def tracked() -> Any:
            task.append(asyncio.ensure_future(work(*args)))
            return await task[0]

        try:
            return self.client.sync(tracked)
        except BaseException:
            for running in task:
                self.client.loop.add_callback(running.cancel)
            raise

    async def ask(self, worker: str, handler: str, **message: Any) -> Any:
        """What a worker's handler returns.

        Raises: OSError when the connection breaks.
        """
        try:
            return await getattr(self.client.rpc(worker), handler)(run=self.run, **message)
        except RuntimeError as error:  # the client itself is closed
            raise ConnectionError(str(error)) from error

    # Which workers take part.
    async def refresh(self) -> None:
        """Admit workers that are new or back; wait if there is none.

        Raises: ClusterError if none comes.
        """
        if time.monotonic() >= self.due or not self.members:
            await self._invite()
        begun = time.monotonic()
        while not self.members:
            if self.joining:
                tasks = self.joining.values()
                await asyncio.wait(tasks, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
            if not self.members:
                limit = self.patience + JOIN_SECONDS * bool(self.joining)
                if time.monotonic() - begun > limit:
                    raise no_workers(limit)
                await asyncio.sleep(0.05)
                await self._invite()

    async def _invite(self) -> None:
        first = not self.due
        self.due = time.monotonic() + REFRESH_SECONDS
        if self.client.scheduler is None:  # the client is closed
            return
        try:
            call = self.client.scheduler.ncores_running(workers=None)
            running = await asyncio.wait_for(call, self.patience)
        except (TimeoutError, OSError, RuntimeError):  # the workers may be reachable all the same
            return
        workers = [w for w in running if self.chosen is None or w in self.chosen]
        for worker in workers:
            if worker not in self.members and worker not in self.joining:
                self.joining[worker] = asyncio.ensure_future(self._let_in(worker))
        if first and self.joining:  # the initial workers start together, in order
            await asyncio.wait(self.joining.values(), timeout=self.patience)
            self.members.sort(key=workers.index)

    async def _let_in(self, worker: str) -> None:
        from funclab.distribute.site import install

        try:
            if self.model is None:
                self.model = self.package()
            await self.client._run(install, workers=[worker])
            await self.ask(worker, "funclab_open", model=self.model)
            self.members.append(worker)
            self.record.note(worker, "joined")
        except (OSError, RuntimeError):  # it is tried again, if the scheduler still knows it
            pass
        finally:
            self.joining.pop(worker, None)

    def lose(self, worker: str, why: str) -> None:
        """Leave a worker out; when it answers again, it is admitted as a new one."""
        if worker in self.members:
            self.members.remove(worker)
            self.lost.append(worker)
            self.current.discard(worker)
            self.record.note(worker, why)

    # Steps.
    async def step(self, batch: ClusterPlan, weights: Array, changed: bool) -> list[dict[str, Any]]:
        """The replies of the workers, each of which has computed a part of a batch.

        weights: the buffer of weights and state; `changed` says whether it differs from before.
        Raises: ClusterError when no worker is left; errors raised on a worker.
        """
        begun, repeats = time.perf_counter(), 0
        if changed:
            self.current.clear()
        while True:
            await self.refresh()
            parts = await batch.deal(self.members)
            replies = await self.attempt_step(batch, parts, weights) if parts else None
            if replies is not None:
                batch.commit(parts)
                pairs = zip(parts, replies)
                done = [(part.worker, part.count, reply["compute"]) for part, reply in pairs]
                self.record.add(batch.kind, time.perf_counter() - begun, repeats, done)
                return replies
            repeats += 1

    async def attempt_step(
        self, batch: ClusterPlan, parts: Sequence[Assignment], weights: Array
    ) -> list[dict[str, Any]] | None:
        """The replies to one attempt at a step; None if a worker was lost."""
        from distributed.protocol.serialize import to_serialize

        self.attempt += 1
        workers = [part.worker for part in parts]
        fresh = not self.current.issuperset(workers)
        common = {"attempt": self.attempt, "team": workers, "kind": batch.kind, "fresh": fresh}
        total = sum(part.count for part in parts)
        calls = []
        for rank, part in enumerate(parts):
            job = {
                **common, "rank": rank, "begin": part.begin, "count": part.count, "total": total,
                "rows": part.rows, "take": part.take, "form": part.form,
                "weights": weights if fresh and not rank else None,
            }  # fmt: skip
            call = self.ask(part.worker, "funclab_step", job=to_serialize(job))
            calls.append(asyncio.ensure_future(call))
        try:
            lost = await self.watch(workers, calls)
        except BaseException:
            await self.give_up(workers, calls)
            raise
        if lost:
            self.current.clear()
            await self.give_up([worker for worker in workers if worker in self.members], calls)
            return None
        self.current |= set(workers)
        return [call.result() for call in calls]

    async def watch(self, workers: Sequence[str], calls: Sequence[asyncio.Future[Any]]) -> bool:
        """Wait for the replies; returns whether a worker was lost.

        Raises: errors raised on a worker.
        """
        waiting = set(calls)
        while waiting:
            done, waiting = await asyncio.wait(
                waiting, timeout=self.patience, return_when=asyncio.FIRST_COMPLETED
            )
            lost = False
            for worker, call in zip(workers, calls):
                if call in done:
                    lost |= self.is_lost(worker, call)
            if not done:  # slow, or stopped?
                silent = [w for w, call in zip(workers, calls) if call in waiting]
                lost = not all(await asyncio.gather(*map(self.answers, silent)))
            if lost:
                return True
        return False

    def is_lost(self, worker: str, call: asyncio.Future[Any]) -> bool:
        """Whether the call failed because a worker is gone.

        Raises: the error raised on the worker.
        """
        try:
            reply = call.result()
        except (OSError, TypeError) as error:  # TypeError: a new worker has an old address
            self.lose(worker, f"lost: {error or type(error).__name__}")
            return True
        if reply is None:
            self.lose(worker, "lost: it was started again")
            return True
        if "error" in reply:
            raise pickle.loads(reply["error"])
        return "lost" in reply

    async def answers(self, worker: str) -> bool:
        """Whether a worker answers at all; one that does not is left out."""
        try:
            if await asyncio.wait_for(self.ask(worker, "funclab_ping"), self.patience):
                return True
            why = "lost: it was started again"
        except (TimeoutError, OSError, TypeError):
            why = f"lost: no answer for {2 * self.patience:g} seconds"
        self.lose(worker, why)
        return False

    async def give_up(self, workers: Sequence[str], calls: Sequence[asyncio.Future[Any]]) -> None:
        """Cancel the calls of an attempt, so that the workers are free for the next."""
        await asyncio.gather(
            *(self.told(w, "funclab_abort", attempt=self.attempt) for w in workers)
        )
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def told(self, worker: str, handler: str, **message: Any) -> None:
        """Notify a worker, which may be gone."""
        with contextlib.suppress(OSError, TypeError, asyncio.TimeoutError):
            await asyncio.wait_for(self.ask(worker, handler, **message), self.patience)

    def keep(self, task: asyncio.Future[Any]) -> None:
        """Let a task continue in the background."""
        self.background.add(task)
        task.add_done_callback(self.background.discard)

    async def close(self) -> None:
        """Let the workers forget the model."""
        for task in self.joining.values():
            task.cancel()
        await asyncio.gather(*(self.told(worker, "funclab_close") for worker in self.members))


def no_workers(seconds: float) -> ClusterError:
    return ClusterError(
        f"No worker of the cluster has answered for {seconds:g} seconds; the epoch is incomplete.",
        why="the workers or the scheduler are gone. Steps that were done have been counted once "
        "each; the step under way has not changed the model.",
        fix="start workers, and call fit again; with callbacks=[BackupAndRestore(folder)] in both "
        "calls it goes on with the epoch that was under way.",
    )
