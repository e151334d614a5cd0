"""The optimizer's step in stills: each weight before and after, and those that stay."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from funclab.engine.trace import Moment
from funclab.graph.value import Variable
from funclab.view.live.said import named, say, signed
from funclab.view.trace.backward import Backward
from funclab.view.trace.example import DIGITS, Example, marked, places_of, where
from funclab.view.trace.frames import Frame, alike, frame_of
from funclab.view.trace.still import Still, listed_names

Array = np.ndarray[Any, Any]
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
            still = moved(one, then, grads[one], optimizer, backward.examples.get(one))
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
    weight: Variable, before: Array, gradient: Array, optimizer: Any, summed: Example | None = None
) -> Still:
    """A weight before, its gradient, and the weight after; at the place of the sum before."""
    after = weight.array
    seen = places_of(after)
    at = example_place(before, gradient, after, seen, summed.at if summed else None)
    told = summed.sum if summed and summed.at == at else None
    first, second = alike([frame_of(weight.path, one) for one in (before, after)])
    drawn = [first, frame_of(f"g_{weight.path}", gradient), second]
    frames = [marked(one, after, at) for one in drawn]
    old, new, slope = (float(one.reshape(-1)[at]) for one in (before, after, gradient))
    rate = float(optimizer.current_rate[0])
    rule = rule_of(optimizer, weight) if old != new else "none"
    step = slope if rule == "plain" else (old - new) / (rate or 1)
    example = "" if rule == "none" else descent(old, step, new, rate or 1, told)
    kind = rule if rule in ("none", "plain") else "step"
    step_words = say(f"trace_step_{rule}") if kind == "step" else ""
    words = say(
        f"trace_update_{kind}",
        optimizer=optimizer.name,
        name=named(weight.path),
        example=f"{where(frames[0], seen)} {example}".strip(),
        before=signed(old),
        gradient=told or signed(slope),
        rate=f"{rate or 1:g}",
        step=step_words,
    )
    roles = ("before", "gradient", "after")
    pictures: list[tuple[str, Frame]] = list(zip(roles, frames, strict=True))
    aside = say(f"trace_update_aside_{kind}")
    still = Still("update", "update", "", words, pictures, example=example, aside=aside)
    still.about = {"numbers": [old, slope, new]}
    if step_words:
        legend = say("trace_legend_step", optimizer=optimizer.name, step=step_words)
        still.about["stepping"] = legend
    return still


def example_place(before: Array, gradient: Array, after: Array, seen: Array, at: int | None) -> int:
    """A place to tell of: that of the sum before, if the weight moves there; else where it moves
    far, and the gradient is large."""
    change = np.abs(np.nan_to_num(after - before)).reshape(-1)
    if at is not None and (change[at] or not change.any()):
        return at
    far = seen[change[seen] >= change[seen].max() / 2]
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


def descent(old: float, step: float, new: float, rate: float, told: str | None = None) -> str:
    """A step in numbers that is right as it is written, rounded at worst; `told` is how the step
    has been written before.

    >>> descent(0.11384, 0.1431, 0.112409, 0.01)
    '0.11384 − 0.01 × 0.143 = 0.11241'
    >>> descent(-0.29063547, -1.2345636, -0.16717911, 0.1, "−1.235")
    '−0.29064 − 0.1 × (−1.2346) = −0.16718'
    """
    steps = [told] if told else []
    steps = list(dict.fromkeys([*steps, *(signed(step, digits) for digits in DIGITS)]))
    greatest = max(abs(old), abs(new), 1e-30)
    shown = 1 + math.floor(math.log10(greatest)) if math.isfinite(greatest) else 0
    for rounding, lengths in ((1e-4, DIGITS), (0.51, DIGITS), (0.51, (2, 6, 7, 8))):
        for one, point in ((one, digits - shown) for one in steps for digits in lengths):
            before, after = round(old, point), round(new, point)
            left = before - rate * float(one.replace("−", "-"))
            if before != after and abs(left - after) < rounding * 10**-point:
                first, last = aligned(before, after)
                return f"{first} − {rate:g} × {bracketed(one)} = {last}"
    return f"{signed(old, 6)} − {rate:g} × {bracketed(signed(step))} = {signed(new, 6)}"


def aligned(first: float, last: float) -> list[str]:
    """Two numbers with equally many digits after the point, and with as few as they need.

    >>> aligned(0.4891, 0.489), aligned(0.64, 0.63), aligned(0.0, 4.84e-05)
    (['0.4891', '0.4890'], ['0.64', '0.63'], ['0.0', '4.84e-05'])
    """
    texts = [signed(one, 9) for one in (first, last)]
    ends = [len(one.partition(".")[2]) for one in texts]
    if 0.0 in (first, last) or any("e" in one for one in texts):
        return texts
    return [one + "0" * (max(ends) - end) for one, end in zip(texts, ends, strict=True)]


def bracketed(number: str) -> str:
    return f"({number})" if number.startswith("−") else number


def _held(weights: list[Variable]) -> Still:
    pictures = [("held", frame_of(one.path, one.array)) for one in weights[:4]]
    names = listed_names([one.path for one in weights])
    words, aside = say("trace_held", names=names), say("trace_held_aside")
    return Still("held", "update", "", words, pictures, aside=aside)


def _statistic(variable: Variable, before: Array) -> Still:
    first, second = alike([frame_of(variable.path, one) for one in (before, variable.array)])
    words = say("trace_statistic", name=named(variable.path))
    return Still("statistic", "update", "", words, [("before", first), ("after", second)])
