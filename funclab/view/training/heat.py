"""What happens inside the layers while they train: gradients, changes of weights, dead units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.models.model import Model
from funclab.training.measures import alive_units, relus, square
from funclab.view.draw.chart import brief
from funclab.view.scene import words
from funclab.view.training.parts import CallGradients

MOST_LOOKED_AT = 1 << 16
"""The most numbers of an activation that are looked at; of a larger one, the first samples."""
MEASURES = ("gradient", "change", "dead")
POWERS = {"gradient": (-6, 0), "change": (-4, 0)}
"""Where the bar of a measure is empty, and where it is full, as powers of ten."""


class Heat:
    """Three measures for each layer of a model.

    `gradient` is the root mean square of the layer's gradient in the last batch looked at. `change`
    is how far its weights moved in an epoch, as a fraction of their length. `dead` is the fraction
    of its relu units that were zero for every sample of the batches looked at in an epoch.
    It takes the memory of one copy of the trainable weights.
    """

    def __init__(self, model: Model, trainable: Iterable[Any]) -> None:
        trained, graph = set(trainable), words.graph_of(model)
        self.weights: dict[str, list[Any]] = {}
        for layer in graph.operations if graph is not None else model.layers:
            if own := [weight for weight in words.weights_of(layer) if weight in trained]:
                self.weights[layer.name] = own
        self.alive: dict[str, dict[int, Array]] = {}
        self.before: dict[str, list[Array]] = {}
        self.begun = False
        """Whether `before` has the weights with which the present epoch began."""
        self.arrays: dict[Any, Any] = {}
        """For each plan, its gradients and the outputs of its relus."""
        self.latest: dict[str, dict[str, float]] = {}
        self.calls = CallGradients(self.weights)

    def begin(self, remember: bool = True) -> None:
        """An epoch begins: remember the weights, unless that takes too long."""
        self.alive, self.begun = {}, remember
        for name, weights in self.weights.items() if remember else ():
            if name in self.before:
                for old, weight in zip(self.before[name], weights):
                    np.copyto(old, weight.array)
            else:
                self.before[name] = [weight.numpy() for weight in weights]

    def look(self, plan: Any) -> None:
        """Look at a batch that a plan has just run."""
        if plan not in self.arrays:
            gradients = {
                name: [plan.grads[weight].reshape(-1) for weight in weights if weight in plan.grads]
                for name, weights in self.weights.items()
            }
            self.arrays[plan] = gradients, relus(plan)
        gradients, activations = self.arrays[plan]
        for name, grads in gradients.items():
            total = sum(square(grad) for grad in grads)
            size = sum(grad.size for grad in grads)
            self._note(name, "gradient", math.sqrt(total / size) if size else math.nan)
        for name, masks in alive_units(activations, self.alive, MOST_LOOKED_AT).items():
            units = np.concatenate(list(masks.values()))
            self._note(name, "dead", 1 - float(units.mean()))
        self.calls.measure_next(plan)

    def end(self, plan: Any) -> dict[str, list[Any]]:
        """An epoch has ended, or was cut short, with a batch that this plan has run: look at that
        batch, and at how far the weights have moved. Returns the measures of this epoch; without
        `change` if its beginning was not remembered."""
        self.look(plan)
        for name, weights in self.weights.items():
            if not self.begun:
                self.latest[name].pop("change", None)
                continue
            pairs = list(zip(self.before[name], (weight.array for weight in weights)))
            moved = math.sqrt(sum(square(new - old) for old, new in pairs))
            length = math.sqrt(sum(square(old) for old, _ in pairs))
            self._note(name, "change", moved / length if length else math.nan)
        return self.shown()

    def _note(self, name: str, measure: str, value: float) -> None:
        self.latest.setdefault(name, {})[measure] = value

    def shown(self) -> dict[str, list[Any]]:
        """The measures of each layer as the page shows them, in the order of `MEASURES`: how full
        the bar is, and the number as text; None for one that the layer does not have. The calls of
        a shared layer, by their keys, have gradients of their own, of a batch shortly before."""
        measured = {**self.latest}
        measured |= {key: {"gradient": size} for key, size in self.calls.latest.items()}
        return {
            name: [bar(measure, measures.get(measure)) for measure in MEASURES]
            for name, measures in measured.items()
        }


def bar(measure: str, value: float | None) -> tuple[float, str] | None:
    """How full a bar is, and its text: sizes by powers of ten, fractions as they are.

    >>> bar("gradient", 0.001), bar("dead", 0.25), bar("change", float("nan"))
    ((0.5, '0.001'), (0.25, '25 %'), (1.0, 'nan'))
    """
    if value is None:
        return None
    if not math.isfinite(value):
        return 1.0, brief(value)
    text = brief(value) if measure == "gradient" else f"{brief(100 * value)} %"
    if measure == "dead":
        return round(value, 3), text
    low, high = POWERS[measure]
    part = (math.log10(value) - low) / (high - low) if value > 0 else 0
    return round(min(1, max(0.03 * (value > 0), part)), 3), text
