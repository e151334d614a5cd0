"""The concept test: two forms that ask the same, and a result for each misconception."""

from __future__ import annotations

import pytest

from funclab.errors import ArgumentError, NameLookupError
from funclab.teach import concept_test, course, exit_ticket, progress, result
from funclab.view.lesson.test import TestView

FORMS = ("A", "B")


def answer(view: TestView, form: str, *, right: bool) -> None:
    """Answer every item right, or with the first option that is wrong."""
    known = {item.text: item for item in course.concept_test(form)}
    for at, asked in enumerate(view.facts["items"]):
        options = known[asked["text"]].options
        wanted = next(option.text for option in options if option.right is right)
        view.choose(at, asked["options"].index(wanted))


def test_both_forms_have_twenty_items_with_the_same_misconceptions():
    items = [course.concept_test(form) for form in FORMS]

    kinds = [[[option.misconception for option in item.options] for item in form] for form in items]

    assert kinds[0] == kinds[1] and len(kinds[0]) == 20
    assert {*range(26)} == {number for item in kinds[0] for number in item}


def test_the_forms_differ_in_every_item():
    a, b = (course.concept_test(form) for form in FORMS)

    assert [one.text for one, other in zip(a, b) if one.text == other.text] == []


@pytest.mark.parametrize("form", FORMS)
def test_the_right_option_stands_in_every_place(form):
    right = {item.text: item.options[item.answer].text for item in course.concept_test(form)}

    places = [
        asked["options"].index(right[asked["text"]]) for asked in concept_test(form).facts["items"]
    ]

    assert all(2 <= places.count(place) <= 9 for place in range(4)), places


@pytest.mark.parametrize("form", FORMS)
def test_all_answers_right_are_a_result_of_one_sentence(form):
    view = concept_test(form)

    answer(view, form, right=True)

    assert view.facts["result"] == ["20 of 20 answers are right."]


def test_the_result_names_each_misconception_that_the_answers_show_with_the_truth():
    view = concept_test("A")

    answer(view, "A", right=False)

    result = view.facts["result"]
    assert result[0] == "0 of 20 answers are right."
    shown = [course.misconceptions()[number] for number in (1, 13, 20)]
    assert all(any(one.belief in line and one.truth in line for line in result) for one in shown)


def test_nothing_is_said_before_the_last_answer():
    view = concept_test("A")

    for at in range(19):
        view.choose(at, 0)

    assert "result" not in view.facts and not view.done
    view.choose(19, 0)
    assert view.done and view.facts["result"]


def test_answers_are_recorded_by_the_number_of_the_item_and_of_its_option():
    view = concept_test("B")

    answer(view, "B", right=True)

    kept = {entry["question"]: entry["option"] for entry in progress()["answers"]}
    assert kept == {item.id: item.answer for item in course.concept_test("B")}


def test_a_page_may_not_send_answers_that_are_not_there():
    view = concept_test("A")
    before = list(view.answers)

    for answers in ([9] * 20, [0], ["0"] * 20, [True] * 20):
        view.set_state({"answers": answers})

    assert view.answers == before


@pytest.mark.parametrize("form", ["C", "", None, 1])
def test_another_form_is_refused(form):
    with pytest.raises(ArgumentError, match="form"):
        concept_test(form)


@pytest.mark.parametrize("lesson", course.numbers())
def test_a_ticket_has_two_items_on_what_the_lesson_asks_about(lesson):
    data = course.lesson(lesson)
    asked = {option.misconception for item in data.questions.values() for option in item.options}
    tried = {
        wrong.misconception for item in data.exercises.values() for wrong in item.wrong.values()
    }
    met = (asked | tried) - {0}
    known = {item.text: item for item in course.concept_test("A")}

    items = [known[item["text"]] for item in exit_ticket(lesson).facts["items"]]

    assert len(items) == 2
    for item in items:
        assert met & {option.misconception for option in item.options}, item


def test_the_ticket_of_lesson_5_is_about_indices_and_shared_gradients():
    items = {item.text for item in course.concept_test("A") if item.id in ("A.9", "A.10")}

    assert {item["text"] for item in exit_ticket(5).facts["items"]} == items


def test_a_ticket_of_the_other_form_asks_the_same_with_other_words():
    texts = [{item["text"] for item in exit_ticket(5, form=form).facts["items"]} for form in FORMS]

    assert not texts[0] & texts[1]
    assert exit_ticket(5, form="B").line() == 'exit_ticket(5, form="B")'


def test_what_a_ticket_shows_counts_in_the_result():
    view = exit_ticket(5)
    answer(view, "A", right=False)

    kept = {entry["question"] for entry in progress()["answers"]}

    assert kept == {"5/A.9", "5/A.10"}
    assert (result()[4]["held"], result()[20]["held"]) == (1, 1)
    assert view.facts["result"][0] == "0 of 2 answers are right."


def test_an_answer_of_a_ticket_that_is_right_sees_through_its_misconceptions():
    answer(exit_ticket(5), "A", right=True)

    assert result()[20] == {**result()[20], "held": 0, "seen_through": 1}


@pytest.mark.parametrize("lesson", [0, 99, "5", None])
def test_a_ticket_of_no_lesson_is_refused(lesson):
    with pytest.raises(NameLookupError, match="lesson"):
        exit_ticket(lesson)
