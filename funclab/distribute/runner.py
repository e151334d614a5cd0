"""A runner whose steps are done by the workers of a cluster: the source of steps of `fit`."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from funclab.distribute import wire
from funclab.distribute.parts import recorded
from funclab.distribute.team import Assignment, Team
from funclab.engine.kernels.layout import flat_views
from funclab.errors import NotSupportedError
from funclab.graph import structure
from funclab.graph.locks import holding, locks_of
from funclab.graph.shape_math import Array, known
from funclab.graph.value import Value, Variable
from funclab.layers.weights import layers_within
from funclab.metrics.recording import take_batch
from funclab.models.model import Model
from funclab.training import control
from funclab.training.compiled import Compiled, Steps
from funclab.training.runner import Runner
from funclab.training.step import Specs, Step


class ClusterRunner(Runner):
    """Trains, evaluates and predicts with the workers of a Dask client."""

    def __init__(self, model: Model, compiled: Compiled | None, cluster: Any) -> None:
        super().__init__(model, compiled)  # type: ignore[arg-type]
        refuse_renorm(model)
        self.team = Team(cluster, partial(wire.packed_model, self))
        self.record = self.team.record
        self.steps = Steps()
        self.sent: Array | None = None
        """The weights and the state as the workers last had them."""

    def train(self, specs: Specs, tree: Any) -> Step:
        return self.step("train", specs, tree)

    def test(self, specs: Specs, tree: Any) -> Step:
        return self.step("test", specs, tree)

    def predict(self, specs: Specs, tree: Any) -> Step:
        return self.step("predict", specs, tree)

    def step(self, kind: str, specs: Specs, tree: Any) -> Step:
        """A step of this kind; its tape is also recorded here, so that errors are found early."""
        key = (kind, specs, repr(tree), getattr(self.model, "graph", None), id(self.metrics()))
        return self.steps.get(key, lambda: ClusterStep(self, kind, specs, tree))

    def metrics(self) -> Any:
        return self.compiled and self.compiled.metrics

    def close(self) -> None:
        self.team.sync(self.team.close)


def refuse_renorm(layer: Any) -> None:
    """Raise a NotSupportedError for batch renormalization with `synchronized=True`."""
    for inner in layers_within(layer):
        if getattr(inner, "renorm", False) and getattr(inner, "synchronized", False):
            raise NotSupportedError(
                f"{inner.name} has both renorm and synchronized, and is to be trained on a "
                "cluster.",
                why="only plain batch normalization exchanges its sums between workers.",
                fix="leave one of the two out.",
            )


class ClusterStep(Step["ClusterPlan"]):
    """A step for batches of one shape, of which each worker computes a part."""

    def __init__(self, runner: ClusterRunner, kind: str, specs: Specs, tree: Any) -> None:
        super().__init__(specs)
        recorded(self, runner, kind, tree)
        self.plan = self.planned(runner, kind, tree)

    def planned(self, runner: ClusterRunner, kind: str, tree: Any) -> ClusterPlan:
        return ClusterPlan(runner, self, kind, tree)


class ClusterPlan:
    """A stand-in for the plan of a step: `run` lets the workers compute it.

    `calls` is empty: intermediate values stay on the workers.
    """

    def __init__(self, runner: ClusterRunner, step: Step, kind: str, tree: Any) -> None:
        self.runner, self.kind, self.specs = runner, kind, step.specs
        self.tree = structure.map_structure(lambda _: None, tree)
        self.values = [*step.inputs, *step.targets, *step.weights]
        fed = [value for value in self.values if value is not None]
        self.buffers = {value: np.zeros(known(value.shape), storage(value)) for value in fed}
        self.calls: list[Any] = []
        trained = runner.trainable() if kind == "train" else wire.trained_variables(runner)
        self.states = wire.state_variables(runner)
        for variable in [*trained, *self.states]:
            variable.array  # noqa: B018 made before any lock is taken
            variable.bound = True  # its array must stay where the optimizer found it
        self.layout = wire.Layout([*trained, *self.states])
        self.wrt: list[Variable] = trained if kind == "train" else []
        self.grads: dict[Value, Array] = {}
        self.updates: list[tuple[Callable[..., Any], Sequence[Any]]] = []
        if self.wrt:
            self.flat_grads, views = flat_views(self.wrt, self.wrt[0].dtype)
            self.grads |= zip(self.wrt, views)
            runner.compiled.optimizer.add_steps(self)
        self.locks = locks_of(self.layout.variables)
        self.forms: dict[int, bytes] = {}

    def add_step(self, call: Callable[..., Any], arrays: Sequence[Any], text: str) -> None:
        """Append a step of the optimizer."""
        self.updates.append((call, arrays))

    def array(self, value: Value) -> Array:
        """The memory of an input, a target or a weight."""
        return self.buffers[value]

    @np.errstate(all="ignore")
    def run(self) -> None:
        """Take a step on the workers. Nothing changes here before all results have arrived."""
        replies = self.replies()
        holding(self.locks, partial(self.take, replies[0]))
        self.tell_metrics(replies)

    def results(self, values: Sequence[Value], fill: Callable[[], Any]) -> list[Array]:
        """The outputs for a batch that `fill()` puts into the buffers."""
        fill()
        parts = [reply["outputs"] for reply in self.replies()]
        return [np.concatenate(arrays) if arrays[0].ndim else arrays[0] for arrays in zip(*parts)]

    def replies(self) -> list[dict[str, Any]]:
        runner = self.runner
        weights = holding(self.locks, self.layout.packed)
        sent, runner.sent = runner.sent, weights
        # Training has changed the weights: comparing them all would only confirm it, slowly.
        same = self.kind != "train" and sent is not None and np.array_equal(weights, sent)
        return runner.team.sync(runner.team.step, self, weights, not same)

    # What the team calls.
    async def deal(self, workers: list[str]) -> list[Assignment]:
        """Equal parts of the batch in the buffers."""
        total = self.specs.batch
        count = min(len(workers), total)
        borders = [total * i // count for i in range(count + 1)]
        return [
            Assignment(worker, begin, end - begin, self.form(end - begin), self.rows(begin, end))
            for worker, begin, end in zip(workers, borders, borders[1:])
        ]

    def commit(self, parts: Sequence[Assignment]) -> None:
        """Nothing to do: the next batch will be in the buffers when it is dealt."""

    def rows(self, begin: int, end: int) -> list[Array | None]:
        return [None if v is None else self.buffers[v][begin:end] for v in self.values]

    def form(self, count: int) -> bytes:
        """What a worker needs to know to make a plan for `count` samples."""
        if count not in self.forms:
            sides = [
                tuple(spec and ((count, *spec[0][1:]), spec[1]) for spec in side)
                for side in self.specs
            ]
            own = self.runner.compiled and self.runner.compiled.forms
            self.forms[count] = pickle.dumps((self.kind, Specs(*sides), self.tree, own))
        return self.forms[count]

    # Replies from the workers.
    def take(self, reply: dict[str, Any]) -> None:
        """Add up metrics, set the state that has changed, and take the optimizer's step."""
        numbers, *grads = reply["sums"]
        for sums in wire.metric_sums(self.runner.compiled):
            sums += numbers[:2]
            numbers = numbers[2:]
        for i in reply["changed"]:
            array = self.states[i].array
            array[...] = numbers[: array.size].reshape(array.shape)
            numbers = numbers[array.size :]
        for i, value in reply["whole"]:
            self.states[i].array[...] = value
        if self.wrt:
            np.copyto(self.flat_grads, grads[0])
        for call, arrays in self.updates:
            call(*arrays)

    def tell_metrics(self, replies: list[dict[str, Any]]) -> None:
        """Update the metrics that work on arrays with those of the whole batch."""
        metrics = self.runner.compiled.metrics
        counts = [reply["count"] for reply in replies]
        for (number, names), *parts in zip(replies[0]["takes"], *(r["taken"] for r in replies)):
            arrays = [
                np.concatenate(a) if a[0].ndim else np.average(a, weights=counts)
                for a in zip(*parts)
            ]
            if names:
                take_batch(metrics[number], **dict(zip(names, arrays)))
            else:
                take_batch(metrics[number], *arrays)


control.STEP.add(ClusterPlan.take.__code__)


def storage(value: Value) -> Any:
    return object if value.dtype == "string" else value.dtype
