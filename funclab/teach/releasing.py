"""`funclab release`: lessons as assignments of nbgrader, with solutions for the teacher only.

Each exercise becomes two cells: one for the answer, with our solution between nbgrader's own
markers, and a locked one that grades it. nbgrader itself then makes the release without solutions.
Of a lesson of your own, the file that its notebook reads has no solutions either: they are hidden
in the locked cells, which students get without them.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from pprint import pformat
from typing import Any

from funclab.errors import DataError
from funclab.files import write_text
from funclab.teach import course
from funclab.teach.catching_up import notebook, without_magics
from funclab.teach.own.graded import as_toml, for_students
from funclab.teach.own.lessons import contents, lesson_of
from funclab.teach.records.signing import read_key
from funclab.teach.restoring import EXERCISE

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ASKING = re.compile(r"(?:\w+\.)*(?:ask|use_lesson)\(")
"""A statement that asks a question, or brings the lesson's file into the session."""
SCHEMA = 3
"""The version of nbgrader's metadata."""


def release(paths: Sequence[Path], folder: Path, points: float = 1, key: Path | None = None) -> int:
    """Write lessons to `folder`/source/NAME/NAME.ipynb, and let nbgrader make their releases.

    Without nbgrader, prints the command to run where it is installed. Returns 1 if nbgrader
    failed. `points`: for each exercise. `key`: the file with the class's key; students find it
    beside each notebook, as class.key.

    Raises: FileError for a notebook or key that cannot be read or written; DataError for a notebook
    without an exercise, for one of your own that has no solution in its file, or without a key.
    """
    signed_by = read_key(key)
    names = [path.stem for path in paths]
    for path in paths:
        text = json.dumps(assignment(path, points), indent=1, ensure_ascii=False) + "\n"
        source = folder / "source" / path.stem / path.name
        source.parent.mkdir(parents=True, exist_ok=True)
        write_text(source, text)
        own = path.with_suffix(".toml")
        if own.exists():
            write_text(source.with_suffix(".toml"), as_toml(for_students(contents(own))))
        if signed_by is not None:
            write_text(source.with_name("class.key"), f"{signed_by}\n")
        print(f"{source} has the solutions: keep it to yourself.", flush=True)
    command = ["-m", "nbgrader", "generate_assignment", "--force"]
    command += [f"--CourseDirectory.root={folder.resolve()}"]
    if importlib.util.find_spec("nbgrader") is None:
        typed = " ".join(["nbgrader", *command[2:]])
        print("nbgrader is not installed here. Where it is, type for each:")
        print("\n".join(f"    {typed} {name}" for name in names))
        return 0
    # nbgrader calls, by name, a program that was installed with it.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    run = partial(subprocess.run, env={**os.environ, "PATH": path})
    codes = [run([sys.executable, *command, name]).returncode for name in names]
    for name in names if not any(codes) else ():
        print(f"{folder / 'release' / name} is for the students.")
    return int(any(codes))


def assignment(path: Path, points: float) -> dict[str, Any]:
    """A lesson with a cell for each answer and one that grades it, in nbgrader's format.

    Raises: FileError for a file that is not a notebook; DataError without an exercise.
    """
    content = notebook(path)
    cells = content["cells"]
    own = _own_exercises(path)
    given: list[str] = []
    made: list[dict[str, Any]] = []
    for cell in cells:
        named = EXERCISE.match("".join(cell["source"])) if cell["cell_type"] == "code" else None
        if named is None:
            made.append(cell)
            if cell["cell_type"] == "code":
                given.append(given_source(cell))
            continue
        name = named[1] or named[2]
        item, row = own.get(name) or (course.exercise(name), None)
        made += exercise_cells(item, points, hidden_test(row, given) if row else "")
        given.append(item.solution_code)
    if len(made) == len(cells):
        raise DataError(
            f"The notebook {str(path)!r} has no exercise.",
            why='exercises are cells that begin with %%check 5B or arrange("5A").',
            fix="release the notebook of a lesson.",
        )
    for cell in made:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    # The stored state of views may show what the teacher has tried.
    metadata = {name: x for name, x in content["metadata"].items() if name != "widgets"}
    return {**content, "cells": made, "metadata": metadata}


