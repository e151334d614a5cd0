"""The magics in a real IPython, and by them every view in a notebook run by a real kernel."""

from __future__ import annotations

import sys
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient

import funclab
from funclab.errors import ArgumentError, FunclabError, NameLookupError
from funclab.models import Model
from funclab.teach import course
from funclab.view.draw import theme
from funclab.view.notebook.entry_points import WAYS
from funclab.view.notebook.extension import load_ipython_extension, unload_ipython_extension
from funclab.view.notebook.magics import HELP
from funclab.view.shapes.view import ShapeWalk

SETUP = """
import numpy as np
import funclab
from funclab.layers import Dense
inputs = funclab.Input(shape=(4,), name="inputs")
dense = Dense(4, name="dense")
a = model = funclab.Model(inputs, dense(dense(inputs)), name="twice")
b = funclab.Model(inputs, Dense(4)(inputs), name="once")
x, y = np.ones((8, 4)), np.ones((8, 4))
model.compile("sgd", "mse")
ids, words = funclab.Input((5,), dtype="int32"), np.array([[1, 2, 3, 0, 0]])
vectors = funclab.layers.Embedding(4, 3)(ids)
reader = funclab.Model(ids, Dense(2)(funclab.layers.Attention()([vectors, vectors])))
first, second = (model.fit(x, y, epochs=2, verbose=0, live=False) for _ in range(2))
path = funclab.callbacks.WeightPath()
history = model.fit(x, y, epochs=2, verbose=0, live=False, callbacks=[path])
"""


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = InteractiveShell()
    monkeypatch.delattr(sys, "ps1", raising=False)  # a notebook has no prompt
    own.user_ns.update(zip(["model", "dense", "x"], make()), funclab=funclab)
    load_ipython_extension(own)
    yield own
    unload_ipython_extension(own)
    theme.set_ask(False)
    theme.set_look("auto")


@pytest.fixture
def shown(monkeypatch):
    """What the cells display."""
    views = []
    monkeypatch.setattr("funclab.view.notebook.magics.display", views.append)
    return views


def make():
    x = funclab.Input((4,), name="x")
    dense = funclab.layers.Dense(4, name="dense")
    return Model(x, dense(dense(x)), name="twice"), dense, x


def said(shell, line: str, capsys) -> str:
    shell.run_line_magic(*line.removeprefix("%").split(" ", 1) if " " in line else (line[1:], ""))
    return capsys.readouterr().out


def refused(shell, line: str) -> FunclabError:
    with pytest.raises(FunclabError) as caught:
        shell.run_line_magic(*line.removeprefix("%").split(" ", 1))
    return caught.value


def test_alone_it_lists_everything_with_an_example_each(shell, capsys):
    lines = said(shell, "%funclab", capsys).splitlines()

    assert len(lines) == len(HELP)
    for word, way in WAYS.items():
        assert any(line.startswith(f"%funclab {word} {way.example}  ") for line in lines)


def test_every_example_of_the_list_works_in_a_notebook(tmp_path):
    lines = [example for example, _ in HELP if example.startswith("%funclab")]
    cells = [nbformat.v4.new_code_cell(text) for text in ("%load_ext funclab", SETUP, *lines)]
    notebook = nbformat.v4.new_notebook(cells=cells)

    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()

    for line, cell in zip(lines, notebook.cells[2:], strict=True):
        word = line.split()[1]
        if word in ("look", "ask"):
            assert not cell.outputs
        elif word in ("code", "export"):
            assert cell.outputs[0]["name"] == "stdout"
        elif word == "diagnose":
            assert "Nothing was found" in cell.outputs[0]["data"]["text/plain"]
        else:
            assert cell.outputs[0]["data"]["image/svg+xml"].startswith("<svg")
    assert {path.name for path in tmp_path.iterdir()} == {"model.svg", "model.html"}


@pytest.mark.parametrize("word", sorted(WAYS))
def test_a_magic_calls_the_function_of_the_package(word):
    way = WAYS[word]

    assert way.load() is getattr(funclab, way.function) or way.function == "shapes"
    assert callable(getattr(funclab, way.function))


def test_methods_make_what_the_functions_make():
    model, _, _ = make()
    other, _, _ = make()
    model.compile("sgd", "mse")
    x = np.ones((4, 4))
    first, second = (model.fit(x, x, epochs=2, verbose=0, live=False) for _ in range(2))

    assert model.explore(selected="dense[1]").facts == funclab.explore(model).facts
    assert str(model.shapes()) == str(funclab.shapes(model))
    assert str(model.trace(x)) == str(funclab.trace(model, x))
    assert model.profile(x).line() == funclab.profile(model, x).line()
    assert model.diff(other) == funclab.diff(model, other)
    assert model.to_code(names=False) == funclab.to_code(model, names=False)
    assert model.watch(log=True).state["log"] is True
    assert first.compare(second).runs == funclab.compare_runs(first, second).runs


def test_settings_follow_the_arguments(shell, capsys):
    line = '%funclab explore model, selected="dense[1]", tour=[{"text": "See {model}"}]'

    assert said(shell, line, capsys).startswith("Model twice: 1 input, 2 calls of 1 layer\n")


@pytest.mark.parametrize("line", ["code model", "to_code model", "code(model)", "code\tmodel"])
def test_code_is_printed_by_its_short_and_its_long_name(shell, capsys, line):
    assert said(shell, f"%funclab {line}", capsys) == f"{funclab.to_code(shell.user_ns['model'])}\n"


