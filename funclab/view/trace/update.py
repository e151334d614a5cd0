"""The optimizer's step in stills: each weight before and after, and those that stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from funclab.engine.trace import Moment
from funclab.graph.value import Variable
from funclab.shape_math import Array
from funclab.view.live.said import named, say, signed
from funclab.view.trace.backward import Backward
from funclab.view.trace.example import marked, shown_positions, step_text, where
from funclab.view.trace.frames import Frame, alike, frame_of
from funclab.view.trace.still import Still, listed_names

Before = Mapping[Variable, Array]
RULES = ("momentum", "adam", "nadam", "rmsprop", "adagrad", "adamax", "adadelta")
"""The optimizers whose step, in units of the learning rate, has a sentence of its own."""
ORDER = ("update", "held", "statistic")


def update_stills(
    backward: Backward, moments: Iterable[Moment], before: Before, optimizer: Any
) -> list[Still]:
    """What the update did to each weight; `before` is every variable's value ahead of it all."""
    lines = [moment.line for moment in moments]  # asking for a moment is what makes it happen
    places = backward.places
    grads = places.plan.grads
    stills: list[Still] = []
    held: list[Variable] = []
    for one, then in before.items():
        if one in grads:
            still = moved(one, then, grads[one], optimizer, backward.told.get(one))
        elif one.trainable:
            held.append(one)
            continue
        elif np.array_equal(one.array, then, equal_nan=True):
            continue
        else:
            still = _statistic(one, then)
        still.marks = places.marks(one)
        stills.append(still)
    if held:
        stills.append(_held(held))
        stills[-1].marks = [mark for one in held for mark in places.marks(one)]
    stills.sort(key=lambda still: ORDER.index(still.kind))
    stills[0].lines = lines
    return stills


def moved(
    weight: Variable, before: Array, gradient: Array, optimizer: Any, at: int | None = None
) -> Still:
    """A weight before, its gradient, and the weight after; `at` is where the sum before told of."""
    after = weight.array
    shown = shown_positions(after)
    at = example_position(before, gradient, after, shown, at)
    first, second = alike([frame_of(weight.path, array) for array in (before, after)])
    drawn = [first, frame_of(f"g_{weight.path}", gradient), second]
    frames = [marked(frame, after, at) for frame in drawn]
    numbers = [float(array.reshape(-1)[at]) for array in (before, gradient, after)]
    old, slope, new = numbers
    rate = float(optimizer.current_rate[0]) or 1
    rule = rule_of(optimizer, weight) if old != new else "none"
    step = slope if rule == "plain" else (old - new) / rate
    example = "" if rule == "none" else step_text(old, step, new, rate)
    kind = rule if rule in ("none", "plain") else "step"
    step_words = say(f"trace_step_{rule}") if kind == "step" else ""
    words = say(
        f"trace_update_{kind}",
        optimizer=optimizer.name,
        name=named(weight.path),
        example=f"{where(frames[0], shown)} {example}".strip(),
        before=signed(old),
        gradient=signed(slope),
        rate=f"{rate:g}",
        step=step_words,
    )
    roles = ("before", "gradient", "after")
    pictures: list[tuple[str, Frame]] = list(zip(roles, frames, strict=True))
    aside = say(f"trace_update_aside_{kind}")
    about: dict[str, Any] = {"numbers": numbers}
    if step_words:
        about["stepping"] = say("trace_legend_step", optimizer=optimizer.name, step=step_words)
    return Still("update", "update", "", words, pictures, example=example, aside=aside, about=about)


def example_position(
    before: Array, gradient: Array, after: Array, shown: Array, at: int | None
) -> int:
    """A position to tell of: that of the sum before, if the weight moves there; else where it moves
    far and the gradient is large."""
    change = np.abs(np.nan_to_num(after - before)).reshape(-1)
    if at is not None and (change[at] or not change.any()):
        return at
    far = shown[change[shown] >= change[shown].max() / 2]
    return int(far[np.abs(np.nan_to_num(gradient.reshape(-1)[far])).argmax()])


def rule_of(optimizer: Any, weight: Variable) -> str:
    """By which of the rules in words an optimizer moves a weight."""
    name = type(optimizer).__name__.lower()
    others = ("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "centered", "amsgrad")
    more = any(getattr(optimizer, one, None) for one in (*others, "nesterov"))
    if more or weight.constraint is not None or not float(optimizer.current_rate[0]):
        return "other"
    if name == "sgd":
        return "momentum" if optimizer.momentum else "plain"
    if name == "rmsprop" and optimizer.momentum:
        return "other"
    return name if name in RULES else "other"


def _held(weights: list[Variable]) -> Still:
    pictures = [("held", frame_of(one.path, one.array)) for one in weights[:4]]
    names = listed_names([one.path for one in weights])
    words, aside = say("trace_held", names=names), say("trace_held_aside")
    return Still("held", "update", "", words, pictures, aside=aside)


def _statistic(variable: Variable, before: Array) -> Still:
    first, second = alike([frame_of(variable.path, one) for one in (before, variable.array)])
    words = say("trace_statistic", name=named(variable.path))
    return Still("statistic", "update", "", words, [("before", first), ("after", second)])
