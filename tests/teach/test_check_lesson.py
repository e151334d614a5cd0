"""What `funclab check-lesson` reports of a lesson's file; of a good one, that it is well."""

from __future__ import annotations

import json
import re
import textwrap
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from funclab import Input
from funclab.teach import course, my_progress, use_lesson
from funclab.teach.checking import base_names, check_lines
from funclab.teach.commands import main
from funclab.teach.judging import JUDGES
from funclab.teach.own.conditions import ABOUT, FACTS, SLOTS

LESSONS = Path(__file__).with_name("own_lessons")
each = pytest.mark.parametrize
QUESTION = f"""
[[question]]
id = "bees.2"
text = "?"
reveal = "."
options = [{{ text = "a", right = true }}, {{ text = "b", answer = "{"word " * 41}" }}]
"""
SHORT = QUESTION.replace("word " * 41, "No.")
ANSWER = ', answer = "Weights belong to the layer, and there is one layer."'
SUM = "model = Model([left, right], layer(right) + layer(left))"
ARRANGED = """
[[exercise]]
id = "bees.B"
kind = "arrange"
task = "Build one call of `layer`."
wants = "model"
lines = ["c = layer(left)", "model = Model(left, c)", "model = Model(right, c)"]
solution = [0, 1]
hints = ["Where.", "Which.", "How."]

[[exercise.mistake]]
name = "no_call"
error = "NameError"
code = "model = Model(left, c)"
says = "c is not there yet."
"""
ARRANGED_CELLS = ["c = layer(right)\nfrom funclab.teach import arrange", 'arrange("bees.B")']


@pytest.fixture
def lesson(tmp_path, monkeypatch, capsys):
    """`lesson(old=new, ...)`: what is said of a new lesson whose file is changed like this."""
    monkeypatch.chdir(tmp_path)
    main(["new-lesson", "bees"])
    path = tmp_path / "bees.toml"

    def check(*changes: tuple[str, str], file: str = "bees.toml") -> tuple[int, str]:
        text = path.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
        capsys.readouterr()
        code = main(["check-lesson", file])
        said = capsys.readouterr()
        return code, said.out + said.err

    return check


def test_a_new_lesson_is_well(lesson):
    assert lesson() == (0, "bees.toml: 1 question, 1 exercise, 2 foreseen mistakes: well.\n")
    assert "bees" not in course.OWN and "bees.A" not in JUDGES


@each("name", ["own", "hive"])
def test_lessons_written_by_the_guide_are_well(name, capsys):
    code = main(["check-lesson", str(LESSONS / f"{name}.toml")])

    assert code == 0, capsys.readouterr().out


def test_the_mistakes_of_the_guide_fit_a_new_lesson(lesson, tmp_path):
    guide = (Path(__file__).parents[2] / "notebooks" / "teaching.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", guide, flags=re.DOTALL)
    path = tmp_path / "bees.toml"
    path.write_text("\n".join([path.read_text(), *map(textwrap.dedent, blocks)]))

    assert len(blocks) == 2
    assert lesson() == (0, "bees.toml: 1 question, 1 exercise, 4 foreseen mistakes: well.\n")


def test_the_guide_has_every_field_of_a_mistake():
    guide = (Path(__file__).parents[2] / "notebooks" / "teaching.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z]+`(?:, `[a-z]+`)*) \| ", guide, flags=re.MULTILINE)

    assert {*re.findall("[a-z]+", " ".join(rows))} >= {*course.SIGNS, "mark"}
    assert all(f"`{word}" in guide for word in (*FACTS, *ABOUT))
    assert all(f"`{{{slot}}}`" in guide for slot in SLOTS)


LAYERS, CODE = "p, q = Dense(ANY), Dense(ANY)", "p(left) + q(right)"
EARLIER = f"""
[[exercise.mistake]]
name = "again"
says = "Again."
code = '''
{LAYERS}
model = Model([left, right], {CODE})
'''
"""


