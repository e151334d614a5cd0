"""Every lesson keeps to the rubric: short, early success, questions, pictures, real data."""

from __future__ import annotations

import re

import pytest

from tests.lessons.lesson import LESSONS, code_lines, outputs, tags, words

PICTURES = ("image/svg+xml", "image/png")

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=str)


def test_there_is_a_first_lesson():
    assert any(lesson.path.name.startswith("01_") for lesson in LESSONS)


@every_lesson
def test_every_objective_is_checked_by_an_exercise_and_every_exercise_checks_one(lesson):
    objectives = lesson.facts["objectives"]

    assert 2 <= len(objectives) <= 4
    assert set(lesson.objectives_by_exercise.values()) == set(objectives)


@every_lesson
def test_the_first_picture_and_the_first_trained_model_come_early(lesson):
    picture = next(cell for cell in lesson.code if "picture" in tags(cell))
    code = lesson.before(picture.source, "code")
    text = lesson.before(picture.source, "markdown")
    until_fit = lesson.before(".fit(", "code")
    fit = next(i for i, line in enumerate(until_fit[-1].source.splitlines()) if ".fit(" in line)

    assert len(code) <= 3 and words(text) <= 150
    assert code_lines(until_fit[:-1]) + fit + 1 <= 20


@every_lesson
def test_a_lesson_is_short(lesson):
    assert 900 <= words(lesson.cells) <= 1800
    assert code_lines(lesson.cells) <= 90
    assert max(len(cell.source.splitlines()) for cell in lesson.code) <= 12


@every_lesson
def test_the_reader_is_asked_for_something_every_few_cells(lesson):
    waiting: list = []
    for cell in lesson.cells:
        if {"ask", "exercise"} & set(tags(cell)):
            waiting = []
        waiting.append(cell)

        assert words(waiting) <= 400, cell.source
        assert sum(one.cell_type == "code" for one in waiting) <= 5, cell.source


@every_lesson
def test_predictions_are_asked_for_and_their_answers_stay_closed(lesson):
    asked = lesson.tagged("ask")

    assert 4 <= len(asked) <= 8
    for cell in asked:
        question, _, answer = cell.source.partition("<details>")
        assert "?" in question and "</details>" in answer, cell.source
        assert set(cell.metadata.funclab.misconceptions) <= set(range(1, 26))
        assert cell.metadata.funclab.objective in lesson.facts["objectives"]


@every_lesson
def test_pictures_of_the_model_come_often_and_each_has_a_caption(lesson):
    drawn = lesson.tagged("picture")

    assert len(drawn) >= words(lesson.cells) / 250 - 1
    for cell in drawn:
        after = lesson.cells[lesson.cells.index(cell) + 1].source
        assert re.match(r"\*Figure \d+\. .+\.\*", after), f"no caption after {cell.source}"
        assert any(outputs(cell, mime) for mime in PICTURES), f"no picture of {cell.source}"
        assert outputs(cell, "text/plain"), f"no text in place of the picture of {cell.source}"


@every_lesson
def test_misconceptions_are_met_and_the_right_case_stands_first(lesson):
    kinds = [tags(cell) for cell in lesson.code]
    errors = [i for i, kind in enumerate(kinds) if "raises-exception" in kind]

    assert len(lesson.misconceptions) >= 2
    assert not errors or ["picture"] in kinds[: errors[0]]


@every_lesson
def test_a_later_lesson_opens_with_three_questions_on_earlier_ones(lesson):
    number = int(lesson.path.name[:2])
    opening = lesson.cells[: lesson.cells.index(lesson.code[0])]
    recalled = [cell for cell in opening if "recall" in tags(cell)]

    assert len(recalled) == (number > 1)
    for cell in recalled:
        assert cell.source.partition("<details>")[0].count("?") == 3
        assert cell.metadata.funclab.lesson < number


@every_lesson
def test_no_target_is_random(lesson):
    assert not [cell.source for cell in lesson.code if "np.random" in cell.source]


@every_lesson
def test_the_file_holds_outputs_but_nothing_of_the_machine_that_made_them(lesson):
    notebook = lesson.notebook
    silent = [cell.source for cell in lesson.code if cell.execution_count is None]

    assert silent == []
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.kernelspec.name == "python3"
    assert set(notebook.metadata.language_info) == {"name"}
    assert all("execution" not in cell.metadata for cell in lesson.cells)


@every_lesson
def test_cells_that_are_meant_to_fail_fail_and_no_others(lesson):
    for cell in lesson.code:
        failed = any(output.output_type == "error" for output in cell.outputs)

        assert failed == ("raises-exception" in tags(cell)), cell.source
