"""`ask`: covers the next view until it is answered, and does not block."""

from __future__ import annotations

import pytest

import funclab
from funclab import Input, Model, layers
from funclab.errors import ArgumentError, NameLookupError
from funclab.teach import ask, check, course, forget_progress
from funclab.teach.records.keeping import answers_to, record_answer, record_try
from funclab.teach.records.so_far import order_of
from funclab.view.lesson.question import QuestionView
from funclab.view.live.view import MIME


def shown(view) -> dict:
    """What a notebook keeps of a view that is displayed."""
    return view._repr_mimebundle_()[1][MIME]


def explorer():
    x = Input((4,))
    return funclab.explore(Model(x, layers.Dense(2)(x)))


def test_the_next_view_is_covered_and_no_other():
    shown(ask("1.1"))

    covers = [shown(explorer())["cover"] for _ in range(2)]

    assert covers == ["1.1", ""]


def test_an_answer_opens_what_waits_for_it():
    question, view = ask("1.1"), explorer()
    shown(question)
    shown(view)

    question.choose(2)

    assert view.cover == ""


def test_after_a_wrong_answer_there_is_a_second_try_and_then_the_answer_opens():
    question, view = ask("1.1"), explorer()
    shown(question)
    shown(view)

    question.choose(0)
    between = question.answered, view.cover
    question.choose(1)

    assert between == (False, "1.1")
    assert question.answered and view.cover == ""


def test_where_two_options_leave_no_choice_there_is_one_try():
    options = [{"text": "yes", "right": True}, {"text": "no", "right": False}]
    question = QuestionView("own.1", "Is it?", options, "It is.")

    question.choose(1)

    assert question.answered


def test_each_student_sees_the_options_in_an_order_of_their_own(monkeypatch, tmp_path):
    names = ["1.1", "1.2", "1.3", "1.4", "5.1"]
    off = [ask(name).facts["order"] for name in names]
    students = []
    for student in ("a", "b", "a"):
        monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / f"{student}.json"))
        students.append([ask(name).facts["order"] for name in names])

    assert off == [[*range(len(course.question(name).options))] for name in names]
    assert students[0] == students[2] != students[1]
    assert [sorted(order) for order in students[0]] == off != students[0]


@pytest.mark.parametrize("named", ["a.json", "a", "progress.d", "."])
def test_a_question_asked_again_has_its_answer_and_the_options_in_the_same_order(
    named, monkeypatch, tmp_path
):
    monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / named))
    first = ask("5.1")
    first.choose(2)

    again = ask("5.1")

    assert again.answers == [2]
    assert again.facts["order"] == first.facts["order"]


def test_over_many_students_the_right_option_stands_in_each_place_equally_often(
    monkeypatch, tmp_path
):
    item = course.question("5.1")
    places = []
    for student in range(400):
        monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / f"{student}.json"))
        places.append(order_of(item).index(item.answer))

    assert all(70 <= places.count(place) <= 130 for place in range(4))


def test_what_is_done_in_a_lesson_is_known_to_its_views_and_not_to_a_recalled_question():
    forget_progress()
    record_answer("1.2", 1)
    record_try("1A", True)
    strip = ask("1.1").facts["strip"]
    forget_progress()

    assert strip["lesson"] == "1" and strip == check("1B").facts["strip"] | {
        "items": strip["items"]
    }
    assert [one["id"] for one in strip["items"] if one["done"]] == ["1.2", "1A"]
    assert {one["id"] for one in strip["items"]} == {
        *course.lesson(1).questions,
        *course.lesson(1).exercises,
    }
    assert "strip" not in ask("1.1", covers=False).facts


def test_after_an_answer_nothing_is_covered_any_more():
    question = ask("1.1")
    shown(question)
    question.choose(2)

    covers = [shown(explorer())["cover"], shown(ask("1.1"))["cover"], shown(explorer())["cover"]]

    assert covers == ["", "", ""]


@pytest.mark.parametrize(
    ("votes", "given", "open_"),
    [
        (1, [2], True),
        (1, [0, 2], True),
        (1, [0], False),
        (2, [2], False),
        (2, [2, 1], True),
        (2, [None], True),
    ],
)
def test_the_reveal_waits_for_as_many_votes_as_were_asked_for(votes, given, open_):
    question = ask("1.1", votes=votes)

    for option in given:
        question.choose(option)

    assert question.answered is open_


def test_a_question_on_an_earlier_lesson_covers_nothing():
    shown(ask("1.1", covers=False))

    assert shown(explorer())["cover"] == ""


def test_a_later_lesson_asks_anew_and_with_other_numbers():
    record_answer("2.2", 0)
    first, later = ask("2.2"), ask("2.2", covers=False)

    later.choose(1)

    assert first.answers == [0] and later.answers == [1]
    assert "100" in later.facts["prompt"] and "100" not in first.facts["prompt"]
    assert answers_to("2.2") == [0, 1]


@pytest.mark.parametrize(
    "item",
    [one for one in course.all_questions().values() if one.again],
    ids=lambda item: item.id,
)
def test_the_form_of_later_lessons_has_other_words_and_the_same_misconceptions(item):
    kinds = [[(x.right, x.misconception) for x in one.options] for one in (item, item.again)]
    texts = [{one.text, one.reveal, *(x.text for x in one.options)} for one in (item, item.again)]

    assert kinds[0] == kinds[1]
    assert texts[0] & texts[1] <= {"an error"}
    assert all(x.answer or x.right for x in item.again.options)


def test_a_question_covers_no_question():
    shown(ask("1.1"))
    shown(ask("1.2"))

    assert shown(explorer())["cover"] == "1.2"


@pytest.mark.parametrize("answers", [[3], [-1], ["1"], [True], [0.0], [{}], "0", [None] * 101])
def test_a_page_cannot_answer_what_is_no_option(answers):
    question = ask("1.1")

    question.set_state({"answers": answers})

    assert question.answers == []


def test_a_page_that_is_exported_is_not_covered():
    view = explorer()
    shown(ask("1.1"))
    shown(view)

    assert '"cover": "1.1"' not in funclab.export_html(view)


def test_a_question_reads_alike_in_every_run():
    question = ask("1.4")

    assert repr(question) == "<Question 1.4>" and question.line() == 'ask("1.4")'
    assert "<svg" in question.svg()


@pytest.mark.parametrize("votes", [0, -1, 1.5, "two", None, True])
def test_votes_are_counted_in_whole_numbers(votes):
    with pytest.raises(ArgumentError, match="votes"):
        ask("1.1", votes=votes)


def test_a_question_that_there_is_not_is_named():
    with pytest.raises(NameLookupError, match="no question '1.7'"):
        ask("1.7")
