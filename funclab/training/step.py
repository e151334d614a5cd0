"""A step: the plan for batches of one shape, and the buffers into which a batch is copied."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial, reduce
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from funclab import ops
from funclab.engine.plan import Plan, Runnable
from funclab.errors import LossError, Pair, Pairs, ShapeError
from funclab.graph import structure
from funclab.graph.shape_math import Array, Shape, known, show
from funclab.graph.tape import Tape, current_tape, eager_tape
from funclab.graph.value import Constant, Value, Variable
from funclab.losses.functions import as_float
from funclab.metrics.base import Mean, Metric
from funclab.metrics.recording import on_tape, take_batch
from funclab.models.model import Model
from funclab.models.names import Names, names_of_outputs
from funclab.ops.nn.scores import Tally
from funclab.training.compiled import Compiled, require

Spec = tuple[Shape, str]


class Specs(NamedTuple):
    """Shapes (with the batch) and dtypes of all arrays of a batch; None for missing ones."""

    inputs: tuple[Spec | None, ...]
    targets: tuple[Spec | None, ...] = ()
    weights: tuple[Spec | None, ...] = ()

    @property
    def batch(self) -> int:
        shape, _ = next(filter(None, self.inputs))
        return known(shape)[0]


AnyPlan = TypeVar("AnyPlan", bound=Runnable)


class Step(Generic[AnyPlan]):
    """A plan with its buffers: `inputs`, `targets`, `weights`, and `outputs` to read."""

    def __init__(self, specs: Specs) -> None:
        self.specs = specs
        self.inputs, self.targets, self.weights = (
            [None if spec is None else Value(spec[0], spec[1]) for spec in side]
            for side in (specs.inputs, specs.targets, specs.weights)
        )
        self.plan: AnyPlan
        self.tree: Any = None
        self.given: Any = None
        """The inputs in the structure of the data, and in `tree` the structure of the outputs."""
        self.outputs: list[Value] = []
        self.losses: list[Value] = []
        """What layers added to the loss."""
        self.made: dict[tuple[str, ...], list[Value]] = {}

    @cached_property
    def fed(self) -> list[Array | None]:
        """The buffers of inputs, targets and weights, in order."""
        values = [*self.inputs, *self.targets, *self.weights]
        return [None if value is None else self.plan.array(value) for value in values]

    def fill(self, arrays: Sequence[Array | None]) -> None:
        """Copy a batch into the buffers: arrays of inputs, targets and weights, in order."""
        for array, buffer in zip(arrays, self.fed):
            if array is not None and buffer is not None:
                np.copyto(buffer, array, casting="unsafe")

    def results(self, fill: Callable[[], None]) -> list[Array]:
        """Copies of the outputs, computed after `fill()` has fed a batch. Safe in any thread."""
        return self.plan.results(self.outputs, fill)

    def forward(self, model: Model, tree: Any) -> None:
        """Run the model on the tape."""
        for value, name in zip(self.inputs, getattr(model, "input_names", None) or []):
            if value is not None:
                value.name = name
        self.given = structure.unpack_singleton(structure.pack(tree, self.inputs))
        made = model(structure.pack(tree, self.inputs))
        self.made = current_tape().made
        # As in Keras: a graph's only output is returned alone, even if it was in a list.
        self.tree = made if model.outputs is None else structure.unpack_singleton(made)
        self.outputs = structure.flatten(made)
        self.losses = list(current_tape().losses)


def predict_step(
    model: Model, specs: Specs, tree: Any, training: bool | None = False, keep: bool = False
) -> Step:
    """Outputs only, with the layers in training mode or not; `keep` as in `train_step`."""
    step = Step(specs)
    with Tape(training=training) as tape:
        step.forward(model, tree)
    step.plan = Plan(step.outputs, wrt=(), updates=tape.updates, keep=keep)
    return step


def evaluate_step(model: Model, compiled: Compiled, specs: Specs, tree: Any) -> Step:
    """Outputs, loss and metrics."""
    step = Step(specs)
    with Tape(training=False) as tape:
        step.forward(model, tree)
        total = add_losses_and_metrics(step, model, compiled, training=False)
    step.plan = Plan([total, *step.outputs], wrt=(), updates=tape.updates)
    add_gatherers(step, compiled)
    return step


def train_step(
    model: Model,
    compiled: Compiled,
    specs: Specs,
    tree: Any,
    trainable: Sequence[Variable],
    keep: bool = False,
) -> Step:
    """Outputs, loss, metrics, gradients and the optimizer's step.

    With `keep`, everything that the plan computes stays in memory and can be inspected.
    """
    step = Step(specs)
    with Tape(training=True) as tape:
        step.forward(model, tree)
        total = add_losses_and_metrics(step, model, compiled)
    outputs = [total, *step.outputs]
    step.plan = Plan(outputs, wrt=trainable, updates=tape.updates, keep=keep)
    if trainable:
        require_gradient(step.plan, total, model)
        compiled.optimizer.add_steps(step.plan)
    add_gatherers(step, compiled)
    return step


def require_gradient(plan: Plan, total: Value, model: Model) -> None:
    """Raise a LossError for a loss that depends on no trained weight."""
    if total not in plan.needs_gradient:
        raise LossError(
            f"No gradients provided for any variable: the loss of {model.name} depends on none of "
            "its weights in a way that has a slope.",
            why="argmax, round, comparisons and casts to whole numbers let no gradient through.",
            fix="write the loss with ops that have one, such as ops.mean(ops.square(y - p)); what "
            "counts hits is a metric.",
            graph=model,
        )


def add_losses_and_metrics(
    step: Step, model: Model, compiled: Compiled, training: bool = True
) -> Value:
    """The total loss on the tape; losses and metrics are added to their running means."""
    if has_own_loss(model):
        total = own_loss(step, model, compiled, training)
    else:
        total = total_loss(model, compiled, step.outputs, step.targets, step.weights, training)
    track(compiled.loss_mean, total, step.specs.batch)
    for metric, values in measured(step, compiled):
        if on_tape(metric):
            metric.update_state(*values)
    return total


def measured(step: Step, compiled: Compiled) -> Iterator[tuple[Metric, list[Any]]]:
    """Each metric of an output with what it reads: target, prediction and perhaps weights."""
    sides = zip(step.targets, step.outputs, step.weights, compiled.metrics_per_output or [])
    for target, prediction, weight, metrics in sides:
        for metric, weighted in metrics:
            more = [weight] if weighted and weight is not None else []
            yield metric, [target, prediction, *more]


def total_loss(
    model: Model,
    compiled: Compiled,
    outputs: Sequence[Value],
    targets: Sequence[Value | None],
    weights: Sequence[Value | None],
    needed: bool,
) -> Value:
    """The weighted sum of the outputs' losses, plus those that layers and regularizers add;
    `needed` says that there must be at least one."""
    parts: list[Value] = []
    settings = compiled.outputs or []
    sides = zip(settings, compiled.loss_means, outputs, targets, weights)
    for output, mean, prediction, target, weight in sides:
        if output.loss is None or target is None:
            continue
        value = one_loss(output, target, prediction, weight)
        if mean is not None:
            track(mean, value, known(prediction.shape)[0])
        parts.append(value if output.weight is None else value * output.weight)
    recorded = current_tape().losses if eager_tape() is None else model.noted_losses()
    parts += [*recorded, *penalties(model, compiled)]
    names = [output.name for output in settings] if needed else []
    return added([scalar(part) for part in parts], names)


def compute_loss(
    model: Model,
    x: Any = None,
    y: Any = None,
    y_pred: Any = None,
    sample_weight: Any = None,
    training: bool = True,
) -> Value:
    """The loss that `fit` minimizes and `evaluate` reports; a subclass may override it.

    It gets the inputs `x`, the targets `y`, the outputs `y_pred` and the `sample_weight` of a batch
    as values, in the structure of the data, and returns a number computed from them by funclab.ops;
    `self.losses` contains what layers and regularizers add. `super().compute_loss(...)` is the loss
    chosen in `compile`, plus these. The method may update metrics. `training` is not passed to a
    method that does not take it.

    Raises: NotCompiledError; LossError if there is no loss.
    """
    compiled, outputs = require(model), structure.flatten(y_pred)
    targets, weights = sides(model, compiled, y, y_pred, sample_weight)
    return total_loss(model, compiled, outputs, targets, weights, training)


def sides(
    model: Model, compiled: Compiled, y: Any, y_pred: Any, sample_weight: Any
) -> tuple[list[Any], list[Any]]:
    """The targets and the weights of each output, for data in any of the forms of `fit`."""
    names = own_names(model, y_pred)
    if compiled.outputs is None:
        compiled.assign(names)

    def weights(data: Any, count: int) -> list[Any] | None:
        leaves = structure.flatten(data)
        return None if len(leaves) == 1 and count > 1 else leaves

    targets: list[Any] = [None] * len(names)
    if y is not None:
        targets = names.match(y, "y", lambda data, _: structure.flatten(data))
    return targets, names.match(sample_weight, "sample_weight", weights)


def own_names(model: Model, y_pred: Any) -> Names:
    """The names of a model's outputs; those of a model without a graph are numbered."""
    if model.outputs is not None:
        return names_of_outputs(model)
    count = len(structure.flatten(y_pred))
    flat = isinstance(y_pred, dict) and len(y_pred) == count
    names = list(y_pred) if flat else [f"output_{i + 1}" for i in range(count)]
    return Names("output", model, names, y_pred)


