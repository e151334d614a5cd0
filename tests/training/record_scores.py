"""What losses, metrics, optimizers and their like give in Keras, with each argument changed.

To record again, with a Python that has keras and jax:

    KERAS_BACKEND=jax python -m tests.training.record_scores
"""

from __future__ import annotations

import importlib
import json
from inspect import isfunction
from pathlib import Path
from typing import Any

import numpy as np

from tests.saving.record_configs import ARGUMENTS, classes, needed, other

RECORD = Path(__file__).with_name("scores.json")
ROOMS = ("losses", "metrics", "optimizers", "optimizers.schedules", "regularizers", "constraints")
LEFT_OUT = ("losses.CTC", "optimizers.Muon", "optimizers.ScheduleFreeAdamW")
"""CTC and Muon have tests of their own."""

NOT_CHANGED = ("name", "dtype", "jit_compile", "initial_learning_rate")
"""Arguments that change no number; from a whole number as rate, Keras computes in whole numbers."""

LABELS = np.array([0, 2, 1, 3, 3, 0])
HOT = np.eye(4, dtype="float32")[LABELS]
SHARES = np.abs(np.sin(np.arange(1.0, 25))).reshape(6, 4).astype("float32") + 0.05
SHARES /= SHARES.sum(-1, keepdims=True)
REAL = np.cos(np.arange(1.0, 25)).reshape(6, 4).astype("float32")
YES = np.array([[0], [1], [1], [0], [1], [0]], "float32")
CHANCE = np.array([[0.2], [0.7], [0.4], [0.6], [0.9], [0.1]], "float32")
WEIGHTS = np.array([1.0, 2.0, 0.5, 1.0, 0.0, 3.0], "float32")
SEVERAL = (np.abs(HOT - (REAL > 0.8)), SHARES)

ON = {
    "Sparse": (LABELS, SHARES),
    "Binary": (YES, CHANCE),
    "Categorical": (HOT, SHARES),
    "OneHot": (HOT, SHARES),
    "BinaryIoU": (YES, CHANCE),
    "IoU": (LABELS, np.array([0, 2, 2, 3, 1, 0])),
    "MeanIoU": (LABELS, np.array([0, 2, 2, 3, 1, 0])),
    "TopK": (HOT, SHARES),
    "Circle": (LABELS, REAL),
    "OneHotIoU": (HOT, SHARES),
    "OneHotMeanIoU": (HOT, SHARES),
    "CategoricalGeneralizedCrossEntropy": (LABELS, SHARES),
    "Positive": (YES, CHANCE),
    "Negative": (YES, CHANCE),
    "Precision": SEVERAL,
    "Recall": SEVERAL,
    "AUC": (YES, CHANCE),
    "Sensitivity": SEVERAL,
    "Specificity": SEVERAL,
    "F1Score": SEVERAL,
    "FBetaScore": SEVERAL,
    "Dice": (HOT, SHARES),
    "Tversky": (HOT, SHARES),
    "KLDivergence": (HOT, SHARES),
    "Poisson": (HOT, SHARES),
}
"""What a class is tried on: the last of the names it begins or ends with, or REAL and SHARES."""


def data_for(name: str) -> tuple[Any, Any]:
    fits = [pair for part, pair in ON.items() if name.startswith(part) or name.endswith(part)]
    fits += [pair for part, pair in ON.items() if part in name and not fits]
    return ON.get(name) or (fits[-1] if fits else (REAL, SHARES))


def of_loss(thing: Any, name: str) -> Any:
    y, p = data_for(name)
    return [thing(y, p), thing(y, p, sample_weight=WEIGHTS)]


def of_metric(thing: Any, name: str) -> Any:
    y, p = (REAL,) * 2 if name in ("Mean", "Sum") else data_for(name)
    for rows, weights in ((slice(0, 4), None), (slice(2, 6), WEIGHTS[2:])):
        given = (y[rows],) if name in ("Mean", "Sum") else (y[rows], p[rows])
        thing.update_state(*given, **{"sample_weight": weights} if weights is not None else {})
    return thing.result()


def of_optimizer(thing: Any, library: str) -> Any:
    room = "keras" if library == "keras" else "funclab"
    variable = importlib.import_module(room).Variable(REAL[:3, :2].copy(), name="kernel")
    for factor in (1.0, -0.5, 2.0):
        thing.apply([SHARES[:3, :2] * factor * 3], [variable])
    return np.array(variable)


def of_schedule(thing: Any) -> Any:
    return [thing(step) for step in (0, 1, 3, 7, 12, 30)]


def given(library: str, name: str, cls: Any, settings: dict[str, Any]) -> Any:
    """Six digits of all that an instance gives; the word "refused" where that fails."""
    room, _, kind = name.rpartition(".")
    made = {key: value() if isfunction(value) else value for key, value in settings.items()}
    try:
        thing = cls(**made)
        if room == "losses":
            numbers = of_loss(thing, kind)
        elif room == "metrics":
            numbers = of_metric(thing, kind)
        elif room == "optimizers":
            numbers = of_optimizer(thing, library)
        elif room == "optimizers.schedules":
            numbers = of_schedule(thing)
        else:
            numbers = thing(REAL)
        parts = numbers if isinstance(numbers, list) else [numbers]
        flat = np.concatenate([np.asarray(part, "float64").reshape(-1) for part in parts])
        return [float(f"{number:.6g}") for number in flat[:24]]
    except Exception:
        return "refused"


def observed(library: str, name: str, cls: Any) -> dict[str, Any]:
    """What a class gives as it is, under "", and with each argument changed."""
    room, _, kind = name.rpartition(".")
    arguments = ARGUMENTS[room].get(kind, {})
    start = needed(library, name, arguments)
    changed = {one: other(name, one, default) for one, default in arguments.items()}
    return {
        one: given(library, name, cls, start | ({one: changed[one]} if one else {}))
        for one in ("", *arguments)
        if one not in NOT_CHANGED
    }


def tried(library: str) -> dict[str, Any]:
    """The classes that are tried."""
    return {
        name: cls
        for name, cls in classes(library)
        if name.rpartition(".")[0] in ROOMS and name not in LEFT_OUT
    }


if __name__ == "__main__":
    seen = {name: observed("keras", name, cls) for name, cls in tried("keras").items()}
    lines = (f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in seen.items())
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
