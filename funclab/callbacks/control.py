"""Callbacks that control training, depending on its progress."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from funclab import registry
from funclab.callbacks.base import Callback, Logs, alias, with_fields
from funclab.errors import ArgumentError, NotFiniteError, suggest
from funclab.registry.parameters import wrong_value


class LambdaCallback(Callback):
    """A callback made of functions: `LambdaCallback(on_epoch_end=lambda epoch, logs: ...)`."""

    def __init__(
        self,
        on_epoch_begin: Callable[..., Any] | None = None,
        on_epoch_end: Callable[..., Any] | None = None,
        on_train_begin: Callable[..., Any] | None = None,
        on_train_end: Callable[..., Any] | None = None,
        on_train_batch_begin: Callable[..., Any] | None = None,
        on_train_batch_end: Callable[..., Any] | None = None,
        **kwargs: Callable[..., Any] | None,
    ) -> None:
        functions = {name: given for name, given in locals().items() if name.startswith("on_")}
        super().__init__()
        for name, function in (functions | kwargs).items():
            if not hasattr(Callback, name) or not name.startswith("on_"):
                known = [name for name in dir(Callback) if name.startswith("on_")]
                raise ArgumentError(
                    f"LambdaCallback has no `{name}`.",
                    why=f"the moments are {', '.join(known)}.",
                    fix="use one of these names.",
                )
            if function is not None:
                arguments = list(inspect.signature(getattr(Callback, name)).parameters)[1:]
                setattr(self, name, a_function("LambdaCallback", name, function, arguments))


def a_function(owner: str, name: str, value: Any, *calls: Sequence[str]) -> Any:
    """The value, checked to be a function that accepts the arguments of one of these calls."""
    if callable(value) and any(suggest.takes(value, *call) for call in calls):
        return value
    wanted = " or ".join(f"({', '.join(call)})" for call in calls)
    raise ArgumentError(
        f"{owner} needs a function of {wanted} as `{name}`. Received: {name}={value!r}.",
        why="it is called while the model trains.",
        fix="write LearningRateScheduler(lambda epoch, rate: rate * 0.9), or for one rate "
        "compile(optimizer=SGD(learning_rate=0.1))."
        if name == "schedule"
        else f"write {name}=lambda epoch, logs: print(epoch, logs).",
    )


UPWARD = (
    *("acc", "accuracy", "auc", "precision", "recall", "score", "positives", "negatives"),
    *("sensitivity", "specificity", "similarity", "correlation", "io_u", "iou"),
)
"""The endings of the names of metrics for which larger is better."""


class Monitor(Callback):
    """A callback that monitors one number of the logs."""

    def __init__(self, monitor: str, mode: str, min_delta: float, patience: Any = 0) -> None:
        super().__init__()
        kind = type(self).__name__
        if not isinstance(monitor, str):
            raise ArgumentError(
                f"{kind} follows a number of the logs by its name. Received: monitor={monitor!r}.",
                why="`monitor` comes first; the epochs to wait are `patience`.",
                fix=f"write {kind}(patience={monitor})."
                if isinstance(monitor, int) and kind != "ModelCheckpoint"
                else f'write {kind}(monitor="val_loss").',
            )
        if patience < 0:
            raise wrong_value(kind, "patience", patience, "a whole number, 0 or above", "3")
        if mode not in ("auto", "min", "max"):
            raise wrong_value(kind, "mode", mode, '"auto", "min" or "max"', '"auto"')
        self.monitor, self.mode, self.min_delta = monitor, mode, abs(min_delta)
        self.best: float | None = None
        self.missed = False
        """Whether there has been a warning that the number is missing."""

    @property
    def upward(self) -> bool:
        """Whether larger is better; in the mode "auto", the name decides."""
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor
        compiled = getattr(self.model, "compiled_state", None)
        metric = compiled.trackers.get(name.removeprefix("val_")) if compiled else None
        if metric is not None:  # whatever its name
            kind = registry.to_snake_case(type(metric).__name__)
            name = name if kind.startswith("mean_metric") or kind == "mean" else kind
        return any(name.endswith(word) for word in UPWARD) and "false" not in name

    def better(self, value: float, than: float | None) -> bool:
        if than is None:
            return True
        if self.upward:
            return value - self.min_delta > than
        return value + self.min_delta < than

    def value(self, logs: Logs | None) -> float | None:
        """The monitored number; None, with a warning, if the logs do not contain it."""
        logs = logs or {}
        for name in (self.monitor, alias(self.monitor)):
            if name in logs:
                return logs[name]
        if not self.missed:
            self.missed = True
            warnings.warn(self.complaint(list(logs)), stacklevel=3)
        return None

    def complaint(self, names: list[str]) -> str:
        return (
            f"{type(self).__name__} conditioned on metric `{self.monitor}` which is not available. "
            f"Available metrics are: {','.join(names)}"
        )


@with_fields
class EarlyStopping(Monitor):
    """Ends training when a number has not improved for `patience` epochs.

    It must improve by more than `min_delta`; epochs that do not reach the `baseline` do not count
    as an improvement. With `restore_best_weights`, the weights of the best epoch are restored.
    """

    backed_up = ("best", "wait", "stopped_epoch", "best_epoch", "best_weights")

    monitor: Any = "val_loss"
    min_delta: float = 0
    patience: int = 0
    verbose: Any = 0
    mode: str = "auto"
    baseline: float | None = None
    restore_best_weights: bool = False
    start_from_epoch: int = 0

    def __post_init__(self) -> None:
        super().__init__(self.monitor, self.mode, self.min_delta, self.patience)
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best_weights: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        value = self.value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)  # these are the best weights so far
        self.wait += 1
        if self.better(value, self.best):
            self.best = value
            self._keep(epoch)
            if self.baseline is None or self.better(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _keep(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                print(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )
            self.model.set_weights(self.best_weights)


@with_fields
class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by `factor` when a number has not improved for a while."""

    backed_up = ("best", "wait", "cooling")

    monitor: str = "val_loss"
    factor: float = 0.1
    patience: int = 10
    verbose: Any = 0
    mode: str = "auto"
    min_delta: float = 1e-4
    cooldown: int = 0
    min_lr: float = 0.0

    def __post_init__(self) -> None:
        super().__init__(self.monitor, self.mode, self.min_delta, self.patience)
        if not suggest.is_number(self.factor) or self.factor >= 1:
            raise ArgumentError(
                f"ReduceLROnPlateau does not support a factor >= 1.0. Got {self.factor}",
                why="the learning rate is multiplied by it, and should fall.",
                fix=suggest.number("factor", self.factor, "0.5"),
            )
        self.wait = self.cooling = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.wait = self.cooling = 0
        self.best = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        if logs is not None:
            logs["learning_rate"] = float(optimizer.learning_rate)
        value = self.value(logs)
        if value is None:
            return
        if self.cooling:
            self.cooling -= 1
            self.wait = 0
        if self.better(value, self.best):
            self.best, self.wait = value, 0
        elif not self.cooling:
            self.wait += 1
            old = float(optimizer.learning_rate)
            if self.wait >= self.patience and old > self.min_lr:
                new = max(old * self.factor, self.min_lr)
                optimizer.learning_rate = new
                if self.verbose:
                    print(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing rate to {new}.")
                self.cooling, self.wait = self.cooldown, 0


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch to `schedule(epoch, rate)` or `schedule(epoch)`."""

    def __init__(self, schedule: Callable[..., float], verbose: Any = 0) -> None:
        super().__init__()
        calls = ("epoch", "rate"), ("epoch",)
        self.schedule = a_function("LearningRateScheduler", "schedule", schedule, *calls)
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        rate = float(optimizer.learning_rate)
        arguments = (epoch, rate) if suggest.takes(self.schedule, epoch, rate) else (epoch,)
        optimizer.learning_rate = rate = self.schedule(*arguments)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


@with_fields
class TerminateOnNaN(Callback):
    """Ends training if the loss is NaN or infinite; with `raise_error`, it raises an error.

    Raises: NotFiniteError.
    """

    raise_error: bool = False

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            if self.raise_error:
                raise NotFiniteError(
                    f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. "
                    "Terminating training immediately.",
                    why="a step may have been too long, or the data or statistics may hold nan.",
                    fix="use a smaller learning rate, or clip gradients with clipnorm=1.0.",
                )
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True
