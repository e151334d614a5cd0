"""One batch through a model, forward, backward and update, as stills."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from funclab.engine.trace import moments
from funclab.view.trace.backward import Backward
from funclab.view.trace.batch import filled_step, lasting_variables
from funclab.view.trace.fold import fold
from funclab.view.trace.forward import compared_stills, forward_stills, loss_still
from funclab.view.trace.questions import add_questions
from funclab.view.trace.still import Still
from funclab.view.trace.traced import TracedModel
from funclab.view.trace.update import update_stills


def stills_of(
    model: Any, x: Any, y: Any, loss: Any, optimizer: Any, training: Any, most: int
) -> list[Still]:
    """At most `most` stills of one batch; `training` "both" shows it off and on side by side."""
    if training == "both":
        stills = compared_stills(model, x)
    else:
        stills = batch_stills(model, x, y, loss, optimizer, training)
    folded = fold(stills, most)
    add_questions(folded)
    return folded


def batch_stills(
    model: Any, x: Any, y: Any, loss: Any, optimizer: Any, training: bool | None
) -> list[Still]:
    """Forward; with targets also backward; with an optimizer also the update."""
    with filled_step(model, x, y, loss, optimizer, training) as (step, compiled):
        floats = [v for v in lasting_variables(model) if v.dtype.startswith("float")]
        before = {variable: variable.array.copy() for variable in floats}
        traced = TracedModel(model, step)
        steps = moments(step.plan, traced.names)
        forward = [next(steps) for _ in step.plan.calls]
        stills = forward_stills(traced, forward)
        if compiled is None:
            return stills
        stills.append(loss_still(traced, forward, compiled))
        if not step.plan.wrt:
            return stills
        backward = Backward(traced)
        for updating, group in groupby(steps, key=lambda moment: moment.kind == "update"):
            if not updating:
                stills += backward.stills(group)
            elif optimizer is not None or model.optimizer is not None:
                optimizer, positions = compiled.optimizer, backward.positions
                stills += update_stills(traced, group, before, optimizer, positions)
        return stills
