"""Where the trials of a sweep run: here, in processes of this machine, or on a Dask cluster.

An executor has `run(work, tasks)`, which yields the result of each trial as it ends, in any order,
and `cancel(work)`, which another thread may call.
"""

from __future__ import annotations

import time
import uuid
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from funclab.distribute.journal import Record
from funclab.distribute.trials import Task, Work, end, error_in_words, failed, run
from funclab.errors import ArgumentError, ClusterError, import_for

PREFIX = "funclab-sweep"
LARGE = "Sending large graph"
"""The start of Dask's warning that data travel through the scheduler."""
SILENCE = 5
"""Seconds without any worker, or for a result to arrive, after which a sweep stops waiting
silently."""
NO_WORKER = (
    "The cluster has no worker: the sweep waits for one. Start a worker, or end the sweep "
    "(interrupt it, or call its cancel() with background=True)."
)


class LocalExecutor:
    """Trials run one after the other, in this process."""

    def run(self, work: Work, tasks: Sequence[Task]) -> Iterator[Record]:
        for task in tasks:
            record = run(work, task)
            if record is None:
                return
            yield record

    def cancel(self, work: Work) -> None:
        """End the running trials after their epoch, and begin no other."""
        Path(work.stop).touch()


class ProcessExecutor(LocalExecutor):
    """Trials run in several processes of this machine, which joblib starts."""

    def __init__(self, workers: int | None) -> None:
        self.joblib = import_for("A sweep in several processes (workers=1 needs none)", "joblib")
        self.workers = workers or self.joblib.cpu_count()

    def run(self, work: Work, tasks: Sequence[Task]) -> Iterator[Record]:
        left = {task.key: task for task in tasks}
        while left:
            try:
                yield from self._finished(work, left, list(left.values()), self.workers)
                return
            except self._killed:
                # One of the running tasks has killed its process, and it is not known which: each
                # of them gets a process of its own.
                suspects = list(left.values())[: 2 * self.workers]
            for task in suspects:
                try:
                    yield from self._finished(work, left, [task], 2)
                except self._killed:
                    del left[task.key]
                    yield failed(task, "its process has ended: killed, or out of memory.")
            if work.stopped:
                return

    @property
    def _killed(self) -> type[Exception]:
        return import_for("A sweep", "joblib.externals.loky.process_executor").TerminatedWorkerError

    def _finished(
        self, work: Work, left: dict[Any, Task], tasks: Sequence[Task], workers: int
    ) -> Iterator[Record]:
        """The results of the tasks; each task that has ended is removed from `left`."""
        parallel = self.joblib.Parallel(
            workers, return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs"
        )
        records = parallel(self.joblib.delayed(run)(work, task) for task in tasks)
        try:
            for record in records:
                if record is None:
                    return
                del left[record["trial"], record["epochs"]]
                yield record
        finally:
            with warnings.catch_warnings():  # joblib warns of processes that we have ended
                warnings.simplefilter("ignore")
                records.close()


