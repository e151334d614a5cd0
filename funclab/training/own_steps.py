"""Training steps of the user's own: `train_step`, `test_step`, `predict_step`, written in Python.

Each is run on values with numbers, as in a GradientTape, and may do anything. When two runs in a
row have the same form, their plan is kept and run from then on, without Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from funclab.engine.gradient_tape import GradientTape
from funclab.engine.plan import Plan
from funclab.errors import ArgumentError
from funclab.graph import structure
from funclab.graph.shape_math import Array
from funclab.graph.strings import STRING
from funclab.graph.tape import EagerTape
from funclab.graph.value import Call, Eager, Value, array_of
from funclab.models.model import Model
from funclab.training.compiled import number, require
from funclab.training.data.streams import unpacked
from funclab.training.kept import Form, attributes_of, gradients_applied, unchanged
from funclab.training.step import Specs, Step, loss_of, scalar, sides, track

# The methods as they are if the user's class does not override them.


def train_step(model: Model, data: Any) -> dict[str, Any]:
    """Train on one batch: `fit` and `train_on_batch` call this, if a subclass overrides it.

    data: x, (x, y) or (x, y, sample_weight), in the structure of the data given to `fit`.
    Returns: the logs, a dict from names to numbers or values.

    An override computes a loss in a `GradientTape`, and lets `self.optimizer.apply(gradients,
    variables)` take a step; what it returns are the logs and, of the last batch, History. It runs
    in Python until two batches in a row do the same; from then on the plan of these is used. So it
    may also compare numbers, print, or change attributes: then Python goes on.
    Raises: NotCompiledError; LossError if there is no loss.
    """
    x, y, sample_weight = unpacked(data)
    compiled = require(model)
    with GradientTape() as tape:
        y_pred = model(x, training=True)
        loss = scalar(loss_of(model, x, y, y_pred, sample_weight, training=True))
    track(compiled.loss_mean, loss, _batch_of(x))
    weights = compiled.trained(model)
    if weights:
        compiled.optimizer.apply(tape.gradient(loss, weights), weights)
    return model.compute_metrics(x, y, y_pred, sample_weight=sample_weight)


def test_step(model: Model, data: Any) -> dict[str, Any]:
    """Evaluate one batch: `evaluate`, `test_on_batch` and validation call this, if a subclass
    overrides it or `train_step`.

    data: x, (x, y) or (x, y, sample_weight), in the structure of the data given.
    Returns: the logs, a dict from names to numbers or values.
    Raises: NotCompiledError; LossError if there is no loss.
    """
    x, y, sample_weight = unpacked(data)
    y_pred = model(x, training=False)
    loss = scalar(loss_of(model, x, y, y_pred, sample_weight, training=False))
    track(require(model).loss_mean, loss, _batch_of(x))
    return model.compute_metrics(x, y, y_pred, sample_weight=sample_weight)


def predict_step(model: Model, data: Any) -> Any:
    """The outputs for one batch: `predict` calls this, if a subclass overrides it.

    data: the inputs, in the structure of the data given.
    """
    x, _, _ = unpacked(data)
    return model(x, training=False)


def compute_metrics(
    model: Model, x: Any, y: Any, y_pred: Any, sample_weight: Any = None
) -> dict[str, Any]:
    """Add a batch to the metrics of `compile`, and return all running results by name.

    x, y, y_pred, sample_weight: the batch and its predictions, in the structure of the data.
    """
    compiled = require(model)
    outputs = structure.flatten(y_pred)
    targets, weights = sides(model, compiled, y, y_pred, sample_weight)
    compiled.choose(
        model,
        [None if target is None else tuple(target.shape) for target in targets],
        [tuple(output.shape) for output in outputs],
        compiled.forms,
    )
    chosen = compiled.metrics_per_output or []
    for prediction, target, weight, metrics in zip(outputs, targets, weights, chosen):
        for metric, weighted in metrics:
            if target is not None:
                extra = [weight] if weighted and weight is not None else []
                metric.update_state(target, prediction, *extra)
    return {name: tracker.result() for name, tracker in compiled.trackers.items()}


def _batch_of(x: Any) -> int:
    return next(int(leaf.shape[0]) for leaf in structure.flatten(x) if len(leaf.shape))


# What `fit` does with a class that overrides one of them.


def overrides(model: Model, *methods: str) -> bool:
    """Whether the model's class has one of these methods of its own."""
    return any(getattr(type(model), name) is not getattr(Model, name) for name in methods)


def has_own_steps(model: Model) -> bool:
    """Whether a class says itself how a batch is trained on, or evaluated."""
    return overrides(model, "train_step", "test_step", "compute_metrics")