@each(
    ("changes", "report"),
    [
        ([(CODE, "layer(right) + layer(left)")], "bees.A, two_layers: its code is right"),
        ([("\n[[exercise.mistake]]\nname = \"one", f"{EARLIER}[[exercise.mistake]]\nname = \"one")],
         "bees.A, again: two_layers, which comes earlier, fits its code"),
        ([(CODE, "p(left) + q(Input((3,)))")],
         "bees.A, two_layers: its code stops at “model = .*GraphError.*add error = \"GraphError in "
         "Model\""),
        ([(CODE, "p(left) + q(rihgt)")], "two_layers: its code stops at .*NameError.*rihgt"),
        ([("Wanted: `left`", "word " * 40 + "`left`")], "bees.A says 5. words: "),
        ([("# An exercise is right", QUESTION + "# An exercise is right")], "bees.2 says 41 words"),
        ([("{weights} weights", "{wieghts} weights")],
         "two_layers: nothing fills {wieghts} .did you mean weights"),
        ([('mark = "last"\n', "")], "one_input: {marked} is not filled without mark"),
        ([('mark = "second Dense"', 'mark = "second join"')],
         "two_layers: mark = 'second join' marks nothing in its code"),
        ([("misconception = 3", "misconception = 99")],
         "two_layers to the misconception 99, which does not exist"),
        ([('when = "inputs == 1"', 'when = "inputs == 1 and frozen(wing)"')],
         "bees.A, one_input: frozen.wing. stops: NotThere: 'wing'"),
        ([('wants = "model"', 'wants = "model"\nright_when = "inputs > 1 or output < 5"')],
         "bees.A, right_when: output < 5 stops: TypeError"),
        ([('mark = "second Dense"', 'mark = "second Dense"\nhas = "Dropout"')],
         "two_layers: its other fields do not fit its own code"),
        ([("layer(left) + layer(right))\n\"\"\"", "layer(left) + later)\n\"\"\"")],
         "bees.A: its solution stops at .*NameError"),
        ([("wants = \"model\"", "wants = \"mode\"")], "bees.A: its solution does not make mode"),
        ([("wants = \"model\"", "")], "bees.A: it lacks wants, the name of the answer"),
        ([('wants = "model"', 'wants = "model"\nright = "model = 1"')],
         r'right of bees.A is a text, not a list: right = \["..."\]'),
        ([(ANSWER, "")], "bees.1: the wrong option '80: each call has its own' has no answer"),
        ([("misconception = 3", 'misconception = "3"')], "the misconception '3', which does not"),
        ([('id = "bees.A"', 'id = "bees.a"')],
         r"the names \['bees.a'\], .*such as bees.1 and bees.A"),
        ([("# Your own lines here; call the model `model`.", SUM)],
         "bees.A: its start is right already"),
        ([('when = "inputs == 1"', 'when = "accuracy < 0.5"')],
         "bees.A, one_input: accuracy needs learns, which says how"),
        ([('when = "inputs == 1"', 'equal = "layer.unit"')],
         "bees.A, one_input: its code stops at .*no attribute 'unit'\n"),
        ([('wants = "model"', 'wants = "model"\nright_when = "weights > 90"')],
         "bees.A: its solution is not right: .*weights > 90"),
        ([('wants = "model"', 'wants = "model"\nright = ["model = Model(left, wing)"]')],
         "bees.A: program 1 in right stops at"),
        ([('id = "bees.A"', 'id = "bees.B"')], "bees.B has no cell in bees.ipynb"),
        ([("says =", "sys =")], "unknown key 'sys' .did you mean says"),
        ([("says = ", "says = \"\" # ")], "bees.A says nothing about two_layers"),
        ([('kind = "make"', 'kind = "build"')],
         "bees.A is none of predict, arrange, .*, make, find: its kind is 'build'"),
        ([('kind = "make"', 'kind = "arrange"')],
         r"bees.A needs lines to arrange, and their numbers, from 0, such as .* = \[2, 0, 1\]"),
        ([('kind = "make"', 'kind = "make"\nlines = ["model = 1"]')],
         "bees.A has lines to arrange, but is of the kind 'make'"),
        ([('when = "inputs == 1"', 'error = "ShapErorr in add"')],
         "error of one_input in bees.A has 'ShapErorr in add'.*no error ShapErorr .did you mean "
         "ShapeError"),
        ([("# An exercise is right", SHORT + "# An exercise is right")],
         r'bees.2 has no cell in bees.ipynb: write ask\("bees.2"\) into one'),
    ],
)  # fmt: skip
def test_what_is_to_be_mended_is_reported(lesson, changes, report):
    code, said = lesson(*changes)

    assert code == 1 and re.search(report, said), said
    assert re.search(r"bees.toml: \d+ things? to mend", said)


