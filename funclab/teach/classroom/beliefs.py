"""Which misconceptions the students of a class hold, by their answers and tries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from funclab.teach import course
from funclab.teach.classroom.records import Answer, Hint, Records, Try


@dataclass(frozen=True)
class Belief:
    """A misconception, and the codes of students who held it at some time, and who hold it by their
    latest evidence. `again`: the question to vote on again, in which most hold it; or ""."""

    known: course.Misconception
    ever: set[str]
    now: set[str]
    again: str


def beliefs(students: Iterable[Records], lessons: Iterable[str]) -> list[Belief]:
    """The misconceptions that somebody has held in some lessons or in tests, first those that most
    hold now.

    A student holds one if the latest answer or try that could show it does show it. What could: an
    answer to a question with an option that is tied to it, a try with such a mistake, and a right
    try at an exercise with such a mistake.
    """
    ever: dict[int, set[str]] = defaultdict(set)
    now: dict[int, set[str]] = defaultdict(set)
    chosen: dict[int, Counter[str]] = defaultdict(Counter)
    groups = {*lessons, *course.FORMS}
    for student in students:
        latest: dict[int, bool] = {}
        for record in student.all:
            shown = _shown_by(record, groups)
            latest |= shown
            for number in (number for number, holds in shown.items() if holds):
                ever[number].add(student.code)
                if isinstance(record, Answer) and record.group not in course.FORMS:
                    chosen[number][record.question.id] += 1
        for number, holds in latest.items():
            if holds:
                now[number].add(student.code)
    found = [
        Belief(known, ever[number], now[number], *_most(chosen[number]))
        for number, known in course.misconceptions().items()
        if ever[number]
    ]
    return sorted(found, key=lambda one: (-len(one.now), -len(one.ever), one.known.number))


def _shown_by(record: Answer | Try | Hint, groups: set[str]) -> dict[int, bool]:
    """For each misconception that an answer or try could show, whether it does."""
    if isinstance(record, Answer):
        if record.option is None or record.group not in groups:
            return {}
        options = record.question.options
        held = options[record.option].misconception
        return {x.misconception: x.misconception == held for x in options if x.misconception}
    if isinstance(record, Hint) or str(record.exercise.lesson) not in groups:
        return {}
    if record.mistake:
        return {record.misconception: True} if record.misconception else {}
    return {wrong.misconception: False for wrong in record.exercise.wrong.values()}


def _most(chosen: Counter[str]) -> list[str]:
    """The question that is counted most often, or an empty name."""
    return [name for name, _ in chosen.most_common(1)] or [""]
