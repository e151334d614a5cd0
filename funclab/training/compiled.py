"""What `compile` sets: the optimizer, and the losses and metrics of each output."""

from __future__ import annotations

import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from funclab import losses, metrics, optimizers
from funclab.callbacks.base import Named
from funclab.errors import (
    ArgumentError,
    BusyError,
    LossError,
    NotCompiledError,
    NotSupportedError,
    suggest,
)
from funclab.graph import structure
from funclab.graph.locks import making
from funclab.graph.shape_math import Shape
from funclab.graph.value import Variable
from funclab.layers.checks import positive
from funclab.layers.weights import held_metrics, unique
from funclab.metrics import Mean, Metric, Sum
from funclab.metrics.recording import exact_result
from funclab.models.model import Model
from funclab.models.names import Names, is_config, names_of_outputs
from funclab.registry import free
from funclab.registry.parameters import wrong_value
from funclab.training.logits import warn_of_logits
from funclab.training.matching import Output, outputs_of

KEPT_STEPS = 16
"""How many plans (one for each batch shape) are kept at a time."""


class Compiled:
    """The state of a compiled model: settings, running means, and the plans made so far."""

    def __init__(
        self, optimizer: Any, loss: Any, loss_weights: Any, plain: Any, weighted: Any
    ) -> None:
        self.optimizer = optimizers.get(optimizer)
        self.loss, self.loss_weights = loss, loss_weights
        plain, weighted = structure.map_structure(_made_once, [plain, weighted])
        self.plain_metrics, self.weighted_metrics = plain, weighted
        for part in structure.flatten([] if is_config(loss) else [loss]):
            losses.as_loss(part)
        for metric in structure.flatten([plain, weighted]):
            if not is_accuracy(metric):
                metrics.get(metric)
        self.outputs: list[Output] | None = None
        self.trainable: list[Variable] | None = None
        """The weights that training changes: those that were trainable at its first step."""
        self.at_compile: list[Variable] | None = None
        """The weights that were trainable at `compile`, where they were known."""
        self.metrics_per_output: list[list[tuple[Metric, bool]]] | None = None
        """For each output its metrics, and whether each is weighted."""
        self.forms: tuple[Any, Any] | None = None
        """The structures of targets and sample weights, for a compute_loss of the model's own."""
        self.kinds: list[type[Metric]] | None = None
        """What "accuracy" means for each output."""
        self.loss_mean = Mean("loss")
        self.loss_means: list[Mean | None] = []
        self.trackers: dict[str, Metric] = {"loss": self.loss_mean}
        """The names in logs and in History."""
        self.metrics: list[Metric] = [self.loss_mean]
        """All running means and metrics, parallel to `metrics_names` once data has been seen."""
        self.held: list[Metric] = []
        """The metrics in attributes of the model and its layers."""
        self.chosen: list[str] | None = None
        """The metrics in logs, if the model's class has its own property `metrics`."""
        self.shapes: list[Shape] = []
        """The shapes of the outputs of a model without a graph that has a step of its own."""
        self.run_eagerly = False
        """Whether a training step of the model's own is always run in Python."""
        self.report: Callable[[], dict[str, Any]] | None = None
        """The logs of the last batch, if the model has a step of its own."""
        self.steps = Steps()
        self.loop: Any = None
        """The training loop that is running, if any."""
        self.lock = threading.RLock()
        """Held while the metrics are used outside of training, and while training begins."""

    def __reduce__(self) -> Any:
        """Copies contain the settings and the optimizer's state, but no plans or running means."""
        settings = (self.loss, self.loss_weights, self.plain_metrics, self.weighted_metrics)
        flags: dict[str, Any] = {"trainable": self.trainable, "at_compile": self.at_compile}
        flags["run_eagerly"] = self.run_eagerly
        return Compiled, (self.optimizer, *settings), flags

    def trained(self, model: Model) -> list[Variable]:
        """The weights that training changes or, before its first step, would change."""
        return model.trainable_weights if self.trainable is None else self.trainable

    def settle(self, model: Model) -> list[Variable]:
        """The same at a training step: from now on `trainable` flags count only after `compile`."""
        self.trainable = self.trained(model)
        return self.trainable

    def assign(self, names: Names) -> None:
        """Assign the settings to the outputs, once their names are known."""
        outputs = outputs_of(
            names, self.loss, self.loss_weights, self.plain_metrics, self.weighted_metrics
        )
        several = sum(output.loss is not None for output in outputs) > 1
        self.loss_means = [
            Mean(f"{name}_loss") if output.loss and several else None
            for name, output in zip(names.loss_names, outputs)
        ]
        self.outputs = outputs  # last, because an interrupt may come before

    def choose(
        self,
        model: Model,
        targets: Sequence[Shape | None],
        outputs: Sequence[Shape],
        forms: tuple[Any, Any] | None = None,
    ) -> None:
        """Make the metrics, once the shapes of targets and outputs are known."""
        kinds = [accuracy_for(t or (), o) for t, o in zip(targets, outputs)]
        held = held_metrics(model)
        if (kinds, held, forms) == (self.kinds, self.held, self.forms):
            return
        metrics = [
            [
                *((made(metric, kind), False) for metric in output.metrics),
                *((made(metric, kind), True) for metric in output.weighted_metrics),
            ]
            for output, kind in zip(self.outputs or [], kinds)
        ]
        means = [mean for mean in self.loss_means if mean is not None]
        own = [self.loss_mean, *means, *in_order(metrics)]
        trackers = dict(zip(self.metrics_names, own)) | {metric.name: metric for metric in held}
        self.steps = Steps()  # earlier plans contain other metrics
        self.metrics_per_output, self.metrics = metrics, unique([*own, *held])
        if chooses_metrics(model):
            trackers = {metric.name: metric for metric in model.metrics}
            self.chosen = list(trackers)
        self.trackers = trackers
        self.kinds, self.held, self.forms = kinds, held, forms  # last: an interrupt may come before

    @property
    def metrics_names(self) -> list[str]:
        """The keys of logs and History, all different: losses, plain metrics, weighted metrics,
        then those in attributes."""
        if self.chosen is not None:
            return self.chosen
        outputs = self.outputs or []
        prefixes = [f"{output.name}_" if len(outputs) > 1 else "" for output in outputs]
        keys = ["loss", *(mean.name for mean in self.loss_means if mean is not None)]
        for output, prefix in zip(outputs, prefixes):
            for metric in output.metrics:
                keys.append(free(prefix + name_of(metric), keys))
        for output, prefix in zip(outputs, prefixes):
            for metric in output.weighted_metrics:
                key = prefix + name_of(metric)
                weighted = f"{prefix}weighted_{name_of(metric)}"
                keys.append(free(weighted if key in keys else key, keys))
        return list(dict.fromkeys([*keys, *(metric.name for metric in self.held)]))

    def change_optimizer(self, optimizer: Any) -> None:
        """Train with another optimizer from the next batch on."""
        with self.lock:
            self.optimizer, self.steps = optimizers.get(optimizer), Steps()

    def reset(self) -> None:
        """Forget all batches, at the start of an epoch."""
        self.report = None
        for metric in unique([*self.metrics, *self.trackers.values()]):
            metric.reset_state()

    def logs(self) -> dict[str, Any]:
        """The running loss and metrics, as numbers; or what the model's own step has returned."""
        if self.report is not None:
            return Named(self.report())
        return Named(
            (name, number(exact_result(tracker))) for name, tracker in self.trackers.items()
        )


