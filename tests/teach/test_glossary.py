"""The terms of the course."""

from __future__ import annotations

import re

import pytest

from funclab.errors import NameLookupError
from funclab.teach import course, glossary
from funclab.teach.course.glossary import terms


def test_a_term_is_said_in_a_sentence_or_two_with_the_lessons_that_explain_it():
    for term in terms().values():
        assert re.fullmatch(r"[A-Z][^.]+\.( [A-Z][^.]+\.)?", re.sub(r"\d\.\d", "1", term.text))
        assert len(term.text.split()) <= 25 and {*term.lessons} <= {*course.ORDER}
    assert len(terms()) >= 60


def test_a_term_is_found_in_any_letters_and_links_to_its_lesson():
    shown = glossary("Shared Layer")

    assert repr(shown).startswith("shared layer: ")
    assert '<a href="05_what_if_i_call_it_twice.ipynb">5</a>' in shown._repr_html_()


def test_without_a_term_all_are_shown_in_the_order_of_the_file():
    assert [line.split(":")[0] for line in repr(glossary()).splitlines()] == [*terms()]


def test_a_term_that_is_not_there_is_named_with_one_that_is_near():
    with pytest.raises(NameLookupError, match="no term 'gradiant'.*gradient"):
        glossary("gradiant")
