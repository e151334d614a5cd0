"""Callbacks: objects that fit, evaluate and predict notify while they run."""

from __future__ import annotations

import importlib
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from funclab.errors import ArgumentError, NameLookupError, plain
from funclab.errors.words import plural
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

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params

    def set_model(self, model: Any) -> None:
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


class History(Callback):
    """What `fit` returns: `history`, a list for each loss and metric, and `epoch`, the epochs.

    `stopped` says whether an interrupt ended the training early. `run` is the name given to `fit`;
    `now` contains the results of `evaluate_each_epoch`: the training data, evaluated after each
    epoch. `validated_on` is the number of validation samples; 0 if it is not known. `cluster`
    reports what the workers of `fit(cluster=...)` did.
    """

    plot: Callable[..., Any]
    """The training curves as a picture: `funclab.view.history_plot`, set by the package `view`."""
    compare: Callable[..., Any]
    """This run and others, overlaid: `funclab.compare_runs`, set by the package `view`."""

    def __init__(self) -> None:
        super().__init__()
        self.run = ""
        self.snapshots: Any = None
        self.validated_on = 0
        self.cluster: Any = None
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


class CallbackList:
    """Several callbacks as one: all of them are notified, in order.

    callbacks: a callback, or a list of them.
    add_history: whether to add a History after them, if none is among them.
    add_progbar: whether to add a ProgbarLogger after them, if none is among them.
    model, params: the model and the parameters for all callbacks.
    """

    around: Callable[[], AbstractContextManager[Any]] = staticmethod(nullcontext)
    """A context manager around each call of callbacks."""

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        self.callbacks = checked(callbacks)
        if add_history and not any(isinstance(each, History) for each in self.callbacks):
            self.callbacks.append(History())
        if add_progbar and not any(shows_progress(each) for each in self.callbacks):
            self.callbacks.append(importlib.import_module("funclab.callbacks").ProgbarLogger())
        self.set_model(model)
        self.set_params(params)

    def append(self, callback: Any) -> None:
        self.callbacks.append(callback)

    def set_model(self, model: Any) -> None:
        self.model = model
        if model is None:
            return
        for callback in self.callbacks:
            callback.set_model(model)
            if isinstance(callback, History):
                model.history = callback

    def set_params(self, params: dict[str, Any]) -> None:
        self.params = params
        for callback in self.callbacks if params else ():
            callback.set_params(params)

    def __getattr__(self, name: str) -> Callable[..., None]:
        """`on_epoch_end` and the others: a function that calls every callback in turn."""
        if not name.startswith("on_"):
            raise AttributeError(name)

        return self._telling([getattr(callback, name) for callback in self.callbacks])

    def _telling(self, methods: Sequence[Callable[..., None]]) -> Callable[..., None]:
        def tell(*args: Any, **kwargs: Any) -> None:
            with self.around():
                for method in methods:
                    method(*args, **kwargs)

        return tell

    def listeners(self, name: str, old: str | None = None) -> list[Callable[..., None]]:
        """The methods of that name, of those callbacks whose class really defines one."""
        methods = [
            getattr(callback, name)
            for callback in self.callbacks
            if writes(callback, name) or writes(callback, old)
        ]
        return [self._telling(methods)] if methods else []


def shows_progress(callback: Any) -> bool:
    """Whether a callback writes the progress line, so that `fit` need not."""
    return getattr(callback, "shows_progress", False)


def writes(callback: Any, name: str | None) -> bool:
    """Whether a callback's class defines its own method of that name."""
    if name is None:
        return False
    own = getattr(type(callback), name, None)
    return name in vars(callback) or own is not getattr(Callback, name)


def checked(callbacks: Any) -> list[Any]:
    """The callbacks as a list.

    Raises: ArgumentError for something that is not a callback.
    """
    if callbacks is None:
        return []
    known: list[Any] = []
    for callback in callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]:
        if isinstance(callback, (CallbackList, list, tuple)):
            known += checked(getattr(callback, "callbacks", callback))
            continue
        if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
            name = callback.__name__ if isinstance(callback, type) else repr(callback)
            raise ArgumentError(
                f"{name} is not a callback.",
                why="it is the class, not an object of it."
                if isinstance(callback, type)
                else f"a {type(callback).__name__} has no method on_epoch_end.",
                fix=f"write {name}(...)."
                if isinstance(callback, type)
                else "pass objects of subclasses of Callback, or "
                "LambdaCallback(on_epoch_end=function).",
            )
        known.append(callback)
    return known
