"""The solutions of a lesson are right where the reader will type them: after the last cell."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from funclab.teach import course
from tests.lessons.lesson import LESSONS, outputs


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_our_solutions_are_right_when_they_are_checked_after_the_lesson(lesson):
    notebook = nbformat.read(lesson.path, as_version=4)
    exercises = course.lesson(lesson.number).exercises.values()
    checks = [
        f'view = arrange("{one.id}")\nview.judge({one.solution})\nview'
        if one.kind == "arrange"
        else f"%%check {one.id}\n{one.solution_code}"
        for one in exercises
    ]
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in checks]

    NotebookClient(notebook, timeout=300).execute()

    said = [outputs(cell, "text/plain")[0] for cell in notebook.cells[-len(checks) :]]
    assert [text.split(".")[0] for text in said] == [f"{one.id}: right" for one in exercises], said
