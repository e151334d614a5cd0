"""`ask`: covers the next view until it is answered, and does not block."""

from __future__ import annotations

import pytest

import funclab
from funclab import Input, Model, layers
from funclab.errors import ArgumentError, NameLookupError
from funclab.teach import ask
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

    question.choose(0)

    assert view.cover == ""


def test_after_an_answer_nothing_is_covered_any_more():
    question = ask("1.1")
    shown(question)
    question.choose(2)

    covers = [shown(explorer())["cover"], shown(ask("1.1"))["cover"], shown(explorer())["cover"]]

    assert covers == ["", "", ""]


@pytest.mark.parametrize(
    ("votes", "given", "open_"),
    [(1, [2], True), (2, [2], False), (2, [2, 1], True), (2, [None], True)],
)
def test_the_reveal_waits_for_as_many_votes_as_were_asked_for(votes, given, open_):
    question = ask("1.1", votes=votes)

    for option in given:
        question.choose(option)

    assert question.answered is open_


def test_a_question_on_an_earlier_lesson_covers_nothing():
    shown(ask("1.1", covers=False))

    assert shown(explorer())["cover"] == ""


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
