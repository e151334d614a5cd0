"""The solutions printed in a lesson work where the reader will type them: after the last cell."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from tests.lessons.lesson import LESSONS


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_the_solutions_of_a_lesson_run_after_it(lesson):
    notebook = nbformat.read(lesson.path, as_version=4)
    assert lesson.solutions
    notebook.cells += [nbformat.v4.new_code_cell(code) for code in lesson.solutions]

    NotebookClient(notebook, timeout=300).execute()

    assert all(cell.execution_count for cell in notebook.cells[-len(lesson.solutions) :])
