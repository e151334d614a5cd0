"""What is measured in a training step that has run: gradients, silent relus, where nan began."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from funclab.graph.shape_math import Array
from funclab.ops.nn.activation import Relu
from funclab.ops.nn.dense import BiasActivation


def first_lost(plan: Any) -> str:
    """The first layer, in the order of the forward computation, whose output in the last batch
    contains nan or infinity; "" if none does. A training plan keeps all outputs to its end."""
    for call in plan.calls:
        if call.place and not all(np.isfinite(plan.array(value)).all() for value in call.outputs):
            return layer_of(call)
    return ""


def layer_of(call: Any) -> str:
    return call.place[0].rpartition("[")[0]


def square(array: Array) -> float:
    flat = array.reshape(-1)
    return float(np.dot(flat, flat))


Activations = list[tuple[str, int, Array]]
"""For each relu: the layer it is in, its index there, and its output."""


def alive_units(
    activations: Activations, alive: dict[str, dict[int, Array]], most: int = 1 << 62
) -> dict[str, dict[int, Array]]:
    """For each layer with relus, and each relu in it, which units are not 0 for some sample, or
    were so in `alive`; of a larger activation, `most` numbers are looked at."""
    for name, index, array in activations:
        rows = max(1, most * len(array) // max(array.size, 1))
        active: Any = (array[:rows] > 0).reshape(-1, array.shape[-1]).any(axis=0)
        masks = alive.setdefault(name, {})
        masks[index] = masks.get(index, False) | active
    return alive


def relus(plan: Any) -> Activations:
    """For each relu: the layer it is in, its index there, and its output.

    A unit of a shared layer, or of a layer of a nested model, is alive if it is active in any call.
    """
    outputs, counts = [], Counter()
    for call in plan.calls:
        if call.place and is_relu(call.op):
            node = call.place[0]
            outputs.append((layer_of(call), counts[node], plan.array(call.outputs[0])))
            counts[node] += 1
    return outputs


def is_relu(op: Any) -> bool:
    """Whether an op is a plain relu, alone or fused with a bias."""
    if isinstance(op, BiasActivation):
        return op.activation == "relu"
    return isinstance(op, Relu) and not op.negative_slope and not op.threshold
