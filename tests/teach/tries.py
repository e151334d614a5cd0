"""Tries at exercises as tables: the lines of a student, by the exercise and what is wrong in them.

A lesson's file, such as `tries_01.py`, holds LESSON (lines that the lesson runs before its
exercises), BEFORE (what it runs besides before one exercise, because it takes long), RIGHT and
WRONG. RIGHT maps an
exercise to three programs of different structure; WRONG maps it to a program for each mistake that
is foreseen, by its name. Where one mistake has several faces, MORE
maps the exercise to (name, program) pairs. REFUSED maps it to programs with mistakes that are not
foreseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

from funclab.teach import course
from funclab.teach.attempt import run
from funclab.teach.checking import base_names

OTHER = "other"


class Try(NamedTuple):
    """An exercise, what is wrong in the lines ("" for nothing, OTHER for what is not foreseen), and
    the lines."""

    lesson: int | str
    exercise: str
    mistake: str
    lines: str

    def __str__(self) -> str:
        first = self.lines.strip().splitlines()[-1][:30]
        return f"{self.exercise} {self.mistake or 'right'}: {first}"

    @property
    def before(self) -> str:
        """The lines that the lesson has run before the exercise is tried."""
        lesson = module(self.lesson)
        return lesson.LESSON + getattr(lesson, "BEFORE", {}).get(self.exercise, "")

    @property
    def names(self) -> dict[str, Any]:
        """The variables of the lesson, made anew."""
        attempt = run(self.before, base_names({}))
        assert attempt.error is None, attempt.error
        return dict(attempt.names)


def module(lesson: int | str) -> Any:
    return import_module(f"tests.teach.{course.file_stem(lesson).replace('lesson', 'tries')}")


LESSONS = course.numbers()


def tries() -> Iterator[Try]:
    for lesson in LESSONS:
        for exercise, programs in module(lesson).RIGHT.items():
            yield from (Try(lesson, exercise, "", lines) for lines in programs)
        for exercise, mistakes in module(lesson).WRONG.items():
            more = getattr(module(lesson), "MORE", {}).get(exercise, [])
            named = [*mistakes.items(), *more]
            yield from (Try(lesson, exercise, name, lines) for name, lines in named)
        for exercise, programs in getattr(module(lesson), "REFUSED", {}).items():
            yield from (Try(lesson, exercise, OTHER, lines) for lines in programs)
