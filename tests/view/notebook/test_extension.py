"""`%load_ext funclab` in a real IPython, and in notebooks executed by a real kernel."""

from __future__ import annotations

import html
import re
import sys
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient

from funclab.engine.plan import Plan
from funclab.graph.value import Variable
from funclab.layers import Dense
from funclab.view.notebook.at_import import show_in
from funclab.view.notebook.extension import (
    in_marimo,
    load_ipython_extension,
    unload_ipython_extension,
)
from tests.view import models

SETUP = """
import funclab
from funclab.layers import Dense
x = funclab.Input(shape=(64,))
dense = Dense(64, name="dense")
y = dense(dense(x))
model = funclab.models.Model(x, y, name="twice")
"""


@pytest.fixture
def shell():
    own = InteractiveShell()
    load_ipython_extension(own)
    yield own
    unload_ipython_extension(own)


def shown(shell, thing):
    data, _ = shell.display_formatter.format(thing)
    return data


def test_models_layers_and_tensors_carry_a_picture_and_their_plain_text(shell):
    model = models.called_twice()
    layer, tensor = model.get_layer("dense"), model.outputs[0]
    words = ("Model called_twice", "dense.get_output_at(1)", "comes from")

    for thing, part in zip((model, layer, tensor), words, strict=True):
        data = shown(shell, thing)
        assert part in data["image/svg+xml"]
        assert data["text/plain"] == repr(thing)


def test_a_plan_is_shown_as_its_steps(shell, recorded):
    plan = Plan(Variable([1.0], name="w") * 2)

    assert shown(shell, plan)["text/plain"] == str(plan)


def test_what_cannot_be_drawn_is_shown_as_text(shell):
    twin = Dense(4, name="same")(Dense(4, name="same")(models.perceptron().outputs[0]))

    assert shown(shell, twin).keys() == {"text/plain"}


def test_unloading_brings_plain_text_back(shell):
    unload_ipython_extension(shell)

    assert shown(shell, models.called_twice()).keys() == {"text/plain"}
    assert shell.custom_exceptions == ()


def executed(*cells, tags=()):
    """The outputs of each cell of a notebook run by a real kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    for index in tags:
        notebook.cells[index].metadata["tags"] = ["raises-exception"]
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("def ask(layer):\n    return layer.output\nask(dense)", "→ return layer.output"),
        ("funclab.no_such_name", "→ funclab.no_such_name"),
        # The standard library stands between this line and the error.
        ('model.trace([[1.0] * 64], [[1.0] * 64] * 2, loss="mse")', "→ model.trace("),
    ],
)
def test_an_error_quotes_the_last_line_of_the_user_and_no_other(shell, capsys, code, line):
    shell.run_cell(SETUP + code)

    shown = capsys.readouterr().out
    assert line in shown
    assert shown.count("→ ") == 1
    assert "Traceback" not in shown


def test_to_import_funclab_is_enough_for_pictures_and_short_errors():
    model, layer, tensor, fault = executed(SETUP, "model", "dense", "y", "dense.output", tags=[4])[
        1:
    ]

    for outputs in (model, layer, tensor):
        kinds = outputs[0].data.keys()
        assert {"image/svg+xml", "application/vnd.jupyter.widget-view+json"} <= kinds
    assert "Traceback" not in "".join(fault[0].traceback)
    assert "→ dense.output" in "".join(fault[0].traceback)
    assert "dense.get_output_at(1)" in fault[1].data["image/svg+xml"]


def test_an_error_handler_of_another_package_stays():
    own = InteractiveShell()
    own.set_custom_exc((OSError,), lambda *_, **__: None)

    show_in(own)

    assert own.custom_exceptions == (OSError,)


FAULTS = [  # a line, the class of its error, and what its picture holds
    ("funclab.Model(x, [y, dense])", "TensorTypeError", "A layer is not a tensor"),
    ("np.exp(x)", "TensorTypeError", "numpy.exp leaves no trace in the graph"),
    ("dense(funclab.Input((9,)))", "ShapeError", "wanted (None, …, 64)"),
    ("Dense(3, name='three')(x, y)", "ArgumentError", "one too many"),
    ("model.compile(loss={'zz': 'mse'})", "LossError", "twice has no output"),
    ("model.predict(np.ones((2, 3)))", "ShapeError", "another shape"),
    ("dense.output", "AmbiguousNodeError", "dense.get_output_at(1)"),
]


def test_every_kind_of_error_is_drawn_once_and_says_in_the_notebook_what_it_says_elsewhere():
    lines = [line for line, _, _ in FAULTS]
    plain = [f"try:\n    {line}\nexcept Exception as error:\n    print(error)" for line in lines]

    outputs = executed(
        "%load_ext funclab",
        f"import numpy as np\n{SETUP}",
        *lines,
        *plain,
        tags=range(2, 2 + len(lines)),
    )

    shown, printed = outputs[2 : 2 + len(lines)], outputs[2 + len(lines) :]
    for (error, picture), streams, (_, name, part) in zip(shown, printed, FAULTS, strict=True):
        text = "".join(stream["text"] for stream in streams)
        assert error["ename"] == name
        assert error["evalue"].split() == text.split()
        lines_shown = re.sub(r"\x1b\[\d*m", "", "\n".join(error["traceback"]))
        assert max(map(len, lines_shown.splitlines())) <= 80  # longer ones break inside words
        said = [line for line in text.splitlines() if line.startswith(("  Why:", "  Fix:"))]
        assert len(said) == 2
        for line in said:
            assert " ".join(line.split()) in " ".join(lines_shown.split())
        assert html.unescape(picture["data"]["image/svg+xml"]).count(part) >= 1
        assert picture["data"]["text/plain"]


def test_an_error_inside_a_walk_through_shapes_is_drawn_once():
    outputs = executed(
        "%load_ext funclab", SETUP, "%%shapes\na = dense(x)\ndense(funclab.Input((9,)))", tags=(2,)
    )

    kinds = [output["output_type"] for output in outputs[2]]
    assert sorted(kinds) == ["display_data", "error"]


def test_in_marimo_a_view_is_shown_as_marimo_shows_widgets_and_the_rest_as_text(monkeypatch):
    shown_as = SimpleNamespace(as_html=lambda view: SimpleNamespace(_mime_=lambda: ("view", view)))
    monkeypatch.setitem(sys.modules, "marimo", shown_as)
    model = models.twice()

    kind, view = in_marimo(model.get_layer("shared"))

    assert kind == "view" and "shared" in str(view)
    assert in_marimo(Dense(2))[0] in ("view", "text/plain")
