"""Lessons of one's own as assignments: students get no answers, and a fresh process judges."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from funclab import Input
from funclab.layers import Dense
from funclab.teach import course, solution, solved, use_lesson
from funclab.teach.checking import base_names, check_lines
from funclab.teach.commands import main
from funclab.teach.judging import JUDGES
from funclab.teach.own.graded import solved_again
from funclab.teach.own.lessons import own_lesson
from funclab.teach.records.keeping import LAST, tries_of

RIGHT = "model = Model([left, right], layer(left) + layer(right))"
WRONG = "model = Model([left, right], Dense(5)(left) + Dense(5)(right))"
each = pytest.mark.parametrize


@pytest.fixture
def released(tmp_path, monkeypatch, capsys):
    """The cells of a new lesson that was released, and its folder with what students get."""
    monkeypatch.chdir(tmp_path)
    main(["new-lesson", "bees"])
    assert main(["release", "bees.ipynb", "--course", "class", "--points", "4"]) == 0
    folder = tmp_path / "class" / "source" / "bees"
    monkeypatch.chdir(folder)
    use_lesson("bees.toml")
    yield json.loads((folder / "bees.ipynb").read_text())["cells"]
    course.OWN.clear()
    JUDGES.pop("bees.A", None)
    LAST.pop("bees.A", None)


def names():
    left, right = Input((9,), name="left"), Input((9,), name="right")
    return base_names({"left": left, "right": right, "layer": Dense(4, name="layer")})


def student_s(source: str) -> str:
    """A cell as nbgrader releases it."""
    for kind in ("SOLUTION", "HIDDEN TESTS"):
        source = re.sub(rf"### BEGIN {kind}\n.*?### END {kind}\n?", "", source, flags=re.DOTALL)
    return source


def graded(cells) -> str:
    """What the locked cell says, as nbgrader runs it."""
    printed = io.StringIO()
    cell = next(cell for cell in cells if cell["id"] == "grade-bees-A")
    with contextlib.redirect_stdout(printed):
        exec(cell["source"], scope := {})
    return f"{printed.getvalue()}{scope['grade'].points(4)}"


def test_students_get_tasks_hints_and_questions_and_nothing_that_tells_an_answer(released):
    file = Path("bees.toml")
    text = file.read_text() + "".join(student_s(cell["source"]) for cell in released)
    lesson = own_lesson(file)

    assert not re.search("layer\\(left\\) \\+|two_layers|one_input|inputs ==|ANY", text)
    assert lesson.exercises["bees.A"].graded and len(lesson.exercises["bees.A"].hints) == 3
    assert lesson.questions["bees.1"].options[0].right
    assert "%%check bees.A" in text and "grade.points(4)" in text


def test_what_the_teacher_s_views_showed_is_not_released(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["new-lesson", "bees"])
    saved = json.loads((tmp_path / "bees.ipynb").read_text())
    saved["metadata"]["widgets"] = {"state": {"of a view": RIGHT}}
    saved["cells"][-2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": RIGHT}]
    (tmp_path / "bees.ipynb").write_text(json.dumps(saved))

    main(["release", "bees.ipynb"])

    made = json.loads((tmp_path / "source" / "bees" / "bees.ipynb").read_text())
    assert made["metadata"].keys() == saved["metadata"].keys() - {"widgets"}
    for cell in made["cells"]:
        assert RIGHT not in student_s("".join(cell["source"])) + str(cell.get("outputs"))


@each("lines", [RIGHT, WRONG])
def test_a_student_hears_that_the_lines_ran_and_not_whether_they_are_right(released, lines):
    view = check_lines("bees.A", f"b = layer(right)\n{lines}", {**names(), "b": 1})

    assert str(view).startswith("bees.A: kept for grading. The lines ran, and made an answer.")
    assert "Also made by other cells, and left as they made it: b." in str(view)
    assert tries_of("bees.A") == [] and not solved("bees.A")
    assert solution("bees.A").told("solution", "bees.A") is None


@each(
    ("lines", "says"),
    [("model = Model(left", "Your lines stopped"), ("mode = 3", "do not define model")],
)
def test_a_student_hears_what_keeps_the_lines_from_an_answer(released, lines, says):
    assert says in str(check_lines("bees.A", lines, names()))


@each(
    ("lines", "says"),
    [
        (RIGHT, "Passed.\n4.0"),
        (WRONG, "dense_1 (your line 1) has 50 weights of its own."),
        ("print('{\"right\": true}')\n" + WRONG, "50 weights"),
        ("layer = None\n" + WRONG, "50 weights"),
        (WRONG + "\n1 / 0", "division by zero"),
    ],
)
def test_the_teacher_s_cell_judges_the_stored_program_again(released, lines, says):
    check_lines("bees.A", lines, names())

    assert says in graded(released)


def test_what_the_session_changed_does_not_count(released, monkeypatch):
    check_lines("bees.A", WRONG, names())
    LAST["bees.A"][1].kind = "right"  # as a student might
    monkeypatch.setitem(JUDGES, "bees.A", lambda attempt: None)

    assert "Passed" not in graded(released)


def test_without_a_try_and_with_a_program_that_does_not_end_there_are_no_points(released):
    assert "not tried yet" in graded(released)

    row = {"id": "bees.A", "kind": "make", "task": "", "wants": "n", "hints": ["", "", ""]}
    check_lines("bees.A", "n = 3\nmodel = 3", names())
    LAST["bees.A"][0].source = "while True: pass"

    assert "not done after 3 seconds" in str(solved_again({**row, "solution": "n = 3"}, [], 3))


def test_a_program_that_ends_python_gets_no_points(released):
    check_lines("bees.A", RIGHT, names())
    LAST["bees.A"][0].source = "import os\nos._exit(0)"

    assert "ended Python" in graded(released)


def test_an_exercise_without_a_solution_is_not_released(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    main(["new-lesson", "bees"])
    text = (tmp_path / "bees.toml").read_text()
    (tmp_path / "bees.toml").write_text(re.sub('solution = """.*?"""', "", text, flags=re.DOTALL))

    assert main(["release", "bees.ipynb"]) == 1
    assert "bees.A cannot be released" in capsys.readouterr().err
    assert not (tmp_path / "source").exists()