class DaskExecutor:
    """Trials run on the workers of a Dask cluster.

    With `lasting=True` they go on when this process ends: the scheduler keeps their results until
    the sweep is resumed.

    Raises: ArgumentError for anything but a synchronous Client.
    """

    def __init__(self, client: Any, lasting: bool) -> None:
        self.dask = import_for("A sweep on a cluster", "distributed")
        if not isinstance(client, self.dask.Client) or client.asynchronous:
            raise ArgumentError(
                f"`client` is a Client of Dask that is not asynchronous. Received: {client!r}.",
                why="the trials of a sweep are sent to the workers that it knows.",
                fix="write client=dask.distributed.Client(), or leave `client` out.",
            )
        check_open(client)
        self.client, self.lasting = client, lasting
        self.futures: dict[Any, Task] = {}
        self.cancelled = False

    def run(self, work: Work, tasks: Sequence[Task]) -> Iterator[Record]:
        suspects: list[Task] = []
        yield from self._finished(work, tasks, suspects)
        # Dask blames every task of a dead worker; run one by one, only the guilty one fails again.
        for task in suspects if not self.cancelled else ():
            yield from self._finished(work, [task], None)

    def _finished(
        self, work: Work, tasks: Sequence[Task], suspects: list[Task] | None
    ) -> Iterator[Record]:
        """The results of the tasks. Tasks whose worker died go to `suspects`, unless it is None."""
        self.futures = self._submit(work, tasks, "-alone" * (suspects is None))
        try:
            for future, outcome in self._ended():
                task = self.futures[future]
                if suspects is not None and isinstance(outcome, self._killed):
                    suspects.append(task)
                elif isinstance(outcome, Exception):
                    yield failed(task, error_in_words(outcome))
                elif outcome is None:  # the worker was interrupted
                    return
                else:
                    yield outcome
                self._forget([future])
        finally:
            with suppress(Exception):  # on a cluster that is gone there is nothing to cancel
                self.client.cancel(list(self.futures))
                if self.futures:  # Dask lets running tasks continue to their end
                    self.client.run(end, work.stop, on_error="ignore")
            self._forget(list(self.futures))

    def _ended(self) -> Iterator[tuple[Any, Record | Exception | None]]:
        """The futures as they end, with their outcomes. Warns when there is no worker: Dask itself
        waits for one silently, however long."""
        ended, due, silent = self.dask.as_completed(list(self.futures)), 0.0, 0
        while ended.count():
            if batch := ended.next_batch(block=False):
                for future in batch:
                    if self.cancelled:
                        return
                    try:
                        outcome = self._outcome(future)
                    except self.dask.TimeoutError:
                        ended.add(future)  # lost with its worker: Dask computes it again
                    except ClusterError:
                        if self.cancelled:  # by another thread, since it was asked above
                            return
                        raise
                    else:
                        yield future, outcome
            elif time.monotonic() < due:
                time.sleep(0.02)
            else:
                silent = 0 if self._found_a_worker() else silent + 1
                due = time.monotonic() + 1
                if silent == SILENCE:
                    warnings.warn(NO_WORKER, stacklevel=2)

    def _found_a_worker(self) -> bool:
        """Whether there is a worker within a second."""
        try:
            self.client.wait_for_workers(1, timeout=1)
        except self.dask.TimeoutError:
            return False
        except OSError:
            pass  # the scheduler cannot be reached, as the futures will say
        return True

    @property
    def _killed(self) -> type[Exception]:
        return self.dask.scheduler.KilledWorker

    def _submit(self, work: Work, tasks: Sequence[Task], ending: str) -> dict[Any, Task]:
        """A future for each task: one that the scheduler has kept, or a new one."""
        names = {
            f"{PREFIX}-{work.name}-{task.number}-{task.epochs}{ending}": task for task in tasks
        }
        kept = {name: self.client.get_dataset(name) for name in self._kept(work, names)}
        if kept.keys() == names.keys():
            return {future: names[name] for name, future in kept.items()}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", LARGE)
            # The work travels inside one task, so that it outlives the client and every worker.
            shared = self.client.submit(_same, work, key=f"{PREFIX}-{uuid.uuid4().hex}")
        left = [(name, task) for name, task in names.items() if name not in kept]
        new = {name: self.client.submit(run, shared, task, key=name) for name, task in left}
        if self.lasting:
            self.client.publish_dataset(**new)
        return {future: names[name] for name, future in {**kept, **new}.items()}

    def _kept(self, work: Work, names: dict[str, Task]) -> set[str]:
        """The tasks whose results the scheduler has kept; it forgets those in the journal."""
        if not self.lasting:
            return set()
        known = {n for n in self.client.list_datasets() if n.startswith(f"{PREFIX}-{work.name}-")}
        for name in known - names.keys():
            self.client.unpublish_dataset(name)
        return known & names.keys()

    def _outcome(self, future: Any) -> Record | Exception | None:
        """The result of the trial behind a future, or the error that it ended with.

        Raises: TimeoutError when the result cannot be fetched, as its worker is gone.
        """
        if future.status in ("pending", "lost"):
            raise self.dask.TimeoutError
        cause = None
        if future.status in ("finished", "error"):
            try:
                return future.result(timeout=SILENCE)
            except Exception as error:
                if future.status == "error":
                    return error
                if isinstance(error, self.dask.TimeoutError):
                    raise
                cause = error
        raise ClusterError(
            f"The cluster has dropped trials of this sweep, such as number "
            f"{self.futures[future].number}: they are {future.status}.",
            why="its scheduler was restarted, or cannot be reached.",
            fix="call `sweep` again with a client of a running cluster; with a journal it goes on "
            "after the last trial that ended.",
        ) from cause

    def _forget(self, futures: Sequence[Any]) -> None:
        """Delete from the cluster what is already in the journal."""
        for future in futures:
            del self.futures[future]
            if self.lasting:
                with suppress(Exception):  # the same
                    self.client.unpublish_dataset(future.key)

    def cancel(self, work: Work) -> None:
        """Begin no other trial; running trials end after their epoch, and do not count."""
        self.cancelled = True
        self.client.cancel(list(self.futures))


def _same(work: Work) -> Work:
    return work


def check_open(client: Any) -> None:
    """Raises ClusterError for a client that was closed."""
    if client.status in ("closing", "closed"):
        raise ClusterError(
            "The client of the cluster is closed.",
            why="nothing can be sent to the workers through it any more.",
            fix="make a new one, for example dask.distributed.Client(n_workers=2).",
        )


def executor(client: Any, workers: int | None, lasting: bool) -> LocalExecutor | DaskExecutor:
    """Where trials run: on a client's cluster, or in `workers` processes here (None: one for each
    core with joblib, and only this process without it).

    Raises: ArgumentError for a client or a number of workers that cannot be used;
        MissingPackageError for a package that is not installed.
    """
    if client is not None:
        return DaskExecutor(client, lasting)
    if workers == 1 or (workers is None and find_spec("joblib") is None):
        return LocalExecutor()
    return ProcessExecutor(workers)
