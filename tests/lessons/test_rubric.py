"""Every lesson keeps to the rubric: short, early success, questions, pictures, real data."""

from __future__ import annotations

import re

import pytest

from funclab.teach import course
from funclab.teach.asking import question_text
from tests.lessons.lesson import LESSONS, code_lines, outputs, tags, words

PICTURES = ("image/svg+xml", "image/png")
VIEW = "application/vnd.funclab.view+json"
ASKS = re.compile(r'ask\("([\w.]+)"')
TRIES = re.compile(r'%%check ([\w.]+)|arrange\("([\w.]+)"\)|check\("([\w.]+)"\)')

ELSEWHERE = re.compile(
    r"\b([Ii]n|is) the (same )?picture|\b[Tt]he (curve|frame|last card|same layer)\b|Both boxes"
)
"""Words for what stands below a question in its own lesson."""

MOST_WORDS = {8: 1950}
"""Words of a lesson with one section more than others."""
MOST_LINES = {8: 115, "make": 112}
"""Lines of code of lessons that lend a layer, or let two kinds of models make something."""

every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=str)


def new(cells):
    """Cells without the questions on earlier lessons, which stand before a lesson's own."""
    return [cell for cell in cells if "recall" not in tags(cell)]


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
    code = new(lesson.before(picture.source, "code"))
    text = new(lesson.before(picture.source, "markdown"))
    until_fit = new(lesson.before(".fit(", "code"))
    fit = next(i for i, line in enumerate(until_fit[-1].source.splitlines()) if ".fit(" in line)

    assert len(code) <= 3 and words(text) <= 150
    assert code_lines(until_fit[:-1]) + fit + 1 <= 20


@every_lesson
def test_a_lesson_is_short(lesson):
    assert 900 <= words(lesson.cells) <= MOST_WORDS.get(lesson.number, 1800)
    assert code_lines(lesson.cells) <= MOST_LINES.get(lesson.number, 95)
    assert max(len(cell.source.splitlines()) for cell in lesson.code) <= 12


@every_lesson
def test_the_reader_is_asked_for_something_every_few_cells(lesson):
    waiting: list = []
    for cell in lesson.cells:
        if {"ask", "edit", "exercise", "recall"} & set(tags(cell)):
            waiting = []
        waiting.append(cell)

        assert words(waiting) <= 400, cell.source
        assert sum(one.cell_type == "code" for one in waiting) <= 5, cell.source


@every_lesson
def test_predictions_are_asked_for_and_their_answers_stay_closed(lesson):
    asked = lesson.questions

    assert 4 <= len(asked) <= 8
    for cell in asked:
        question, _, answer = cell.source.partition("<details>")
        assert "?" in question and "</details>" in answer, cell.source
        assert set(cell.metadata.funclab.misconceptions) <= set(course.misconceptions())
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
    errors = [i for i, kind in enumerate(kinds) if {"raises-exception", "fails"} & {*kind}]

    assert len(lesson.misconceptions) >= 2
    assert not errors or ["picture"] in kinds[: errors[0]]


@every_lesson
def test_a_later_lesson_opens_with_three_questions_on_earlier_ones(lesson):
    first = next(i for i, cell in enumerate(lesson.cells) if "picture" in tags(cell))
    recalled = [cell for cell in lesson.cells[:first] if "recall" in tags(cell)]
    asked = [ASKS.match(cell.source) for cell in recalled if cell.cell_type == "code"]

    earlier = course.ORDER[: course.ORDER.index(lesson.number)]
    assert len(asked) == (3 if len(earlier) > 1 else 0)
    lessons = [course.lesson_named(match[1].split(".")[0]) for match in asked if match]
    assert len(lessons) == len(asked) and {*lessons} <= {*earlier}
    texts = [cell.source for cell in recalled if cell.metadata.get("funclab", {}).get("question")]
    assert texts == [question_text(match[1], recalled=True) for match in asked if match]


