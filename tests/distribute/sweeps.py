"""A small model with settings, its data, and what the tests of sweeps share."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

import funclab
from funclab.distribute import Sweep, sweep
from funclab.layers import Dense, Dropout

RANDOM = np.random.RandomState(0)
X = RANDOM.rand(64, 4).astype("float32")
Y = X.sum(axis=1, keepdims=True)
SPACE = {"units": [2, 4, 8], "rate": [0.01, 0.1]}


def build(units=4, rate=0.01, marks="", number=0, held=""):
    """A small model with dropout; leaves a mark in a file, so that each start can be counted.

    `held` holds trials back, so that a sweep cannot end before the test has acted: how many may
    begin before one waits, and the path of a file that lets all go. Dask has an order of its own.
    """
    if marks:
        with open(marks, "a", encoding="utf-8") as file:
            file.write(f"{number} {os.getpid()}\n")
    most, _, go = held.partition(" ")
    if held and sum(map(len, starts(Path(marks)).values())) > int(most):
        wait_until(Path(go).exists)
    inputs = funclab.Input((4,))
    hidden = Dropout(0.25)(Dense(units, activation="relu")(inputs))
    model = funclab.Model(inputs, Dense(1)(hidden))
    model.compile(funclab.optimizers.SGD(rate), "mse")
    return model


def dangerous(number):
    """A model; for one number, the process ends, as if memory had run out."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return build()


def small(space=SPACE, client=None, **settings) -> Sweep:
    """A sweep of a few seconds, here unless a client or a number of workers is given."""
    settings = {"workers": 1, "epochs": 2, "validation_split": 0.25, **settings}
    return sweep(build, space, (X, Y), client, **settings)


def counted(
    count: int, marks: Path, journal: Path, held: str = "", client=None, epochs: int = 40
) -> Sweep:
    """A sweep with this number of trials, each of which leaves a mark when it begins."""
    space = {"marks": [str(marks)], "number": list(range(count)), "held": [held]}
    return sweep(build, space, (X, Y), client, epochs=epochs, workers=1, journal=journal)


def counted_from(address: str, *arguments) -> None:
    """The same in a process that has a client of its own, which the test kills."""
    from distributed import Client

    with Client(address) as client:
        counted(*arguments, client)


def numbers(result: Sweep) -> list[tuple]:
    """The results of the trials, without where they ran and how fast."""
    return [(trial.number, trial.config, trial.values, trial.error) for trial in result.trials]


def records(journal: Path) -> list[dict]:
    """The trials in a journal, also while it is written."""
    lines = journal.read_text().split("\n")[:-1] if journal.exists() else []
    return [json.loads(line) for line in lines[1:]]


def starts(marks: Path) -> dict[int, list[int]]:
    """For each trial the processes in which it began."""
    known: dict[int, list[int]] = {}
    for line in marks.read_text().splitlines() if marks.exists() else []:
        number, process = map(int, line.split())
        known.setdefault(number, []).append(process)
    return known


def wait_until(true: Callable[[], object]) -> None:
    """Wait for the effect of another process, for a minute at most."""
    pause = threading.Event()
    for _ in range(6000):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it has not come true in a minute")
