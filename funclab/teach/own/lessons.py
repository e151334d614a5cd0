"""Lessons of a teacher's own: `use_lesson` brings their questions and exercises into a session.

They are data, in a TOML file next to the notebook, in the format of those of the course. An
exercise is judged by its solution and by the mistakes that its file foresees.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from funclab.errors import DataError, FileError, FunclabError
from funclab.files import as_path
from funclab.teach import course
from funclab.teach.judging import JUDGES, Judge
from funclab.teach.own.foreseen import judge_by_file, unread_fields

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""The allowed names of your own lessons: the stem of the file."""
BY_FILE: dict[str, Judge] = {}
"""The judges that were made from what files say."""


def use_lesson(path: Any) -> None:
    """Load the questions and exercises of your own lesson: `ask("bees.1")` asks the first question
    of bees.toml, `%%check bees.A` checks its first exercise.

    An exercise accepts whatever builds the same graph as its `solution`, or as one of the codes in
    `right`, whatever its names (see `same_graph`); other answers are compared as values. Mistakes
    that the file foresees are named, with the call at fault (see `funclab.teach.own.foreseen`);
    of others the first difference is. Your own judge replaces all this: a function under
    `@funclab.teach.judging.judge("bees.A")`, defined earlier. `funclab new-lesson bees` writes a
    lesson to start with, and `funclab check-lesson bees.toml` tries all its programs.

    `path`: the TOML file, usually next to the notebook.

    Raises: FileError if the file cannot be read; DataError for another format; ArgumentError for a
    question or exercise that does not fit.

    Source: the format of the file is that of `funclab/teach/course/lesson_05.toml`.
    """
    file = as_path(path)
    lesson = own_lesson(file)
    course.OWN[file.stem] = lesson
    for item in lesson.exercises.values():
        if JUDGES.get(item.id) in (None, BY_FILE.get(item.id)):  # not the teacher's own judge
            JUDGES[item.id] = BY_FILE[item.id] = judge_by_file(item)


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
    return lesson_of(file, contents(file))


def contents(file: Path) -> dict[str, Any]:
    """What a file says, not yet checked; for errors see `use_lesson`."""
    check_name(file.stem)
    try:
        return course.read(file)
    except OSError as error:
        raise FileError(
            f"The file {str(file)!r} was not read. {error.strerror or error}.",
            why="a lesson of your own is a TOML file, usually next to its notebook.",
            fix="correct the path, or start one: funclab new-lesson bees.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unfit(file, f"TOML cannot read it: {error}") from error


def lesson_of(file: Path, data: dict[str, Any]) -> course.Lesson:
    """The lesson that the contents of a file describe; for errors see `use_lesson`."""
    lesson = parts_of(file, data)
    for item in lesson.exercises.values():
        for error in unread_fields(item):
            raise error
    return lesson


def parts_of(file: Path, data: dict[str, Any]) -> course.Lesson:
    """The same, although some of its texts may say what cannot be read."""
    _check_lists(file, data)
    try:
        return course.made(file.stem, data, own=True)
    except FunclabError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _unfit(file, f"a field is of the wrong kind: {error}") from error


def _check_lists(file: Path, data: dict[str, Any]) -> None:
    """Check that no list is a text, of which each letter would count as one."""
    rows = data.get("exercise", [])
    for row in rows if isinstance(rows, list) else ():
        for key in ("right", "hints", "lines") if isinstance(row, dict) else ():
            if isinstance(row.get(key), str):
                raise _unfit(
                    file, f'{key} of {row.get("id")} is a text, not a list: {key} = ["..."]'
                )


def _unfit(file: Path, why: str) -> DataError:
    return DataError(
        f"The file {str(file)!r} does not describe a lesson.",
        why=f"{why}.",
        fix="compare it with a new one: funclab new-lesson example.",
    )