@every_lesson
def test_a_recalled_question_speaks_of_nothing_that_is_on_the_page_of_its_own_lesson_only(lesson):
    recalled = [one.source for one in lesson.cells if "recall" in tags(one)]
    elsewhere = [match[0] for text in recalled for match in ELSEWHERE.finditer(text)]

    assert elsewhere == []


@every_lesson
def test_every_question_is_asked_where_it_stands_and_covers_the_picture_after_it(lesson):
    for cell in lesson.questions:
        name = cell.metadata.funclab.question
        asking, *later = lesson.after(cell)
        views = [out for one in later for out in one.outputs if VIEW in out.get("data", {})]

        assert cell.source == question_text(name), f"python -m tools.lessons.refresh {lesson.path}"
        assert ASKS.match(asking.source)[1] == name and "ask" in tags(asking)
        assert views[0].metadata[VIEW].cover == name, f"nothing is covered after {name}"
        assert "picture" in tags(later[0]), f"what follows {name} shows nothing"
        caption = lesson.after(later[0], "markdown")[0]  # it is covered, too
        assert not tags(caption) and "\n#" not in caption.source, caption.source


@every_lesson
def test_the_questions_and_exercises_are_those_of_the_lesson_s_file(lesson):
    data = course.lesson(lesson.number)
    asked = [cell.metadata.funclab.question for cell in lesson.questions]

    assert asked == sorted(asked) and set(asked) == set(data.questions)
    for cell in lesson.questions:
        options = data.questions[cell.metadata.funclab.question].options
        wrong = {option.misconception for option in options} - {0}
        assert set(cell.metadata.funclab.misconceptions) == wrong, cell.source
    for cell in lesson.exercises:
        for name, objective in cell.metadata.funclab.exercises.items():
            exercise = data.exercises[name]
            mistakes = {wrong.misconception for wrong in exercise.wrong.values()}
            assert set(cell.metadata.funclab.misconceptions) == mistakes, name
            assert objective == exercise.objective and name in cell.source


@every_lesson
def test_exercises_are_of_four_kinds_in_the_order_in_which_help_fades(lesson):
    tried = [TRIES.match(cell.source) for cell in lesson.tagged("exercise")]
    names = [next(filter(None, match.groups())) for match in tried if match]
    kinds = [course.exercise(name).kind for name in names]

    missing = set(names) ^ set(course.lesson(lesson.number).exercises)
    assert not missing, f"{sorted(missing)}: its .toml and {lesson.path.name} have other exercises"
    assert len(set(kinds)) >= 4 and kinds == sorted(kinds, key=course.KINDS.index)


@every_lesson
def test_what_a_lesson_ships_is_untried_and_no_cell_gives_an_answer_away(lesson):
    for cell in lesson.code:
        if "exercise" in tags(cell):
            shown = "".join(outputs(cell, "text/plain"))
            assert "not tried yet" in shown, f"python -m tools.lessons.refresh {lesson.path}"
        assert "assert" not in cell.source, cell.source


@every_lesson
def test_a_cell_that_shows_an_error_on_purpose_fails_and_the_lesson_goes_on(lesson):
    for cell in lesson.code:
        shown = "".join(outputs(cell, "text/plain"))

        assert cell.source.startswith("%%fails") == ("fails" in tags(cell))
        assert "fails" not in tags(cell) or re.match(r"\w+Error: ", shown), cell.source


@every_lesson
def test_its_sections_have_names_to_catch_up_to(lesson):
    named = [cell.metadata.get("funclab", {}).get("section") for cell in lesson.cells]
    sections = [name for name in named if name]

    assert len(sections) >= 3 and len(set(sections)) == len(sections)


@every_lesson
def test_its_figures_are_printed(lesson, record_property):
    record_property("rubric", f"{lesson}: {lesson.figures}")

    assert lesson.figures


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