def test_a_model_goes_to_a_page_and_says_where(shell, capsys, tmp_path):
    assert said(shell, '%funclab export model, "m.html"', capsys) == "m.html is written.\n"
    assert (tmp_path / "m.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("exlpore model", "did you mean explore"),
        ("model", "write `%funclab explore model`."),
        ("explore modle", "name 'modle' is not defined."),
        ("explore modle", "did you mean model?"),
        ("explore model.layerz", "AttributeError"),
        ("explore model, selected=", "SyntaxError: invalid syntax."),
        ("explore 1 / 0", "ZeroDivisionError: division by zero"),
        ("explore", "missing a required argument: 'model'"),
        ("trace model", "missing a required argument: 'x'"),
        ("ask maybe", "ask does not know 'maybe'"),
        ("look pink", "Unknown look: 'pink'"),
        ("explore model, colour=1", "has no setting 'colour'"),
        ("export model", 'write for example `%funclab export model, "model.html"`'),
    ],
)
def test_what_cannot_be_used_is_said_with_what_is_nearest_to_it(shell, line, words):
    error = refused(shell, f"%funclab {line}")

    assert isinstance(error, (ArgumentError, NameLookupError))
    assert words in f"{error.what} {error.why} {error.fix}"


def test_an_error_does_not_show_what_ipython_made_of_the_line(shell, capsys):
    shell.run_cell("%funclab explore modle")

    shown = capsys.readouterr().out
    assert "`%funclab explore modle`: name 'modle' is not defined." in shown
    assert "get_ipython()" not in shown


def test_nodes_takes_a_layer_a_tensor_or_a_model(shell, capsys):
    assert said(shell, "%nodes dense", capsys) == f"{funclab.explore(shell.user_ns['dense'])}\n"
    assert said(shell, "%nodes dense.get_output_at(1)", capsys).startswith("Tensor dense[1:0]:")
    assert "write for example `%nodes dense`" in refused(shell, "%nodes ").fix


def test_look_and_ask_hold_for_the_views_to_come(shell, capsys):
    said(shell, "%funclab look print", capsys)
    said(shell, "%funclab ask on", capsys)

    view = make()[0].explore()
    assert (view.look, view.ask) == ("print", True)


def test_a_look_holds_for_still_pictures_too(shell, capsys):
    model, *_ = make()
    model.compile("sgd", "mse")
    history = model.fit(np.ones((8, 4)), np.ones((8, 4)), epochs=2, verbose=0)

    said(shell, "%funclab look dark", capsys)

    assert model.plot().look == history.plot().look == funclab.plot_model(model).look == "dark"
    assert model.plot(look="light").look == "light"


def test_what_stays_in_the_notebook_is_no_larger_for_a_projector(shell, capsys):
    model, dense, _ = make()
    format = shell.display_formatter.format
    usual = [format(thing)[0]["image/svg+xml"] for thing in (model, dense)]

    said(shell, "%funclab look projector", capsys)

    assert [format(thing)[0]["image/svg+xml"] for thing in (model, dense)] == usual
    assert model.plot().svg != usual[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("%funclab ", {"explore", "playground", "look"}),
        ("%funclab ex", {"explore", "export"}),
        ("%funclab explore mo", {"model"}),
    ],
)
def test_words_and_names_are_completed(shell, text, words):
    with provisionalcompleter():
        completed = {completion.text for completion in shell.Completer.completions(text, len(text))}

    assert words <= completed


@pytest.mark.parametrize(
    ("cell", "words"), [("%%check 1B\n", "1B: not tried yet."), ("%%fails", "was meant to fail")]
)
def test_a_magic_over_an_emptied_cell_says_what_is_missing(shell, capsys, cell, words):
    shell.run_cell(cell)

    assert words in capsys.readouterr().out


def test_after_unloading_ipython_answers_an_emptied_cell_again(shell, capsys):
    unload_ipython_extension(shell)

    shell.run_cell("%%check 1B")

    assert "UsageError" in capsys.readouterr().err


def test_a_cell_is_run_and_its_calls_are_walked_through(shell, shown):
    shell.run_cell_magic("shapes", "", "y = funclab.layers.Flatten()(x)\nz = dense(dense(y))")

    (view,) = shown
    assert isinstance(view, ShapeWalk) and shell.user_ns["z"].shape == (None, 4)
    assert [step["key"] for step in view.facts["steps"]][-2:] == ["dense[2]", "dense[3]"]


def test_a_walk_ends_at_the_call_that_fails_and_the_error_is_raised(shell, shown):
    lines = "y = dense(x)\nfunclab.layers.Conv2D(2, 3)(y)"
    with pytest.raises(FunclabError) as raised:
        shell.run_cell_magic("shapes", "", lines)

    (view,) = shown
    assert raised.value.drawn is True
    assert view.facts["steps"][-1]["failed"] and "conv2d" in view.facts["steps"][-1]["key"]


def test_without_keras_its_cells_show_what_was_recorded(shell, shown):
    record = course.read(course.HERE / "in_keras.toml")
    cell = record["cell"][0]

    shell.run_cell_magic("keras", "", cell["lines"])
    shell.run_cell_magic("keras", "", "import keras\nprint(keras.nothing)")

    known, unknown = shown
    assert repr(known) == known.facts["printed"] == cell["printed"].strip()
    assert record["version"] in known.title and repr(unknown) == ""
    assert "pip install" in unknown.facts["printed"]
    texts = ElementTree.fromstring(known.svg()).itertext()
    assert known.facts["printed"].split()[0] in " ".join(texts)
    assert not {name for name in sys.modules if name.partition(".")[0] == "keras"}
