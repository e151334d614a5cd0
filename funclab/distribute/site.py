"""What a worker does: it holds a model, computes parts of batches, and forwards sums.

The workers of a step form a binary tree: the children of number i are 2i + 1 and 2i + 2. Weights go
down the tree, sums come up. Workers talk to each other through handlers on Dask's own connections,
with its serialization and its TLS. Dask's actors would keep tasks on the scheduler, and report the
death of a worker only when the scheduler has noticed it; a broken connection is noticed at once.
"""

from __future__ import annotations

import asyncio
import pickle
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from funclab.distribute import wire
from funclab.distribute.parts import Part, PartStep, part_step
from funclab.distribute.reading import Library
from funclab.engine.kernels.threads import one_blas_thread
from funclab.graph.shape_math import Array
from funclab.models.model import Model
from funclab.training.data.batches import outputs_of
from funclab.training.runner import Runner

KEPT_SITES, KEPT_PLANS = 4, 16
"""The most models that a worker holds at a time, and the most plans for each."""


class Aborted(Exception):
    """The step is no longer needed: a worker that took part in it is lost."""


class Site:
    """A model on a worker."""

    def __init__(self, worker: Any, run: str, model: Model) -> None:
        self.worker, self.run = worker, run
        self.loop = asyncio.get_running_loop()
        compiled: Any = model.compiled_state
        self.runner = Runner(model, compiled)
        self.part = Part(self.add_up)
        self.states = wire.state_variables(self.runner)
        self.weights = wire.Layout([*wire.trained_variables(self.runner), *self.states])
        self.plans: OrderedDict[Any, PartStep] = OrderedDict()
        self.metrics: Any = None
        self.computing = ThreadPoolExecutor(1, "funclab")
        self.library = Library(worker, self.runner)
        self.box: dict[tuple[int, str, int], Any] = {}
        """Messages from other workers, by step, kind, and number or sender."""
        self.news = threading.Condition()
        self.aborted = -1
        self.rank, self.team, self.attempt = 0, [""], 0
        self.sums, self.waited = 0, 0.0

    # Between workers.
    def put(self, attempt: int, key: tuple[str, int], value: Any) -> None:
        """Store a message from another worker."""
        with self.news:
            self.box[attempt, *key] = value
            self.news.notify_all()

    def abort(self, attempt: int) -> None:
        """Give up all steps up to this one: they will not be completed."""
        with self.news:
            self.aborted = max(self.aborted, attempt)
            self.news.notify_all()

    def wait_for(self, key: tuple[str, int]) -> Any:
        """Wait for a message from another worker for this step.

        Raises: Aborted.
        """
        name = (self.attempt, *key)
        with self.news:
            self.news.wait_for(lambda: name in self.box or self.aborted >= self.attempt)
            if name not in self.box:
                raise Aborted
            return self.box.pop(name)

    def send(self, rank: int, key: tuple[str, int], value: Any) -> None:
        """Send to another worker; if that fails, so does the step."""
        from distributed.protocol.serialize import to_serialize

        attempt, address = self.attempt, self.team[rank]
        message = {"run": self.run, "attempt": attempt, "key": list(key)}
        call = self.worker.rpc(address).funclab_put(**message, value=to_serialize(value))
        sending = asyncio.run_coroutine_threadsafe(call, self.loop)
        sending.add_done_callback(lambda sent: sent.exception() and self.abort(attempt))

    @property
    def children(self) -> list[int]:
        first = 2 * self.rank + 1
        return [rank for rank in (first, first + 1) if rank < len(self.team)]

    def add_up(self, numbers: Array) -> Array:
        """The sum over all parts, computed up the tree and sent down again."""
        begun = time.perf_counter()
        self.sums += 1
        total = numbers.copy()
        for child in self.children:
            total += self.wait_for((f"sum {self.sums}", child))
        if self.rank:
            parent = (self.rank - 1) // 2
            self.send(parent, (f"sum {self.sums}", self.rank), total)
            total = self.wait_for((f"total {self.sums}", parent))
        for child in self.children:
            self.send(child, (f"total {self.sums}", self.rank), total)
        self.waited += time.perf_counter() - begun
        return total

    # A step.
    async def step(self, job: dict[str, Any]) -> Any:
        """Compute a part of a batch; what is returned goes to the client."""
        from distributed.protocol.serialize import to_serialize

        self.abort(job["attempt"] - 1)  # a lost worker may still be in an earlier attempt
        return to_serialize(await self.loop.run_in_executor(self.computing, self.work, job))

    def work(self, job: dict[str, Any]) -> dict[str, Any]:
        self.attempt, self.rank, self.team = job["attempt"], job["rank"], job["team"]
        self.sums, self.waited = 0, 0.0
        with self.news:
            self.box = {key: value for key, value in self.box.items() if key[0] >= self.attempt}
        try:
            with one_blas_thread():
                return self.compute(job)
        except Aborted:
            return {"lost": True}
        except Exception as error:
            return {"error": wire.packed_error(error)}

    def compute(self, job: dict[str, Any]) -> dict[str, Any]:
        self.load_weights(job)
        part, kind = self.part, job["kind"]
        part.begin, part.count, part.total = job["begin"], job["count"], job["total"]
        if job["take"] is None:
            step, rows = self.plan(job["form"], None, None, job["rows"]), job["rows"]
        else:
            specs, tree, rows = self.library.take(job["take"])
            step = self.plan(job["form"], specs, tree, rows)
        step.fill(rows)
        metrics = wire.metric_sums(self.runner.compiled) if kind != "predict" else []
        for sums in metrics:
            sums[...] = 0
        begun = time.perf_counter()
        step.run()
        seconds = time.perf_counter() - begun - self.waited
        reply: dict[str, Any] = {"compute": seconds, "count": part.count}
        array = step.plan.array
        if kind == "predict":
            reply["outputs"] = [array(value).copy() for value in step.outputs]
            return reply
        changed = self.changed(step)
        numbers = [*metrics, *(v.array * part.fraction for v in changed if is_float(v))]
        sums = [np.concatenate([n.reshape(-1).astype(np.float64) for n in numbers])]
        sums += [step.plan.flat_grads] if kind == "train" else []
        for child in self.children:
            for mine, theirs in zip(sums, self.wait_for(("result", child)), strict=True):
                mine += theirs
        reply |= {"takes": [(i, names) for i, names, _ in step.takes], "taken": step.taken()}
        if self.rank:
            self.send((self.rank - 1) // 2, ("result", self.rank), sums)
            return reply
        number = {id(variable): i for i, variable in enumerate(self.states)}
        return reply | {
            "sums": sums,
            "changed": [number[id(v)] for v in changed if is_float(v)],
            "whole": [(number[id(v)], v.array.copy()) for v in changed if not is_float(v)],
        }

    def load_weights(self, job: dict[str, Any]) -> None:
        """Load the client's weights, and forward them to the children."""
        if not job["fresh"]:
            return
        weights = job["weights"]
        if self.rank:
            weights = self.wait_for(("weights", (self.rank - 1) // 2))
        for child in self.children:
            self.send(child, ("weights", self.rank), weights)
        self.weights.load(weights)

    def plan(self, form: bytes, specs: Any, tree: Any, rows: list[Array | None]) -> PartStep:
        """The plan for a part of this form, which contains specs and tree if they are not given."""
        key = form, specs
        if key not in self.plans:
            kind, *ends, forms = pickle.loads(form)
            specs, tree = ends if specs is None else (specs, tree)
            if kind != "predict":
                self.choose_metrics(specs, tree, forms, rows)
            self.plans[key] = part_step(self.runner, kind, specs, tree, self.part)
            while len(self.plans) > KEPT_PLANS:
                self.plans.popitem(last=False)
        self.plans.move_to_end(key)
        return self.plans[key]

    def choose_metrics(self, specs: Any, tree: Any, forms: Any, rows: list[Array | None]) -> None:
        """Make the losses and metrics as the client did, from these shapes."""
        model, compiled = self.runner.model, self.runner.compiled
        _, shapes, _ = outputs_of(model, compiled, rows[: len(specs.inputs)], tree)
        targets = [None if spec is None else spec[0] for spec in specs.targets]
        compiled.choose(model, targets, shapes, forms)
        if compiled.metrics is not self.metrics:  # existing plans update the old metrics
            self.plans.clear()
        self.metrics = compiled.metrics

    def changed(self, step: PartStep) -> list[Any]:
        """The model's state that a step changes."""
        calls = step.plan.calls
        changed = {id(call.inputs[i]) for call in calls for i in call.op.mutates}
        return [variable for variable in self.states if id(variable) in changed]

    async def read(self, **request: Any) -> Any:
        """Read data of the worker's own; see `Library.read`."""
        from distributed.protocol.serialize import to_serialize

        reading = partial(self.library.read, **request)
        return to_serialize(await self.loop.run_in_executor(self.library.thread, reading))

    def close(self) -> None:
        self.abort(2**62)
        self.computing.shutdown(wait=False)
        self.library.close()


def is_float(variable: Any) -> bool:
    return variable.dtype.startswith("float")


# Handlers: what the client and other workers can call on a worker.
class Reception:
    """The sites of a worker, and its handlers for them."""

    def __init__(self, worker: Any) -> None:
        self.worker = worker
        self.sites: OrderedDict[str, Site] = OrderedDict()

    async def open(self, run: str, model: bytes) -> bool:
        """Make the model of a run, unless it exists."""
        if run not in self.sites:
            made = await asyncio.get_running_loop().run_in_executor(None, pickle.loads, model)
            self.sites[run] = Site(self.worker, run, made)
            while len(self.sites) > KEPT_SITES:
                self.sites.popitem(last=False)[1].close()
        self.sites.move_to_end(run)
        return True

    async def close(self, run: str) -> None:
        if run in self.sites:
            self.sites.pop(run).close()

    def asking(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """A handler that calls the site of a run; it returns None if there is no site."""

        async def handler(run: str, **settings: Any) -> Any:
            site = self.sites.get(run)
            result = None if site is None else call(site, **settings)
            return await result if asyncio.iscoroutine(result) else result

        return handler


def install(dask_worker: Any = None) -> None:
    """Register funclab's handlers on a worker. The client runs it once on each worker."""
    if "funclab_step" in dask_worker.handlers:
        return
    reception = Reception(dask_worker)
    dask_worker.handlers |= {
        "funclab_open": reception.open,
        "funclab_close": reception.close,
        "funclab_step": reception.asking(Site.step),
        "funclab_put": reception.asking(Site.put),
        "funclab_abort": reception.asking(Site.abort),
        "funclab_read": reception.asking(Site.read),
        "funclab_drop": reception.asking(lambda site, key: site.library.drop(key)),
        "funclab_ping": reception.asking(lambda site: True),
    }
