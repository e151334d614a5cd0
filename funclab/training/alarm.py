"""A warning, given once, if a loss is NaN or infinite, with the cause if it is in the data."""

from __future__ import annotations

import math
from typing import Any

from funclab.errors import warn
from funclab.training.diagnosis.conditions import Evidence, cause_of_lost, findings, smaller_steps
from funclab.training.diagnosis.evidence import broken_layer, faulty_data


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
        name, rate = self.loop.model.name, float(self.loop.compiled.optimizer.learning_rate)
        evidence = self._evidence(epoch)
        if found := findings(evidence, ("nan in data", "nan statistics")):
            _, sentence, fix = found[0]
        else:
            sentence, fix = cause_of_lost(evidence), smaller_steps(rate)
            fix = fix if evidence.finite else f"look at a batch, or {fix}"
        warn(
            f"The loss of {name} is {loss} at the end of epoch {epoch + 1}. {sentence} "
            f"{fix[0].upper()}{fix[1:]} Training goes on, but weights that are nan stay nan: make "
            "the model again, or restore its weights."
        )

    def _evidence(self, epoch: int) -> Evidence:
        """What is known of the data, which are at hand unless they come in a stream."""
        data = getattr(self.loop.training, "data", None)
        arrays = ([], []) if data is None else ([*data.inputs], [*data.targets])
        faulty, broken = faulty_data(self.loop.model, *arrays), broken_layer(self.loop.model)
        finite = data is not None and not (faulty or broken)
        return Evidence(lost=epoch + 1, faulty=faulty, broken=broken, finite=finite)