def has_own_loss(model: Model) -> bool:
    """Whether the model's class overrides `compute_loss`."""
    return type(model).compute_loss is not compute_loss


def loss_of(model: Model, x: Any, y: Any, y_pred: Any, weight: Any, training: bool) -> Any:
    """The result of `compute_loss`, the model's own or the usual one."""
    passed = {"x": x, "y": y, "y_pred": y_pred, "sample_weight": weight}
    if "training" in inspect.signature(model.compute_loss).parameters:
        passed["training"] = training
    return model.compute_loss(**passed)


def own_loss(step: Step, model: Model, compiled: Compiled, training: bool) -> Value:
    """The result of the model's own `compute_loss`."""
    forms = compiled.forms or (step.tree, step.tree)
    y, sample_weight = (
        structure.pack(form, values) if any(value is not None for value in values) else None
        for form, values in zip(forms, (step.targets, step.weights))
    )
    y_pred = structure.pack(step.tree, step.outputs)
    value = loss_of(model, step.given, y, y_pred, sample_weight, training)
    fix = "return what funclab.ops gives, for example ops.mean(ops.square(y - y_pred))."
    return checked_loss(value, f"compute_loss of {type(model).__name__}", fix)


def checked_loss(value: Any, made_by: str, fix: str) -> Value:
    """A loss as a single number.

    Raises: LossError if it is not computed from values on the tape.
    """
    if not isinstance(value, Value):
        kind = "ndarray" if isinstance(value, np.ndarray) else type(value).__name__
        raise LossError(
            f"{made_by} returned a {kind}, which does not depend on the predictions.",
            why="gradients flow only through funclab.ops: NumPy has left the tape.",
            fix=fix,
        )
    return scalar(value)


