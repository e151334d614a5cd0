"""Exercises in a notebook: cells run again, out of order, or with errors; and catching up."""

from __future__ import annotations

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from funclab.errors import ArgumentError, NameLookupError
from funclab.teach import arrange, catching_up, course
from funclab.view.notebook.extension import load_ipython_extension, unload_ipython_extension

SETUP = (
    "from funclab import Input, Model, layers\nfrom funclab.layers import Dense\n"
    "from funclab.teach import arrange, check, hint, solution"
)
PIXELS = 'pixels = Input((64,), name="pixels")'
READER = (
    'h1 = Dense(8, name="hidden_1")(pixels)\nh2 = Dense(8, name="hidden_2")(h1)\n'
    'reader = Model(pixels, Dense(10, activation="softmax", name="digit")(h2), name="reader")'
)
WRONG = "eye = Model(pixels, reader.output)"
RIGHT = "eye = Model(pixels, h2)"


class Notebook:
    """A notebook whose cells have names: `run("a", source)` runs cell a with new source."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def run(self, cell: str, source: str):
        return self.shell.run_cell(source, store_history=True, cell_id=cell)

    def says(self, cell: str, source: str) -> str:
        result = self.run(cell, source)
        assert result.success, result
        return repr(result.result)


@pytest.fixture
def notebook(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shell = InteractiveShell()
    load_ipython_extension(shell)
    own = Notebook(shell)
    for cell, source in (("setup", SETUP), ("pixels", PIXELS), ("reader", READER)):
        assert own.run(cell, source).success
    yield own
    unload_ipython_extension(shell)


def test_a_cell_that_is_checked_answers_with_the_mistake_and_then_with_praise(notebook, capsys):
    notebook.run("b", f"%%check 1B\n{WRONG}")
    notebook.run("b", f"%%check 1B\n{RIGHT}")

    said = capsys.readouterr().out
    assert "1B: not yet.\n  ✓ starts at pixels\n  ✓ makes no new weights\n  ✕ eye ends at" in said
    assert "1B: right." in said
    assert "eye" in notebook.shell.user_ns


def test_lines_that_fail_in_a_checked_cell_are_no_traceback(notebook, capsys):
    result = notebook.run("b", '%%check 1B\neye = Model(pixels, reader.get_layer("hidden_2"))')

    assert result.success and "Traceback" not in (said := capsys.readouterr().out)
    assert "hidden_2 is a layer, a rule." in said


def test_an_object_whose_cell_failed_since_is_called_stale(notebook):
    notebook.run("make", WRONG)
    notebook.run("make", "eye = Model(pixels, h2")

    said = notebook.says("check", 'check("1B", eye)')

    assert said.startswith("1B: run cells again.") and "stopped with an error" in said


def test_an_object_made_of_what_a_cell_has_made_anew_is_called_stale(notebook):
    notebook.run("make", RIGHT)
    notebook.run("pixels", PIXELS)
    notebook.run("reader", READER)

    said = notebook.says("check", 'check("1B", eye)')

    assert said.startswith("1B: run cells again.") and "run again since" in said
    assert notebook.says("make", f'{RIGHT}\ncheck("1B", eye)').startswith("1B: right")


def test_other_cells_other_names_and_pasted_lines_change_no_verdict(notebook):
    notebook.run("scrap", "look = Model(pixels, h2)\nlook")
    notebook.run("scrap", "1 + 1")
    notebook.run("pasted", f"{RIGHT}\nother = eye\ndel eye")

    said = [notebook.says("c", f'check("1B", {name})') for name in ("look", "other")]

    assert [text.split(".")[0] for text in said] == ["1B: right"] * 2


def test_hints_come_one_by_one_and_the_solution_after_a_try(notebook):
    views = [notebook.run("h", 'hint("1C")').result for _ in range(4)]
    before = notebook.says("s", 'solution("1C")')
    notebook.run("c", "%%check 1C\nrule = Dense(10)\nmodel = Model(pixels, rule)")
    after = notebook.run("s", 'solution("1C")').result

    assert [view.state["hints"] for view in views] == [1, 2, 3, 3]
    assert "Try first" in before
    assert after.told("solution", "1C")["code"].startswith("rule = Dense(10")


def test_the_first_hint_lights_the_place_before_anything_was_tried(notebook):
    view = notebook.run("h", 'hint("1B")').result

    assert "hidden_2" in view.pictures["lit"]


def test_lines_to_arrange_that_are_typed_leave_the_variables_of_the_lesson_alone(notebook, capsys):
    before = notebook.shell.user_ns["reader"]

    notebook.run("a", f"%%check 1A\n{course.exercise('1A').solution_code}")

    assert "1A: right." in capsys.readouterr().out
    assert notebook.shell.user_ns["reader"] is before and "model" not in notebook.shell.user_ns


def test_lines_that_are_left_out_are_missing_although_the_notebook_has_their_names(notebook):
    view = notebook.run("a", 'arrange("1A")').result

    verdict = view.judge([1, 2, 3, 4, 5])

    assert "name 'pixels' is not defined" in verdict.says
    assert view.facts["verdict"] == "wrong"


@pytest.mark.parametrize(
    ("order", "mistake"),
    [([0, 1, 7], "ends_in_a_layer"), ([0, 1, 2, 6, 4, 5], "result_lost"), ([], ""), ([9], "")],
)
def test_an_order_of_lines_is_judged_by_what_it_builds(notebook, order, mistake):
    verdict = notebook.run("a", 'arrange("1A")').result.judge(order)

    assert (verdict.kind, verdict.mistake) == ("wrong", mistake)


def test_a_page_can_ask_for_a_check_and_nothing_else(notebook):
    view = notebook.run("a", 'arrange("1A")').result

    view._on_message(view, {"ask": "check", "key": [0, 1, 2, 3, 4, 5, "x", None]}, [])
    view._on_message(view, {"ask": "check", "key": {"a": 1}}, [])
    view.set_state({"state": {"order": "abc"}})

    assert view.facts["verdict"] == "wrong" and view.state["order"] == []


@pytest.mark.parametrize(
    "state", [{"order": [99]}, {"order": "0"}, {"order": [0, 0]}, {"hints": "x"}]
)
def test_a_state_of_the_lines_that_cannot_be_is_refused(state):
    with pytest.raises(ArgumentError, match="each once"):
        arrange("1A", **state)


def test_an_error_that_is_shown_on_purpose_stops_nothing(notebook, capsys):
    result = notebook.run("f", "%%fails\nx = 1\nModel(pixels, Dense(10))")

    assert result.success and notebook.shell.user_ns["x"] == 1
    assert "TensorTypeError: Output tensors to a Model" in (said := capsys.readouterr().out)
    assert "Fix: call the layer" in said


def test_a_cell_that_does_not_fail_although_it_should_says_so(notebook, capsys):
    notebook.run("f", "%%fails\n1 + 1")

    assert "did not" in capsys.readouterr().out


# Catching up.
CELLS = [
    ("markdown", "# A lesson", {"funclab": {"section": "start"}}),
    ("code", "%load_ext funclab\na = 1", {}),
    ("code", "ask('1.1')", {"tags": ["ask"]}),
    ("code", "%%fails\n1 / 0", {"tags": ["fails"]}),
    ("markdown", "## Next", {"funclab": {"section": "next"}}),
    ("code", "%%shapes\nb = a + 1\nprint(b)", {}),
]


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    made = nbformat.v4.new_notebook()
    for kind, source, metadata in CELLS:
        cell = getattr(nbformat.v4, f"new_{kind}_cell")(source)
        cell.metadata = metadata
        made.cells.append(cell)
    nbformat.write(made, tmp_path / "07_made_up.ipynb")
    monkeypatch.setattr(catching_up, "FOLDERS", (tmp_path,))


def test_a_section_begins_with_what_the_cells_before_it_made(lessons, capsys):
    names: dict = {}

    catching_up.catch_up(7, "next", names=names)

    assert names["a"] == 1 and "b" not in names
    assert capsys.readouterr().out == "Lesson 7, before “next”. Here now: a.\n"


def test_a_lesson_can_be_caught_up_to_its_end(lessons, capsys):
    names: dict = {}

    catching_up.catch_up(7, names=names)

    assert names["b"] == 2 and catching_up.sections(7) == ["start", "next"]


@pytest.mark.parametrize("place", [(7, "nowhere"), (3, None), ("7", None)])
def test_a_place_that_there_is_not_is_named(lessons, place):
    with pytest.raises(NameLookupError, match="There is no lesson|has no section"):
        catching_up.catch_up(*place, names={})


def test_the_first_lesson_can_be_caught_up_to_every_section(capsys):
    for section in catching_up.sections(1):
        catching_up.cells_before(1, section)
    names: dict = {}

    catching_up.catch_up(1, "names", names=names)

    assert names["reader"].count_params() == 3466


def test_a_reset_closes_hints_and_brings_the_first_lines_in_a_new_cell(notebook):
    notebook.run("b", f"%%check 1B\n{WRONG}")
    notebook.run("h", 'hint("1B")')

    said = notebook.says("r", 'from funclab.teach import reset\nreset("1B")')
    view = notebook.run("r2", 'reset("1B")').result

    assert said == "1B: not tried yet."
    assert view.state["hints"] == 0 and view.facts["verdict"] == "untried"
    lines = notebook.shell.rl_next_input
    assert lines == f"%%check 1B\n{course.exercise('1B').start.strip()}"


def test_a_reset_of_lines_to_arrange_leaves_all_of_them_out(notebook):
    view = notebook.run("r", 'from funclab.teach import reset\nreset("1A")').result

    assert view.state["order"] == [] and len(view.facts["lines"]) == len(
        course.exercise("1A").lines
    )
