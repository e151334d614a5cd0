"""Shape steps: how every shape was inferred, one call after another, in words and in numbers."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any, ClassVar

from funclab.graph import structure
from funclab.graph.shape_math import show
from funclab.graph.tensor import Tensor
from funclab.view.draw import theme
from funclab.view.draw.picture import Picture
from funclab.view.draw.sentences import say
from funclab.view.live.variables import written, written_model, written_tensor
from funclab.view.live.view import View
from funclab.view.scene.diagram import bare
from funclab.view.shapes.figure import Figure
from funclab.view.shapes.picture import FailedRow, Steps
from funclab.view.shapes.step import Step, step_question
from funclab.view.shapes.steps import shape_steps

NONE = say("scene_no_parameters")


class ShapeWalk(View):
    """The calls of a model in order, each with its rule, its axes and its weights.

    `print(...)` gives the walk as text.
    """

    room = "shapes"
    blank_state: ClassVar[dict[str, Any]] = {"step": 0, "batch": 0, "all": False}

    def __init__(self, steps: Steps, given: Any = None, **settings: Any) -> None:
        self.steps, pictures = steps, {str(i): bare(row) for i, row in enumerate(steps.rows)}
        low = theme.chosen(settings.get("look")) == "projector"
        figures = {f"figure {i}": bare(Figure(step, low)) for i, step in enumerate(steps.steps)}
        call = "" if given is None else f"funclab.shapes({_written(given)}$)"  # "" for a cell
        state = settings.pop("state", None) or {}
        told = list(map(_facts, steps.steps))
        if steps.failure is not None:
            row = FailedRow(steps.failure, brief=True)
            figures[f"figure {len(steps.steps)}"] = bare(row)
            told.append(_failed(row))
            state = {"step": len(steps.steps), **state}
        elif given is None and not theme.ask():  # the Inputs of a cell are as it declares them
            reads = [bool(step.inputs) for step in steps.steps]
            state = {"step": reads.index(True) if any(reads) else 0, **state}
        questions = list(map(step_question, steps.steps))
        super().__init__(
            title=steps.title,
            call=call,
            facts={"steps": told, "total": steps.total, "questions": questions},
            pictures=pictures | figures,
            state=state,
            **settings,
        )

    @property
    def text(self) -> str:
        return self.steps.text

    def picture(self) -> Picture:
        return replace(self.steps, look=theme.still(self.look))


def _facts(step: Step) -> dict[str, Any]:
    """What the page says of a step."""
    axes = step.outputs[0].axes if step.outputs else []
    return {
        "key": step.key,
        "detail": step.detail,
        "takes": step.takes,
        "makes": [axis.length for axis in axes],
        "more": step.makes[1:],
        "batch": next((axis.number for axis in axes if axis.batch), -1),
        "lead": step.lead,
        "words": step.words.removeprefix(step.lead).strip(),
        "table": [dataclasses.astuple(row) for row in step.table],
        "weights": step.parameters if step.parameters != NONE else "",
        "added": step.added,
        "total": step.total,
    }


def _failed(row: FailedRow) -> dict[str, Any]:
    """What the page says of the call at which the walk ends."""
    failure = row.failure
    takes = [f"{name} {show(shape)}" for name, shape in failure.inputs]
    about = {"key": failure.name, "detail": failure.detail, "takes": takes}
    return {**about, "failed": True, "lead": failure.what, "told": row.sentences}


def _written(given: Any) -> str:
    tensors = structure.flatten(given)
    if not all(isinstance(tensor, Tensor) for tensor in tensors):
        return written_model(given)
    name = f"[{', '.join(map(written_tensor, tensors))}]"
    return written_tensor(given) if [given] == tensors else written(given, name)


def shapes(
    model: Any,
    *,
    step: int = 0,
    all: bool = False,
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> ShapeWalk:
    """The walk through the shapes of a model, one call after another.

    `model` is a model with a graph, or a tensor or tensors, whose calls are walked through. `step`
    is the number of the call shown first; `all` shows every call at once. `state` is the rest of
    what `ShapeWalk.line()` writes. `look`, `ask` and `tour` are those of every view: see
    `funclab.view.live.view.View`.

    Raises: TensorTypeError for anything else.
    """
    state = {"step": step, "all": all, **state}
    return ShapeWalk(shape_steps(model), model, look=look, ask=ask, tour=tour, state=state)
