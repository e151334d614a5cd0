"""Lessons of a teacher's own: started by a command, judged by what their files say."""

from __future__ import annotations

import json

import numpy as np
import pytest

from funclab import Input, initializers
from funclab.errors import ArgumentError, DataError, FileError, NameLookupError
from funclab.layers import Add, Dense
from funclab.models import Model
from funclab.teach import ask, course, hint, solution, use_lesson
from funclab.teach.checking import check_lines
from funclab.teach.commands import main
from funclab.teach.judging import JUDGES, Mistake, judge

MADE = {"Input": Input, "Model": Model}
each = pytest.mark.parametrize
LEAST = 'title = "Bees"\n'
EXERCISE = f"{LEAST}[[exercise]]\nid = "
HINTS = 'hints = ["a", "b", "c"]'
NUMBER = f'{EXERCISE}"bees.B"\nkind = "predict"\ntask = "?"\nwants = "n"\n{HINTS}\n'
MISTAKE = '[[exercise.mistake]]\nname = "a"\nsays = "No."\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a new lesson; what it brings into the session goes at the end."""
    monkeypatch.chdir(tmp_path)
    assert main(["new-lesson", "bees"]) == 0
    yield tmp_path
    course.OWN.clear()
    for name in [name for name in JUDGES if name.startswith("bees.")]:
        del JUDGES[name]


def names():
    """What the new notebook has made when its exercise comes."""
    left, right = Input((9,), name="left"), Input((9,), name="right")
    layer = Dense(4, name="layer")
    layer(left), layer(right)
    return {"left": left, "right": right, "layer": layer, "Add": Add, "Dense": Dense, **MADE}


def test_a_new_lesson_runs_at_once(folder, capsys):
    code = main(["check-notebooks", "bees.ipynb"])

    assert code == 0, capsys.readouterr().out


def test_a_new_lesson_has_all_that_a_lesson_needs(folder):
    cells = json.loads((folder / "bees.ipynb").read_text())["cells"]
    tags = [tag for cell in cells for tag in cell["metadata"].get("tags", [])]
    text = "\n".join(cell["source"] for cell in cells)

    assert text.startswith("# Bees\n") and "**To keep.**" in text
    assert {"recall", "ask", "picture", "exercise"} <= {*tags}
    assert 'ask("bees.1")' in text and "%%check bees.A" in text


def test_a_new_lesson_replaces_nothing(folder, capsys):
    (folder / "bees.ipynb").write_text("mine")

    assert main(["new-lesson", "bees"]) == 1
    assert "replaces nothing" in capsys.readouterr().err
    assert (folder / "bees.ipynb").read_text() == "mine"


@each("name", ["3", "a-b", "a/b", "über", "..", ""])
def test_a_name_that_cannot_begin_those_of_questions_is_refused(folder, name, capsys):
    assert main(["new-lesson", name]) == 1
    assert "letters, digits and _ only" in capsys.readouterr().err
    assert {path.name for path in folder.rglob("*")} == {"bees.ipynb", "bees.toml"}


def test_a_question_of_one_s_own_is_asked_beside_those_of_the_course(folder):
    with pytest.raises(NameLookupError):
        ask("bees.1")

    use_lesson("bees.toml")

    assert [repr(ask(name)) for name in ("bees.1", "1.1")] == [
        "<Question bees.1>",
        "<Question 1.1>",
    ]


@each(
    ("lines", "says"),
    [
        ("model = Model([left, right], Add()([layer(right), layer(left)]))", "right."),
        ("model = Model([left, right], layer(left) - layer(right))", "not expected"),
        ("model = Model([left, right], layer(left) * layer(right))", "not expected"),
        ("model = Model([left, right], layer(left) + Dense(4)(right))", "not yet"),
        ("model = Model([left, right], Dense(5)(left) + Dense(5)(right))", "50 weights of its own"),
        (
            "model = Model(left, layer(left) + layer(left))",
            "(your line 1) depends on one input",
        ),
        ("model = 3", "of the type int"),
        ("# later", "not tried yet"),
    ],
)
def test_an_exercise_is_judged_by_its_solution_whatever_the_writing(folder, lines, says):
    use_lesson("bees.toml")

    assert says in str(check_lines("bees.A", lines, names()))


def test_a_check_leaves_no_node_and_no_random_number_behind(folder):
    use_lesson("bees.toml")
    lesson = names()
    start = np.random.default_rng(5)
    initializers.draw_from(start)

    check_lines("bees.A", "model = Model(left, layer(left))", lesson)

    assert len(lesson["layer"].inbound_nodes) == 2  # those of the lesson
    assert start.random() == np.random.default_rng(5).random()


