"""The line of Python that a view offers to paste runs where it is pasted, and makes that view."""

import linecache
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import funclab
from tests.view import gallery

README = Path(__file__).parents[3].joinpath("README.md").read_text("utf-8")


def notebook(code: str = "", **more: Any) -> dict[str, Any]:
    """The variables of a notebook in which some code was run."""
    space = {"__name__": "notebook", "funclab": funclab, **more}
    exec(code, space)
    return space


def view_of(code: str, space: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(code, space)


def assert_same_again(view: Any, space: dict[str, Any]) -> None:
    line = view.line()
    again = view_of(line, space)
    assert type(again).__name__ == type(view).__name__
    assert again.title == view.title
    assert again.state == view.state
    assert again.line() == line


TRAINED = """
from funclab import Input, Model
from funclab.layers import Dense
x = Input((3,))
net = Model(x, Dense(2)(Dense(4, "relu", name="hidden")(x)))
net.compile("sgd", "mse")
past = net.fit(data, targets, verbose=0)
later = net.fit(data, targets, verbose=0)
twice = [past, later]
own = funclab.optimizers.SGD(0.5)
with funclab.graph.tape.Tape():
    total = funclab.ops.sum(funclab.graph.value.Variable(data))
plan = funclab.engine.plan.Plan(total)
"""
"""A model whose name, `functional`, is not its variable's, as in most notebooks."""
VIEWS = (
    "net.explore()",
    'funclab.explore(net, selected="hidden[0]")',
    "funclab.shapes(net)",
    "funclab.shapes(net.output)",
    "funclab.shapes([net.output, x])",
    "funclab.watch(net, log=True)",
    "funclab.trace(net, data, targets)",
    "funclab.trace(net, data, targets, optimizer=own)",
    'funclab.trace(net, data, training="both")',
    "net.profile(data, targets, optimizer=own)",
    "funclab.profile(plan)",
    "funclab.diff(net, other).view()",
    "funclab.compare_runs(past, later)",
    'funclab.compare_runs(past, later, labels=["early", "late"], curves=["loss"])',
    "funclab.compare_runs(both=twice)",
    "funclab.playground()",
)


@pytest.fixture(scope="module")
def trained() -> dict[str, Any]:
    data = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
    space = notebook(TRAINED, data=data, targets=np.ones((4, 2), "float32"))
    return space | {"other": gallery.built("mlp")}


@pytest.mark.parametrize("code", VIEWS)
def test_the_line_of_every_view_makes_it_again(code, trained):
    assert_same_again(view_of(code, trained), trained)


def test_the_line_of_the_first_model_of_the_readme_makes_its_view_again():
    lines = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1].splitlines()
    assert lines[0] == "%load_ext funclab"
    space = notebook("\n".join(lines[1:]))

    view = view_of("funclab.explore(model)", space)

    assert view.line() == "funclab.explore(model)"
    assert_same_again(view, space)
    assert_same_again(view_of("funclab.shapes(model)", space), space)


@pytest.mark.parametrize("name", sorted(gallery.MODELS))
def test_the_lines_of_the_models_of_the_gallery_make_their_views_again(name):
    space = notebook(my_model=gallery.built(name))
    output = space["my_model"].outputs[0]
    layer = output._keras_history.operation
    space |= {"last": layer, "out": output}
    calls = len(layer.inbound_nodes)

    for code in ("funclab.explore(my_model)", "funclab.explore(last)", "funclab.explore(out)"):
        assert_same_again(view_of(code, space), space)
    del space["out"]
    assert_same_again(view_of("funclab.explore(my_model.outputs[0])", space), space)
    assert len(layer.inbound_nodes) == calls


def test_of_several_variables_the_one_named_like_the_model_is_written():
    model = gallery.built("siamese")
    space = notebook(_kept=model, first=model, tweets=model, Out={1: model})

    assert view_of("funclab.explore(first)", space).line() == "funclab.explore(tweets)"


def test_without_a_variable_the_name_stands_for_the_model():
    assert funclab.explore(gallery.built("siamese")).line() == "funclab.explore(tweets)"
    x = funclab.Input((3,))
    assert funclab.explore(funclab.Model(x, x + 1)).line() == "funclab.explore(model)"


def run_cell(code: str, space: dict[str, Any]) -> Any:
    """What a cell with this code returns; like IPython, it keeps its lines."""
    linecache.cache["<cell>"] = (len(code), None, code.splitlines(True), "<cell>")
    return eval(compile(code, "<cell>", "eval"), space)


READER = """
from funclab import Input, Model
from funclab.layers import Dense
pixels = Input((4,))
reader = Model(pixels, Dense(3, activation="softmax")(pixels))
x = pixels
def half(x): return x / 2
"""


@pytest.mark.parametrize("code, written", [
    ("reader.mistakes(half(data), truth)", "reader, half(data), truth"),
    ("funclab.mistakes(reader, half(data), y=truth[::1])", "reader, half(data), truth[::1]"),
    ("reader.mistakes(y=truth,\n    x=half(\n  data))", "reader, half(data), truth"),
    ("(lambda: reader.mistakes(half(data), truth))()", "reader, x, truth"),
    ("reader.mistakes(*[half(data), truth])", "reader, x, truth"),
    (f"reader.mistakes(half(data + {'0 + ' * 20} 0), truth)", "reader, x, truth"),
])  # fmt: skip
def test_an_expression_without_a_variable_is_written_again(code, written):
    data, truth = np.eye(4, dtype="float32"), np.array([0, 1, 2, 0])
    space = notebook(READER, data=data, truth=truth)
    view = run_cell(code, space)

    assert view.line() == f"funclab.mistakes({written})"
    if "half" in written:
        again = run_cell(view.line(), space)
        assert again.line() == view.line()
        assert again.facts == view.facts


def test_lines_to_look_closer_run_where_funclab_was_not_imported(monkeypatch):
    # Lines that other tests ran as cells may have imported it.
    monkeypatch.delitem(vars(sys.modules["__main__"]), "funclab", raising=False)
    data, truth = np.eye(4, dtype="float32"), np.array([0, 1, 2, 0])
    space = notebook(READER, data=data, truth=truth)
    del space["funclab"]
    closer = run_cell("reader.mistakes(half(data), truth)", space).facts["closer"]

    assert closer[1] == "import funclab; funclab.whatif(reader, half(data), truth, samples=[§])"
    for line in closer:
        exec(line.replace("§", "2"), dict(space))
