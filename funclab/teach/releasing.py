"""`funclab release`: lessons as assignments of nbgrader, with solutions for the teacher only.

Each exercise becomes two cells: one for the answer, with our solution between nbgrader's own
markers, and a locked one that grades it. nbgrader itself then makes the release without solutions.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from funclab.errors import DataError
from funclab.files import write_text
from funclab.teach import course
from funclab.teach.catching_up import notebook
from funclab.teach.restoring import EXERCISE

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SCHEMA = 3
"""The version of nbgrader's metadata."""


def release(paths: Sequence[Path], folder: Path, points: float = 1) -> int:
    """Write lessons to `folder`/source/NAME/NAME.ipynb, and let nbgrader make their releases.

    Without nbgrader, prints the command to run where it is installed. Returns 1 if nbgrader
    failed. `points`: for each exercise.

    Raises: FileError for a notebook that cannot be read or written; DataError for one without an
    exercise of the course.
    """
    names = [path.stem for path in paths]
    for path in paths:
        text = json.dumps(assignment(path, points), indent=1, ensure_ascii=False) + "\n"
        source = folder / "source" / path.stem / path.name
        source.parent.mkdir(parents=True, exist_ok=True)
        write_text(source, text)
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
    made: list[dict[str, Any]] = []
    for cell in cells:
        named = EXERCISE.match("".join(cell["source"])) if cell["cell_type"] == "code" else None
        if named is None:
            made.append(cell)
            continue
        item = course.exercise(named[1] or named[2])
        if item.lesson not in course.ORDER:
            raise DataError(
                f"{item.id} cannot be released.",
                why="its solution is in a file that its notebook reads, so students have it.",
                fix="grade it in a cell of hidden tests: same_graph(model, expected).",
            )
        made += exercise_cells(item, points)
    if len(made) == len(cells):
        raise DataError(
            f"The notebook {str(path)!r} has no exercise.",
            why='exercises are cells that begin with %%check 5B or arrange("5A").',
            fix="release the notebook of a lesson.",
        )
    for cell in made:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return {**content, "cells": made}


def exercise_cells(item: course.Exercise, points: float) -> list[dict[str, Any]]:
    """The cell for the answer, with our solution in it, and the locked one that grades it."""
    name = item.id.replace(".", "-")
    answer = [f"%%check {item.id}", *given_lines(item), BEGIN]
    answer += [*solution_lines(item), END]
    test = (
        f'from funclab.teach import solved\n\ngrade = solved("{item.id}")\nprint(grade)\n'
        f"grade.points({points:g})"
    )
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


def solution_lines(item: course.Exercise) -> list[str]:
    """Our solution, without the given lines that it begins with."""
    return item.solution_code.strip("\n").splitlines()[kept_lines(item) :]


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
