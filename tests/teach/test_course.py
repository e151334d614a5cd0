"""The course as data: it is complete and consistent, and invalid data are refused."""

from __future__ import annotations

import copy
import re

import pytest

from funclab.errors import ArgumentError, NameLookupError
from funclab.teach import course
from funclab.view.notebook.entry_points import WAYS

each_lesson = pytest.mark.parametrize("number", course.numbers())


def contents() -> dict:
    return copy.deepcopy(course.read(course.HERE / "lesson_01.toml"))


def test_every_misconception_is_a_sentence_with_the_truth_and_a_view_to_see_it_in():
    known = course.misconceptions()

    assert list(known) == list(range(1, 59))
    for one in known.values():
        assert one.belief.endswith(".") and one.truth.endswith("."), one
        assert one.view in WAYS, one


@each_lesson
def test_every_question_has_one_right_option_and_answers_the_others(number):
    for question in course.lesson(number).questions.values():
        wrong = [option for option in question.options if not option.right]

        assert question.options[question.answer].right
        assert all(option.answer for option in wrong), question.id
        assert len({option.text for option in question.options}) == len(question.options)


@each_lesson
def test_messages_say_what_is_and_where_to_look_and_all_differ(number):
    for exercise in course.lesson(number).exercises.values():
        says = [wrong.says for wrong in exercise.wrong.values()]

        assert len(set(says)) == len(says)
        assert all(re.search(r"\{\w+\}", text) for text in says), exercise.id
        assert all(re.search(r"Look|Count|Follow", text) for text in says), exercise.id


@each_lesson
def test_where_nobody_foresaw_the_mistake_no_place_is_named_that_the_judge_did_not_find(number):
    for exercise in course.lesson(number).exercises.values():
        wanted = exercise.otherwise.partition("Wanted: ")[2]
        behind = re.split(r"(?<=[.?!]) ", wanted)[1:]

        assert all("{where}" in sentence for sentence in behind), exercise.id


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda data: data["question"][0]["options"].pop(2), "one right option"),
        (lambda data: data["question"][0]["options"][0].pop("misconception"), "misconception"),
        (lambda data: data["question"][0].update(options=[]), "two to four"),
        (lambda data: data["exercise"][0]["hints"].pop(), "three hints"),
        (lambda data: data["exercise"][0]["right"].pop(), "three right answers"),
        (lambda data: data["exercise"][1]["wrong"].pop("new_layer"), "five mistakes"),
        (lambda data: data["exercise"][1]["wrong"]["new_layer"].update(misconception=99), "ties"),
        (lambda data: data["exercise"][1].update(kind="guess"), "kind"),
        (lambda data: data["exercise"][1].update(otherwise="word " * 41), "41 words"),
        (lambda data: data["question"][1].update(id="1.1"), "names"),
        (lambda data: data["question"][1].update(id="2.2"), "names"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_with_what_is_wrong(spoil, says):
    data = contents()
    spoil(data)

    with pytest.raises(ArgumentError, match=says):
        course.made(1, data)


def test_the_files_of_the_notebooks_sort_in_the_order_of_the_course():
    beginnings = [f"{course.prefix(number)}_" for number in course.ORDER]

    assert sorted(beginnings) == beginnings
    assert len({*beginnings}) == len(beginnings)
    assert [*course.numbers()] == [one for one in course.ORDER if one in course.numbers()]


def test_a_lesson_with_a_name_has_names_with_a_point_and_needs_all_that_a_number_needs():
    data = contents()
    for kind in ("question", "exercise"):
        for row in data[kind]:
            row["id"] = f"know.{row['id'].removeprefix('1').removeprefix('.')}"

    lesson = course.made("know", data)

    assert [*lesson.questions][0] == "know.1"
    assert {exercise.lesson for exercise in lesson.exercises.values()} == {"know"}
    data["exercise"][0]["right"].pop()
    with pytest.raises(ArgumentError, match="three right answers"):
        course.made("know", data)


@pytest.mark.parametrize("name", ["1.9", "99.1", "1A", "", None, 1.1j])
def test_a_question_that_there_is_not_is_refused(name):
    with pytest.raises(NameLookupError, match="no question"):
        course.question(name)


@pytest.mark.parametrize("name", ["1Z", "99A", "1.1", "1a", None])
def test_an_exercise_that_there_is_not_is_refused(name):
    with pytest.raises(NameLookupError, match="no exercise"):
        course.exercise(name)