class Steps:
    """Plans, by what they depend on. Not a dict, because only one thread at a time may use it."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Any, Any] = OrderedDict()

    def get(self, key: Any, make: Callable[[], Any]) -> Any:
        """The plan for a key, made if there is none; the least recently used ones are dropped."""
        with making:
            if key in self.kept:
                self.kept.move_to_end(key)
            else:
                self.kept[key] = make()
                while len(self.kept) > KEPT_STEPS:
                    self.kept.popitem(last=False)
            return self.kept[key]


def same_weights(some: Sequence[Variable], others: Sequence[Variable] | None) -> bool:
    """Whether the weights are the same as the others, if these are known."""
    return others is None or {*map(id, some)} == {*map(id, others)}


def _made_once(metric: Any) -> Any:
    """An object for a metric given as a class, so that its name is made once; else unchanged."""
    if isinstance(metric, type) and issubclass(metric, Metric):
        metric = metric()
    if type(metric) in (Mean, Sum):
        wanted = "metrics of targets and predictions, not of values"
        raise wrong_value("compile", "metrics", metric, wanted, '["mae"]')
    return metric


def compile(
    model: Model,
    optimizer: Any = "rmsprop",
    loss: Any = None,
    loss_weights: Any = None,
    metrics: Any = None,
    weighted_metrics: Any = None,
    **others: Any,
) -> None:
    """Choose how a model is trained.

    `loss` is a name, a function of (y_true, y_pred), a Loss, or a list or dict of these by output;
    a single loss is for every output, and None means that an output has no loss. `loss_weights`
    multiply the losses in their sum. `metrics` ignore sample weights, `weighted_metrics` use them.
    The first training step after `compile` fixes which weights are trained: what is set in
    `trainable` before it counts, and later changes count from the next `compile` on.

    With `run_eagerly`, a training step of the model's own is run in Python for every batch.

    Raises: LossError, ArgumentError, NameLookupError; NotSupportedError for a model with its own
        `make_train_function`. In all these cases the model is unchanged.
    """
    check_others(others)
    refuse_functions(model)
    check_idle(model, "compile")
    compiled = Compiled(optimizer, loss, loss_weights, metrics, weighted_metrics)
    if model.outputs is not None:
        compiled.assign(names_of_outputs(model))
        compiled.at_compile = model.trainable_weights
    compiled.held = held_metrics(model)
    compiled.run_eagerly = bool(others.get("run_eagerly"))
    with model.compiled_state.lock if model.compiled_state else nullcontext():
        check_idle(model, "compile")
        model.compiled_state = compiled
    if model.outputs is not None:
        warn_of_logits(model.outputs, compiled.outputs or [])


NEVER_CALLED = ("make_train_function", "make_test_function", "make_predict_function")
"""What Keras makes of a model's steps: methods that a class of one's own cannot replace here."""
STEPS = ("train_step", "test_step")


def refuse_functions(model: Model) -> None:
    """Refuse a class that overrides one of these, which would be ignored silently, or whose steps
    are written for JAX."""
    owner = type(model)
    for name in NEVER_CALLED:
        if getattr(owner, name) is not getattr(Model, name):
            raise not_called(owner.__name__, name)
    for name in STEPS:
        if [*inspect.signature(getattr(owner, name)).parameters][1:2] == ["state"]:
            raise for_jax(owner.__name__, name)


def for_jax(owner: str, method: str) -> NotSupportedError:
    """The error about a class with a step in the form that Keras has with JAX."""
    return NotSupportedError(
        f"{owner} has a {method}(state, data), which is the form for Keras on JAX.",
        why="here, as on TensorFlow, the variables of a model keep their state themselves.",
        fix=f"write {method}(self, data), with a GradientTape; stateless_call, stateless_apply and "
        "compute_loss_and_updates are there for a loop of your own.",
    )


def not_called(owner: str, method: str) -> NotSupportedError:
    """The error about a class with such a method."""
    return NotSupportedError(
        f"{owner} has a {method}() of its own, which funclab does not call.",
        why="`fit` feeds the batches itself, to one step after the other.",
        fix="write the step itself: train_step(self, data), test_step or predict_step.",
    )


def chooses_metrics(model: Model) -> bool:
    """Whether the model's class chooses the metrics in logs with its own property `metrics`."""
    own = type(model).metrics
    return isinstance(own, property) and own is not Model.metrics


