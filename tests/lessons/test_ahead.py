"""No stored output gives the answer to a question away that stands above it.

A question covers every output up to the next question, exercise or heading (`view/lesson/ahead.js`;
tests/browser/test_ahead.py looks at pages). So an answer is given away if something printed further
below has a number of it: one of two digits or more in the right option that is neither in the
question nor in another option; a percentage may be off by two, as a run is.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from funclab.teach import course
from tests.lessons.lesson import LESSONS, Lesson, tags

ASKED = re.compile(r'ask\("([^"]+)"\)')
PASSED = {
    ("make.3", "40"): "at T = 2, so many headlines keep the rules",
    ("make.5", "90"): "of another writer, which has read fifty headlines",
}
"""Numbers of an answer that are printed of something else, with what that is."""


def numbers(text: str) -> set[str]:
    return {one.replace(",", "") for one in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}


def telling(question: course.Question) -> set[str]:
    """The numbers that only the right option has."""
    others = [option.text for i, option in enumerate(question.options) if i != question.answer]
    known = set().union(*map(numbers, [question.text, *others]))
    right = numbers(question.options[question.answer].text) - known
    return {number for number in right if len(number) > 1}


def begins_something_else(cell: Any) -> bool:
    if cell.cell_type == "markdown":
        return bool(re.match(r"#{1,3} ", cell.source))
    return bool({"ask", "recall", "exercise"} & set(tags(cell)))


def printed_below(lesson: Lesson, cell: Any) -> str:
    """All that is printed behind what a question covers."""
    rest = lesson.cells[lesson.cells.index(cell) + 1 :]
    end = next((i for i, one in enumerate(rest) if begins_something_else(one)), len(rest))
    outputs = [one for below in rest[end:] for one in below.get("outputs", [])]
    return "".join(one.text for one in outputs if one.output_type == "stream")


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_no_printed_number_below_what_a_question_covers_is_its_answer(lesson):
    given_away = []

    for cell in lesson.code:
        asked = ASKED.match(cell.source)
        if not asked:
            continue
        question = course.question(asked[1])
        share = "%" in question.options[question.answer].text
        there = numbers(printed_below(lesson, cell))
        near = 2 if share else 0
        given_away += [
            (question.id, number)
            for number in telling(question)
            if any(abs(float(number) - float(one)) <= near for one in there)
            and (question.id, number) not in PASSED
        ]

    assert given_away == []
