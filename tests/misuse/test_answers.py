"""Every error and warning says, word for word, what answers.txt says, and draws the same."""

import pytest

from tests.misuse import advice, refusals
from tests.misuse.answers import LINES, answer, written

WRITTEN = written()
REFUSALS = refusals.WRITTEN.read_text("utf-8")


@pytest.mark.parametrize("title", LINES)
def test_the_answer_is_the_one_that_was_read_through(title):
    assert answer(LINES[title]).rstrip() == WRITTEN[title], "python -m tests.misuse.answers"


def test_every_line_has_an_answer_and_every_answer_a_line():
    assert set(WRITTEN) == set(LINES), "python -m tests.misuse.answers"


@pytest.mark.parametrize("maker", [*refusals.makers()], ids=lambda maker: maker[0])
def test_a_constructor_takes_and_refuses_what_it_did_when_it_was_read_through(maker):
    taken, answers = refusals.refusals(*maker)

    title = f"{maker[0]} "
    lines = [line for line in REFUSALS.splitlines() if line.startswith(title)]
    assert taken == lines, "python -m tests.misuse.refusals"
    for words in answers:
        assert f"\n{words}\n" in REFUSALS, "python -m tests.misuse.refusals"


def test_the_text_has_no_answer_that_nobody_gives_any_more():
    gone = set(REFUSALS.splitlines()) - set(refusals.written().splitlines())

    assert not gone, "python -m tests.misuse.refusals"


def test_the_advice_about_shapes_is_what_it_was_when_it_was_read_through():
    assert advice.written() == advice.WRITTEN.read_text("utf-8"), "python -m tests.misuse.advice"
