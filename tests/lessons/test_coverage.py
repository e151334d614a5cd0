"""What the lessons cover: every view of README's table, and every misconception of the table.

`make test` prints which lessons use a view, and in which cells.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from funclab.teach import course
from tests.lessons.lesson import LESSONS, Lesson
from tests.project.source import ROOT

VIEW = "application/vnd.funclab.view+json"
VIEWS = {
    "model": r"^explorer <Functional ",
    "layer": r"^explorer <(?!Functional|Tensor|Explorer)",
    "tensor": r"^explorer <Tensor ",
    "model.summary()": r"\.summary\(\)",
    "funclab.shapes(model)": r"^shapes ",
    "funclab.trace(model, x, y)": r"^trace ",
    "model.fit(...)": r"^training <TrainingView: Training of ",
    "funclab.inside(model, x, y)": r"^inside ",
    "funclab.whatif(model, x, y)": r"^whatif ",
    "funclab.mistakes(model, x, y)": r"^mistakes ",
    "funclab.embedding(model, x, y)": r"^embedding ",
    "history.landscape(x, y)": r"^landscape ",
    "funclab.edit(model)": r"^edit ",
    "funclab.playground()": r"^playground ",
    "funclab.diff(a, b)": r"^diff ",
    "funclab.to_code(model)": r"\bto_code\(",
    "history.plot()": r"\.plot\(\)",
    "funclab.profile(model, x, y)": r"\bprofile\(",
}
"""How a view is recognized: by the kind and the plain text of an output, or in the source."""
KINDS = {
    "explore": "explorer",
    "shapes": "shapes",
    "trace": "trace",
    "diff": "diff",
    "watch": "training",
    "runs": "training",
    "inside": "inside",
    "mistakes": "mistakes",
    "playground": "playground",
}
"""The kind of output that shows each view named in the table of misconceptions."""


def shown(lesson: Lesson) -> list[str]:
    """For each code cell of a lesson: its source, and the kind and plain text of each output."""
    return ["\n".join([cell.source, *map(described, cell.outputs)]) for cell in lesson.code]


def described(output) -> str:
    data = output.get("data", {})
    return f"{data.get(VIEW, {}).get('view', '')} {data.get('text/plain', '')}"


SHOWN = {lesson.number: shown(lesson) for lesson in LESSONS}


def uses(view: str) -> dict[int, list[int]]:
    """The lessons that use a view of README's table, and the numbers of the cells."""
    found = {
        number: [i for i, cell in enumerate(cells, 1) if re.search(VIEWS[view], cell, re.M)]
        for number, cells in SHOWN.items()
    }
    return {number: cells for number, cells in found.items() if cells}


def met(number: int) -> tuple[set[Any], set[str]]:
    """The lessons that meet a misconception, in a question or an exercise, and these exercises."""
    lessons = [course.lesson(n) for n in course.numbers()]
    asked = {
        lesson.number
        for lesson in lessons
        for question in lesson.questions.values()
        if any(option.misconception == number for option in question.options)
    }
    exercises = {
        exercise.id: lesson.number
        for lesson in lessons
        for exercise in lesson.exercises.values()
        if any(wrong.misconception == number for wrong in exercise.wrong.values())
    }
    return asked | {*exercises.values()}, {*exercises}


def test_every_view_of_readme_s_table_can_be_recognized():
    table = (ROOT / "README.md").read_text().split("| type | and see |")[1].split("\n\n")[0]

    assert re.findall(r"^\| `([^`]+)`", table, re.M) == list(VIEWS)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_used_in_a_lesson(view, record_property):
    found = uses(view)
    record_property("rubric", f"{view}: {found}")

    assert found


# 31, 52 and 53 can only be measured: a question, or a picture.
@pytest.mark.parametrize("number", [*range(1, 31), *range(44, 52), 54])
def test_every_misconception_has_a_lesson_an_exercise_and_a_view_that_shows_it_there(number):
    lessons, exercises = met(number)
    kind = KINDS[course.misconceptions()[number].view]

    assert exercises
    assert [n for n in lessons if any(re.search(f"^{kind} ", x, re.M) for x in SHOWN[n])]
