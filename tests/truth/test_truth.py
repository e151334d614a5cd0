"""What the course says is true: on funclab here, and on a real Keras in `make interop`."""

from __future__ import annotations

from functools import cache

import pytest

import funclab
from tests.truth.claims import Claim, backend, check, claims, everything, questions, units
from tests.truth.counts import tied, untied

HERE = [claim for claim in claims() if backend(funclab) in claim.on]


@cache
def shown(claim: Claim) -> dict[str, bool]:
    return check(claim, funclab)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("claim", HERE, ids=lambda claim: claim.name)
def test_what_the_course_says_is_so(claim: Claim):
    shown(claim)


def test_every_right_option_and_all_that_is_to_keep_or_about_keras_is_tied_or_on_the_list():
    missing = [unit for unit in units() if unit not in tied() and unit not in untied()]

    assert missing == [], "tie them in tests/truth/about_lesson_NN.py, or list them in untied.toml"


def test_what_is_tied_is_not_on_the_list_of_what_is_not():
    assert tied() & untied().keys() == set(), "take them out of tests/truth/untied.toml"
    assert all(untied().values())


def test_what_is_quoted_is_what_the_course_says():
    known = everything()

    assert tied() - known == set(), "quote the course in tests/truth/about_*.py as it is now"
    assert untied().keys() - {*units()} == set()


@pytest.mark.filterwarnings("ignore")
def test_three_in_four_options_that_are_marked_wrong_are_shown_to_be_wrong():
    wrong = [(item.id, one.text) for item in questions() for one in item.options if not one.right]

    judged = {(claim.question, text) for claim in HERE if claim.question for text in shown(claim)}

    assert len(judged & {*wrong}) > 0.75 * len(wrong)
