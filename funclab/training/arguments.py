"""Arguments of fit, evaluate and predict, checked before anything is computed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from funclab import config
from funclab.callbacks.base import alias
from funclab.callbacks.several import checked
from funclab.errors import ArgumentError, suggest, warn
from funclab.registry import near
from funclab.training.snapshots import wanted

KERAS_2 = ("max_queue_size", "workers", "use_multiprocessing", "pickle_safe", "max_q_size")


@dataclass
class FitOptions:
    """How `fit` trains: its arguments besides the data. `check` fills in what "auto" means."""

    batch_size: int | None
    epochs: int
    verbose: Any
    callbacks: Any
    validation_split: float
    shuffle: Any
    initial_epoch: int
    steps_per_epoch: int | None
    validation_steps: int | None
    validation_batch_size: int | None
    validation_freq: Any
    run: str
    evaluate_each_epoch: bool
    snapshots: Any

    def check(self, quiet: bool) -> None:
        """Check all that does not depend on the model and the data.

        Raises: ArgumentError.
        """
        names = [
            "batch_size",
            "epochs",
            "steps_per_epoch",
            "validation_steps",
            "validation_batch_size",
        ]
        check_counts(**{name: getattr(self, name) for name in names})
        if self.epochs is None:
            raise ArgumentError(
                "`epochs` should be a positive integer. Received: epochs=None.",
                why="training ends after a number of epochs.",
                fix="leave it out for one epoch, or pass a number such as epochs=5.",
            )
        if self.validation_split is None:
            self.validation_split = 0.0
        fraction, initial, freq = self.validation_split, self.initial_epoch, self.validation_freq
        if not isinstance(fraction, (int, float)) or not 0 <= fraction < 1:
            raise ArgumentError(
                f"`validation_split` must be a float between 0 and 1. Received: {fraction!r}.",
                why="it is the fraction of the samples, the last ones, to validate on.",
                fix=suggest.fraction("validation_split", fraction),
            )
        if not isinstance(initial, int) or initial < 0:
            raise ArgumentError(
                f"`initial_epoch` should be an integer from 0 on. Received: {initial!r}.",
                why="it is the number of the first epoch; `epochs` is where training ends.",
                fix=f"use a number from 0 to {self.epochs - 1}.",
            )
        if not isinstance(freq, (list, tuple, set)):
            check_counts(validation_freq=0 if freq is None else freq)
        check_shuffle(self.shuffle)
        self.verbose = wanted_verbose(self.verbose, auto=int(not quiet))
        self.callbacks = checked(self.callbacks)
        self.snapshots = wanted(self.snapshots)
        if self.snapshots is not None:  # before any callback that changes weights at the end
            self.callbacks.insert(0, self.snapshots)


def check_shuffle(shuffle: Any) -> None:
    """Refuse anything but True, False or "batch"."""
    if not suggest.is_switch(shuffle) and not (isinstance(shuffle, str) and shuffle == "batch"):
        raise ArgumentError(
            f'`shuffle` should be True, False or "batch". Received: shuffle={shuffle!r}.',
            why="it says whether each epoch has a new order.",
            fix="write shuffle=True or shuffle=False.",
        )


def check_legacy(method: Callable[..., Any], legacy: dict[str, Any]) -> None:
    """Accept keywords of older Keras versions that have no effect here; refuse all others."""
    unknown = [name for name in legacy if name not in KERAS_2]
    if unknown:
        taken = [*inspect.signature(method).parameters][1:-1]
        raise ArgumentError(
            f"{method.__name__}() got an unexpected keyword argument {unknown[0]!r}.",
            why=f"`{method.__name__}` has no such argument"
            f"{near(unknown[0], taken, suggest.keywords)}.",
            fix=suggest.keyword(unknown[0], taken),
        )


def check_counts(**counts: Any) -> None:
    """Refuse any count that is neither a positive integer nor None."""
    for name, value in counts.items():
        whole = isinstance(value, int) or (hasattr(value, "dtype") and value.dtype.kind in "iu")
        if value is not None and (not whole or isinstance(value, bool) or value < 1):
            raise ArgumentError(
                f"`{name}` should be a positive integer. Received: {name}={value!r}.",
                why="it counts samples, batches or epochs.",
                fix="put several inputs in one list: [a, b]; then the targets, in the same way."
                if isinstance(value, list) or hasattr(value, "shape")
                else suggest.whole(name, value, 32 if "size" in name else 5),
            )


def wanted_verbose(verbose: Any, auto: int = 1) -> int:
    """0 for no output, 1 for lines that grow, 2 for one line per epoch."""
    if verbose == "auto":
        return auto if config.is_interactive_logging_enabled() else 2 * auto
    if verbose in (0, 1, 2):
        return int(verbose)
    raise ArgumentError(
        f"`verbose` should be 0, 1, 2 or 'auto'. Received: verbose={verbose!r}.",
        why="0 prints nothing, 1 a line that grows, 2 one line for each epoch.",
        fix="use verbose=1.",
    )


def is_validated(epoch: int, freq: Any) -> bool:
    """Whether an epoch (counted from 1) is followed by validation."""
    return epoch in freq if isinstance(freq, (list, tuple, set)) else epoch % freq == 0


def check_monitor(callback: Any, names: list[str], validated: bool) -> None:
    """Warn before training, rather than after an epoch, about a metric that will not exist."""
    monitor = getattr(callback, "monitor", None)
    if not isinstance(monitor, str) or not hasattr(callback, "complaint"):
        return
    known = [*names, *(f"val_{name}" for name in names if validated), "learning_rate"]
    if monitor in known or alias(monitor) in known:
        return
    if getattr(callback, "save_best_only", True):
        hint = ". Pass validation_data or validation_split." if monitor.startswith("val_") else ""
        callback.missed = True  # warn only once
        warn(callback.complaint(known[:-1]) + hint)
