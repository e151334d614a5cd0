"""A loss that is no number: said once, with where it comes from as far as the data show it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from funclab.errors import warn
from funclab.training.checks import input_names


class Alarm:
    """Looks at the loss of every epoch; only when it is no number, at the data as well."""

    def __init__(self, course: Any) -> None:
        self.course, self.given = course, False

    def check(self, epoch: int, logs: dict[str, Any]) -> None:
        """Warn, the first time that the loss of an epoch is not finite."""
        loss = logs.get("loss", 0.0)
        if self.given or math.isfinite(loss):
            return
        self.given = True
        name, optimizer = self.course.model.name, self.course.compiled.optimizer
        found = self._in_data()
        says = found or (
            "The data hold only numbers, so the steps are probably too large: lower the learning "
            f"rate (it is {float(optimizer.learning_rate):g}), or scale the inputs to -1 to 1."
        )
        warn(
            f"The loss of {name} is {loss} at the end of epoch {epoch + 1}. {says} Training goes "
            "on, but weights that are nan stay nan: make the model again, or restore its weights.",
        )

    def _in_data(self) -> str:
        """Which array holds something that is no number, and where first; "" for none."""
        data = getattr(self.course.training, "data", None)
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
        """The arrays of the data, each with what it is."""
        names = input_names(self.course.model, data.inputs)
        outputs = self.course.compiled.outputs or []
        inputs = [(f"The data for {name}", array) for name, array in zip(names, data.inputs)]
        targets = [
            (f"The targets of {one.name}", array) for one, array in zip(outputs, data.targets)
        ]
        return [*inputs, *targets]
