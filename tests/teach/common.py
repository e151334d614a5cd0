"""Is what a verdict calls right part of the solution, too? Computed with numbers, where the verdict
compares graphs: both models get the same inputs and, for the same shapes, the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from funclab.graph.node import Node
from funclab.models.model import Functional
from funclab.teach.already import Already


def untrue(common: Already | None) -> list[str]:
    """What is called right of a student's model and is not in the solution."""
    if common is None:
        return []
    mine, ours = common.mine.model, common.ours.model
    wrong = []
    numbers = [outputs_of(ours, node) for node in calls_of(ours)] if common.calls else []
    for node in common.calls:
        [*values] = outputs_of(mine, node)
        if not any(alike(values, wanted) for wanted in numbers):
            wrong.append(f"{node.key} computes something else")
    if common.inputs and [(x.shape, x.dtype) for x in mine.inputs] != [
        (x.shape, x.dtype) for x in ours.inputs
    ]:
        wrong.append("the inputs differ")
    if common.outputs and [x.shape for x in mine.outputs] != [x.shape for x in ours.outputs]:
        wrong.append("the outputs differ")
    for layer, n in common.shared.items():
        counts = {len(calls_of(ours, other)) for other in ours.layers}
        if len(calls_of(mine, layer)) != n or n not in counts:
            wrong.append(f"{layer.name} is not called {n} times")
    return wrong


def calls_of(model: Functional, layer: Any = None) -> list[Node]:
    calls = [node for node in model.graph.nodes if not node.is_input]
    return [node for node in calls if layer is None or node.operation is layer]


def outputs_of(model: Functional, node: Node) -> list[np.ndarray]:
    """What a call of a model returns, with inputs and weights that depend on their shapes alone."""
    part = Functional(model.inputs, node.output_tensors)
    before = part.get_weights()
    part.set_weights([filled(weight.shape, "float32") for weight in before])
    inputs = [filled((2, *(n or 5 for n in x.shape[1:])), x.dtype) for x in model.inputs]
    made = part(inputs if len(inputs) > 1 else inputs[0])
    part.set_weights(before)
    return [np.asarray(x) for x in (made if isinstance(made, list) else [made])]


def filled(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Numbers that look random, the same for each array of a shape."""
    at = np.arange(int(np.prod(shape)))
    return (at % 7 if "int" in dtype else np.cos(3 * at + 1)).reshape(shape).astype(dtype)


def alike(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    same = [a.shape == b.shape and np.allclose(a, b, atol=1e-5) for a, b in zip(first, second)]
    return len(first) == len(second) and all(same)