def _own_exercises(path: Path) -> dict[str, tuple[course.Exercise, dict[str, Any]]]:
    """The exercises in the file next to a notebook, each with what that says of it.

    Raises: DataError for one without a solution.
    """
    file = path.with_suffix(".toml")
    if not file.exists():
        return {}
    data = contents(file)
    lesson = lesson_of(file, data)
    for item in lesson.exercises.values():
        if not item.solution:
            raise DataError(
                f"{item.id} cannot be released.",
                why=f"{str(file)!r} has no solution of it, so nothing can grade it.",
                fix="add its solution, and try it: funclab check-lesson.",
            )
    return {row["id"]: (lesson.exercises[row["id"]], row) for row in data.get("exercise", [])}


def given_source(cell: dict[str, Any]) -> str:
    """The statements of a cell that make what exercises need: no magics, and no questions."""
    source = without_magics("".join(cell["source"]))
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # such as a cell that shows one
        return ""
    return "\n".join(ast.unparse(x) for x in statements if not ASKING.match(ast.unparse(x)))


def hidden_test(row: dict[str, Any], given: Sequence[str]) -> str:
    """The lines of a locked cell that students do not get: what is right, and how it is judged."""
    kept = [source for source in given if source.strip()]
    lines = [
        "### BEGIN HIDDEN TESTS",
        "from funclab.teach.own.graded import solved_again",
        "",
        f"row = {pformat(row, sort_dicts=False)}",
        f"given = {pformat(kept)}",
        "grade = solved_again(row, given)",
        "### END HIDDEN TESTS",
    ]
    return "\n".join([*lines, ""])


def exercise_cells(item: course.Exercise, points: float, hidden: str) -> list[dict[str, Any]]:
    """The cell for the answer, with our solution in it, and the locked one that grades it, with
    lines that are hidden from students."""
    name = item.id.replace(".", "-")
    answer = [f"%%check {item.id}", *given_lines(item), BEGIN]
    answer += [*item.solution_code.strip("\n").splitlines()[kept_lines(item) :], END]
    test = f'from funclab.teach import solved\n\ngrade = solved("{item.id}")\n{hidden}'
    test += f"print(grade)\ngrade.points({points:g})"
    return [
        _cell(f"answer-{name}", "\n".join(answer), solution=True),
        _cell(f"grade-{name}", test, grade=True, locked=True, points=points),
    ]


def given_lines(item: course.Exercise) -> list[str]:
    """What comes before a student's own lines: given lines to keep, and the others as comments."""
    if item.lines:
        lines = random.Random(item.id).sample(item.lines, len(item.lines))
        return ["# Put these lines in order; some may be left over."] + [f"# {x}" for x in lines]
    start, kept = item.start.strip("\n").splitlines(), kept_lines(item)
    rest = start[kept:]
    return start[:kept] + [
        f"# {line}" if line.strip()[:1] not in ("", "#") else line for line in rest
    ]


def kept_lines(item: course.Exercise) -> int:
    """How many of its first lines the solution has in common with the given lines."""
    start, solution = item.start.strip("\n"), item.solution_code.strip("\n")
    pairs = [a == b for a, b in zip(start.splitlines(), solution.splitlines())]
    return pairs.index(False) if False in pairs else len(pairs)


def _cell(grade_id: str, source: str, **facts: Any) -> dict[str, Any]:
    roles = {"grade": False, "locked": False, "solution": False, "task": False, **facts}
    metadata = {"nbgrader": {"grade_id": grade_id, "schema_version": SCHEMA, **roles}}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": grade_id,
        "metadata": {**metadata, "tags": ["exercise"]},
        "outputs": [],
        "source": source,
    }
