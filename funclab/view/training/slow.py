"""From a training run to the slow motion of its last batch, with the weights as they are now."""

from __future__ import annotations

from typing import Any

from funclab.errors import ArgumentError
from funclab.view.live.said import say
from funclab.view.scene import words
from funclab.view.trace.view import Trace, trace


def slow_motion(model: Any, step: Any, **settings: Any) -> Trace:
    """The batch that lies in a step's buffers, once more and slowly; the training must be paused.

    It opens where gradients add up at a shared layer, if there is one.
    Raises: ArgumentError before the first batch; what `funclab.trace` raises.
    """
    if step is None:
        raise ArgumentError(
            "No batch has been trained yet.",
            why="the slow motion shows the batch that was trained last.",
            fix="wait for the first one.",
        )
    view = trace(model, *batch_of(model, step), **settings)
    view.show(step=first_sum(view, model))
    return view


def batch_of(model: Any, step: Any) -> tuple[Any, Any]:
    """The inputs and targets of a step, as `fit` takes them."""
    inputs, targets = (
        [None if value is None else step.plan.array(value) for value in side]
        for side in (step.inputs, step.targets)
    )
    return whole(model.input_names, inputs), whole(model.output_names, targets)


def leaves_out(step: Any) -> str:
    """What of a training step the slow motion does not show, in words; "" for nothing."""
    return say("live_slow_weights") if any(value is not None for value in step.weights) else ""


def whole(names: list[str], arrays: list[Any]) -> Any:
    if len(arrays) == 1:
        return arrays[0]
    return {name: array for name, array in zip(names, arrays) if array is not None}


def first_sum(view: Trace, model: Any) -> int:
    """The first step at which a shared layer's gradients add up; else where any do; else 0."""
    calls = words.calls_by_layer(words.graph_of(model))
    shared = [layer.name for layer, nodes in calls.items() if len(nodes) > 1]
    for name in [*shared, ""]:
        try:
            return view.find("add_into", name)
        except ArgumentError:
            continue
    return 0
