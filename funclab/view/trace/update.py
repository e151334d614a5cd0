"""The optimizer's step in stills: each weight before and after, and those that do not change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from funclab.engine.trace import Moment
from funclab.graph.shape_math import Array
from funclab.graph.value import Value, Variable
from funclab.view.draw.frames import Frame, alike, frame_of, marked, shown_positions
from funclab.view.draw.sentences import named, say, signed
from funclab.view.trace.stills import Still, listed_names
from funclab.view.trace.sums import pointer, step_text
from funclab.view.trace.traced import TracedModel

Before = Mapping[Variable, Array]
RULES = ("momentum", "adam", "nadam", "rmsprop", "adagrad", "adamax", "adadelta")
"""The optimizers whose step, in units of the learning rate, has a sentence of its own."""
VARIANTS = (
    *("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "centered", "amsgrad"),
    *("nesterov", "use_ema", "gradient_accumulation_steps"),
)
"""The settings that make these sentences untrue."""
ORDER = ("update", "held", "statistic")


def update_stills(
    traced: TracedModel,
    steps: Iterable[Moment],
    before: Before,
    optimizer: Any,
    positions: Mapping[Value, int],
) -> list[Still]:
    """What the update did to each weight. `before` has the value of each variable before the
    batch, `positions` the positions that the sums were about."""
    lines = [moment.line for moment in steps]  # a moment is computed when it is asked for
    gradients = traced.plan.grads
    stills: list[Still] = []
    for variable, array in before.items():
        if variable in gradients:
            position = positions.get(variable)
            still = moved(variable, array, gradients[variable], optimizer, position)
            name = traced.meanings.named
            still.pictures = [(role, name(frame, variable)) for role, frame in still.pictures]
            stills.append(still)
        elif variable.trainable or np.array_equal(variable.array, array, equal_nan=True):
            continue
        else:
            stills.append(_statistic(variable, array))
        stills[-1].marks = traced.marks(variable)
    held = [variable for variable in before if variable.trainable and variable not in gradients]
    if held:
        stills.append(_held(held))
        stills[-1].marks = [mark for weight in held for mark in traced.marks(weight)]
    stills.sort(key=lambda still: ORDER.index(still.kind))
    stills[0].lines = lines
    return stills


def moved(
    weight: Variable, before: Array, gradient: Array, optimizer: Any, position: int | None = None
) -> Still:
    """A weight before, its gradient, and the weight after, with one position in numbers."""
    after = weight.array
    shown = shown_positions(after.shape)
    position = example_position(before, gradient, after, shown, position)
    first, second = alike([frame_of(weight.path, array) for array in (before, after)])
    drawn = [first, frame_of(f"g_{weight.path}", gradient), second]
    frames = [marked(frame, after.shape, position) for frame in drawn]
    old, slope, new = (float(array.reshape(-1)[position]) for array in (before, gradient, after))
    rate = float(optimizer.current_rate[0]) or 1
    rule = rule_of(optimizer, weight) if old != new else "none"
    step = slope if rule == "plain" else (old - new) / rate
    example = "" if rule == "none" else step_text(old, step, new, rate)
    kind = rule if rule in ("none", "plain") else "step"
    step_words = say(f"trace_step_{rule}") if kind == "step" else ""
    facts = {"optimizer": optimizer.name, "rate": f"{rate:g}", "step": step_words}
    facts |= {"name": named(weight.path), "before": signed(old), "gradient": signed(slope)}
    facts["example"] = f"{pointer(frames[0], shown)} {example}".strip()
    sentence = say(f"trace_update_{kind}", **facts)
    about: dict[str, Any] = {"numbers": [old, slope, new]}
    if step_words:
        about["stepping"] = say("trace_legend_step", optimizer=optimizer.name, step=step_words)
    pictures: list[tuple[str, Frame]] = list(zip(("before", "gradient", "after"), frames))
    return Still("update", "update", "", sentence, pictures, example=example, about=about)


def example_position(
    before: Array, gradient: Array, after: Array, shown: Array, position: int | None
) -> int:
    """The position of the example: that of the sum, if the weight moves there; else one where it
    moves far and the gradient is large."""
    change = np.abs(np.nan_to_num(after - before)).reshape(-1)
    if position is not None and (change[position] or not change.any()):
        return position
    far = shown[change[shown] >= change[shown].max() / 2]
    return int(far[np.abs(np.nan_to_num(gradient.reshape(-1)[far])).argmax()])


def rule_of(optimizer: Any, weight: Variable) -> str:
    """Which of the rules that have a sentence an optimizer uses to move a weight."""
    varied = any(getattr(optimizer, name, None) for name in VARIANTS)
    if varied or weight.constraint is not None or not float(optimizer.current_rate[0]):
        return "other"
    name = type(optimizer).__name__.lower()
    if name == "sgd":
        return "momentum" if optimizer.momentum else "plain"
    known = name in RULES and not (name == "rmsprop" and optimizer.momentum)
    return name if known else "other"


def _held(weights: list[Variable]) -> Still:
    pictures = [("held", frame_of(weight.path, weight.array)) for weight in weights[:4]]
    names = listed_names([weight.path for weight in weights])
    return Still("held", "update", "", say("trace_held", names=names), pictures)


def _statistic(variable: Variable, before: Array) -> Still:
    frames = alike([frame_of(variable.path, array) for array in (before, variable.array)])
    sentence = say("trace_statistic", name=named(variable.path))
    return Still("statistic", "update", "", sentence, list(zip(("before", "after"), frames)))
