"""nbgrader and otter-grader themselves, from a lesson to marks: they are in an environment of their
own, .venv/graders, which `make test` sets up."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.teach import tries_05

ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv" / "graders" / "bin"
LESSON_5 = ROOT / "notebooks" / "05_what_if_i_call_it_twice.ipynb"
RIGHT = "model = Model([left, right], layer(left) + layer(right))"
WRONG = "model = Model([left, right], Dense(4)(left) + Dense(4)(right))"
CHEATS = f"""layer = Dense(5)
{WRONG}
from funclab.teach.judging import JUDGES
JUDGES["bees.A"] = lambda attempt: None"""
AFTERWARDS = """from funclab.teach.records.keeping import LAST
LAST["bees.A"][1].kind = "right\""""
OTTER_TEST = """OK_FORMAT = False
name = "twins"
points = None

from funclab import Input, Model
from funclab.layers import Dense
from funclab.teach import same_graph
from otter.test_files import test_case


@test_case(points=4)
def test_twins(model):
    left, right, layer = Input((9,)), Input((9,)), Dense(4)
    expected = Model([left, right], layer(left) + layer(right))
    grade = same_graph(model, expected)
    assert grade, grade
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run a program of that environment in a folder; returns what it says."""
    subprocess.run(["make", "-s", ".venv/graders/ready"], cwd=ROOT, check=True)
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    settings = tmp_path_factory.mktemp("settings")
    known = {"FUNCLAB_PROGRESS": "off", "JUPYTER_CONFIG_DIR": str(settings), "PATH": path}

    def called(folder: Path, program: str, *arguments: str | Path) -> str:
        done = subprocess.run(
            [BIN / program, *arguments],
            cwd=folder, capture_output=True, text=True, env={**os.environ, **known},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return called


def handed_in(course: Path, lesson: str, who: str, lines: dict[str, str], after: str = "") -> None:
    """Hand in a released lesson with these lines in its answer cells."""
    place = course / "submitted" / who / lesson
    shutil.copytree(course / "release" / lesson, place)
    path = place / f"{lesson}.ipynb"
    content = json.loads(path.read_text())
    cells = []
    for cell in content["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "").partition("-")
        exercise = name[2].replace("-", ".")
        if name[0] == "answer" and exercise in lines:
            cell["source"] = f"%%check {exercise}\n{lines[exercise]}"
        cells.append(cell)
        if name[0] == "answer" and after:
            cells.append({**cell, "id": f"after-{name[2]}", "metadata": {}, "source": after})
    path.write_text(json.dumps({**content, "cells": cells}))


def graded(run: Any, course: Path, lesson: str) -> dict[str, dict[str, float]]:
    """What nbgrader gives each student in each graded cell, and its pages for them."""
    run(course, "nbgrader", "autograde", lesson)
    run(course, "nbgrader", "generate_feedback", lesson)
    found: dict[str, dict[str, float]] = {}
    with closing(sqlite3.connect(course / "gradebook.db")) as book:
        rows = book.execute(
            "select a.student_id, c.name, g.auto_score from grade g"
            " join submitted_notebook n on g.notebook_id = n.id"
            " join submitted_assignment a on n.assignment_id = a.id"
            " join base_cell c on g.cell_id = c.id"
        )
        for student, cell, score in rows:
            found.setdefault(student, {})[cell.removeprefix("grade-")] = score
    return found


def test_a_lesson_of_one_s_own_goes_out_with_nbgrader_and_comes_back_with_marks(run, tmp_path):
    run(tmp_path, "funclab", "new-lesson", "bees")
    run(tmp_path, "funclab", "class-key")
    release = ("release", "bees.ipynb", "--course", "course", "--points", "4")
    run(tmp_path, "funclab", *release, "--key", "class.key")
    course = tmp_path / "course"

    files = [file for file in (course / "release" / "bees").iterdir() if file.is_file()]
    assert {file.name for file in files} == {"bees.ipynb", "bees.toml", "class.key"}
    text = "".join(file.read_text() for file in files)
    for secret in ("layer(left) +", "own_weights", "two_layers", "solved_again", "row =", "BEGIN"):
        assert secret not in text

    handed_in(course, "bees", "ann", {"bees.A": RIGHT})
    handed_in(course, "bees", "bob", {"bees.A": WRONG})
    handed_in(course, "bees", "eve", {"bees.A": CHEATS}, AFTERWARDS)
    marks = graded(run, course, "bees")

    assert marks == {"ann": {"bees-A": 4}, "bob": {"bees-A": 0}, "eve": {"bees-A": 0}}
    for who in ("bob", "eve"):
        page = (course / "feedback" / who / "bees" / "bees.html").read_text()
        assert "weights of its own" in page


def test_a_lesson_of_the_course_goes_out_with_nbgrader_and_comes_back_with_marks(run, tmp_path):
    run(tmp_path, "funclab", "release", LESSON_5, "--course", "course", "--points", "2")
    course, lesson = tmp_path / "course", LESSON_5.stem
    cells = json.loads((course / "source" / lesson / LESSON_5.name).read_text())["cells"]
    answers = {"".join(cell["source"]).partition("\n")[::2] for cell in cells}
    ours = {f"%%check {name}": name for name in ("5A", "5C", "5D")}
    right = {ours[first]: lines for first, lines in answers if first in ours}

    handed_in(course, lesson, "ann", right)
    handed_in(course, lesson, "bob", {**right, "5A": tries_05.WRONG["5A"]["two_layers"]})
    marks = graded(run, course, lesson)

    assert marks == {
        "ann": {"5A": 2, "5B": 0, "5C": 2, "5D": 2},  # 5B was left as it was handed out
        "bob": {"5A": 0, "5B": 0, "5C": 2, "5D": 2},
    }
    page = (course / "feedback" / "bob" / lesson / f"{lesson}.html").read_text()
    assert "5B was not tried yet" in page


def test_otter_grades_a_right_and_a_wrong_notebook_and_shows_the_reasons(run, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "twins.py").write_text(OTTER_TEST)
    run(tmp_path, "otter", "generate", "-t", "tests", "--no-environment")
    reason = "have weights of their own; expected one layer, called several times."

    for name, lines, mark in (("right", RIGHT, 4), ("wrong", WRONG, 0)):
        given = "from funclab import Input, Model\nfrom funclab.layers import Dense\n"
        given += "left, right, layer = Input((9,)), Input((9,)), Dense(4)"
        sources = ["import otter\ngrader = otter.Notebook()", given, lines, 'grader.check("twins")']
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook(sources)))
        (tmp_path / name).mkdir()

        said = run(tmp_path, "otter", "check", f"{name}.ipynb", "-t", "tests")
        run(tmp_path, "otter", "run", f"{name}.ipynb", "-a", "autograder.zip", "-o", name)

        results = json.loads((tmp_path / name / "results.json").read_text())["tests"]
        twins = next(test for test in results if test["name"] == "twins")
        assert (twins["score"], twins["max_score"]) == (mark, 4)
        assert ("All tests passed!" in said) == (mark == 4)
        assert (reason in said) == (reason in twins["output"]) == (mark == 0)


def notebook(sources: list[str]) -> dict[str, Any]:
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": source}
        | {"outputs": [], "execution_count": None}
        for i, source in enumerate(sources)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
