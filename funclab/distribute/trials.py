"""One trial of a sweep: its settings, how it runs in any process, and its result."""

from __future__ import annotations

import copy
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from funclab import initializers, registry
from funclab.callbacks.base import Callback, History, Logs
from funclab.distribute.journal import Record
from funclab.distribute.space import TRAINING, Config, in_words, label, short, stream
from funclab.errors import ArgumentError
from funclab.errors.words import plural
from funclab.files.json_lines import Unusable

Key = tuple[int, int]

_loading = threading.Lock()
_loaded: dict[str, Any] = {}
"""What the data function of the latest sweep returned in this process."""


@dataclass(frozen=True)
class Task:
    """A trial to run: its number, its settings, and its number of epochs."""

    number: int
    epochs: int
    config: Config

    @property
    def key(self) -> Key:
        return self.number, self.epochs


@dataclass(repr=False)
class Trial:
    """The result of a trial.

    `number` counts from 0, `config` holds its settings in the form of the journal, `values` a list
    for each loss and metric, `measured` the epochs of those that were not measured in every epoch.
    `score` is the last value of the metric that the sweep compares: nan after an error, which is in
    `error`.
    """

    number: int
    epochs: int
    config: Config
    values: dict[str, list[float]] = field(default_factory=dict)
    measured: dict[str, list[int]] = field(default_factory=dict)
    seconds: float = 0.0
    worker: str = ""
    error: str = ""
    score: float = float("nan")

    def __repr__(self) -> str:
        last = [f"{name}={short(values[-1])}" for name, values in self.values.items()]
        state = self.error or f"{', '.join(last)} after {plural(self.epochs, 'epoch')}"
        return f"<Trial {self.label}: {state}>"

    @property
    def key(self) -> Key:
        return self.number, self.epochs

    @property
    def label(self) -> str:
        """Its number and settings in words."""
        return f"{self.number}: {in_words(self.config)}"

    @property
    def values_label(self) -> str:
        """The same without the names of the settings, for a legend."""
        return f"{self.number}: {', '.join(map(short, self.config.values()))}"

    @property
    def history(self) -> History:
        """Its training run, as `fit` returns it."""
        history = History()
        history.run = self.label
        length = max(map(len, self.values.values()), default=0)
        history.epoch = list(range(length))
        history.history.update(self.values)
        history.epochs_of = {name: self.measured.get(name, history.epoch) for name in self.values}
        return history


_ended: set[str] = set()
"""The stop files of sweeps that a message to this process has ended."""


def end(stop: str) -> None:
    """End the trials of a sweep that run in this process. It may be on another machine, where the
    sweep's stop file does not exist."""
    _ended.add(stop)


def is_ended(stop: str) -> bool:
    return stop in _ended or (bool(stop) and os.path.exists(stop))


class Stopped(Callback):
    """Ends a trial at the end of an epoch if the stop file exists, which all processes of a machine
    can see, or if a message has ended the sweep in this process."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if is_ended(self.path):
            self.model.stop_training = True


@dataclass(frozen=True)
class Work:
    """What all trials of a sweep share. It is sent to every process that runs them.

    `data` holds the data arguments of `fit`, or is a function that returns them; it is then called
    once in each process. `arguments` are passed to `fit`, and so are the settings in `of_fit`.
    `stop` is the path of the file that ends the sweep.
    """

    name: str
    build: Any
    data: Any
    arguments: dict[str, Any]
    of_fit: frozenset[str]
    seed: int
    stop: str = ""

    def train(self, task: Task) -> tuple[Any, History]:
        """The model of a task, trained: the same numbers wherever it runs."""
        own = {name: task.config[name] for name in self.of_fit & task.config.keys()}
        settings = {**self.arguments, **own}
        callbacks = settings.pop("callbacks", None) or []
        callbacks = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
        own_numbers = initializers.using(stream(self.seed, TRAINING, task.number))
        with own_numbers, registry.fresh_names():  # in this thread only
            model = self.build(**{k: v for k, v in task.config.items() if k not in own})
            if not hasattr(model, "fit") or isinstance(model, type):
                raise ArgumentError(
                    f"`build` returned {model!r}, which is not a model.",
                    why="a trial trains the model that `build` makes of its settings.",
                    fix="end `build` with model.compile(...) and return model.",
                )
            history = model.fit(
                **as_arguments(loaded(self.name, self.data)),
                **settings | {"epochs": task.epochs, "verbose": 0, "live": False},
                callbacks=[*copy.deepcopy(list(callbacks)), Stopped(self.stop)],
            )
        return model, history

    @property
    def stopped(self) -> bool:
        return is_ended(self.stop)


def run(work: Work, task: Task) -> Record | None:
    """The result of a trial as plain data; None when it was interrupted.

    An error in the trial is recorded as its result.
    """
    begun = time.perf_counter()
    record: Record = {"trial": task.number, "epochs": task.epochs, "config": label(task.config)}
    try:
        _, history = work.train(task)
        if history.stopped or work.stopped:
            return None
        record |= values_of(history)
    except (Exception, SystemExit) as error:
        record["error"] = error_in_words(error)
    record["seconds"] = round(time.perf_counter() - begun, 4)
    record["worker"] = f"{socket.gethostname()}:{os.getpid()}"
    return record


def values_of(history: History) -> Record:
    """The losses and metrics of a run, and the epochs of those measured less often."""
    values = {name: list(map(float, series)) for name, series in history.history.items()}
    rarer = {name: epochs for name, epochs in history.epochs_of.items() if epochs != history.epoch}
    measured = {name: list(map(history.epoch.index, epochs)) for name, epochs in rarer.items()}
    return {"values": values, **({"measured": measured} if rarer else {})}


def error_in_words(error: BaseException) -> str:
    """An error as text, for a trial's result."""
    return f"{type(error).__name__}: {getattr(error, 'what', error)}"


