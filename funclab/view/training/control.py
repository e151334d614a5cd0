"""What the buttons of a live view do: control a training run, and show its last batch slowly."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import WeakMethod

from funclab.callbacks import LearningRateScheduler
from funclab.errors import ArgumentError, FunclabError
from funclab.models.model import Model
from funclab.view.draw.sentences import say
from funclab.view.live.widget import Widget
from funclab.view.scene import words
from funclab.view.trace.view import Trace, trace

Content = dict[str, Any]


class StopControl(Widget):
    """A headless control widget. Nothing is ever published on it, so that its messages arrive.

    Kernels that hear buttons (see `kernels`) receive widget messages while a cell runs, on a
    background thread; 7.4 does so unless it has a record of a thread that published on the widget.
    Making the widget leaves one, which is removed here. Whether messages really arrive is never
    assumed: the page asks first, and its buttons work from the first answer on.
    """

    _esm = "export default { render() {} };"

    def __init__(self, act: Callable[[Content], None]) -> None:
        super().__init__()
        vars(self.comm).pop("_reply_subshell_id", None)
        # The page may stay open; it must not keep the training, with a large model, in memory.
        receiver = WeakMethod(act)

        def hear(_: Any, content: Any, buffers: Any) -> None:
            if (act := receiver()) and isinstance(content, dict):
                act(content)

        self.on_msg(hear)


def act_on(loop: Any, content: Content) -> Content:
    """Do what a button asks; returns the problem, if there was one, and the result."""
    action, value = str(content.get("do")), content.get("value")
    try:
        if action == "rate" and rate_by(loop):
            return {"problem": say("live_say_rate_by", by=rate_by(loop))}
        if action == "rate":
            loop.model.optimizer.learning_rate = float(value)  # type: ignore[arg-type]
        elif action == "restore":
            return {"problem": "", "restored": loop.history.restore(int(value))}  # type: ignore[arg-type]
        elif action in ("pause", "resume", "step", "stop"):
            getattr(loop.control, action)()
    except (FunclabError, TypeError, ValueError, OverflowError) as error:
        return {"problem": getattr(error, "what", str(error))}
    return {"problem": ""}


def rate_by(loop: Any) -> str:
    """What sets the learning rate at every step or epoch; "" if it can be set by hand."""
    schedule = loop.model.optimizer.schedule
    if schedule is not None:
        return getattr(schedule, "__name__", type(schedule).__name__)
    callbacks = loop.callbacks.callbacks if loop.callbacks is not None else ()
    scheduled = any(isinstance(callback, LearningRateScheduler) for callback in callbacks)
    return "LearningRateScheduler" if scheduled else ""


def slow_motion(model: Model, step: Any, **settings: Any) -> Trace:
    """The batch in a step's buffers, in slow motion, with the current weights; the training must be
    paused.

    It opens at the step where gradients add up at a shared layer, if there is one.
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


def batch_of(model: Model, step: Any) -> tuple[Any, Any]:
    """The inputs and targets of a step, as `fit` takes them."""

    def arrays_of(ends: str, values: list[Any]) -> Any:
        arrays = [None if value is None else step.plan.array(value) for value in values]
        pairs = zip(getattr(model, ends, None) or [], arrays)
        named = {name: array for name, array in pairs if array is not None}
        return arrays[0] if len(arrays) == 1 else named

    return arrays_of("input_names", step.inputs), arrays_of("output_names", step.targets)


def leaves_out(step: Any) -> str:
    """What the slow motion leaves out of a training step, in words; "" for nothing."""
    return say("live_slow_weights") if any(value is not None for value in step.weights) else ""


def first_sum(view: Trace, model: Model) -> int:
    """The first step at which a shared layer's gradients add up; else at which any do; else 0."""
    calls = words.calls_by_layer(words.graph_of(model))
    shared = [layer.name for layer, nodes in calls.items() if len(nodes) > 1]
    for name in [*shared, ""]:
        with suppress(ArgumentError):
            return view.find("add_into", name)
    return 0
