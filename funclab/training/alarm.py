"""A warning, given once, if a loss is NaN or infinite, with the cause if it is in the data."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funclab.errors import warn
from funclab.training.checks import input_names


class Alarm:
    """Checks the loss of every epoch and, only if it is not finite, the data as well."""

    def __init__(self, loop: Any) -> None:
        self.loop, self.warned = loop, False

    def check(self, epoch: int, logs: dict[str, Any]) -> None:
        """Warn the first time that the loss of an epoch is not finite."""
        loss = logs.get("loss", 0.0)
        if self.warned or math.isfinite(loss):
            return
        self.warned = True
        name, optimizer = self.loop.model.name, self.loop.compiled.optimizer
        cause = self._in_data()
        says = cause or (
            "The data hold only numbers, so the steps are probably too large: lower the learning "
            f"rate (it is {float(optimizer.learning_rate):g}), or scale the inputs to -1 to 1."
        )
        warn(
            f"The loss of {name} is {loss} at the end of epoch {epoch + 1}. {says} Training goes "
            "on, but weights that are nan stay nan: make the model again, or restore its weights.",
        )

    def _in_data(self) -> str:
        """Which array contains NaN or infinity, and where first; "" for none."""
        data = getattr(self.loop.training, "data", None)
        if data is None:
            return "Look whether the batches hold nan or inf, or lower the learning rate."
        for name, array in self._named(data):
            if array is None or array.dtype.kind != "f":
                continue
            rows = np.flatnonzero(~np.isfinite(array.reshape(len(array), -1)).all(axis=1))
            if rows.size:
                return (
                    f"{name} hold nan or inf in {rows.size} of {len(array)} samples, "
                    f"the first is sample {rows[0]}: fill or leave out these samples."
                )
        return ""

    def _named(self, data: Any) -> list[tuple[str, Any]]:
        """The arrays of the data, each with a description."""
        names = input_names(self.loop.model, data.inputs)
        outputs = self.loop.compiled.outputs or []
        inputs = [(f"The data for {name}", array) for name, array in zip(names, data.inputs)]
        targets = [
            (f"The targets of {output.name}", array) for output, array in zip(outputs, data.targets)
        ]
        return [*inputs, *targets]
