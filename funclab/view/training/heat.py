"""What happens inside the layers while they train: gradients, changes of weights, dead units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from funclab.ops.activation import Relu
from funclab.ops.dense import BiasActivation
from funclab.view.scene import words

Array = np.ndarray[Any, Any]

MOST_LOOKED_AT = 1 << 16
"""Numbers of one activation that are looked at in a batch; of larger ones, the first samples."""


class Heat:
    """For each layer of a model: three numbers that say how it fares.

    `gradient` is the root mean square of its gradient's numbers in the last batch looked at.
    `change` is how far its weights moved in an epoch, as a share of their length. `dead` is the
    share of its relu units that were zero for every sample of the batches looked at in an epoch.
    The memory it takes is one copy of the trainable weights.
    """

    def __init__(self, model: Any, trainable: Iterable[Any]) -> None:
        trained = set(trainable)
        graph = words.graph_of(model)
        layers = graph.operations if graph is not None else model.layers
        self.weights: dict[str, list[Any]] = {}
        for layer in layers:
            own = [one for one in words.weights_of(layer) if one in trained]
            if own:
                self.weights[layer.name] = own
        self.alive: dict[str, dict[int, Array]] = {}
        self.before: dict[str, list[Array]] | None = None
        self.places: dict[Any, Any] = {}
        """For each plan where its gradients and the outputs of its relus lie."""
        self.latest: dict[str, dict[str, float]] = {}

    def begin(self) -> None:
        """An epoch begins: remember the weights."""
        self.alive = {}
        self.before = {
            name: [one.numpy() for one in weights] for name, weights in self.weights.items()
        }

    def look(self, plan: Any) -> None:
        """Look at a batch that a plan has just done."""
        if plan not in self.places:
            self.places[plan] = self._gradients(plan), relus(plan)
        gradients, activations = self.places[plan]
        for name, grads in gradients.items():
            total = sum(float(np.dot(one, one)) for one in grads)
            size = sum(one.size for one in grads)
            self._note(name, "gradient", math.sqrt(total / size) if size else math.nan)
        for name, place, array in activations:
            rows = max(1, MOST_LOOKED_AT * len(array) // max(array.size, 1))
            active: Any = (array[:rows] > 0).reshape(-1, array.shape[-1]).any(axis=0)
            masks = self.alive.setdefault(name, {})
            masks[place] = active if place not in masks else masks[place] | active
        for name, masks in self.alive.items():
            units = np.concatenate(list(masks.values()))
            self._note(name, "dead", 1 - float(units.mean()))

    def _gradients(self, plan: Any) -> dict[str, list[Array]]:
        return {
            name: [plan.grads[one].reshape(-1) for one in weights if one in plan.grads]
            for name, weights in self.weights.items()
        }

    def end(self) -> None:
        """An epoch has ended: how far have the weights moved?"""
        for name, before in (self.before or {}).items():
            pairs = list(zip(before, (one.array for one in self.weights[name])))
            moved = math.sqrt(sum(square(new - old) for old, new in pairs))
            length = math.sqrt(sum(square(old) for old, _ in pairs))
            self._note(name, "change", moved / length if length else math.nan)
        self.before = None

    def _note(self, name: str, measure: str, value: float) -> None:
        self.latest.setdefault(name, {})[measure] = value


def square(array: Array) -> float:
    flat = array.reshape(-1)
    return float(np.dot(flat, flat))


def relus(plan: Any) -> list[tuple[str, int, Array]]:
    """For each relu: the layer it is in, its place there, and its output.

    A unit of a shared layer, or of a layer of a nested model, lives if it is active in any call.
    """
    found, counts = [], {}
    for call in plan.calls:
        fused = isinstance(call.op, BiasActivation) and call.op.activation == "relu"
        if not call.place or not (fused or is_relu(call.op)):
            continue
        node = call.place[0]
        counts[node] = counts.get(node, -1) + 1
        found.append((node.rpartition("[")[0], counts[node], plan.array(call.outputs[0])))
    return found


def is_relu(op: Any) -> bool:
    return isinstance(op, Relu) and not op.negative_slope and not op.threshold