def test_questions_and_tasks_in_the_notebook_are_those_of_the_file(lesson, tmp_path, capsys):
    before = (tmp_path / "bees.ipynb").read_text()
    changes = ("We call `layer` once", "Call it once"), ("and adds the results", "and adds both")

    code, said = lesson(*changes)
    assert code == 1 and "bees.ipynb has other words of bees.1 and bees.A than the file" in said
    assert (tmp_path / "bees.ipynb").read_text() == before

    assert main(["check-lesson", "bees.toml", "--write"]) == 0
    after = (tmp_path / "bees.ipynb").read_text()
    for old, new in changes:
        before = before.replace(old, new)
    assert after == before
    assert "bees.ipynb now has the file's words of bees.1 and bees.A." in capsys.readouterr().out
    assert lesson()[0] == 0


def cells_of(path: Path, *changes: tuple[str, str], more: Sequence[str] = ()) -> None:
    """Change the sources of a notebook's cells, and append cells of code."""
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        for old, new in changes:
            cell["source"] = "".join(cell["source"]).replace(old, new)
    new = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    content["cells"] += [{**new, "id": f"more-{i}", "source": x} for i, x in enumerate(more)]
    path.write_text(json.dumps(content))


def test_what_the_notebook_does_not_import_is_reported(lesson, tmp_path):
    path, cells = tmp_path / "bees.ipynb", ("Model, layers\n", "Model\n")
    added = (
        'layer(left) + layer(right))\n"""\nhints',
        'layers.add([layer(left), layer(right)]))\n"""\nhints',
    )

    assert lesson(added)[0] == 0
    cells_of(path, cells)
    code, said = lesson()

    assert code == 1
    assert (
        "bees.A: in the notebook, its solution stops at “model = Model([left, right], lay" in said
    )
    assert "NameError: name 'layers' is not defined. Import it in a cell above." in said

    cells_of(path, ("layer = Dense(4", "layers.Flatten()\nlayer = Dense(4"))
    code, said = lesson()
    assert code == 1 and "bees.ipynb: code cell 4 stops at “layers.Flatten()”: NameError" in said


def test_the_cell_of_an_exercise_begins_as_the_file_says(lesson, tmp_path, capsys):
    path = tmp_path / "bees.ipynb"
    before = json.loads(path.read_text())

    code, said = lesson(("# Your own lines here; call the model `model`.", "a = layer(left)"))
    assert code == 1 and "bees.ipynb has other words of the start of bees.A than the file" in said
    assert json.loads(path.read_text()) == before

    assert main(["check-lesson", "bees.toml", "--write"]) == 0
    assert "now has the file's words of the start of bees.A." in capsys.readouterr().out
    changed = [
        (old, new)
        for old, new in zip(before["cells"], json.loads(path.read_text())["cells"])
        if old != new
    ]
    assert [new["source"] for _, new in changed] == ["%%check bees.A\na = layer(left)"]
    assert lesson()[0] == 0


def test_lines_to_arrange_are_tried_without_what_they_make(lesson, tmp_path):
    path = tmp_path / "bees.toml"
    path.write_text(path.read_text() + ARRANGED)

    code, said = lesson()
    assert (
        code == 1 and 'bees.B has no cell in bees.ipynb: begin one with arrange("bees.B")' in said
    )
    cells_of(tmp_path / "bees.ipynb", more=ARRANGED_CELLS)  # a cell above makes a c of its own
    assert lesson() == (0, "bees.toml: 1 question, 2 exercises, 3 foreseen mistakes: well.\n")

    code, said = lesson(('code = "model = Model(left, c)"', 'code = "model = Model(left, a)"'))
    assert code == 1
    assert (
        "bees.B, no_call: its code has “model = Model(left, a)”, which is none of the lines" in said
    )

    code, said = lesson(("solution = [0, 1]", "solution = [1, 3]"))
    assert code == 1 and "bees.B has no lines with the numbers [1, 3]: they begin with 0" in said


