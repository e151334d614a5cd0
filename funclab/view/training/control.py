"""What the buttons of a live view reach: a channel of their own to a training under way."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any
from weakref import WeakMethod

import anywidget

from funclab.callbacks import LearningRateScheduler
from funclab.errors import FunclabError
from funclab.view.live.said import say

Content = dict[str, Any]


class StopControl(anywidget.AnyWidget):
    """A widget without a face. Nothing is ever published on it, so that its messages find a way.

    Kernels of the 7 series hear widgets while a cell runs, on a thread beside. From 7.4 on a
    message goes where the last publication of its widget came from: a cell that is busy. Forgetting
    that leaves the choice to the page, as before. What really arrives is never taken for granted:
    the page asks first, and its buttons work from the first answer on.
    """

    _esm = "export default { render() {} };"

    def __init__(self, act: Callable[[Content], None]) -> None:
        super().__init__()
        vars(self.comm).pop("_reply_subshell_id", None)
        # The page may stay; the training, with a model that may be large, need not for its sake.
        heard = WeakMethod(act)
        self.on_msg(lambda _, content, buffers: (heard() or ignore)(content))


def ignore(content: Content) -> None:
    """Nobody is there any more."""


def act_on(loop: Any, content: Content) -> Content:
    """Do what a button asks; returns what was wrong, if anything, and what came of it."""
    action, value = content.get("do"), content.get("value")
    try:
        if action == "rate" and rate_by(loop):
            return {"problem": say("live_say_rate_by", by=rate_by(loop))}
        if action == "rate":
            loop.model.optimizer.learning_rate = float(value)  # type: ignore[arg-type]
        elif action == "restore":
            return {"problem": "", "restored": loop.history.restore(int(value))}  # type: ignore[arg-type]
        elif action in ("pause", "resume", "step", "stop"):
            getattr(loop.control, action)()
    except (FunclabError, TypeError, ValueError) as error:
        return {"problem": getattr(error, "what", str(error))}
    return {"problem": ""}


def rate_by(loop: Any) -> str:
    """What sets the learning rate again and again, so that a hand would set it in vain."""
    schedule = loop.model.optimizer.schedule
    if schedule is not None:
        return getattr(schedule, "__name__", type(schedule).__name__)
    told = loop.callbacks
    callbacks = told.callbacks if told is not None else ()
    return "LearningRateScheduler" * any(isinstance(o, LearningRateScheduler) for o in callbacks)


def kernel_name() -> str:
    """The kernel and its version, such as "ipykernel 7.3.0"; nothing outside of one."""
    kernel = sys.modules.get("ipykernel")
    return f"ipykernel {kernel.__version__}" if kernel is not None else ""