def failed(task: Task, reason: str) -> Record:
    """The result of a trial whose process has died."""
    facts = {"trial": task.number, "epochs": task.epochs, "config": label(task.config)}
    return {**facts, "error": reason, "seconds": 0.0, "worker": ""}


FACTS: dict[str, Callable[[Any], bool]] = {
    "trial": lambda value: type(value) is int and value >= 0,
    "epochs": lambda value: type(value) is int and value > 0,
    "config": lambda value: isinstance(value, dict),
    "values": lambda value: isinstance(value, dict) and all(map(_is_series, value.values())),
    "measured": lambda value: isinstance(value, dict) and all(map(_is_series, value.values())),
    "seconds": lambda value: type(value) in (int, float) and value >= 0,
    "worker": lambda value: isinstance(value, str),
    "error": lambda value: isinstance(value, str),
}
"""What a record of a trial holds, of which values; the last five may be missing."""


def _is_series(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and {*map(type, value)} <= {int, float}


def sound(record: Record) -> Record:
    """A record of a trial whose facts are what they should be.

    Raises: Unusable for anything else.
    """
    for name, test in FACTS.items():
        needed = name in ("trial", "epochs", "config")
        if (needed or name in record) and not test(record.get(name)):
            raise Unusable(f"has no valid {name!r}")
    values, measured = record.get("values", {}), record.get("measured", {})
    lengths = [len(measured.get(name, series)) for name, series in values.items()]
    if not record.get("error") and "loss" not in values:
        raise Unusable("has no loss and no error")
    if lengths != [*map(len, values.values())] or max(lengths, default=0) > record["epochs"]:
        raise Unusable("does not have a value for each epoch")
    return record


def trial_of(record: Record) -> Trial:
    """A line of the journal as a Trial."""
    facts = {name: record[name] for name in FACTS if name in record and name != "trial"}
    return Trial(record["trial"], **facts)


def loaded(name: str, data: Any) -> Any:
    """The data of a sweep; a function is called once in each process."""
    if not callable(data):
        return data
    with _loading:
        if name not in _loaded:
            _loaded.clear()
            _loaded[name] = data()
        return _loaded[name]


def as_arguments(data: Any) -> dict[str, Any]:
    """Data as arguments of `fit`.

    Raises: ArgumentError for anything but a dict of arguments, or x, y and perhaps validation data.
    """
    if isinstance(data, dict):
        return data
    if isinstance(data, (tuple, list)) and len(data) in (2, 3):
        return dict(zip(("x", "y", "validation_data"), data))
    raise ArgumentError(
        f"The data of a sweep is (x, y), (x, y, (x_val, y_val)) or a dict; received {type(data)}.",
        why="every trial calls model.fit with it.",
        fix='write (x, y), or {"x": x, "y": y, "validation_split": 0.2}, or a function of no '
        "arguments that returns one of these where the trial runs.",
    )
