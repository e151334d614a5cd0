"""Shape steps: how every shape was inferred, one call after another, in words and in numbers."""

from __future__ import annotations

from typing import Any, ClassVar

from funclab.view.draw import defaults
from funclab.view.draw.picture import Picture
from funclab.view.live.view import View
from funclab.view.shapes.picture import StepsPicture
from funclab.view.shapes.questions import shape_question
from funclab.view.shapes.steps import Failure, Steps, shape_steps


class ShapeWalk(View):
    """The calls of a model in order, each with its rule, its axes and its weights.

    `print(...)` gives the walk as text.
    """

    room = "shapes"
    blank_state: ClassVar[dict[str, Any]] = {"step": 0, "batch": 0, "all": False}

    def __init__(self, steps: Steps, failure: Failure | None = None, **settings: Any) -> None:
        self.steps, self.failure = steps, failure
        facts = steps.to_dict() | {"failure": failure and failure.to_dict()}
        facts["questions"] = [shape_question(step) for step in steps]
        state = settings.pop("state", None) or {}
        if failure is not None:
            state = {"step": len(steps), **state}
        title = f"Shapes of {steps.name}"
        call = f"funclab.shapes({steps.name if steps.name.isidentifier() else 'model'}$)"
        super().__init__(title=title, call=call, facts=facts, state=state, **settings)

    def __str__(self) -> str:
        parts = [self.steps.text] if len(self.steps) else []
        return "\n\n".join([*parts, *([self.failure.text] if self.failure else [])])

    def picture(self) -> Picture:
        look = defaults.still(self.look)
        return StepsPicture(self.steps, self.failure, look)


def shapes(
    model: Any, *, look: str | None = None, ask: bool | None = None, tour: Any = (), **state: Any
) -> ShapeWalk:
    """The walk through the shapes of a model, one call after another.

    `model` is a model with a graph, or a tensor or tensors, whose calls are walked through. `state`
    is what `ShapeWalk.line()` writes, such as step=2 or all=True. `look`, `ask` and `tour` are
    those of every view: see `funclab.view.live.view.View`.

    Raises: TensorTypeError for what is neither.
    """
    return ShapeWalk(shape_steps(model), look=look, ask=ask, tour=tour, state=state)
