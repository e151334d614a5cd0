"""Votes of a class by raised cards: counted, hidden, kept; and the cards to print."""

from __future__ import annotations

import json
import re

import pytest

import funclab
from funclab import Input, Model, layers
from funclab.errors import ArgumentError, NameLookupError
from funclab.teach import (
    cards,
    course,
    export_progress,
    forget_progress,
    import_progress,
    progress,
    vote,
)
from funclab.view.live.view import MIME

FIRST, SECOND = [7, 9, 6, 4], [20, 1, 4, 1]


@pytest.fixture(autouse=True)
def begun_anew():
    forget_progress()
    yield
    forget_progress()


def shown(view) -> dict:
    """What a notebook keeps of a view that is displayed."""
    return view._repr_mimebundle_()[1][MIME]


def kept() -> list[tuple]:
    return [(one["question"], one["first"], one.get("second")) for one in progress()["votes"]]


def hold(view, first=FIRST, second=SECOND) -> None:
    """Both votes, as a page sends them."""
    view.set_state({"state": {"first": first}})
    view.set_state({"state": {"ended": 1}})
    view.set_state({"state": {"second": second}})
    view.set_state({"state": {"ended": 2}})


def test_a_vote_is_kept_when_it_ends_and_the_second_joins_the_first():
    view = vote("5.1")

    view.show(first=FIRST)
    before = kept()
    view.show(ended=1)
    between = kept()
    view.show(second=SECOND, ended=2)

    assert before == []
    assert between == [("5.1", FIRST, None)]
    assert kept() == [("5.1", FIRST, SECOND)]


def test_a_vote_that_is_corrected_replaces_what_was_kept():
    view = vote("5.1")
    hold(view)

    view.show(second=[26, 0, 0, 0])

    assert kept() == [("5.1", FIRST, [26, 0, 0, 0])]


def test_the_next_class_with_the_same_view_has_a_vote_of_its_own():
    view = vote("5.1")
    hold(view)

    view.show(first=[], second=[], ended=0)
    hold(view, second=FIRST)

    assert kept() == [("5.1", FIRST, SECOND), ("5.1", FIRST, FIRST)]
    assert len({one["began"] for one in progress()["votes"]}) == 2


def test_showing_a_finished_vote_again_keeps_nothing_new():
    hold(vote("5.1"))

    again = vote("5.1", first=FIRST, second=SECOND, ended=2)

    assert again.done and len(progress()["votes"]) == 1


def test_votes_are_exported_and_imported_and_older_files_have_none(tmp_path):
    hold(vote("5.1"))
    export_progress(tmp_path / "class.json")
    old = {"version": 1, "answers": [], "exercises": {}}
    (tmp_path / "old.json").write_text(json.dumps(old))

    forget_progress()
    import_progress(tmp_path / "old.json")
    without = kept()
    import_progress(tmp_path / "class.json")

    assert without == []
    assert kept() == [("5.1", FIRST, SECOND)]


def test_the_next_view_is_covered_until_the_answer_is_shown():
    x = Input((4,))
    view, graph = vote("5.1"), funclab.explore(Model(x, layers.Dense(2)(x)))
    shown(view)
    shown(graph)

    view.show(first=FIRST, ended=1)
    between = graph.cover
    view.show(ended=2)

    assert (between, graph.cover) == ("5.1", "")


def test_the_still_picture_hides_counts_and_answer_until_both_votes_have_ended():
    item = course.question("5.1")
    view = vote("5.1", first=FIRST, ended=1)

    before = view.svg()
    view.show(second=SECOND, ended=2)
    after = view.svg()

    assert all(option.text in before for option in item.options)
    assert not re.search(r"✓|✗|of 26|two rows", before)
    assert "A ✓: 1 layer, 2 nodes, 2,080 weights; first vote: 7 of 26" in after
    assert "B ✗: 2 layers, 2 nodes, 4,160 weights; first vote: 9 of 26" in after


@pytest.mark.parametrize(
    "state",
    [
        {"first": [1, 2]},
        {"first": [1, 2, 3, -1]},
        {"second": [1, 2, 3, 1000]},
        {"second": [1, 2, 3, True]},
        {"first": "1234"},
        {"ended": 3},
        {"ended": "1"},
    ],
)
def test_counts_that_cannot_be_are_refused_also_from_a_page(state):
    view = vote("5.1")
    view.set_state({"state": state})

    assert view.state == {"first": [], "second": [], "ended": 0}
    with pytest.raises(ArgumentError, match=r"vote on 5\.1"):
        view.show(**state)


def test_a_line_brings_a_vote_back():
    view = vote("5.1", first=FIRST, ended=1)

    assert view.line() == 'vote("5.1", first=[7, 9, 6, 4], ended=1)'
    assert repr(view) == "<Vote 5.1>"


def test_a_question_that_there_is_not_is_named():
    with pytest.raises(NameLookupError, match="no question '5.9'"):
        vote("5.9")


def test_each_letter_has_a_page_or_all_have_one_to_fold():
    pages, folded = cards().pages, cards(fold=True).pages

    letters = [re.findall(r">([A-D])</text>", page.svg) for page in (*pages, *folded)]

    assert letters == [["A"], ["B"], ["C"], ["D"], ["A", "B", "C", "D"]]


def test_a_page_is_named_by_its_letter_and_described_by_its_sign():
    page = cards().pages[0]

    assert (page.title, page.description) == ("Card A", "Card A. A: diamond.")


def test_the_signs_of_the_cards_differ_without_their_colours():
    shapes = [re.search(r'<path d="([^"]+)"', page.svg)[1] for page in cards().pages]

    assert len({*shapes}) == 4


def test_cards_in_black_have_no_colour():
    colours = {*re.findall(r"#\w{6}", cards(look="print").svg)}

    assert colours == {"#000000", "#ffffff"}


def test_cards_are_written_as_a_page_to_print_and_as_pictures(tmp_path):
    page = cards().save(tmp_path / "cards.html").read_text()
    picture = cards(fold=True).save(tmp_path / "cards.svg").read_text()

    assert page == funclab.export_html(cards())
    assert page.count("<svg") == 4 and picture.count("<svg") == 1


def test_an_unknown_look_of_cards_is_refused():
    with pytest.raises(ArgumentError, match="look"):
        cards(look="loud")
