"""`edit("6E")`: an exercise in which a model is changed in its picture; each step is judged."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from funclab.errors import NameLookupError
from funclab.registry import near
from funclab.teach.course import HERE, read
from funclab.teach.exercises.edits import MODELS
from funclab.teach.grading import same_graph
from funclab.teach.records.keeping import HINTS, record_hint, record_try, tries_of
from funclab.view.edit.view import Edit


@dataclass(frozen=True)
class EditExercise:
    """What is to be done, from which model to which, with which commands in how many steps."""

    id: str
    task: str
    start: str
    wanted: str
    hints: tuple[str, ...]
    right: str
    allow: tuple[str, ...]
    most: int
    steps: tuple[Any, ...] = ()


@functools.cache
def edit_exercises() -> dict[str, EditExercise]:
    """All exercises of editing, by name."""
    rows = read(HERE / "edits.toml")["edit"]
    return {row["id"]: EditExercise(**row) for row in rows}


class EditedExercise(Edit):
    """The view of an exercise: the model to be changed, the task, and what each step has done."""

    _begun = "funclab.teach.edit("
    hinted = True

    def __init__(self, item: EditExercise, steps: Sequence[Any] = (), **settings: Any) -> None:
        self.item = item
        self.wanted = MODELS[item.wanted]()
        before = [list(step) for step in item.steps]
        super().__init__(
            MODELS[item.start](),
            steps or before,
            goal=f"{item.id}. {item.task}",
            allow={*item.allow, "start"},
            most=len(before) + item.most,
            **settings,
        )

    @property
    def solved(self) -> bool:
        """Whether the model is the wanted one, whatever its names."""
        return self._steps.state.is_whole and bool(same_graph(self.model, self.wanted))

    def hint(self) -> str:
        """The next of three hints: where to look, which rule applies, what to do."""
        number = min(3, HINTS.get(self.item.id, 0) + 1)
        HINTS[self.item.id] = number
        record_hint(self.item.id, number)
        return self.item.hints[number - 1]

    def verdict(self) -> str:
        """What is right, or the first difference; "" before the first step."""
        if self._steps.position <= len(self.item.steps) or not self._steps.state.is_whole:
            return ""
        if not self.solved:
            return next(iter(same_graph(self.model, self.wanted).reasons), "")
        if "" not in tries_of(self.item.id):
            record_try(self.item.id, True)
        return self.item.right

    @property
    def _subject(self) -> str:
        return repr(self.item.id)

    def answer_to(self, content: dict[str, Any]) -> dict[str, Any] | None:
        if content.get("ask") == "hint":
            return {"kind": "hint", "text": self.hint()}
        return super().answer_to(content)


def edit(
    exercise: str,
    *,
    steps: Sequence[Any] = (),
    look: str | None = None,
    ask: bool | None = None,
    tour: Any = (),
    **state: Any,
) -> EditedExercise:
    """An exercise in the picture of a model, such as `edit("6E")`: change it until it is right.

    `exercise`: its name: 5E, 6E, 7E, 7F, 10E or 10F. `steps`: commands to begin with; unless given,
    those of the exercise. `state`: position, selected, face and choice, as `line()` writes
    them. `look`, `ask` and `tour` are those of every view: see `funclab.view.live.view.View`.

    Raises: NameLookupError for an unknown exercise; ArgumentError for a step that is refused.

    >>> session = edit("5E")
    >>> session.do("share", "right_eye", "left_eye").solved
    True
    """
    known = edit_exercises()
    if exercise not in known:
        raise NameLookupError(
            f"There is no exercise of editing {exercise!r}{near(str(exercise), known)}.",
            why=f"there are {', '.join(known)}.",
            fix='name one of them, such as "6E".',
        )
    views = {"look": look, "ask": ask, "tour": tour}
    return EditedExercise(known[exercise], steps, state=state, **views)
