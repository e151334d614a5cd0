"""The optimizer's step in stills: each weight before and after, and those that stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from funclab.engine.trace import Moment
from funclab.graph.value import Variable
from funclab.view.live.frames import alike, frame_of, named, say, short, signed
from funclab.view.live.trace_backward import Backward
from funclab.view.live.trace_still import Still, listed

Array = np.ndarray[Any, Any]
Before = Mapping[Variable, Array]
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
            still = moved(one, then, grads[one], optimizer)
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


def moved(weight: Variable, before: Array, gradient: Array, optimizer: Any) -> Still:
    """A weight before, its gradient, and the weight after."""
    after = weight.array
    first, second = alike([frame_of(weight.path, one) for one in (before, after)])
    g = frame_of(f"g_{weight.path}", gradient)
    change = np.nan_to_num(after - before)
    at = int(np.abs(change).argmax())
    old, new, slope = (float(one.reshape(-1)[at]) for one in (before, after, gradient))
    earlier, later = told_apart(old, new)
    numbers = {"before": earlier, "gradient": signed(slope), "after": later}
    example = ""
    if old != new and is_plain(optimizer):
        example = descent(old, slope, new, float(optimizer._rate[0]))
    text = "_plain" if example else "_none" if old == new else ""
    if old != new and not example:
        example = f"{earlier} → {later}"
    words = say(
        f"trace_update{text}",
        optimizer=optimizer.name,
        name=named(weight.path),
        example=example,
        **numbers,
    )
    pictures = [("before", first), ("gradient", g), ("after", second)]
    aside = say("trace_update_aside")
    still = Still("update", "update", "", words, pictures, example=example, aside=aside)
    still.about = {"numbers": [old, slope, new]}
    return still


def told_apart(old: float, new: float) -> list[str]:
    """Two numbers with as many digits as it takes to see that they differ.

    >>> told_apart(0.5, 0.4999)
    ['0.5', '0.4999']
    """
    tries = [[signed(one, digits) for one in (old, new)] for digits in range(3, 9)]
    return next((pair for pair in tries if pair[0] != pair[1]), tries[0])


def descent(old: float, slope: float, new: float, rate: float) -> str:
    """A plain step in numbers, with as many digits as it takes for them to add up.

    >>> descent(0.11384, 0.1431, 0.112409, 0.01)
    '0.1138 − 0.01 × 0.143 = 0.1124'
    """
    told = ""
    for digits in range(3, 9):
        before, after = (short(one, digits) for one in (old, new))
        left = float(before) - rate * float(short(slope))
        told = f"{signed(old, digits)} − {rate:g} × {bracketed(slope)} = {signed(new, digits)}"
        if before != after and short(left, digits) == after:
            break
    return told


def is_plain(optimizer: Any) -> bool:
    """Whether a step is the gradient times the learning rate, and nothing else."""
    others = ("momentum", "weight_decay", "clipnorm", "clipvalue", "global_clipnorm")
    quiet = not any(getattr(optimizer, name, None) for name in others)
    return type(optimizer).__name__ == "SGD" and quiet


def bracketed(number: float) -> str:
    return f"({signed(number)})" if number < 0 else signed(number)


def _held(weights: list[Variable]) -> Still:
    pictures = [("held", frame_of(one.path, one.array)) for one in weights[:4]]
    names = listed([one.path for one in weights])
    words, aside = say("trace_held", names=names), say("trace_held_aside")
    return Still("held", "update", "", words, pictures, aside=aside)


def _statistic(variable: Variable, before: Array) -> Still:
    first, second = alike([frame_of(variable.path, one) for one in (before, variable.array)])
    words = say("trace_statistic", name=named(variable.path))
    return Still("statistic", "update", "", words, [("before", first), ("after", second)])
