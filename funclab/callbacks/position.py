"""Where a training run is: everything besides weights and optimizer that its next numbers depend
on."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.callbacks.base import Callback
from funclab.errors import ArgumentError, WeightsError, warn
from funclab.files import json_lines
from funclab.graph.shape_math import Array
from funclab.initializers import random_state, restore_random_state
from funclab.models.model import Model

STATE = "state"
"""The name of the array with what is not in arrays, as JSON."""


class Position:
    """The position of the training run of a model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.compiled: Any = model.compiled_state
        self.loop = self.compiled.loop
        self.stopped = False
        """Whether a callback had ended the run."""

    def arrays(self, epoch: int, begun: int) -> dict[str, Array]:
        """The position after `begun` batches of an epoch, as arrays.

        Raises: ArgumentError if a callback backs up something else than it may.
        """
        callbacks, lists = [], list[Any]()
        for callback in self._callbacks():
            values = {name: _plain(callback, name, lists) for name in callback.backed_up}
            callbacks.append([type(callback).__name__, values])
        mark = getattr(self.loop.training, "mark", None)
        state = {
            "epoch": epoch,
            "begun": begun if mark else 0,
            "data": mark(begun) if mark else None,
            "random": random_state(),
            "stopped": bool(self.model.stop_training),
            "callbacks": callbacks,
        }
        memory = self._memory() if mark or not begun else []
        numbered = {f"memory/{i}": array.copy() for i, array in enumerate(memory)}
        numbered |= {f"listed/{i}": np.asarray(array) for i, array in enumerate(lists)}
        return {STATE: np.frombuffer(json_lines.sealed(state).encode(), "uint8"), **numbered}

    def restore(self, arrays: dict[str, Array]) -> tuple[int, int]:
        """Continue there; returns the epoch, and how many of its batches are done.

        Raises: WeightsError if the state is damaged, or the metrics or the optimizer are others.
        """
        state = _state_in(arrays)
        memory = self._memory()
        stored = [arrays[f"memory/{i}"] for i in range(len(arrays)) if f"memory/{i}" in arrays]
        if stored and [a.shape for a in stored] != [a.shape for a in memory]:
            raise WeightsError(
                f"The backup is not of {self.model.name} as it is compiled now.",
                why="its metrics, its optimizer or its stateful layers were others.",
                fix="compile the model as it was, or begin anew with an empty backup_dir.",
            )
        for own, array in zip(memory, stored):
            own[...] = array
        self._restore_callbacks(state["callbacks"], arrays)
        if state["data"] is not None and hasattr(self.loop.training, "seek"):
            self.loop.training.seek(state["data"])
        restore_random_state(state["random"])
        self.stopped = state["stopped"]
        return state["epoch"], state["begun"]

    def _callbacks(self) -> list[Callback]:
        """The callbacks of the run that have something to keep."""
        everyone = self.loop.callbacks.callbacks
        return [callback for callback in everyone if getattr(callback, "backed_up", ())]

    def _restore_callbacks(self, stored: list[Any], arrays: dict[str, Array]) -> None:
        callbacks = self._callbacks()
        if [name for name, _ in stored] != [type(callback).__name__ for callback in callbacks]:
            warn(
                "The callbacks are not those of the interrupted training "
                f"({', '.join(name for name, _ in stored) or 'none'}): they begin anew."
            )
            return
        for callback, (_, values) in zip(callbacks, stored):
            for name, value in values.items():
                if isinstance(value, dict):
                    numbers = range(value["from"], value["from"] + value["count"])
                    listed = [arrays[f"listed/{i}"] for i in numbers]
                    value = [array if array.ndim else array.item() for array in listed]
                setattr(callback, name, value)

    def _memory(self) -> list[Array]:
        """Numbers that a run changes in place, besides the weights: of the optimizer (in full
        precision, which files of weights do not have), of metrics, and of stateful layers."""
        optimizer = self.compiled.optimizer
        scalars = (optimizer.current_rate, optimizer.steps_taken, optimizer.counter)
        metrics = dict.fromkeys([*self.compiled.metrics, *self.compiled.trackers.values()])
        states = [state.array for metric in metrics for state in metric.variables]
        return [*scalars, optimizer.rates, *states, *remembered(self.model)]


def _plain(callback: Callback, name: str, lists: list[Any]) -> Any:
    """An attribute of a callback as plain data. What is in a list is added to `lists`; the result
    says where."""
    value = getattr(callback, name)
    if isinstance(value, (np.ndarray, np.generic)) and value.size == 1:
        value = value.item()
    if isinstance(value, list) and all(np.asarray(item).dtype.kind in "biuf" for item in value):
        lists += value
        return {"from": len(lists) - len(value), "count": len(value)}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ArgumentError(
        f"The attribute {name!r} of {type(callback).__name__} cannot be backed up: it is a "
        f"{type(value).__name__}.",
        why="a backup has numbers, texts, None, and lists of numbers or arrays.",
        fix=f"make it one of these, or leave {name!r} out of `backed_up`.",
    )


def _state_in(arrays: dict[str, Array]) -> json_lines.Record:
    try:
        text = json_lines.decoded(arrays[STATE].tobytes())
        return json_lines.unsealed(json_lines.parsed(text))
    except (KeyError, json_lines.Unusable) as error:
        raise WeightsError(
            "The backup cannot be continued: its state is damaged.",
            why=f"it {error}." if isinstance(error, json_lines.Unusable) else "it is missing.",
            fix="begin anew with an empty backup_dir; double_checkpoint=True makes two backups.",
        ) from error


def remembered(layer: Any) -> list[Array]:
    """What stateful layers remember of the last batch."""
    kept = getattr(getattr(layer, "_kept", None), "variables", [])
    inner = [array for held in layer.sublayers for array in remembered(held)]
    return [*(variable.array for variable in kept), *inner]
