"""Callbacks that steer training by what they see."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

from funclab import meant
from funclab.callbacks.base import Callback, Logs, alias
from funclab.errors import ArgumentError


class LambdaCallback(Callback):
    """A callback made of functions: `LambdaCallback(on_epoch_end=lambda epoch, logs: ...)`."""

    def __init__(self, **functions: Callable[..., Any] | None) -> None:
        super().__init__()
        for name, function in functions.items():
            if not hasattr(Callback, name) or not name.startswith("on_"):
                known = [name for name in dir(Callback) if name.startswith("on_")]
                raise ArgumentError(
                    f"LambdaCallback has no `{name}`.",
                    why=f"the moments are {', '.join(known)}.",
                    fix="use one of these names.",
                )
            if function is not None:
                setattr(self, name, a_function("LambdaCallback", name, function))


def a_function(owner: str, name: str, value: Any) -> Any:
    """A value that can be called."""
    if callable(value):
        return value
    raise ArgumentError(
        f"{owner} needs a function as `{name}`. Received: {name}={value!r}.",
        why="it is called in every epoch.",
        fix="write LearningRateScheduler(lambda epoch, rate: rate * 0.9), or for one rate "
        "compile(optimizer=SGD(learning_rate=0.1))."
        if name == "schedule"
        else f"write {name}=lambda epoch, logs: print(epoch, logs).",
    )


class Monitor(Callback):
    """A callback that follows one number of the logs."""

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
        if not isinstance(patience, int) or patience < 0:
            raise ArgumentError(
                f"`patience` of {kind} should be a whole number, 0 or above. "
                f"Received: patience={patience!r}.",
                why="it counts epochs without an improvement.",
                fix=meant.whole("patience", patience, 3),
            )
        if mode not in ("auto", "min", "max"):
            raise ArgumentError(
                f"{type(self).__name__} mode '{mode}' is unknown.",
                why="it says whether smaller or larger is better.",
                fix='use "min", "max" or "auto".',
            )
        self.monitor, self.mode, self.min_delta = monitor, mode, abs(min_delta)
        self.best: float | None = None
        self.missed = False
        """Whether it has been said that the number is not there."""

    @property
    def upward(self) -> bool:
        """Whether larger is better; by its name, when the mode is "auto"."""
        if self.mode != "auto":
            return self.mode == "max"
        words = ("acc", "accuracy", "auc", "precision", "recall", "score", "positives")
        return any(self.monitor.endswith(word) for word in words) and "false" not in self.monitor

    def better(self, value: float, than: float | None) -> bool:
        if than is None:
            return True
        if self.upward:
            return value - self.min_delta > than
        return value + self.min_delta < than

    def value(self, logs: Logs | None) -> float | None:
        """The number that is followed; None, with a warning, when the logs do not have it."""
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


class EarlyStopping(Monitor):
    """Ends training when a number has not become better for `patience` epochs.

    Better means by more than `min_delta`; until a `baseline` is beaten, waiting goes on. With
    `restore_best_weights` the weights of the best epoch return at the end.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta, patience)
        self.patience, self.verbose, self.baseline = patience, verbose, baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
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
            self._keep(epoch)  # whatever comes, these are the best so far
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


class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by `factor` when a number has not become better for a while."""

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta, patience)
        if not meant.is_number(factor) or factor >= 1:
            raise ArgumentError(
                f"ReduceLROnPlateau does not support a factor >= 1.0. Got {factor}",
                why="the learning rate is multiplied by it, and should fall.",
                fix=meant.number("factor", factor, "0.5"),
            )
        self.factor, self.patience, self.verbose = factor, patience, verbose
        self.cooldown, self.min_lr = cooldown, min_lr
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

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = a_function("LearningRateScheduler", "schedule", schedule)
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = self.model.optimizer
        try:
            rate = self.schedule(epoch, float(optimizer.learning_rate))
        except TypeError:  # a function of the epoch alone
            rate = self.schedule(epoch)
        optimizer.learning_rate = rate
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class TerminateOnNaN(Callback):
    """Ends training when the loss is not a number, or infinite."""

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            print(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True