def one_loss(output: Any, target: Value, prediction: Value, weight: Value | None) -> Value:
    try:
        value = output.loss(target, prediction, weight)
    except ShapeError as error:
        raise ShapeError(
            f"The loss {output.loss.name} of output {output.name} cannot compare targets of shape "
            f"{show(target.shape)} with predictions of shape {show(prediction.shape)}. "
            f"{error.what}",
            why=error.why,
            fix=error.fix,
        ) from None
    fix = "use funclab.ops in the loss function, for example ops.mean(ops.square(t - p))."
    return checked_loss(value, f"The loss {output.loss.name} of output {output.name}", fix)


def scalar(value: Any) -> Value:
    """A single number: a value with axes is averaged."""
    return ops.mean(value) if len(value.shape) else as_float(value)


def penalties(model: Model, compiled: Compiled) -> list[Value]:
    """The penalties of the regularizers of trained weights."""
    weights = compiled.trained(model)
    return [weight.regularizer(weight) for weight in weights if weight.regularizer is not None]


def added(parts: Sequence[Value], outputs: Sequence[str]) -> Value:
    """The sum of the losses; if there are none, an error that names the `outputs`."""
    if not parts and not outputs:
        return Constant(np.zeros((), "float32"))
    if not parts:
        raise LossError(
            "No loss to compute. Provide a `loss` argument in `compile()`.",
            why=f"none of the outputs ({', '.join(outputs)}) has a loss with targets, and no layer "
            "adds one by `add_loss`.",
            fix='compile with a loss, such as loss="mse", and pass targets `y`.',
            facts=Pairs("", "output", [Pair(name, note="no loss") for name in outputs]),
        )
    return reduce(operator.add, parts)


def track(mean: Mean, value: Value, batch: int) -> None:
    """Add a batch's loss to the running mean, weighted by its number of samples."""
    Tally(batch)(mean.sums, value)


def add_gatherers(step: Step, compiled: Compiled) -> None:
    """Let metrics that work on arrays take the batch after the rest of the plan has run."""
    for metric, values in measured(step, compiled):
        if not on_tape(metric) and values[0] is not None:
            arrays, text = [*map(step.plan.array, values)], f"{metric.name}: take the batch"
            step.plan.add_step(partial(take_batch, metric), arrays, text, last=True)
