"""For all tests of exercises: a judge that fails is hidden from students, and not from tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from funclab.teach import course
from funclab.teach.checking import known_exercise
from funclab.teach.judging import JUDGES, NotThere


@pytest.fixture(autouse=True)
def judges_do_not_fail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No judge raises anything, but that a lesson's variable is not there."""
    failures = []
    for number in course.numbers():
        for exercise in course.lesson(number).exercises:
            known_exercise(exercise)  # it makes the judges of its lesson known

    def told(judge):
        def judged(attempt):
            try:
                return judge(attempt)
            except NotThere:
                raise
            except Exception as error:
                failures.append(error)
                raise

        return judged

    for name, judge in JUDGES.items():
        monkeypatch.setitem(JUDGES, name, told(judge))
    yield
    assert failures == []