def require(model: Model) -> Compiled:
    """The compiled state, or an error."""
    if model.compiled_state is None:
        raise NotCompiledError(
            f"The model needs to be compiled before being used. ({model.name}: You must call "
            "`compile()` before using the model.)",
            why="training and evaluation need an optimizer and a loss.",
            fix='write model.compile(optimizer="rmsprop", loss="mse"), with a loss for your data.',
        )
    return model.compiled_state


def check_idle(model: Model, method: str) -> None:
    """Refuse to compile or train a model that is already being trained."""
    loop = model.compiled_state and model.compiled_state.loop
    if loop:
        raise BusyError(
            f"{model.name} is being trained, so {method}() has to wait.",
            why="two trainings at once would write to the same weights and running means.",
            fix=WAITS[loop.mode].format(method=method),
        )


WAITS = {
    "background": "wait for its end with model.history.wait(), or end it with "
    "model.history.stop().",
    "async": "await the fit_async that is under way before {method}(), or end it with "
    "model.stop_training = True.",
    "blocking": "call {method}() when fit has returned in the other thread, or end it with "
    "model.stop_training = True.",
}


def check_others(others: dict[str, Any]) -> None:
    """Accept Keras' other arguments of `compile` if they have no effect here; refuse the rest."""
    harmless = {
        "run_eagerly",
        "steps_per_execution",
        "jit_compile",
        "auto_scale_loss",
        "sample_weight_mode",
    }
    if others.get("steps_per_execution") is not None:
        positive("steps_per_execution", others["steps_per_execution"])
    unknown = [name for name in others if name not in harmless]
    if unknown:
        raise ArgumentError(
            f"Invalid keyword argument(s) in `compile()`: {unknown}.",
            why="compile takes optimizer, loss, loss_weights, metrics and weighted_metrics.",
            fix=suggest.keyword(unknown[0], suggest.COMPILE),
        )


