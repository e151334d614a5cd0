"""Lessons of a teacher's own: `use_lesson` brings their questions and exercises into a session.

They are data, in a TOML file next to the notebook, in the same format as those of the course. An
exercise is judged by its solution: any lines that build the same graph are right.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from funclab.errors import DataError, FileError, FunclabError
from funclab.files import as_path
from funclab.graph.aside import set_aside
from funclab.models.model import Functional
from funclab.teach import course
from funclab.teach.attempt import Attempt, run
from funclab.teach.checking import base_names
from funclab.teach.grading import same_graph
from funclab.teach.graphs import fixed_start
from funclab.teach.judging import JUDGES, Judge, Mistake
from funclab.teach.records.answers import same_answer
from funclab.view.draw.sentences import say

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""The allowed names of your own lessons: the stem of the file."""
BY_SOLUTION: dict[str, Judge] = {}
"""The judges that were made from solutions."""


def use_lesson(path: Any) -> None:
    """Load the questions and exercises of your own lesson: `ask("bees.1")` asks the first question
    of bees.toml, `%%check bees.A` checks its first exercise.

    An exercise accepts whatever builds the same graph as its `solution`, or as one of the codes in
    `right`, whatever its names (see `same_graph`); other answers are compared as values. Your own
    judge replaces this check: a function under `@funclab.teach.judging.judge("bees.A")`, defined
    earlier. `funclab new-lesson bees` writes a lesson to start with.

    `path`: the TOML file, usually next to the notebook.

    Raises: FileError if the file cannot be read; DataError for another format; ArgumentError for a
    question or exercise that does not fit.

    Source: the format of the file is that of `funclab/teach/course/lesson_05.toml`.
    """
    file = as_path(path)
    lesson = own_lesson(file)
    course.OWN[file.stem] = lesson
    for item in lesson.exercises.values():
        if JUDGES.get(item.id) in (None, BY_SOLUTION.get(item.id)):  # not the teacher's own judge
            JUDGES[item.id] = BY_SOLUTION[item.id] = judge_by_solution(item)


def check_name(name: str) -> None:
    """Check that the name of a lesson can be the first part of the names of its questions.

    Raises: DataError for a name that cannot.
    """
    if not NAME.fullmatch(name):
        raise DataError(
            f"{name!r} cannot be the name of a lesson.",
            why="it begins the names of the questions, such as bees.1.",
            fix="call it for example bees, with letters, digits and _ only.",
        )
    if name in course.ORDER:
        raise DataError(
            f"{name!r} is the name of a lesson of the course.",
            why=f"{name}.1 would be a question of both.",
            fix=f"call yours for example my_{name}.",
        )


def own_lesson(file: Path) -> course.Lesson:
    """The lesson in a file of your own; for errors see `use_lesson`."""
    check_name(file.stem)
    try:
        return course.made(file.stem, course.read(file), own=True)
    except FunclabError:
        raise
    except OSError as error:
        raise FileError(
            f"The file {str(file)!r} was not read. {error.strerror or error}.",
            why="a lesson of your own is a TOML file, usually next to its notebook.",
            fix="correct the path, or start one: funclab new-lesson bees.",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise _unfit(file, f"TOML cannot read it: {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        said = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise _unfit(file, f"a field is missing or unknown: {said}") from error


def _unfit(file: Path, why: str) -> DataError:
    return DataError(
        f"The file {str(file)!r} does not describe a lesson.",
        why=f"{why}.",
        fix="compare it with a new one: funclab new-lesson example.",
    )


def judge_by_solution(item: course.Exercise) -> Judge:
    """A judge that accepts what the solution, or another right answer, makes."""

    def as_the_solution(attempt: Attempt) -> Mistake | None:
        names = dict(attempt.names if attempt.before is None else attempt.before)
        names.pop(item.wants, None)
        with fixed_start(), set_aside():  # the notebook's random numbers and layers are not changed
            tries = [
                run(code, base_names(names), item.wants)
                for code in (item.solution_code, *item.right)
            ]
        return _mistake(item, attempt.answer, tries)

    return as_the_solution


def _mistake(item: course.Exercise, answer: Any, tries: list[Attempt]) -> Mistake | None:
    """What is wrong with an answer, compared with what the right lines made."""
    stopped = [tried for tried in tries if tried.error is not None]
    if stopped:
        line, error = stopped[0].stopped_at, stopped[0].error
        return Mistake("", reason=say("lesson_solution_stops", id=item.id, line=line, error=error))
    graphs = [tried.answer for tried in tries if isinstance(tried.answer, Functional)]
    if graphs:
        grade = same_graph(answer, graphs)
        return None if grade else Mistake("", reason=grade.reasons[0])
    if any(same_answer(answer, tried.answer) for tried in tries):
        return None
    return Mistake("", reason=say("lesson_not_asked_for", name=item.wants))
