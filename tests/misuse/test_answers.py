"""Every error and warning says, word for word, what answers.txt says, and draws the same."""

import pytest

from tests.misuse import advice, refusals
from tests.misuse.answers import LINES, answer, written

WRITTEN = written()


@pytest.mark.parametrize("title", LINES)
def test_the_answer_is_the_one_that_was_read_through(title):
    assert answer(LINES[title]).rstrip() == WRITTEN[title], "python -m tests.misuse.answers"


def test_every_line_has_an_answer_and_every_answer_a_line():
    assert set(WRITTEN) == set(LINES)


def test_constructors_take_and_refuse_what_they_did_when_it_was_read_through():
    assert refusals.refusals() == refusals.WRITTEN.read_text("utf-8"), "tests.misuse.refusals"


def test_the_advice_about_shapes_is_what_it_was_when_it_was_read_through():
    assert advice.written() == advice.WRITTEN.read_text("utf-8"), "python -m tests.misuse.advice"
