"""What the answers of a class show: of each question and its options, and of the concept test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from funclab.teach import course
from funclab.teach.classroom.records import Answer, Records
from funclab.teach.classroom.statistics import (
    Estimate,
    correlation,
    gain,
    reliability,
    share,
    thirds,
)

SECOND_VOTE = 2
EASY, ODD_BELOW, CHOSEN_BY = 0.9, 0.1, 0.05

Chosen = Mapping[str, Mapping[str, Answer]]
"""For each question, the answer of each student, by code."""


@dataclass(frozen=True)
class Item:
    """A question or an item of the test. Counts are by option, in the order of the course.

    `first`: the first answers, `second`: those of second votes; `looked`: how many asked for the
    answer first. `by_third`: for each option, the first answers of students in the upper, middle
    and lower third by their other answers; `discrimination`: the correlation with those.
    """

    question: course.Question
    group: str
    first: list[int]
    second: list[int]
    looked: int
    right: Estimate | None
    discrimination: Estimate | None
    by_third: list[list[int]]
    gain: Estimate | None

    @property
    def n(self) -> int:
        return sum(self.first)

    @property
    def flags(self) -> list[str]:
        """What to look at: "easy", "guessed", "odd" (hardly correlated), "idle" (a wrong option
        that hardly anybody chose), "draws" (one that draws the stronger students)."""
        if self.right is None:
            return []
        wrong = [i for i, option in enumerate(self.question.options) if not option.right]
        r = self.discrimination
        found = {
            "easy": self.right.value > EASY,
            "guessed": self.right.value < 1 / len(self.first),
            "odd": r is not None and r.value < ODD_BELOW,
            "idle": any(self.first[i] < CHOSEN_BY * self.n for i in wrong),
            "draws": any(self.by_third[i][0] > self.by_third[i][2] + 1 for i in wrong),
        }
        return [name for name, holds in found.items() if holds]


@dataclass(frozen=True)
class TestResult:
    """The concept test: the students who took both forms, their mean shares right, the gain of
    Hake; and the reliability of each form, where it can be known."""

    __test__ = False  # pytest collects classes whose names begin with Test

    students: int
    before: float
    after: float
    gain: Estimate | None
    reliability: dict[str, float | None]


def chosen(students: Iterable[Records], groups: Iterable[str], vote: int = 0) -> Chosen:
    """The first answer of each student to each question of some lessons; of a form of the test,
    whose answers may be changed until its end, the last. With `vote`, that of this vote, which a
    test has not."""
    found: dict[str, dict[str, Answer]] = {}
    groups = {*groups}
    for student in students:
        for answer in student.answers:
            if answer.ticket or answer.group not in groups or (vote and answer.vote != vote):
                continue
            row = found.setdefault(answer.question.id, {})
            if vote or answer.group in course.FORMS:
                row[student.code] = answer
            else:
                row.setdefault(student.code, answer)
    return found


def items(students: Sequence[Records], groups: Sequence[str]) -> list[Item]:
    """The questions of some lessons, or of a form of the test, that were answered; students are
    compared by all of them."""
    first = chosen(students, groups)
    second = chosen(students, groups, SECOND_VOTE)
    right = {name: _right(row) for name, row in first.items()}
    known = {x.id: i for i, x in enumerate(course.all_questions().values())}
    order = sorted(first, key=lambda name: (name.rpartition(".")[0] in course.FORMS, known[name]))
    return [_item(name, first[name], second.get(name, {}), right) for name in order]


def _item(
    name: str,
    first: Mapping[str, Answer],
    second: Mapping[str, Answer],
    right: Mapping[str, Mapping[str, int]],
) -> Item:
    question = next(iter(first.values())).question
    mine, after = right[name], _right(second)
    # The students who answered more than half of all questions.
    compared = [
        code for code in mine if 2 * sum(code in row for row in right.values()) > len(right)
    ]
    scores = [_score(code, name, right) for code in compared]
    third = dict(zip(compared, thirds(scores)))
    both = [code for code in mine if code in after]
    return Item(
        question,
        course.group_of(question),
        first=_counts(question, first),
        second=_counts(question, second),
        looked=sum(answer.option is None for answer in first.values()),
        right=share(sum(mine.values()), len(mine)),
        discrimination=correlation([mine[code] for code in compared], scores),
        by_third=[
            [sum(first[x].option == i and third[x] == part for x in compared) for part in range(3)]
            for i in range(len(question.options))
        ],
        gain=gain([mine[code] for code in both], [after[code] for code in both]),
    )


def _counts(question: course.Question, answers: Mapping[str, Answer]) -> list[int]:
    options = [answer.option for answer in answers.values()]
    return [options.count(i) for i in range(len(question.options))]


def _right(row: Mapping[str, Answer]) -> dict[str, int]:
    """For each student who chose an option, 1 if it is right, else 0."""
    return {code: int(answer.right) for code, answer in row.items() if answer.option is not None}


def _score(code: str, name: str, right: Mapping[str, Mapping[str, int]]) -> float:
    """The share right of a student's answers to all other questions."""
    others = [row[code] for other, row in right.items() if other != name and code in row]
    return sum(others) / len(others) if others else 0.0


def test_result(students: Sequence[Records]) -> TestResult | None:
    """The gain from form A to form B, for students who answered all items of both; None if nobody
    did."""
    whole: dict[str, dict[str, list[int]]] = {}
    for form in course.FORMS:
        rows = chosen(students, [form])
        right = [_right(rows.get(item.id, {})) for item in course.concept_test(form)]
        whole[form] = {
            student.code: [row[student.code] for row in right]
            for student in students
            if all(student.code in row for row in right)
        }
    a, b = (whole[form] for form in course.FORMS)
    both = [code for code in a if code in b]
    if not both:
        return None
    before, after = ([sum(row[code]) / len(row[code]) for code in both] for row in (a, b))
    return TestResult(
        len(both),
        sum(before) / len(both),
        sum(after) / len(both),
        gain(before, after),
        {form: reliability([*rows.values()]) if rows else None for form, rows in whole.items()},
    )
