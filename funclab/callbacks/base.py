"""Callbacks: objects that fit, evaluate and predict notify while they run."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, ClassVar, dataclass_transform

from funclab.errors import ArgumentError, NameLookupError, plain
from funclab.errors.words import plural
from funclab.models.late import HistoryMethods
from funclab.models.model import Model
from funclab.registry.parameters import guarded

Logs = dict[str, Any]


class Callback:
    """Something that is notified while a model trains. Subclasses write the methods they need.

    `self.model` is the model, `self.params` a dict of epochs, steps and verbose. Logs are dicts of
    losses and metrics. Setting `self.model.stop_training = True` ends training after the batch.
    """

    backed_up: ClassVar[tuple[str, ...]] = ()
    """The attributes that BackupAndRestore keeps: numbers, texts, lists of numbers or arrays."""

    def __init_subclass__(cls) -> None:
        guarded(cls)

    def __init__(self) -> None:
        self.model: Any = None
        self.params: dict[str, Any] = {}

    def __post_init__(self) -> None:
        """Called by the constructor of a class `with_fields`, once these are set."""
        Callback.__init__(self)

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Model) -> None:
        self.model = model

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None: ...
    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None: ...
    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.on_batch_end(batch, logs=logs)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None: ...
    def on_train_begin(self, logs: Logs | None = None) -> None: ...
    def on_train_end(self, logs: Logs | None = None) -> None: ...
    def on_test_begin(self, logs: Logs | None = None) -> None: ...
    def on_test_end(self, logs: Logs | None = None) -> None: ...
    def on_predict_begin(self, logs: Logs | None = None) -> None: ...
    def on_predict_end(self, logs: Logs | None = None) -> None: ...


guarded(Callback)


@dataclass_transform(eq_default=False)
def with_fields(cls: Any) -> Any:
    """Make a callback of funclab a dataclass, whose fields are the arguments of its constructor."""
    return guarded(dataclass(eq=False, repr=False)(cls))


class Watcher(Callback):
    """A callback that gets every batch's step with its plan, but no logs, which cost time."""

    def prepare(self, loop: Any) -> None:
        """Called before training begins, still in the thread that called `fit`."""

    def watch(self, step: Any) -> None:
        """Called after a training step; `step.plan` contains its numbers."""
        raise NotImplementedError

    def watch_end(self) -> None:
        """Called after the last training step, also when training was stopped, before anything
        replaces the weights that it left."""


class Named(dict[str, Any]):
    """Losses and metrics by name. `acc` and `accuracy` are interchangeable."""

    holder = "log"

    def __missing__(self, name: str) -> Any:
        other = alias(name)
        if other is not None and other in self:
            return self[other]
        raise NameLookupError(
            f"The {self.holder} holds no {name!r}.",
            why=f"it holds {', '.join(self) or 'nothing yet'}.",
            fix="use one of these names; metrics are named as they were in compile().",
        )

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default


class Series(Named):
    """The results of each epoch, by name."""

    holder = "history"

    def take(self, logs: Logs) -> None:
        """Add the results of an epoch."""
        for name, value in logs.items():
            self.setdefault(name, []).append(value)


def alias(name: str) -> str | None:
    """The other spelling of a name that ends in `acc` or `accuracy`."""
    head, _, tail = f"_{name}".rpartition("_")
    other = {"acc": "accuracy", "accuracy": "acc"}.get(tail)
    return f"{head}_{other}".lstrip("_") if other else None


class History(HistoryMethods, Callback):
    """What `fit` returns: `history`, a list for each loss and metric, and `epoch`, the epochs.

    `stopped` says whether an interrupt ended the training early. `run` is the name given to `fit`;
    `now` contains the results of `evaluate_each_epoch`: the training data, evaluated after each
    epoch. `validated_on` is the number of validation samples; 0 if it is not known. `cluster`
    reports what the workers of `fit(cluster=...)` did.
    """

    def __init__(self) -> None:
        super().__init__()
        self.run = ""
        self.snapshots: Any = None
        self.validated_on = 0
        self.cluster: Any = None
        self.path: Any = None
        """The WeightPath that followed the training, if there was one."""
        self.now: Series = Series()
        self.history: Series = Series()
        self.epoch: list[int] = []
        self.epochs_of: dict[str, list[int]] = {}
        """For each name, the epochs that have a value: validation may be less frequent."""
        self.stopped = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.history, self.now, self.epoch, self.stopped = Series(), Series(), [], False
        self.epochs_of = {}

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        self.history.take(logs or {})
        for name in logs or {}:
            self.epochs_of.setdefault(name, []).append(epoch)

    def value(self, name: str, epoch: int) -> Any:
        """The value of a name in an epoch (numbered as in `epoch`); None if there is none."""
        epochs = self.epochs_of.get(name, self.epoch)
        i = bisect_left(epochs, epoch)
        fits = i < len(epochs) and epochs[i] == epoch and i < len(self.history[name])
        return self.history[name][i] if fits else None

    def restore(self, epoch: int) -> int:
        """Restore the weights of an epoch, counted from 1; returns the epoch they belong to.

        If that epoch's weights were not kept, those of the last kept epoch before it are used.
        `fit(snapshots=True)` keeps them.
        Raises: ArgumentError if none were kept; BusyError while the model is in training.
        """
        if self.snapshots is None:
            raise ArgumentError(
                "This training kept no snapshots of its weights.",
                why="they take memory, so `fit` keeps them only when asked.",
                fix="train with model.fit(..., snapshots=True).",
            )
        return self.snapshots.restore(epoch)

    def __repr__(self) -> str:
        ended = ", stopped" if self.stopped else ""
        epochs = plural(len(self.epoch), "epoch")
        return plain(f"<History of {epochs}: {', '.join(self.history)}{ended}>")
