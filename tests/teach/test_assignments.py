"""Assignments of nbgrader made from lessons, and graded cells that come back."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import nbformat
import pytest

from funclab.errors import FileError
from funclab.teach import course, solved
from funclab.teach.catching_up import lesson_files
from funclab.teach.checking import check_lines
from funclab.teach.commands import main
from funclab.teach.releasing import assignment
from funclab.teach.restoring import restore
from tests import damage
from tests.teach.tries import Try

LESSONS = lesson_files()
ROLES = {"grade", "locked", "solution", "task", "grade_id", "schema_version"}


def exercises(lesson):
    return list(course.lesson(lesson).exercises)


def facts(cell):
    return cell["metadata"].get("nbgrader", {})


def cleared(source):
    """The source as nbgrader releases it: its stub in place of our solution."""
    before, _, rest = source.partition("### BEGIN SOLUTION")
    after = rest.partition("### END SOLUTION")[2]
    return f"{before}# YOUR CODE HERE\nraise NotImplementedError(){after}"


@pytest.fixture
def copy(tmp_path):
    """Lesson 5 as a student has it, to take cells out of."""
    path = tmp_path / LESSONS[5].name
    path.write_text(LESSONS[5].read_text())
    return path


def cells_of(path):
    return json.loads(path.read_text())["cells"]


def without(path, *starts):
    """Delete the cells that begin so."""
    content = json.loads(path.read_text())
    content["cells"] = [
        cell for cell in content["cells"] if not "".join(cell["source"]).startswith(starts)
    ]
    path.write_text(json.dumps(content))


# release


@pytest.mark.parametrize("lesson", course.numbers())
def test_each_exercise_becomes_an_answer_and_a_locked_cell_that_grades_it(lesson):
    made = assignment(LESSONS[lesson], points=2)

    nbformat.validate(nbformat.from_dict(made))
    cells = [cell for cell in made["cells"] if facts(cell)]
    answers, grades = cells[::2], cells[1::2]
    assert [facts(cell)["grade_id"] for cell in grades] == [
        f"grade-{name.replace('.', '-')}" for name in exercises(lesson)
    ]
    assert all({*facts(cell)} == ROLES and facts(cell)["solution"] for cell in answers)
    assert all({*facts(cell)} == {*ROLES, "points"} and facts(cell)["locked"] for cell in grades)
    assert all(cell.get("outputs", []) == [] for cell in made["cells"])


@pytest.mark.parametrize("lesson", course.numbers())
def test_what_is_left_without_our_solution_is_untried_and_gives_it_nowhere_away(lesson):
    for cell in assignment(LESSONS[lesson], points=1)["cells"]:
        if facts(cell).get("solution"):
            name, source = cell["source"].split()[1], cleared(cell["source"])
            item = course.exercise(name)
            left = {line for line in source.splitlines() if not line.startswith("#")}
            ours = {*item.solution_code.splitlines()} - {*item.start.splitlines(), ""}

            assert not left & ours
            assert check_lines(name, source.partition("\n")[2], {}).verdict.kind == "untried"
            assert "not tried yet" in str(solved(name))


@pytest.mark.parametrize("name", ["1A", "1C", "5A", "5C", "5D"])
def test_the_teacher_s_own_version_passes_its_grading_cells(name):
    lesson = course.exercise(name).lesson
    cells = assignment(LESSONS[lesson], points=3)["cells"]
    answer = next(c for c in cells if facts(c).get("grade_id") == f"answer-{name}")

    check_lines(name, answer["source"].partition("\n")[2], Try(lesson, name, "", "").names)

    assert solved(name).points(3) == 3


def test_a_release_says_what_to_keep_and_where_the_students_version_comes_from(tmp_path, capsys):
    code = main(["release", str(LESSONS[1]), "--course", str(tmp_path)])

    said = capsys.readouterr().out
    source = tmp_path / "source" / LESSONS[1].stem / LESSONS[1].name
    assert code == 0 and "### BEGIN SOLUTION" in source.read_text()
    assert "keep it to yourself" in said


def test_a_notebook_without_exercises_and_what_is_not_a_notebook_are_refused(tmp_path, capsys):
    for path in (LESSONS[1].parent / "00_start.ipynb", Path(__file__), tmp_path / "none.ipynb"):
        assert main(["release", str(path), "--course", str(tmp_path)]) == 1
    assert not list(tmp_path.iterdir())
    assert "has no exercise" in capsys.readouterr().err


# doctor


def test_exercises_that_were_deleted_come_back_where_they_were(copy, capsys):
    before = cells_of(copy)
    without(copy, "%%check 5B", "arrange", "%%check 5D")

    code = main(["doctor", str(copy)])

    said = capsys.readouterr().out
    assert code == 0 and [f"exercise {name}" in said for name in ("5A", "5B", "5C", "5D")] == [
        *(True, True, False, True)
    ]
    assert [cell["source"] for cell in cells_of(copy)] == [cell["source"] for cell in before]
    nbformat.validate(nbformat.read(copy, as_version=4))


def test_all_else_stays_as_the_student_has_it(copy):
    without(copy, "%%check 5B")
    content = json.loads(copy.read_text())
    content["cells"][0]["source"] = "# My notes"
    content["cells"].insert(3, {**content["cells"][1], "id": "mine", "source": "mine = 1"})
    content["cells"] = [cell for cell in content["cells"] if cell.get("id") != "cell-32"]
    copy.write_text(json.dumps(content))

    main(["doctor", str(copy)])

    cells = cells_of(copy)
    back = [cell for cell in cells if "".join(cell["source"]).startswith("%%check 5B")]
    assert len(back) == 1 and [cell for cell in cells if cell not in back] == content["cells"]


def test_a_cell_that_was_emptied_keeps_its_place_and_the_exercise_comes_after_it(copy):
    content = json.loads(copy.read_text())
    emptied = next(c for c in content["cells"] if "".join(c["source"]).startswith("%%check 5C"))
    emptied["source"] = ""
    copy.write_text(json.dumps(content))

    main(["doctor", str(copy)])

    nbformat.validate(nbformat.read(copy, as_version=4))
    assert sum("".join(c["source"]).startswith("%%check 5C") for c in cells_of(copy)) == 1


def test_a_notebook_that_lacks_nothing_is_not_written(copy, capsys):
    text = copy.read_text()

    assert main(["doctor", str(copy)]) == 0
    assert "all 4 graded cells are there" in capsys.readouterr().out
    assert copy.read_text() == text


def test_cells_of_an_assignment_come_back_from_the_file_that_is_named(tmp_path, capsys):
    original = tmp_path / "release.ipynb"
    original.write_text(json.dumps(assignment(LESSONS[5], points=1)))
    mine = tmp_path / "mine.ipynb"
    mine.write_text(original.read_text())
    content = json.loads(mine.read_text())
    gone = ("grade-5A", "answer-5B", "grade-5B")
    content["cells"] = [c for c in content["cells"] if facts(c).get("grade_id") not in gone]
    mine.write_text(json.dumps(content))

    unnamed = main(["doctor", str(mine)])
    named = main(["doctor", str(mine), "--from", str(original)])

    assert (unnamed, named) == (1, 0)
    said = capsys.readouterr()
    assert "--from ORIGINAL.ipynb" in said.err and all(name in said.out for name in gone)
    assert cells_of(mine) == cells_of(original)


def test_a_graded_cell_that_is_there_twice_is_named_and_left_to_the_student(tmp_path, capsys):
    original = tmp_path / "release.ipynb"
    content = assignment(LESSONS[5], points=1)
    original.write_text(json.dumps(content))
    twice = next(c for c in content["cells"] if facts(c).get("grade_id") == "grade-5A")
    content["cells"].append({**twice, "id": "pasted"})
    mine = tmp_path / "mine.ipynb"
    mine.write_text(json.dumps(content))
    text = mine.read_text()

    assert main(["doctor", str(mine), "--from", str(original)]) == 1
    assert "grade-5A is there several times" in capsys.readouterr().out
    assert mine.read_text() == text


@pytest.mark.parametrize("text", ["", "{}", '{"cells": 3}', '{"cells": [{}]}', "[1]"])
def test_what_is_not_a_notebook_stays_as_it_is(tmp_path, text, capsys):
    path = tmp_path / LESSONS[5].name
    path.write_text(text)

    assert main(["doctor", str(path)]) == 1
    assert "was not read as a notebook" in capsys.readouterr().err
    assert path.read_text() == text


def test_a_damaged_notebook_is_refused_with_an_explanation_and_stays(copy, trial):
    whole = copy.read_bytes()
    content = json.loads(whole)
    forged = [
        {**content, "cells": {}}, {**content, "cells": [3]}, {**content, "metadata": []},
        {**content, "cells": [{**content["cells"][0], "source": 5}]},
        {**content, "cells": [{**content["cells"][0], "metadata": {"nbgrader": [1]}}]},
        {**content, "nbformat_minor": "5"}, [content], "text",
    ]  # fmt: skip
    damaged = [
        kind(whole, random.Random(seed)) for kind, seed in itertools.product(damage.KINDS, (0, 1))
    ]

    for i, contents in enumerate([*damaged, *(json.dumps(one).encode() for one in forged)]):
        with trial(i):
            copy.write_bytes(contents)

            try:
                restore(copy, LESSONS[5])
            except FileError as error:
                assert "not read as a notebook" in error.what
                assert copy.read_bytes() == contents


@pytest.mark.parametrize("fails", [False, True])
def test_nbgrader_makes_the_students_versions_where_it_is_installed(
    tmp_path, monkeypatch, capfd, fails
):
    other = tmp_path / "site" / "nbgrader"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    (other / "__main__.py").write_text(
        "import sys\nprint('called', *sys.argv[1:])\n"
        f"sys.exit({3 * fails} * ('{LESSONS[5].stem}' in sys.argv))"
    )
    monkeypatch.syspath_prepend(other.parent)
    monkeypatch.setenv("PYTHONPATH", str(other.parent))
    course_folder = tmp_path / "course"

    status = main(["release", str(LESSONS[5]), str(LESSONS[6]), "--course", str(course_folder)])

    lines = capfd.readouterr().out.splitlines()
    root = f"--CourseDirectory.root={course_folder.resolve()}"
    called = [line for line in lines if line.startswith("called")]
    assert status == int(fails)
    assert called == [
        f"called generate_assignment --force {root} {LESSONS[i].stem}" for i in (5, 6)
    ]
    told = [line for line in lines if line.endswith("is for the students.")]
    assert len(told) == (0 if fails else 2)