class OwnStep(Step[Any]):
    """What `fit` runs for each batch of one shape: the user's method, or the plan kept of it.

    It stands for its plan, too: `run`, `array`, `calls` and `grads` are those of a `Plan`.
    """

    def __init__(self, model: Model, specs: Specs, tree: Any, method: str) -> None:
        super().__init__(specs)
        self.model, self.trees = model, tree
        self.method = method
        self.plan: Any = self
        self.last: Form | None = None
        self.kept: Plan | None = None
        self.kept_has_run = False
        self.results_of_last: dict[str, Any] = {}
        self.applied: dict[Any, Any] = {}
        """The variables that the last batch has changed, with their gradients."""
        self._fed_values = [*self.inputs, *self.targets, *self.weights]
        compiled = model.compiled_state
        self.may_keep = not (compiled and compiled.run_eagerly)

    @cached_property
    def fed(self) -> list[Array | None]:
        """The buffers of inputs, targets and weights, in order."""
        specs = [*self.specs.inputs, *self.specs.targets, *self.specs.weights]
        return [None if spec is None else _buffer(*spec) for spec in specs]

    def run(self) -> None:
        """Run the step for the batch in the buffers, and report its logs."""
        if self.kept is not None:
            self.kept.run()
            self.kept_has_run = True
        else:
            self._run_in_python()
        compiled = self.model.compiled_state
        if compiled is not None and self.method != "predict_step":
            compiled.report = self.logs

    def _run_in_python(self) -> None:
        inputs = [None if array is None else Eager(array.copy()) for array in self.fed]
        present = [value for value in inputs if value is not None]
        before = attributes_of(self.model) if self.may_keep else []
        with EagerTape() as tape:
            made = getattr(self.model, self.method)(self._data(inputs))
        self.results_of_last, self.applied = self._named(made), gradients_applied(tape)
        if tape.asked or not self.may_keep or not unchanged(before, attributes_of(self.model)):
            self.last = None
            return
        form = Form(tape, present, self.results_of_last)
        if form.agrees(self.last):
            for value, buffer in zip(inputs, self.fed):
                if value is not None:
                    value.array = buffer  # the plan reads what the next batches are copied to
            self.kept, self.last = form.plan(), None
        else:
            self.last = form

    def _data(self, values: Sequence[Any]) -> Any:
        """The batch as the user gave it."""
        n, m = len(self.specs.inputs), len(self.specs.targets)
        parts = values[:n], values[n : n + m], values[n + m :]
        x, y, weight = (
            structure.pack(tree, side) if any(v is not None for v in side) else None
            for tree, side in zip(self.trees, parts)
        )
        if y is None and weight is None:
            return (x,) if isinstance(x, (list, tuple)) else x
        return (x, y) if weight is None else (x, y, weight)

    def _named(self, made: Any) -> dict[str, Any]:
        if self.method == "predict_step":
            self.tree = made
            return {str(i): x for i, x in enumerate(structure.flatten(made))}
        if not isinstance(made, Mapping):
            raise ArgumentError(
                f"{self.method} of {type(self.model).__name__} returned "
                f"{'nothing' if made is None else repr(made)}.",
                why="`fit` reports what the step returns, by name.",
                fix='return a dict, such as {"loss": loss}, or '
                "{m.name: m.result() for m in self.metrics}.",
            )
        logs: dict[str, Any] = {}
        for name, value in made.items():  # a metric's result may be a dict itself
            logs |= value if isinstance(value, Mapping) else {name: value}
        return logs

    def logs(self) -> dict[str, Any]:
        """The numbers that the step returned for its last batch."""
        return {name: number(self.array(x)) for name, x in self.results_of_last.items()}

    def results(self, fill: Any) -> list[Array]:
        """Copies of the outputs of `predict_step`, computed after `fill()` has fed a batch."""
        fill()
        self.run()
        return [np.array(self.array(x)) for x in self.results_of_last.values()]

    # As a plan.
    def array(self, value: Any) -> Any:
        """The numbers of a value of the last batch."""
        if isinstance(value, Value) and any(value is v for v in self._fed_values):
            return self.fed[[value is v for v in self._fed_values].index(True)]
        if self.kept is not None and self.kept_has_run and isinstance(value, Value):
            return self.kept.array(value)
        return array_of(value)

    @property
    def calls(self) -> list[Call]:
        return self.kept.calls if self.kept is not None else []

    @property
    def wrt(self) -> list[Value]:
        return []

    @property
    def grads(self) -> dict[Value, Array]:
        """The gradients that optimizers were given in the last batch."""
        return {variable: self.array(g) for variable, g in self.applied.items()}

    def __str__(self) -> str:
        if self.kept is not None:
            return str(self.kept)
        return f"{type(self.model).__name__}.{self.method}, run in Python"


def _buffer(shape: Any, dtype: str) -> Array:
    return np.full(shape, "", object) if dtype == STRING else np.zeros(shape, dtype)