def is_accuracy(metric: Any) -> bool:
    return isinstance(metric, str) and metric.lower() in ("accuracy", "acc")


def accuracy_for(target: Shape, output: Shape) -> type[Metric]:
    """What "accuracy" means for targets and predictions of these shapes."""
    if output and output[-1] == 1:
        return metrics.BinaryAccuracy
    whole = len(target) < len(output) or target[-1:] == (1,)
    return metrics.SparseCategoricalAccuracy if whole else metrics.CategoricalAccuracy


def made(metric: Any, accuracy: type[Metric]) -> Metric:
    """The metric that the user means."""
    if is_accuracy(metric):
        return accuracy(name=metric)
    return metrics.get(metric)


def name_of(metric: Any) -> str:
    """A metric's name in logs: the string that was given, or the object's own name."""
    if isinstance(metric, str):
        return metric
    if isinstance(metric, dict):
        return metric.get("config", {}).get("name") or metric["class_name"]
    return getattr(metrics.get(metric), "name", "metric")


def in_order(metrics_per_output: Sequence[Sequence[tuple[Metric, bool]]]) -> list[Metric]:
    """All plain metrics, then all weighted ones: the order of the keys."""
    pairs = [pair for pairs in metrics_per_output for pair in pairs]
    return [m for m, weighted in pairs if not weighted] + [m for m, weighted in pairs if weighted]


def number(result: Any) -> Any:
    """A single number as a Python float; other results unchanged."""
    if np.ndim(result):
        return result
    try:
        return float(result)
    except (TypeError, ValueError):
        raise LossError(
            f"A metric gave {result!r}, of type {type(result).__name__}.",
            why="the result of a metric is a number, or an array of numbers.",
            fix="let its method `result` return a number.",
        ) from None