def test_hints_and_the_solution_are_those_of_the_file(folder):
    use_lesson("bees.toml")
    check_lines("bees.A", "model = Model(left, layer(left))", names())

    assert hint("bees.A").facts["hints"][0] == "Look at the two boxes of `layer`."
    assert "layer(left) + layer(right)" in solution("bees.A").told("solution", "bees.A")["code"]


def test_other_answers_are_compared_as_values(folder):
    (folder / "bees.toml").write_text(f'{NUMBER}solution = "n = 40"\nright = ["n = (40,)"]\n')
    use_lesson("bees.toml")

    names = {}
    said = [str(check_lines("bees.B", f"n = {n}", names)) for n in ("40", "40", "[40]", "41")]

    assert [text.startswith("bees.B: right") for text in said] == [True, True, True, False]
    assert "n is not what was asked for" in said[3]


def test_a_solution_that_stops_is_told_and_blames_nobody(folder):
    (folder / "bees.toml").write_text(f'{NUMBER}solution = "n = 1 / 0"\n')
    use_lesson("bees.toml")

    assert "solution of bees.B stops at “n = 1 / 0”" in str(check_lines("bees.B", "n = 2", {}))


def test_a_judge_of_one_s_own_takes_the_place_of_the_solution(folder):
    judge("bees.A")(lambda attempt: None if attempt.answer == 7 else Mistake("", reason="Seven!"))
    use_lesson("bees.toml")

    assert "right." in str(check_lines("bees.A", "model = 7", {}))
    assert "Seven!" in str(check_lines("bees.A", "model = 8", {}))


@each(
    ("text", "error", "says"),
    [
        ("title = ", DataError, "TOML cannot read it"),
        ("", ArgumentError, "lacks the key 'title'"),
        (f'{LEAST}[[question]]\nid = "bees.1"\n', ArgumentError, "bees.1 lacks the key 'text'"),
        (f"{LEAST}[[questions]]\n", ArgumentError, "'questions' .did you mean question"),
        (f'{EXERCISE}"ants.A"\nkind = "make"\ntask = "?"\n{HINTS}', ArgumentError, "ants.A"),
        (f'{EXERCISE}"bees.A"\nkind = "make"\nno = 1\n{HINTS}', ArgumentError, "unknown key 'no'"),
        (f'{EXERCISE}"bees.A"\nkind = "make"\ntask = "?"\nhints = []', ArgumentError, "three"),
        (f'{EXERCISE}"bees.A"\nkind = "make"\ntask = 3\nhints = 4', DataError, "of the wrong kind"),
        (f'{NUMBER}[[exercise.mistake]]\nname = "a"', ArgumentError, "lacks the key 'says'"),
        (f'{NUMBER}{MISTAKE}', ArgumentError, "how to recognize a: give it one of code"),
        (f'{NUMBER}{MISTAKE}cod = "n = 1"', ArgumentError, "unknown key 'cod' .did you mean code"),
        (f'{NUMBER}{MISTAKE}code = "n = 1"\nmisconception = 99', ArgumentError, "99, which"),
        (f'{NUMBER}{MISTAKE}when = "wights > 1"', ArgumentError, "did you mean weights"),
        (f'{NUMBER}{MISTAKE}error = "a ShapeError"', ArgumentError, "which cannot be read"),
        (f'{NUMBER}right_when = "inputs = 1"', ArgumentError, "right_when of bees.B"),
        (f'{NUMBER}{2 * (MISTAKE + "equal = 3")}', DataError, "TOML cannot"),
        (f'{NUMBER}{MISTAKE}code = "n"\n{MISTAKE}code = "n"', ArgumentError, "with one name"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_says_why(folder, text, error, says):
    (folder / "bees.toml").write_text(text)

    with pytest.raises(error, match=says):
        use_lesson("bees.toml")
    assert "bees" not in course.OWN


def test_a_lesson_of_the_course_keeps_its_name(folder):
    (folder / "know.toml").write_text(LEAST)

    with pytest.raises(DataError, match="name of a lesson of the course"):
        use_lesson("know.toml")


def test_a_file_that_is_not_there_is_an_error_that_says_how_to_start_one(folder):
    with pytest.raises(FileError, match="funclab new-lesson"):
        use_lesson("ants.toml")