def test_a_cell_of_an_exercise_that_the_file_lacks_is_reported(lesson, tmp_path):
    cells_of(tmp_path / "bees.ipynb", more=["%%check bees.C\nmodel = 1", "%%check 5A\nmodel = 1"])

    code, said = lesson()

    assert code == 1 and "bees.ipynb: code cell 6 is about bees.C, which is no exercise." in said
    assert "5A" not in said


def test_several_parts_are_reported_at_once(lesson):
    code, said = lesson(
        ("misconception = 3", "misconception = 99"),
        ("# An exercise is right", QUESTION + "# An exercise is right"),
    )

    assert code == 1 and "bees.2 says" in said and "99" in said


def test_a_notebook_that_stops_is_reported(lesson, tmp_path):
    path = tmp_path / "bees.ipynb"
    path.write_text(path.read_text().replace("layer = Dense(4", "layer = Dens(4"))

    code, said = lesson()

    assert code == 1
    assert 'bees.ipynb: code cell 4 stops at “layer = Dens(4, name="layer")”: NameError' in said


@each("text", ["title = ", None])
def test_a_file_that_cannot_be_read_is_an_error(lesson, tmp_path, text):
    if text is None:
        assert lesson(file="ants.toml")[0] == 1
    else:
        (tmp_path / "bees.toml").write_text(text)
        code, said = lesson()
        assert code == 1 and "TOML cannot read it" in said


def test_the_commonest_graph_that_a_lesson_did_not_foresee_is_printed_ready_to_paste(
    tmp_path, monkeypatch, capsys
):
    for path in (LESSONS / "own.toml", LESSONS / "own.ipynb"):
        (tmp_path / path.name).write_text(path.read_text())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    own, judges = dict(course.OWN), dict(JUDGES)
    use_lesson("own.toml")
    names = base_names({"hours": Input((24, 1))})
    bent = "Dense(1, activation='relu')(Dense(5)(layers.Flatten()(hours)))"
    tries = {
        "a": [f"model = Model(hours, {bent})", f"model = Model(hours, {bent})"],
        "b": [f"mine = {bent}  # by Ann\nmodel = Model(hours, mine)"],
        "c": [f"model = Model(hours, {bent})", "model = Model(hours, hours)"],
        "d": ["model = Model(hours, hours)"],
        "e": ["model = hours"],
    }
    for code, programs in tries.items():
        monkeypatch.setenv("FUNCLAB_PROGRESS", str(tmp_path / code / "progress.json"))
        for lines in programs:
            check_lines("own.D", lines, dict(names))
        my_progress(code, programs=True).save(tmp_path / "exports" / f"{code}.json")

    code = main(["class", "exports", "--lessons", "own.toml"])
    said = capsys.readouterr().out
    printed = said[said.index("# 3 students") : said.index("class.html is written")]
    foreseen = tomllib.loads(printed.rpartition("\n\n")[0])
    text = (tmp_path / "own.toml").read_text()
    before, after = text.split('\n[[exercise]]\nid = "own.E"')
    added = printed.rpartition("\n\n")[0].replace('says = ""', 'says = "Bent at the end."')
    (tmp_path / "own.toml").write_text(f'{before}\n{added}\n\n[[exercise]]\nid = "own.E"{after}')
    checked = main(["check-lesson", "own.toml"])
    use_lesson("own.toml")
    again = str(check_lines("own.D", tries["b"][0], dict(names)))
    course.OWN.clear(), course.OWN.update(own), JUDGES.clear(), JUDGES.update(judges)

    assert code == 0 and "own.D" in said
    assert bent in foreseen["exercise"]["mistake"][0]["code"]
    assert checked == 0 and "Bent at the end." in again
